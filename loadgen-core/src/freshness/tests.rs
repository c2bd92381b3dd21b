//! Sinks of all kinds, in time that does not pass by itself.

use std::{sync::Arc, time::Duration};

use async_trait::async_trait;
use tokio::time::{Instant, sleep};

use super::{Arrivals, EachMarker, Freshness, FreshnessReport};
use crate::{Action, Failure};

/// A sink of one lane that shows a commit a while after it was acknowledged, as its answer to a look at a time.
struct Sink<F>(F);

#[async_trait]
impl<F: FnMut() -> Result<u64, Failure> + Send> Arrivals for Sink<F> {
    async fn look(&mut self, each: &mut EachMarker<'_>) -> Result<(), Failure> {
        sleep(Duration::from_millis(1)).await;
        each(0, (self.0)()?);
        Ok(())
    }

    fn describe(&self) -> String {
        "sink".to_owned()
    }
}

const COMMITS: u64 = 1_000;

/// A lane commits every 10 ms; the sink answers by what was committed so far.
async fn follow(
    patience: Duration,
    mut answer: impl FnMut(Duration) -> Result<u64, Failure> + Send,
) -> FreshnessReport {
    let (freshness, start) = (Freshness::new(), Instant::now());
    freshness.watch(1);
    let lane = freshness.clone();
    let ended = async {
        for seq in 1..=COMMITS {
            sleep(Duration::from_millis(10)).await;
            lane.acknowledged(0, seq);
        }
    };
    freshness.follow(Sink(move || answer(start.elapsed())), ended, patience).await
}

/// What is committed at a time.
fn committed(at: Duration) -> u64 {
    (at.as_millis() as u64 / 10).min(COMMITS)
}

const PATIENCE: Duration = Duration::from_secs(5);

#[tokio::test(start_paused = true)]
async fn a_sink_that_is_late_by_a_while_is_said_to_be_late_by_that() {
    let late = Duration::from_millis(100);
    let report = follow(PATIENCE, |at| Ok(committed(at.saturating_sub(late)))).await;
    assert_eq!((report.latency_us.len(), report.unseen, report.failures), (COMMITS, 0, 0));
    let (low, high) = (report.latency_us.min(), report.latency_us.max());
    assert!((98_000..130_000).contains(&low) && high < 130_000, "{report:?}");
    assert!(report.resolution_us.max() < 30_000, "{report:?}");
}

#[tokio::test(start_paused = true)]
async fn a_sink_that_stands_still_for_two_seconds_is_late_by_as_much() {
    let still = Duration::from_secs(3)..Duration::from_secs(5);
    let report =
        follow(PATIENCE, |at| Ok(committed(if still.contains(&at) { still.start } else { at }))).await;
    assert_eq!((report.latency_us.len(), report.unseen), (COMMITS, 0));
    assert!((1_990_000..2_200_000).contains(&report.latency_us.max()), "{report:?}");
    // Every commit of these two seconds counts, and not only the one that a look waited for.
    let above_a_second = report.latency_us.count_between(1_000_000, 3_000_000);
    assert!((95..=115).contains(&above_a_second), "{above_a_second}: {report:?}");
    assert!(report.resolution_us.max() < 260_000, "{report:?}");
}

#[tokio::test(start_paused = true)]
async fn what_never_comes_is_counted_as_unseen() {
    let began = Instant::now();
    let report = follow(PATIENCE, |at| Ok(committed(at).min(400))).await;
    assert_eq!((report.latency_us.len(), report.unseen), (400, COMMITS - 400));
    assert!(report.oldest_us > 5_000_000, "{report:?}");
    assert!(began.elapsed() < Duration::from_secs(16), "it is not waited for any longer");
}

#[tokio::test(start_paused = true)]
async fn a_sink_that_cannot_be_looked_at_is_said_and_looked_at_again() {
    let broken = Duration::from_secs(2)..Duration::from_secs(4);
    let report = follow(PATIENCE, |at| match broken.contains(&at) {
        true => Err(Failure::aborted(Action::Reconnect, "08006", "gone")),
        false => Ok(committed(at)),
    })
    .await;
    assert_eq!((report.latency_us.len(), report.unseen), (COMMITS, 0));
    assert!((3..=5).contains(&report.failures), "{report:?}");
    assert_eq!(report.failure.as_deref(), Some("gone (08006)"));
    assert!(report.resolution_us.max() > 1_900_000, "nobody knows when it was back: {report:?}");
}

#[tokio::test(start_paused = true)]
async fn a_sink_that_does_not_answer_keeps_nobody_waiting() {
    struct Silent;

    #[async_trait]
    impl Arrivals for Silent {
        async fn look(&mut self, _: &mut EachMarker<'_>) -> Result<(), Failure> {
            std::future::pending().await
        }

        fn describe(&self) -> String {
            "silence".to_owned()
        }
    }
    let (freshness, began) = (Freshness::new(), Instant::now());
    freshness.watch(3);
    freshness.acknowledged(2, 1);
    let ended = sleep(Duration::from_secs(1));
    let report = freshness.follow(Silent, ended, PATIENCE).await;
    assert_eq!((report.unseen, began.elapsed().as_secs()), (1, 6));
}

#[tokio::test(start_paused = true)]
async fn the_last_seconds_are_there_while_it_goes_on() {
    let freshness = Freshness::new();
    assert_eq!(freshness.snapshot().unseen, 0, "nothing has begun");
    freshness.watch(2);
    freshness.acknowledged(1, 1);
    let follower = freshness.clone();
    let ended = Arc::new(tokio::sync::Notify::new());
    let end = Arc::clone(&ended);
    let shows = Sink(|| Ok(0));
    let task =
        tokio::spawn(
            async move { follower.follow(shows, async move { end.notified().await }, PATIENCE).await },
        );
    sleep(Duration::from_secs(2)).await;
    let now = freshness.snapshot();
    assert_eq!((now.seen, now.unseen, now.oldest_us / 100_000), (0, 1, 20));
    freshness.shown(1, 1, Instant::now());
    let now = freshness.snapshot();
    assert_eq!((now.seen, now.unseen, now.p99_us / 100_000), (1, 0, 20));
    ended.notify_one();
    assert_eq!(task.await.unwrap().latency_us.len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_sink_that_lags_is_never_said_to_be_fresher_than_it_is() {
    let late = Duration::from_millis(500);
    let report = follow(PATIENCE, |at| Ok(committed(at.saturating_sub(late)))).await;
    assert_eq!((report.latency_us.len(), report.unseen), (COMMITS, 0));
    // A histogram keeps three digits.
    assert!(report.latency_us.min() >= 499_000, "{report:?}");
}

#[tokio::test(start_paused = true)]
async fn a_sink_that_never_shows_anything_has_no_figures_and_no_zeros() {
    let report = follow(PATIENCE, |_| Ok(0)).await;
    assert_eq!((report.latency_us.len(), report.unseen), (0, COMMITS));
    assert!(report.oldest_us > 10_000_000, "{report:?}");
    let summary = crate::summary::FreshnessSummary::new(&report);
    let json = serde_json::to_value(&summary).unwrap();
    assert!(json["latency_ms"].is_null(), "{json:#}");
}
