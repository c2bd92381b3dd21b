//! What a report comes to.

use std::{collections::BTreeMap, time::Duration};

use super::*;
use crate::{
    Action, Counts, Failure, Outcomes, Rows, ScenarioReport, SchemaChanges, Seed, TableTally, Tally,
    report::histogram,
};

fn report() -> Report {
    let mut latency_us = histogram();
    [1_000, 1_300, 2_000].iter().for_each(|micros| latency_us.record(*micros).unwrap());
    let insert = ScenarioReport {
        outcomes: Outcomes { committed: 3, ..Outcomes::default() },
        rows: Rows { inserted: 12, ..Rows::default() },
        latency_us: latency_us.clone(),
        service_us: latency_us,
        lag_us: histogram(),
    };
    Report {
        target: "memory".into(),
        seed: Seed(7),
        lanes: 4,
        connections: 2,
        open: true,
        duration: Duration::from_millis(1_500),
        counts: Counts { planned: 4, offered: 3, dropped: 1, ..Counts::default() },
        scenarios: [("insert".to_owned(), insert)].into(),
        skips: BTreeMap::new(),
        errors: BTreeMap::new(),
        tally: Tally::default(),
        schema_changes: SchemaChanges::default(),
        fatal: None,
        cut: false,
    }
}

fn summary(report: &Report, check: Option<&CheckSummary>) -> Summary {
    let job = EndedJob { name: "shop", workload: "crud", report, check, freshness: None };
    Summary::new(RunSummary::default(), &[job])
}

#[test]
fn times_are_in_milliseconds_and_rows_are_summed() {
    let summary = summary(&report(), None);
    let job = &summary.jobs[0];
    assert_eq!((job.rows.inserted, job.scenarios["insert"].rows), (12, 12));
    assert_eq!((job.latency_ms.p50, job.latency_ms.max, job.latency_ms.mean), (1.3, 2.0, 1.433));
    assert_eq!((job.duration_s, job.lag_ms.max), (1.5, 0.0));
    assert!(summary.ok);
}

#[test]
fn what_is_written_can_be_read_again() {
    let summary = summary(&report(), None);
    let json = serde_json::to_string(&summary).unwrap();
    assert_eq!(serde_json::from_str::<Summary>(&json).unwrap(), summary);
}

#[test]
fn the_format_is_the_one_that_others_rely_on() {
    let json = serde_json::to_value(summary(&report(), None)).unwrap();
    let has = |value: &serde_json::Value, keys: &[&str]| {
        keys.iter().for_each(|key| assert!(value.get(key).is_some(), "{key}: {value}"));
    };
    has(&json, &["version", "run", "jobs", "thresholds", "warnings", "ok"]);
    has(&json["run"], &["id", "seed", "started_at", "duration_s", "shard", "tool_version"]);
    let job = &json["jobs"][0];
    has(job, &["name", "target", "workload", "model", "lanes", "connections"]);
    has(
        job,
        &["planned", "offered", "completed", "dropped", "outcomes", "retries", "rows", "scenarios", "tables"],
    );
    has(job, &["skips", "errors", "digest"]);
    has(&job["outcomes"], &["committed", "skipped", "aborted", "indeterminate"]);
    has(&job["rows"], &["inserted", "updated", "deleted"]);
    let insert = &job["scenarios"]["insert"];
    has(insert, &["outcomes", "rows", "latency_ms", "service_ms", "lag_ms"]);
    has(&insert["latency_ms"], &["p50", "p90", "p95", "p99", "max", "mean"]);
}

#[test]
fn dropped_and_unknown_operations_are_warned_about() {
    let mut report = report();
    report.counts.warmup.indeterminate = 1;
    let summary = summary(&report, None);
    assert_eq!(
        summary.warnings,
        [
            "1 of 4 planned operations (25.0 %) were dropped: the target or this machine could not keep up",
            "what was done depends on timing: digests are not comparable with those of other runs",
            "1 operations of unknown outcome: live and digest of their tables are not certain",
            "1 operations of the warm-up are not in the figures, but in tables and digests",
        ]
    );
}

#[test]
fn what_a_stop_left_undone_is_not_blamed_on_the_target() {
    let mut report = report();
    report.counts.undone = 1;
    assert_eq!(
        summary(&report, None).warnings,
        [
            "1 of 4 planned operations (25.0 %) were due and not begun when the run was stopped",
            "what was done depends on timing: digests are not comparable with those of other runs",
        ]
    );
}

#[test]
fn a_run_is_not_ok_when_it_ended_early_or_differs_or_did_nothing() {
    let mut fatal = report();
    fatal.fatal = Some(Failure::aborted(Action::Fatal, "x", "gone"));
    assert!(!summary(&fatal, None).ok);
    let differs = CheckSummary { result: CheckSummary::DIFFERS.into(), details: vec!["a".into()] };
    assert!(!summary(&report(), Some(&differs)).ok);
    let mut vain = report();
    vain.scenarios.get_mut("insert").unwrap().outcomes = Outcomes { aborted: 3, ..Outcomes::default() };
    assert!(!summary(&vain, None).ok);
}

#[test]
fn a_run_that_was_cut_off_is_not_ok() {
    assert!(!summary(&Report { cut: true, ..report() }, None).ok);
}

#[test]
fn rows_that_somebody_else_took_away_are_warned_about_and_are_no_unknown_operations() {
    let mut report = report();
    let missed = |missed, unchecked| TableTally { missed, unchecked, ..TableTally::default() };
    report.tally.tables.insert("a".to_owned(), missed(64, false));
    report.tally.tables.insert("b".to_owned(), missed(5, true));
    let summary = summary(&report, None);
    assert_eq!((summary.jobs[0].tables["a"].missed, summary.jobs[0].tables["a"].unknown), (64, 0));
    let words = "64 updates and deletes did not find their rows: somebody else writes here";
    assert!(summary.warnings.iter().any(|warning| warning.starts_with(words)), "{:?}", summary.warnings);
}
