//! Connections that are cut around COMMIT.

use std::time::Duration;

use super::{
    book::Book,
    proxy::{Fate, Sent},
    trial::{Trial, number},
};
use crate::waiting::{holds, until};

/// How often each way is tried; LOADGEN_CUTS says otherwise.
fn cuts() -> u64 {
    number("LOADGEN_CUTS", 100)
}

/// What commits.
#[derive(Clone, Copy, Debug)]
enum Way {
    /// COMMIT.
    Long,
    /// A statement that does by itself.
    Short,
}

/// Every third of those that go this way, up to so many.
fn some(sent: Sent, way: Way, times: u64, fate: Fate) -> Option<Fate> {
    match (sent, way) {
        (Sent::Commit(nth), Way::Long) | (Sent::Whole(nth), Way::Short) => {
            (nth % 3 == 0 && nth / 3 <= times).then_some(fate)
        }
        _ => None,
    }
}

#[expect(clippy::print_stdout, reason = "figures are what it is for")]
async fn cut(way: Way, fate: Fate) -> Book {
    let times = cuts();
    let trial = Trial::new(move |sent| some(sent, way, times, fate).unwrap_or(Fate::Pass)).await;
    // One operation in ten takes the long way.
    let operations = times * 40 + 300;
    let report = trial.run(Duration::from_secs(20)).operations(operations).execute().await.unwrap();
    assert_eq!((report.fatal.as_ref(), report.outcomes().indeterminate), (None, 0));
    assert_eq!(trial.proxy.forwarded() + trial.proxy.swallowed(), times);
    let slowest = Duration::from_micros(report.latency_us().max());
    assert!(slowest < Duration::from_secs(5), "the slowest answer took {slowest:?}");
    let book = trial.book().await;
    println!("{way:?}, {fate:?}: {:?} found out, {} committed, {slowest:?}", book.found, book.committed());
    book
}

#[tokio::test]
async fn a_commit_that_was_sent_is_found_to_be_committed() {
    assert_eq!(cut(Way::Long, Fate::Forward).await.found, (cuts(), 0));
    assert_eq!(cut(Way::Short, Fate::Forward).await.found, (cuts(), 0));
}

#[tokio::test]
async fn a_commit_that_was_not_sent_is_found_to_be_aborted() {
    assert_eq!(cut(Way::Long, Fate::Swallow).await.found, (0, cuts()));
    assert_eq!(cut(Way::Short, Fate::Swallow).await.found, (0, cuts()));
}

/// What is held goes on to the server when it was found to be aborted, and before its lane does anything else.
#[tokio::test]
async fn a_statement_that_comes_after_the_verdict_changes_nothing() {
    const LATE: u64 = 10;
    let plan = |sent| {
        some(sent, Way::Short, LATE, Fate::Hold).unwrap_or(match sent {
            Sent::Whole(_) | Sent::Commit(_) => Fate::Queue,
            Sent::Other(_) => Fate::Pass,
        })
    };
    let trial = Trial::new(plan).await;
    let run = tokio::spawn(trial.run(Duration::from_secs(20)).operations(400).execute());
    let mut observer = trial.observer().await;
    for released in 0..LATE {
        until("the next is held", async || run.is_finished() || trial.proxy.held() > released).await;
        until("all verdicts are there", async || {
            let held = trial.proxy.held();
            let sum = format!("select coalesce(sum(epoch), 0) >= {held} from loadgen_lane");
            run.is_finished() || holds(&mut observer, &sum).await
        })
        .await;
        trial.proxy.release();
        until("it is there", async || run.is_finished() || trial.proxy.arrived() > released).await;
    }
    let report = run.await.unwrap().unwrap();
    assert_eq!((report.fatal.as_ref(), report.outcomes().indeterminate), (None, 0));
    assert_eq!((trial.proxy.arrived(), trial.book().await.found), (LATE, (0, LATE)));
}

#[tokio::test]
async fn a_commit_that_comes_late_is_waited_for() {
    const LATE: u64 = 10;
    let trial = Trial::new(|sent| some(sent, Way::Long, LATE, Fate::Hold).unwrap_or(Fate::Pass)).await;
    let run = tokio::spawn(trial.run(Duration::from_secs(20)).operations(LATE * 40 + 300).execute());
    let mut observer = trial.observer().await;
    let waits = "select exists (select from pg_stat_activity where wait_event_type = 'Lock')";
    // No other lane of the connection goes on meanwhile, so whoever waits is the one who asks.
    for released in 0..LATE {
        until("the next is held", async || run.is_finished() || trial.proxy.held() > released).await;
        until("whoever asks waits", async || run.is_finished() || holds(&mut observer, waits).await).await;
        trial.proxy.release();
    }
    let report = run.await.unwrap().unwrap();
    assert_eq!((report.fatal.as_ref(), report.outcomes().indeterminate), (None, 0));
    assert_eq!(trial.book().await.found, (LATE, 0));
}
