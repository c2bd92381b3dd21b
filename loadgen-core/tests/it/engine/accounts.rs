//! Whatever the pace and whatever goes wrong: every operation that was due is begun or dropped, and ends once.

use std::time::Duration;

use loadgen_core::{Action, Bursts, Failure, Pace, Run};

use super::{
    Waiting, accounted, pace, run,
    scripted::{Reply, Script, Scripted},
};

fn paces() -> [Pace; 5] {
    let bursts = Bursts { operations: "40".parse().unwrap(), pause: "400ms".parse().unwrap() };
    let Pace::Constant(rate) = pace("100/s") else { unreachable!() };
    [
        Pace::Constant(rate),
        Pace::Poisson(rate),
        Pace::Bursts(bursts),
        Pace::Think("10ms".parse().unwrap()),
        Pace::Unpaced,
    ]
}

async fn stopped_slow(change: impl Fn(Run<Waiting>) -> Run<Waiting>) {
    for pace in paces() {
        let stop = tokio::time::sleep(Duration::from_millis(2_650));
        let report =
            change(run(90, None).lanes(7).connections(3).pace(pace).stop_on(stop)).execute().await.unwrap();
        assert!(report.counts.offered > 0, "{pace:?}");
        accounted(&report);
    }
}

#[tokio::test(start_paused = true)]
async fn when_a_stop_drains() {
    stopped_slow(|run| run).await;
}

#[tokio::test(start_paused = true)]
async fn when_a_stop_cuts() {
    stopped_slow(|run| run.grace(Duration::from_millis(20))).await;
}

#[tokio::test(start_paused = true)]
async fn when_what_is_late_is_dropped() {
    stopped_slow(|run| run.max_lag(Duration::from_millis(200))).await;
}

async fn stopped_script(script: impl Fn() -> Script) {
    for pace in paces() {
        let stop = tokio::time::sleep(Duration::from_millis(1_650));
        let run: Run<Scripted> =
            script().run().lanes(7).pace(pace).stop_on(stop).grace(Duration::from_millis(50));
        let report = run.execute().await.unwrap();
        assert!(report.counts.offered > 0, "{pace:?}");
        accounted(&report);
    }
}

fn fails(action: Action) -> Reply {
    Reply::Fails(Failure::aborted(action, action.name(), "no"))
}

#[tokio::test(start_paused = true)]
async fn when_connections_are_lost_and_do_not_come_back() {
    stopped_script(|| {
        let mut script =
            Script::new(|cx| if cx.seq == 3 { fails(Action::Reconnect) } else { Reply::After(5) });
        script.connect = |nth| if nth > 5 { fails(Action::Reconnect) } else { Reply::OK };
        script
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn when_operations_are_tried_again_and_again() {
    stopped_script(|| Script::new(|cx| if cx.attempt < 4 { fails(Action::Retry) } else { Reply::After(5) }))
        .await;
}
