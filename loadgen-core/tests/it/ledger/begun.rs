//! Runs that end while their markers are being placed, or whose end is cut off.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use loadgen_core::{
    Action, Failure, SqlSession, Target,
    ledger::{LedgerReader, LedgerState, MARKER_TABLE, Record, resolve, state},
    memory::{Fault, Faults},
};

use super::traced;
use crate::shop::shop;

/// The nth statement of all is the last that anybody hears of.
fn silent_after(nth: u64, is_applied: bool) -> Faults {
    let statements = AtomicU64::new(0);
    Faults::new(move |_, changes| {
        let count = if changes.is_empty() { return None } else { statements.fetch_add(1, Relaxed) };
        let failure = Failure::indeterminate(Action::Fatal, "lost", "no answer");
        (count >= nth).then_some(Fault { failure, applied: is_applied && count == nth })
    })
}

fn watermarks(reader: &LedgerReader) -> usize {
    reader.records().filter(|record| matches!(record, Ok(Record::Watermark(_)))).count()
}

#[tokio::test]
async fn markers_are_named_by_a_ledger_before_they_are_placed() {
    // 2,501 markers are placed by three statements.
    for (nth, is_applied) in (0..3).flat_map(|nth| [(nth, false), (nth, true)]) {
        let (memory, directory) = (shop(), tempfile::tempdir().unwrap());
        let broken = memory.clone().with_faults(silent_after(nth, is_applied));
        let run = traced(&broken, directory.path(), "r", 100).lanes(2_500);
        let placed = match run.execute().await {
            Err(error) => error.to_string(),
            Ok(report) => report.fatal.unwrap().to_string(),
        };
        let reader = LedgerReader::open(directory.path()).unwrap();
        let header = reader.header().expect(&placed);
        assert_eq!((header.run.as_str(), header.lanes), ("r", 2_500));
        let there = memory.rows(MARKER_TABLE).len();
        assert_eq!(there, 2_501.min(1_000 * (nth as usize + usize::from(is_applied))), "{nth} {is_applied}");
        let mut session = memory.connect().await.unwrap();
        resolve(&mut session, directory.path()).await.unwrap();
        assert_eq!(state(directory.path()).unwrap(), LedgerState::Settled);
        let reader = LedgerReader::open(directory.path()).unwrap();
        assert_eq!(watermarks(&reader), usize::from(there == 2_501), "{nth} {is_applied}");
    }
}

#[tokio::test]
async fn a_marker_that_is_gone_after_transactions_is_still_fatal() {
    let (memory, directory) = (shop(), tempfile::tempdir().unwrap());
    let run = traced(&memory, directory.path(), "r", 1 << 40);
    let progress = run.progress();
    let cut = async move {
        while progress.snapshot().outcomes.committed < 50 {
            tokio::task::yield_now().await;
        }
    };
    run.abort_on(cut).execute().await.unwrap();
    memory.drop_table(MARKER_TABLE);
    let mut session = memory.connect().await.unwrap();
    session.marker_table().await.unwrap();
    let error = resolve(&mut session, directory.path()).await.unwrap_err();
    assert!(error.to_string().contains("the marker of lane 0 is gone"), "{error}");
}

/// Every connection is lost that asks how the run has ended, so many times.
fn cut_at_the_end(operations: u64, times: u64) -> Faults {
    let lost = AtomicU64::new(0);
    Faults::new(move |count, changes| {
        let is_end = count > operations && changes.len() == 1 && lost.load(Relaxed) < times;
        is_end.then(|| {
            lost.fetch_add(1, Relaxed);
            let failure = Failure::indeterminate(Action::Reconnect, "08006", "cut off");
            Fault { failure, applied: lost.load(Relaxed).is_multiple_of(2) }
        })
    })
}

#[tokio::test]
async fn the_end_is_tried_on_one_connection_after_the_other() {
    let (memory, directory) = (shop().with_faults(cut_at_the_end(300, 30)), tempfile::tempdir().unwrap());
    let report = traced(&memory, directory.path(), "r", 300).execute().await.unwrap();
    assert_eq!((report.fatal, report.cut), (None, false));
    assert_eq!(state(directory.path()).unwrap(), LedgerState::Settled);
    assert_eq!(watermarks(&LedgerReader::open(directory.path()).unwrap()), 1);
}
