//! Fences whose answers are lost, and markers that somebody else has.

use std::sync::atomic::{AtomicU64, Ordering};

use loadgen_core::{
    Action, Change, ChangeKind, Failure, Shape, SqlSession, Target, Value,
    ledger::MARKER_TABLE,
    memory::{Fault, Faults, Memory},
};

use super::{Replay, traced};
use crate::shop::shop;

const EPOCH: usize = 3;

/// Whether it raises the epoch of a marker from a known one to the next.
fn is_fence(changes: &[Change]) -> bool {
    matches!(changes, [change] if change.shape.table.name.table == MARKER_TABLE && change.shape.key == [0, 1, EPOCH])
}

fn lost(applied: bool) -> Fault {
    Fault { failure: Failure::indeterminate(Action::Resolve, "lost", "no answer"), applied }
}

/// Every fifth commit is lost, and so are the first answers to whoever asks, whether they were carried out or not.
fn lost_again_and_again() -> Faults {
    let (asked, sent) = (AtomicU64::new(0), AtomicU64::new(0));
    Faults::new(move |_, changes| {
        if is_fence(changes) {
            let nth = asked.fetch_add(1, Ordering::Relaxed);
            return (nth % 4 < 3).then(|| lost(nth % 3 > 0));
        }
        let nth = if changes.len() > 1 { sent.fetch_add(1, Ordering::Relaxed) } else { 1 };
        (nth % 5 == 0).then(|| lost(nth % 2 == 0))
    })
}

#[tokio::test]
async fn a_fence_whose_answer_is_lost_is_found_where_it_has_left_the_epoch() {
    let (memory, directory) = (shop().with_faults(lost_again_and_again()), tempfile::tempdir().unwrap());
    let report = traced(&memory, directory.path(), "r", 1500).execute().await.unwrap();
    assert_eq!((report.fatal.as_ref(), report.outcomes().indeterminate), (None, 0));
    let replay = Replay::read(directory.path());
    assert!(replay.resolved > 100, "{}", replay.resolved);
    replay.is_what_is_in(&memory).await;
}

/// Sets the epoch of every marker.
async fn raise(memory: &Memory, epoch: i64) {
    let mut session = memory.connect().await.unwrap();
    let table = session.marker_table().await.unwrap();
    let (key, set, kind) = (vec![0, 1], vec![EPOCH], ChangeKind::Update);
    let shape = Shape { id: 9, table, kind, key, set, returning: Vec::new() };
    let keys = memory.rows(MARKER_TABLE).into_iter();
    let values: Vec<Value> =
        keys.flat_map(|row| [row[0].clone(), row[1].clone(), Value::Int(epoch)]).collect();
    let rows = values.len() / 3;
    session.apply(&[Change { shape: shape.into(), values, rows }]).await.unwrap();
}

#[tokio::test]
async fn an_epoch_that_somebody_else_has_raised_ends_the_run() {
    let (plain, directory) = (shop(), tempfile::tempdir().unwrap());
    let (open, meddled) = (std::sync::Arc::new(tokio::sync::Notify::new()), plain.clone());
    let told = std::sync::Arc::clone(&open);
    let memory = plain.with_faults(Faults::new(move |count, changes| {
        (changes.len() > 1 && count > 200 && !is_fence(changes)).then(|| {
            told.notify_one();
            lost(false)
        })
    }));
    let meddle = async move {
        open.notified().await;
        raise(&meddled, 1 << 40).await;
    };
    let run = traced(&memory, directory.path(), "r", 100_000);
    let (report, ()) = tokio::join!(run.execute(), meddle);
    let fatal = report.unwrap().fatal.unwrap();
    assert_eq!((fatal.action, fatal.code.as_ref()), (Action::Fatal, "marker"), "{fatal}");
    let epochs = epochs_of(&memory);
    assert!(epochs.iter().all(|epoch| *epoch >= 1 << 40), "none was lowered: {epochs:?}");
}

fn epochs_of(memory: &Memory) -> Vec<i64> {
    let epoch = |row: Vec<Value>| if let Value::Int(epoch) = row[EPOCH] { epoch } else { -1 };
    memory.rows(MARKER_TABLE).into_iter().map(epoch).collect()
}
