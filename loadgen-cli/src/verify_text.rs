//! What was found out about a sink, for people.

use std::{fmt::Write, path::Path};

use loadgen_core::verify::{Check, Finding, Verdict, Verification};

use crate::{style::Style, units::count};

/// The verdict, and what it rests on.
pub(crate) fn verification(
    found: &Verification,
    (run, sink, file): (&str, &str, &Path),
    most: usize,
    style: Style,
) -> String {
    let mut text = String::new();
    let counts = &found.counts;
    let _ = writeln!(text, "run {run} → {sink}");
    let _ = writeln!(
        text,
        "{} committed transactions with {} changes in the ledger, {} aborted; the sink showed {} rows or changes; {} were compared",
        count(counts.committed),
        count(counts.changes),
        count(counts.aborted),
        count(counts.observed - counts.markers - counts.markers_of_others),
        count(counts.compared),
    );
    if counts.repeated > 0 {
        let why = if found.verdict == Verdict::Pass { ", as replays" } else { "" };
        let _ = writeln!(text, "{} changes came more than once{why}", count(counts.repeated));
    }
    let foreign = found.checks.get(&Check::Foreign).copied().unwrap_or_default();
    if counts.markers_of_others > 0 && foreign > 0 {
        let _ = writeln!(
            text,
            "the sink has markers of other runs, too: what those wrote is foreign to this one"
        );
    }
    text.push('\n');
    for (check, times) in &found.checks {
        let _ = match times {
            0 => continue,
            times => writeln!(text, "  {check}: {}", count(*times)),
        };
    }
    for finding in found.findings.iter().take(most) {
        let _ = writeln!(text, "    {}", line(finding));
    }
    let all: u64 = found.checks.values().sum();
    let told = found.findings.len().min(most) as u64;
    if all > told {
        let _ = writeln!(text, "    and {} more, see {}", count(all - told), file.display());
    }
    for doubt in &found.doubts {
        let _ = match doubt.check {
            Some(check) => writeln!(text, "  {check}: {}", doubt.words),
            None => writeln!(text, "  {}", doubt.words),
        };
    }
    for left in &found.coverage {
        let _ = writeln!(text, "  not compared: {}: {} ({})", left.table, left.words, count(left.count));
    }
    let verdict = found.verdict.to_string();
    let verdict = match found.verdict {
        Verdict::Pass => style.good(&verdict),
        Verdict::Fail | Verdict::Inconclusive => style.bad(&verdict),
    };
    let _ = writeln!(text, "{verdict}");
    text
}

/// Which check, which row, whose change, and what is wrong with it.
fn line(finding: &Finding) -> String {
    let mut line = finding.check.to_string();
    if let Some(table) = &finding.table {
        let _ = write!(line, " {table}");
    }
    if !finding.key.is_empty() {
        let _ = write!(line, " ({})", finding.key.join(", "));
    }
    if let (Some(lane), Some(seq)) = (finding.lane, finding.seq) {
        let _ = write!(line, ", lane {lane}, transaction {seq}");
    }
    format!("{line}: {}", finding.words)
}
