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

/// Every third COMMIT up to so many.
fn some(sent: Sent, times: u64, fate: Fate) -> Fate {
    match sent {
        Sent::Commit(nth) if nth % 3 == 0 && nth / 3 <= times => fate,
        _ => Fate::Pass,
    }
}

#[expect(clippy::print_stdout, reason = "figures are what it is for")]
async fn cut(fate: Fate) -> Book {
    let times = cuts();
    let trial = Trial::new(move |sent| some(sent, times, fate)).await;
    let report = trial.run(Duration::from_secs(20)).operations(times * 5 + 100).execute().await.unwrap();
    assert_eq!((report.fatal.as_ref(), report.outcomes().indeterminate), (None, 0));
    assert_eq!(trial.proxy.forwarded() + trial.proxy.swallowed(), times);
    let slowest = Duration::from_micros(report.latency_us().max());
    assert!(slowest < Duration::from_secs(5), "the slowest answer took {slowest:?}");
    let book = trial.book().await;
    println!("{fate:?}: {:?} found out, {} committed, {slowest:?} at most", book.found, book.committed());
    book
}

#[tokio::test]
async fn a_commit_that_was_sent_is_found_to_be_committed() {
    assert_eq!(cut(Fate::Forward).await.found, (cuts(), 0));
}

#[tokio::test]
async fn a_commit_that_was_not_sent_is_found_to_be_aborted() {
    assert_eq!(cut(Fate::Swallow).await.found, (0, cuts()));
}

#[tokio::test]
async fn a_commit_that_comes_late_is_waited_for() {
    const LATE: u64 = 10;
    let trial = Trial::new(|sent| some(sent, LATE, Fate::Hold)).await;
    let run = tokio::spawn(trial.run(Duration::from_secs(20)).operations(LATE * 5 + 100).execute());
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
