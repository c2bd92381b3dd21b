//! Rates, limits, stops and deadlines, in paused time.

mod accounts;
mod builder;
mod faults;
mod looks;
mod scripted;
mod stops;

use std::time::Duration;

use async_trait::async_trait;
use loadgen_core::{
    Bursts, Cx, Done, Failure, LaneId, Mix, Pace, PrepareError, Report, Rows, Run, RunError, Scenario,
    Session, SessionOf, Setup, Target, Workload,
    units::{Count, Span},
};

/// A target that answers after a while; every `stall.0`th answer takes `stall.1`.
#[derive(Clone)]
struct Slow {
    service: Duration,
    stall: Option<(u64, Duration)>,
}

struct SlowSession(Slow);

impl Session for SlowSession {}

#[async_trait]
impl Target for Slow {
    type Session = SlowSession;

    async fn connect(&self) -> Result<SlowSession, Failure> {
        Ok(SlowSession(self.clone()))
    }

    fn describe(&self) -> String {
        "slow://".to_owned()
    }
}

struct Waiting;

struct Wait;

#[async_trait]
impl Workload for Waiting {
    type Target = Slow;
    type Lane = u64;

    async fn prepare(&mut self, _: &mut SessionOf<Self>, _: &Setup) -> Result<Mix<Self>, PrepareError> {
        Ok(Mix::new().with(1, Wait))
    }

    fn lane(&self, _: LaneId) -> u64 {
        0
    }
}

#[async_trait]
impl Scenario<Waiting> for Wait {
    fn name(&self) -> &str {
        "wait"
    }

    async fn run(&self, session: &mut SlowSession, done: &mut u64, _: &mut Cx) -> Result<Done, Failure> {
        *done += 1;
        let stalled =
            session.0.stall.filter(|(every, _)| done.is_multiple_of(*every)).map(|(_, stall)| stall);
        tokio::time::sleep(stalled.unwrap_or(session.0.service)).await;
        Ok(Done::Committed(Rows { inserted: 1, ..Rows::default() }))
    }
}

fn run(service_ms: u64, stall: Option<(u64, Duration)>) -> Run<Waiting> {
    Run::new(Slow { service: Duration::from_millis(service_ms), stall }, Waiting).coarse_timer()
}

fn pace(rate: &str) -> Pace {
    Pace::Constant(rate.parse().unwrap())
}

fn accounted(report: &Report) {
    assert_eq!(report.counts.planned, report.counts.offered + report.counts.dropped);
    assert_eq!(report.counts.offered, report.completed());
}

#[tokio::test(start_paused = true)]
async fn a_rate_is_held_to_the_operation() {
    let report =
        run(2, None).lanes(16).pace(pace("1k/s")).duration(Duration::from_secs(10)).execute().await.unwrap();
    assert_eq!((report.counts.offered, report.counts.dropped), (10_000, 0));
    assert!(report.lag_us().value_at_quantile(0.99) <= 2_000, "{}", report.lag_us().max());
    accounted(&report);
}

#[tokio::test(start_paused = true)]
async fn a_stall_shows_in_the_latency_of_everything_that_was_due_in_it() {
    let stall = Some((500, Duration::from_secs(5)));
    let run = run(1, stall).lanes(1).connections(1).pace(pace("100/s")).duration(Duration::from_secs(10));
    let report = run.execute().await.unwrap();
    assert_eq!((report.counts.offered, report.counts.dropped), (1_000, 0));
    let late = report.latency_us().count_between(1_000_000, 5_100_000);
    assert!((390..=500).contains(&late), "{late} operations over a second late: 4 s at 100/s are owed");
    let (behind, slowest) = (report.lag_us().count_between(1_000_000, 5_100_000), report.latency_us().max());
    assert!((390..=late).contains(&behind), "{behind} of {late} late operations were begun late");
    let service = &report.scenarios["wait"].service_us;
    assert_eq!((service.count_between(1_000_000, 5_100_000), service.max() <= slowest), (2, true));
    accounted(&report);
}

#[tokio::test(start_paused = true)]
async fn what_cannot_be_started_in_time_is_dropped_and_counted() {
    let run = run(100, None).lanes(2).connections(2).pace(pace("100/s")).duration(Duration::from_secs(10));
    let report = run.max_lag(Duration::from_secs(1)).execute().await.unwrap();
    assert_eq!(report.counts.planned, 1_000);
    assert!((180..=240).contains(&report.counts.offered), "{}", report.counts.offered);
    accounted(&report);
}

#[tokio::test(start_paused = true)]
async fn a_stop_lets_what_has_begun_end_and_accounts_for_what_was_due() {
    let stop = tokio::time::sleep(Duration::from_millis(2_600));
    let report = run(300, None).lanes(4).pace(pace("4/s")).stop_on(stop).execute().await.unwrap();
    assert_eq!((report.counts.offered, report.outcomes().committed, report.cut), (11, 11, false));
    accounted(&report);
}

#[tokio::test(start_paused = true)]
async fn what_does_not_end_within_the_grace_period_is_cut_off_and_unknown() {
    let stop = tokio::time::sleep(Duration::from_secs(1));
    let run = run(60_000, None).lanes(4).stop_on(stop).grace(Duration::from_secs(2));
    let report = run.execute().await.unwrap();
    assert_eq!((report.outcomes().indeterminate, report.cut), (4, true));
    assert!(report.duration < Duration::from_millis(3_100), "{:?}", report.duration);
    accounted(&report);
}

#[tokio::test(start_paused = true)]
async fn a_second_stop_cuts_at_once() {
    let run = run(60_000, None).lanes(4).stop_on(tokio::time::sleep(Duration::from_secs(1)));
    let report = run.abort_on(tokio::time::sleep(Duration::from_millis(1_500))).execute().await.unwrap();
    assert!(report.cut && report.duration < Duration::from_millis(1_600), "{:?}", report.duration);
}

#[tokio::test(start_paused = true)]
async fn no_answer_within_the_deadline_is_unknown_and_costs_the_session() {
    let run =
        run(1, Some((3, Duration::from_secs(600)))).lanes(1).operations(4).deadline(Duration::from_secs(1));
    let report = run.execute().await.unwrap();
    assert_eq!((report.outcomes().indeterminate, report.counts.reconnects), (1, 1));
    assert_eq!(report.errors["deadline"].count, 1);
}

#[tokio::test(start_paused = true)]
async fn the_warm_up_is_done_and_kept_apart() {
    let run = run(1, None).lanes(4).pace(pace("100/s")).duration(Duration::from_secs(10));
    let report = run.warmup(Duration::from_secs(2)).execute().await.unwrap();
    assert_eq!((report.counts.warmup.committed, report.outcomes().committed), (200, 800));
    accounted(&report);
}

#[tokio::test(start_paused = true)]
async fn a_closed_pace_waits_for_its_own_operations() {
    let think = Pace::Think("90ms".parse().unwrap());
    let run = run(10, None).lanes(10).connections(10).pace(think).duration(Duration::from_secs(10));
    let report = run.execute().await.unwrap();
    assert_eq!(report.counts.offered, 1_000);
}

#[tokio::test(start_paused = true)]
async fn progress_can_be_watched_from_outside() {
    let run = run(1, None).lanes(4).pace(pace("100/s")).duration(Duration::from_secs(10));
    let progress = run.progress();
    let watched = tokio::spawn(async move {
        tokio::time::sleep(Duration::from_millis(5_050)).await;
        progress.snapshot()
    });
    run.execute().await.unwrap();
    let snapshot = watched.await.unwrap();
    assert!((500..=510).contains(&snapshot.outcomes.committed), "{snapshot:?}");
    assert_eq!((snapshot.rows, snapshot.connected), (snapshot.outcomes.committed, 4));
}

#[tokio::test(start_paused = true)]
async fn the_lag_grows_while_nothing_can_be_begun() {
    // The operation that is due at 4.99 s takes 5 s; the next one is due 10 ms later.
    let stall = Some((500, Duration::from_secs(5)));
    let run = run(1, stall).lanes(1).connections(1).pace(pace("100/s")).duration(Duration::from_secs(10));
    let progress = run.progress();
    let watched = tokio::spawn(async move {
        let mut lags = Vec::new();
        for millis in [4_985, 1_015, 2_000] {
            tokio::time::sleep(Duration::from_millis(millis)).await;
            lags.push(progress.snapshot().lag_us / 1_000);
        }
        lags
    });
    run.execute().await.unwrap();
    let lags = watched.await.unwrap();
    assert!(lags[0] < 5 && lags[1].abs_diff(1_000) < 5 && lags[2].abs_diff(3_000) < 5, "{lags:?}");
}

#[tokio::test(start_paused = true)]
async fn the_duration_is_that_of_the_operations() {
    let run = run(5, None).lanes(1).pace(pace("1/s")).duration(Duration::from_secs(3));
    let report = run.execute().await.unwrap();
    assert_eq!(report.duration.as_millis() / 10, 200, "{:?}", report.duration);
}

#[tokio::test(start_paused = true)]
async fn nothing_is_undone_in_a_run_that_ends_by_itself() {
    let late = run(100, None).lanes(2).connections(2).pace(pace("100/s")).duration(Duration::from_secs(10));
    let report = late.max_lag(Duration::from_secs(1)).execute().await.unwrap();
    assert_eq!((report.counts.dropped > 0, report.counts.undone), (true, 0));
    let stop = tokio::time::sleep(Duration::from_millis(4_050));
    let report = run(1_000, None).lanes(2).connections(2).pace(pace("10/s")).stop_on(stop).execute().await;
    let report = report.unwrap();
    assert_eq!((report.counts.undone > 0, report.counts.undone), (true, report.counts.dropped));
    accounted(&report);
}

#[tokio::test]
async fn dropping_gives_way_to_other_tasks() {
    // The first operation takes so long that all the others are late when it ends.
    let stall = Some((1, Duration::from_millis(50)));
    let run = run(0, stall).lanes(1).operations(100_000).pace(pace("1000M/s")).max_lag(Duration::ZERO);
    let progress = run.progress();
    let watched = tokio::spawn(async move {
        let mut halfway = 0;
        while progress.snapshot().dropped < 99_000 {
            halfway += u32::from(progress.snapshot().dropped > 0);
            tokio::task::yield_now().await;
        }
        halfway
    });
    let report = run.execute().await.unwrap();
    assert!(report.counts.dropped > 99_000, "{}", report.counts.dropped);
    accounted(&report);
    assert!(watched.await.unwrap() > 100, "the run kept the runtime to itself");
}

#[tokio::test]
async fn bursts_of_nothing_or_without_a_pause_are_refused() {
    for (operations, pause) in [(0, Duration::from_secs(1)), (1, Duration::ZERO)] {
        let pace = Pace::Bursts(Bursts { operations: Count(operations), pause: Span(pause) });
        let result = run(1, None).pace(pace).duration(Duration::from_secs(1)).execute().await;
        assert!(matches!(result, Err(RunError::Pace(_))), "{result:?}");
    }
}
