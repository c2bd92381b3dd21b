//! Stops at every stage of a run.

use std::{future::Future, sync::atomic::Ordering::SeqCst, time::Duration};

use loadgen_core::{Action, CheckError, Failure, Report, Run, RunError};

use super::{
    pace,
    scripted::{Reply, Script, Scripted},
};

fn seconds(seconds: u64) -> impl Future<Output = ()> + Send + 'static {
    tokio::time::sleep(Duration::from_secs(seconds))
}

/// What a run ends with; it has an hour for that.
async fn ended(run: Run<Scripted>) -> Result<Report, RunError> {
    tokio::time::timeout(Duration::from_secs(3_600), run.execute()).await.expect("a run that ends")
}

/// The report of a run whose check was given up.
fn not_compared(result: Result<Report, RunError>) -> Report {
    match result {
        Err(RunError::Check { source: CheckError::Inconclusive(why), report, .. }) => {
            assert_eq!(why, ["stopped before it was compared"]);
            *report
        }
        other => panic!("{other:?}"),
    }
}

#[tokio::test(start_paused = true)]
async fn a_stop_before_the_first_operation_ends_the_run() {
    let prepare = Script { prepare: Reply::Hangs, ..Script::new(|_| Reply::OK) };
    let first = Script { connect: |_| Reply::Hangs, ..Script::new(|_| Reply::OK) };
    let third = |nth| if nth == 3 { Reply::Hangs } else { Reply::OK };
    let connecting = Script { connect: third, ..Script::new(|_| Reply::OK) };
    for script in [prepare, first, connecting] {
        let stopped = ended(script.run().stop_on(seconds(5))).await;
        assert!(matches!(stopped, Err(RunError::Stopped)), "{stopped:?}");
        script.connects.store(0, SeqCst);
        let aborted = ended(script.run().abort_on(seconds(5))).await;
        assert!(matches!(aborted, Err(RunError::Stopped)), "{aborted:?}");
        assert_eq!(script.begun.load(SeqCst), 0);
    }
}

#[tokio::test(start_paused = true)]
async fn a_stop_during_the_check_keeps_the_report() {
    let script = Script { check: Reply::Hangs, ..Script::new(|_| Reply::OK) };
    let report = not_compared(ended(script.run().operations(10).check().stop_on(seconds(5))).await);
    assert_eq!(report.outcomes().committed, 10);
    let script = Script {
        connect: |nth| if nth == 5 { Reply::Hangs } else { Reply::OK },
        ..Script::new(|_| Reply::OK)
    };
    let report = not_compared(ended(script.run().operations(10).check().abort_on(seconds(5))).await);
    assert_eq!(report.outcomes().committed, 10);
}

#[tokio::test(start_paused = true)]
async fn the_stop_that_ended_the_traffic_leaves_the_check_alone_and_the_next_does_not() {
    let script = Script { check: Reply::After(60_000), ..Script::new(|_| Reply::After(10)) };
    let stopped = ended(script.run().pace(pace("100/s")).check().stop_on(seconds(5))).await;
    assert!(stopped.is_ok(), "{stopped:?}");
    let run = script.run().pace(pace("100/s")).check().stop_on(seconds(5)).abort_on(seconds(9));
    assert!(!not_compared(ended(run).await).cut);
}

#[tokio::test]
async fn a_run_that_nobody_waits_for_any_more_stops() {
    for threads in [0, 2] {
        let script = Script::new(|_| Reply::After(1));
        let ended =
            tokio::time::timeout(Duration::from_millis(200), script.run().threads(threads).execute()).await;
        assert!(ended.is_err());
        tokio::time::sleep(Duration::from_millis(200)).await;
        let begun = script.begun.load(SeqCst);
        assert!(begun > 0);
        tokio::time::sleep(Duration::from_millis(200)).await;
        assert_eq!(script.begun.load(SeqCst), begun, "{threads} threads");
    }
}

#[tokio::test(start_paused = true)]
async fn a_drain_does_not_wait_for_a_connection_and_nothing_is_cut_off_by_it() {
    let mut script = Script::new(|cx| match cx.seq {
        0 => Reply::Fails(Failure::aborted(Action::Reconnect, "lost", "the session is gone")),
        _ => Reply::After(1),
    });
    script.connect = |nth| if nth < 5 { Reply::OK } else { Reply::Hangs };
    let start = tokio::time::Instant::now();
    let report = ended(script.run().stop_on(seconds(5))).await.unwrap();
    assert_eq!((report.cut, report.outcomes().aborted), (false, 4));
    assert_eq!(start.elapsed().as_secs(), 5, "a grace period has gone by");
}
