//! What was found out about a sink, for people.

use std::{collections::BTreeMap, fmt::Write, path::Path};

use loadgen_core::verify::{Check, Finding, Verdict, Verification};

use crate::{
    style::Style,
    units::{count, counted},
};

/// The verdict, and what it rests on.
pub(crate) fn verification(
    found: &Verification,
    (run, sink, file): (&str, &str, Option<&Path>),
    most: usize,
    style: Style,
) -> String {
    let mut text = String::new();
    let counts = &found.counts;
    let _ = writeln!(text, "run {run} → {sink}");
    let _ = writeln!(
        text,
        "{} with {} in the ledger, {} aborted; the sink showed {} rows or changes; {} were compared",
        counted(counts.committed, "committed transaction"),
        counted(counts.changes, "change"),
        count(counts.aborted),
        count(counts.observed - counts.markers - counts.markers_of_others),
        count(counts.compared),
    );
    if counts.repeated > 0 {
        let why = if found.verdict == Verdict::Pass { ", as replays" } else { "" };
        let _ = writeln!(text, "{} came more than once{why}", counted(counts.repeated, "change"));
    }
    if !found.passed_over.is_empty() {
        let _ = writeln!(text, "{}", passed_over(&found.passed_over));
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
        let see = file.map_or(String::new(), |file| format!(", see {}", file.display()));
        let _ = writeln!(text, "    and {} more{see}", count(all - told));
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

/// How many tables are named that the ledger does not have.
const MOST: usize = 5;

/// What came of other tables, those with most changes first.
fn passed_over(tables: &BTreeMap<String, u64>) -> String {
    let mut tables: Vec<(&String, &u64)> = tables.iter().collect();
    tables.sort_by_key(|(_, times)| std::cmp::Reverse(**times));
    let all = tables.iter().map(|(_, times)| **times).sum();
    let named = tables.iter().take(MOST).map(|(table, times)| format!("{table} ({})", count(**times)));
    let mut named: Vec<String> = named.collect();
    if tables.len() > MOST {
        named.push(format!("{} more", tables.len() - MOST));
    }
    format!(
        "passed over {} of tables that the ledger does not have: {}",
        counted(all, "change"),
        named.join(", ")
    )
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
