//! What a reader of a summary should know before trusting the figures.

use super::{EndedJob, freshness};
use crate::{Counts, Report, SchemaChanges};

/// What is to be said of one job, with its name if there are `several`.
pub(super) fn warnings(job: &EndedJob<'_>, several: bool) -> Vec<String> {
    let report = job.report;
    let mut warnings = Vec::new();
    if let Some(fatal) = &report.fatal {
        warnings.push(format!("ended early: {fatal}"));
    }
    if report.cut {
        warnings.push("operations were cut off: the target may still have carried them out".to_owned());
    }
    warnings.extend(dropped(report));
    let unknown = report.outcomes().indeterminate + report.counts.warmup.indeterminate;
    if unknown > 0 {
        let tables = report.tally.tables.iter().filter(|(_, table)| table.unknown > 0);
        let names: Vec<&str> = tables.map(|(name, _)| name.as_str()).collect();
        let of = if names.is_empty() { "their tables".to_owned() } else { names.join(", ") };
        warnings.push(format!(
            "{unknown} operations of unknown outcome: live and digest of {of} are not certain"
        ));
    }
    warnings.extend(missed(report));
    for (picked, why) in [
        (false, "written by others, too, or left out for a while; only the lanes' own rows are counted"),
        (true, "the server picks rows; what was done is counted, and what is there is not compared"),
    ] {
        let tables = report.tally.tables.iter();
        let unchecked = tables.filter(|(_, table)| table.unchecked && table.picked == picked);
        let names: Vec<&str> = unchecked.map(|(name, _)| name.as_str()).collect();
        if !names.is_empty() {
            warnings.push(format!("{}: {why}", names.join(", ")));
        }
    }
    warnings.extend(schema_changed(report));
    warnings.extend(job.freshness.into_iter().flat_map(freshness::warnings));
    if report.counts.warmup.total() > 0 {
        warnings.push(format!(
            "{} operations of the warm-up are not in the figures, but in tables and digests",
            report.counts.warmup.total()
        ));
    }
    if several {
        warnings.into_iter().map(|warning| format!("{}: {warning}", job.name)).collect()
    } else {
        warnings
    }
}

/// What somebody else has changed under the lanes, where nobody knew of it before.
fn missed(report: &Report) -> Option<String> {
    let tables = || report.tally.tables.iter().filter(|(_, table)| table.missed > 0 && !table.unchecked);
    let names: Vec<&str> = tables().map(|(name, _)| name.as_str()).collect();
    let missed: u64 = tables().map(|(_, table)| table.missed).sum();
    let names = names.join(", ");
    (missed > 0).then(|| {
        format!(
            "{missed} updates and deletes did not find their rows: somebody else writes here; live and digest of {names} \
             are not certain"
        )
    })
}

/// What follows from changes to the schema.
fn schema_changed(report: &Report) -> Vec<String> {
    let SchemaChanges { listed, more } = &report.schema_changes;
    let mut warnings = Vec::new();
    if listed.is_empty() {
        return warnings;
    }
    let times = match listed.len() as u64 + more {
        1 => "once".to_owned(),
        changes => format!("{changes} times"),
    };
    warnings.push(format!(
        "the schema changed {times}: what was done depends on when, and digests are not comparable with those \
         of other runs"
    ));
    let counted = report.tally.tables.iter().filter(|(_, table)| table.counted_only);
    let names: Vec<&str> = counted.map(|(name, _)| name.as_str()).collect();
    if !names.is_empty() {
        let names = names.join(", ");
        warnings.push(format!("{names}: columns became others, so rows are counted and have no digest"));
    }
    warnings
}

/// What was due and not started, by whose doing, and what follows from it.
fn dropped(report: &Report) -> Vec<String> {
    let Counts { planned, dropped, undone, .. } = report.counts;
    let mut warnings = Vec::new();
    let mut say = |operations: u64, why: &str| {
        let share = 100.0 * operations as f64 / planned.max(1) as f64;
        if operations > 0 {
            warnings.push(format!("{operations} of {planned} planned operations ({share:.1} %) were {why}"));
        }
    };
    say(dropped.saturating_sub(undone), "dropped: the target or this machine could not keep up");
    say(undone, "due and not begun when the run was stopped");
    if dropped > 0 {
        let what = "what was done depends on timing: digests are not comparable with those of other runs";
        warnings.push(what.to_owned());
    }
    warnings
}
