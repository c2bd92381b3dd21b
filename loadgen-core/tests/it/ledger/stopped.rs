//! Traced runs that are stopped, and what they know in the end.

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

use loadgen_core::{
    Action, Change, ChangeKind, Failure, Shape, SqlSession, Target, Value,
    ledger::{MARKER_TABLE, ResolveError, resolve},
    memory::{Fault, Faults, Memory},
};
use tokio::sync::Notify;

use super::{Replay, traced};
use crate::shop::shop;

/// The answer to a commit is lost, and with that the run is stopped; whoever asks then is cut off a few times.
fn lost_at_the_end(stop: Arc<Notify>) -> Faults {
    let refused = AtomicU64::new(0);
    Faults::new(move |count, changes| {
        let is_last = changes.len() > 1 && count >= 200 && refused.load(Ordering::Relaxed) == 0;
        if is_last {
            stop.notify_one();
            refused.store(1, Ordering::Relaxed);
            let failure = Failure::indeterminate(Action::Resolve, "lost", "no answer");
            return Some(Fault { failure, applied: true });
        }
        let is_question = changes.len() == 1 && (1..5).contains(&refused.load(Ordering::Relaxed));
        is_question.then(|| {
            refused.fetch_add(1, Ordering::Relaxed);
            Fault { failure: Failure::aborted(Action::Reconnect, "lost", "cut off"), applied: false }
        })
    })
}

#[tokio::test]
async fn a_run_that_is_stopped_leaves_nothing_unknown() {
    let (stop, directory) = (Arc::new(Notify::new()), tempfile::tempdir().unwrap());
    let memory = shop().with_faults(lost_at_the_end(Arc::clone(&stop)));
    let run = traced(&memory, directory.path(), "r", 1 << 40);
    let report = run.stop_on(async move { stop.notified().await }).execute().await.unwrap();
    assert_eq!((report.fatal.as_ref(), report.outcomes().indeterminate, report.cut), (None, 0, false));
    let replay = Replay::read(directory.path());
    assert_eq!(replay.resolved, 1);
    replay.is_what_is_in(&memory).await;
}

/// Moves every marker on by two, as nobody does who carries the run.
async fn meddle(memory: &Memory) {
    let mut session = memory.connect().await.unwrap();
    let table = session.marker_table().await.unwrap();
    let shape = Shape {
        id: 9,
        table,
        kind: ChangeKind::Update,
        key: vec![0, 1],
        set: vec![2],
        returning: Vec::new(),
    };
    let shape = Arc::new(shape);
    for row in memory.rows(MARKER_TABLE) {
        let Value::Int(seq) = row[2] else { panic!("{row:?}") };
        let values = vec![row[0].clone(), row[1].clone(), Value::Int(seq + 2)];
        session.apply(&[Change { shape: Arc::clone(&shape), values, rows: 1 }]).await.unwrap();
    }
}

#[tokio::test]
async fn a_marker_that_is_ahead_of_the_ledger_is_no_proof_of_a_commit() {
    let (memory, directory) = (shop(), tempfile::tempdir().unwrap());
    let run = traced(&memory, directory.path(), "r", 1 << 40);
    let progress = run.progress();
    let cut = async move {
        while progress.snapshot().outcomes.committed < 100 {
            tokio::task::yield_now().await;
        }
    };
    run.abort_on(cut).execute().await.unwrap();
    // The last of a lane is open as long as its result is not there.
    for file in std::fs::read_dir(directory.path()).unwrap() {
        let path = file.unwrap().path();
        let text = std::fs::read_to_string(&path).unwrap();
        let kept = text.lines().filter(|line| line.get(9..10) != Some("R"));
        std::fs::write(&path, kept.map(|line| format!("{line}\n")).collect::<String>()).unwrap();
    }
    meddle(&memory).await;
    let mut session = memory.connect().await.unwrap();
    let Err(ResolveError::Target(failure)) = resolve(&mut session, directory.path()).await else {
        panic!("resolved")
    };
    assert!(failure.message.contains("that the ledger does not have"), "{failure}");
}
