//! Runs that keep a ledger, on the database in memory with failures at every place.

mod altered;
mod begun;
mod fences;
mod orders;
mod promised;
mod replay;
mod stopped;

use std::path::Path;

use loadgen_core::{
    Action, Failure, Report, RetryPolicy, Run, Target,
    crud::{Crud, CrudConfig, RowCounts},
    ledger::{Header, Ledger, LedgerOptions, LedgerReader, MARKER_TABLE, Record, resolve},
    memory::{Fault, Faults, Memory},
};

use super::shop::shop;
use replay::Replay;

fn traced(memory: &Memory, directory: &Path, name: &str, operations: u64) -> Run<Crud<Memory>> {
    let options = LedgerOptions { journals: 4, segment: 64 << 10, ..LedgerOptions::default() };
    let ledger = Ledger::create(directory, options).unwrap();
    let header = Header { run: name.to_owned(), target: "memory://".to_owned(), ..Header::default() };
    let config = CrudConfig { rows: RowCounts { insert: 3, update: 2, delete: 2 }, ..CrudConfig::default() };
    let quick = RetryPolicy { base: std::time::Duration::from_micros(10), ..RetryPolicy::default() };
    let run = Run::new(memory.clone(), Crud::new(config).traced(ledger, header)).retry(quick);
    run.seed(7).lanes(16).connections(4).operations(operations)
}

async fn run(memory: &Memory, directory: &Path, name: &str, operations: u64) -> Report {
    traced(memory, directory, name, operations).execute().await.unwrap()
}

/// A failure of every `nth` commit, in turn: refused, lost before it was carried out, lost after that.
fn every(nth: u64) -> Faults {
    Faults::new(move |count, changes| {
        let is_traced = changes.len() > 1;
        let failure = match (is_traced && count % nth == 0).then_some(count / nth % 3)? {
            0 => Failure::aborted(Action::Retry, "conflict", "somebody else was faster"),
            _ => Failure::indeterminate(Action::Resolve, "lost", "no answer"),
        };
        Some(Fault { failure, applied: count / nth % 3 == 2 })
    })
}

#[tokio::test]
async fn the_ledger_says_exactly_what_is_there() {
    for nth in [1 << 40, 7, 2] {
        let (memory, directory) = (shop().with_faults(every(nth)), tempfile::tempdir().unwrap());
        let report = run(&memory, directory.path(), "r", 2000).await;
        assert_eq!(report.fatal, None);
        let outcomes = report.outcomes();
        assert_eq!((outcomes.indeterminate, outcomes.aborted), (0, 0), "one failure in {nth}: {outcomes:?}");
        let replay = Replay::read(directory.path());
        assert_eq!(replay.unresolved, 0);
        replay.is_what_is_in(&memory).await;
        for (table, tally) in &report.tally.tables {
            assert_eq!((tally.live, tally.unknown), (replay.rows(table), 0), "{table}, one in {nth}");
        }
        assert!(nth > 1000 || replay.resolved > 100, "failures were met: {}", replay.resolved);
    }
}

#[tokio::test]
async fn failures_that_are_resolved_do_not_change_the_history() {
    let mut digests = Vec::new();
    for faults in [Faults::none(), every(3)] {
        let directory = tempfile::tempdir().unwrap();
        digests.push(run(&shop().with_faults(faults), directory.path(), "r", 1500).await.tally.history);
    }
    assert_eq!(digests[0], digests[1]);
}

#[tokio::test]
async fn a_run_ends_with_a_watermark_and_an_end_that_counts() {
    let (memory, directory) = (shop(), tempfile::tempdir().unwrap());
    run(&memory, directory.path(), "r", 500).await;
    let reader = LedgerReader::open(directory.path()).unwrap();
    let records = reader.records().map(Result::unwrap);
    let records: Vec<Record> = records.collect();
    let count = |is: fn(&Record) -> bool| records.iter().filter(|record| is(record)).count() as u64;
    let end = records.iter().find_map(|record| if let Record::End(end) = record { Some(*end) } else { None });
    let end = end.unwrap();
    assert_eq!(end.transactions, count(|record| matches!(record, Record::Transaction(_))));
    assert_eq!(end.committed, count(|record| matches!(record, Record::Result(ended) if ended.committed)));
    assert_eq!(count(|record| matches!(record, Record::Watermark(mark) if mark.lane == 16)), 1);
    let header = reader.header().unwrap();
    assert_eq!((header.run.as_str(), header.seed, header.lanes, header.tables.len()), ("r", 7, 16, 5));
}

#[tokio::test]
async fn two_runs_do_not_share_markers() {
    let memory = shop();
    for name in ["a", "b"] {
        let directory = tempfile::tempdir().unwrap();
        let report = run(&memory, directory.path(), name, 300).await;
        assert_eq!(report.fatal, None);
    }
    assert_eq!(memory.rows("loadgen_lane").len(), 2 * 17);
}

#[tokio::test]
async fn a_run_without_its_markers_ends() {
    let memory = shop();
    let meddler = memory.clone();
    let memory = memory.with_faults(Faults::new(move |count, _| {
        if count == 200 {
            meddler.drop_table(MARKER_TABLE);
        }
        None
    }));
    let directory = tempfile::tempdir().unwrap();
    let report = run(&memory, directory.path(), "r", 2000).await;
    let fatal = report.fatal.unwrap();
    assert_eq!(fatal.action, Action::Fatal);
    assert!(fatal.message.starts_with("the table of markers cannot be written: "), "{fatal}");
}

#[tokio::test]
async fn a_run_that_was_cut_off_can_be_resolved() {
    for operations in [1, 40, 400, 1500] {
        let (memory, directory) = (shop().with_faults(every(5)), tempfile::tempdir().unwrap());
        let run = traced(&memory, directory.path(), "r", 1 << 40);
        let progress = run.progress();
        let cut = async move {
            while progress.snapshot().outcomes.committed < operations {
                tokio::task::yield_now().await;
            }
        };
        let report = run.abort_on(cut).execute().await.unwrap();
        assert!(report.cut || report.outcomes().indeterminate == 0);
        let mut session = memory.connect().await.unwrap();
        let settled = resolve(&mut session, directory.path()).await.unwrap();
        assert!(!settled.had_ended);
        let replay = Replay::read(directory.path());
        assert_eq!(replay.unresolved, 0);
        replay.is_what_is_in(&memory).await;
        assert!(resolve(&mut session, directory.path()).await.unwrap().had_ended, "once is enough");
    }
}
