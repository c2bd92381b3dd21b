//! What a reader of a summary should know before trusting the figures.

use super::EndedJob;

/// What is to be said of one job, with its name if there are `several`.
pub(super) fn warnings(job: &EndedJob<'_>, several: bool) -> Vec<String> {
    let report = job.report;
    let mut warnings = Vec::new();
    if let Some(fatal) = &report.fatal {
        warnings.push(format!("ended early: {fatal}"));
    }
    if report.cut {
        warnings.push("operations were cut off: their outcome is unknown".to_owned());
    }
    if report.dropped > 0 {
        let share = 100.0 * report.dropped as f64 / report.planned as f64;
        warnings.push(format!(
            "{} of {} planned operations ({share:.1} %) were dropped: the target or this machine could not keep up",
            report.dropped, report.planned
        ));
    }
    let unknown = report.outcomes().indeterminate + report.warmup.indeterminate;
    if unknown > 0 {
        let tables = report.tally.tables.iter().filter(|(_, table)| table.unknown > 0);
        let names: Vec<&str> = tables.map(|(name, _)| name.as_str()).collect();
        let of = if names.is_empty() { "their tables".to_owned() } else { names.join(", ") };
        warnings.push(format!(
            "{unknown} operations of unknown outcome: live and digest of {of} are not certain"
        ));
    }
    if report.warmup.total() > 0 {
        warnings.push(format!(
            "{} operations of the warm-up are not in the figures, but in tables and digests",
            report.warmup.total()
        ));
    }
    if several {
        warnings.into_iter().map(|warning| format!("{}: {warning}", job.name)).collect()
    } else {
        warnings
    }
}
