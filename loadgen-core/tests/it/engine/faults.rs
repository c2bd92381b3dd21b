//! Panics, lost connections and failures of every kind.

use std::{sync::atomic::Ordering::SeqCst, time::Duration};

use loadgen_core::{Action, CheckError, Failure, Outcomes, Pace, RetryPolicy, Run, RunError};

use super::{
    accounted,
    scripted::{Reply, Script, Scripted},
};

fn refused(action: Action) -> Reply {
    Reply::Fails(Failure::aborted(action, action.name(), "no"))
}

const SOON: Duration = Duration::from_secs(10);

#[tokio::test]
async fn a_panic_while_connecting_ends_the_run() {
    for threads in [0, 2] {
        let mut script = Script::new(|_| Reply::After(1));
        script.connect = |nth| if nth == 2 { Reply::Panics } else { Reply::OK };
        let ended = tokio::time::timeout(SOON, script.run().threads(threads).execute()).await;
        assert!(matches!(ended, Ok(Err(RunError::Worker))), "{threads} threads: {ended:?}");
    }
}

#[tokio::test]
async fn a_panic_ends_the_run_at_once_and_costs_the_lanes_of_one_worker() {
    for threads in [0, 2] {
        let script = Script::new(|cx| match (cx.lane.0, cx.seq) {
            (1, 2) => Reply::Panics,
            _ => Reply::After(1),
        });
        let ended = tokio::time::timeout(SOON, script.run().threads(threads).execute()).await;
        let report = ended.unwrap_or_else(|_| panic!("{threads} threads: it went on")).unwrap();
        let fatal = report.fatal.clone().unwrap();
        assert_eq!((fatal.action, &*fatal.code), (Action::Defect, "panic"));
        assert!(fatal.message.starts_with("worker 1 of 4 panicked (as the script says)"), "{fatal}");
        assert!(report.outcomes().committed >= 3, "{:?}", report.outcomes());
        accounted(&report);
    }
}

#[tokio::test(start_paused = true)]
async fn a_connection_that_fails_for_the_check_does_not_cost_the_report() {
    let mut script = Script::new(|_| Reply::OK);
    script.connect = |nth| if nth == 5 { refused(Action::Fatal) } else { Reply::OK };
    let result = script.run().operations(100).check().execute().await;
    let Err(RunError::Check { source: CheckError::Target(failure), report, .. }) = result else {
        panic!("{result:?}")
    };
    assert_eq!((failure.action, report.outcomes().committed), (Action::Fatal, 100));
}

#[tokio::test(start_paused = true)]
async fn a_check_whose_connection_is_lost_is_begun_anew() {
    let mut script = Script::new(|_| Reply::OK);
    script.connect = |nth| if (5..7).contains(&nth) { refused(Action::Reconnect) } else { Reply::OK };
    script.run().operations(100).check().execute().await.unwrap();
    let mut script = Script::new(|_| Reply::OK);
    script.connect = |nth| if nth >= 5 { refused(Action::Reconnect) } else { Reply::OK };
    let result = script.run().operations(100).check().execute().await;
    assert!(matches!(result, Err(RunError::Check { source: CheckError::Target(_), .. })), "{result:?}");
}

#[tokio::test(start_paused = true)]
async fn a_connection_is_lost_once_however_often_it_takes_to_connect_anew() {
    let mut script = Script::new(|cx| match (cx.seq, cx.attempt) {
        (1, 0) => refused(Action::Reconnect),
        _ => Reply::OK,
    });
    // Number 1 is the worker's first.
    script.connect = |nth| if matches!(nth, 2 | 3) { refused(Action::Reconnect) } else { Reply::OK };
    let report = script.run().lanes(1).operations(3).execute().await.unwrap();
    assert_eq!((report.outcomes().committed, report.counts.reconnects), (3, 1));
    let errors: Vec<_> = report.errors.iter().map(|(code, error)| (code.as_str(), error.count)).collect();
    assert_eq!(errors, [("reconnect", 1), ("reconnect failed", 2)]);
    assert_eq!(report.errors["reconnect failed"].example, "no (reconnect)");
}

#[tokio::test(start_paused = true)]
async fn each_action_has_a_bound_of_its_own() {
    let retries = Script::new(|cx| match cx.attempt {
        0..5 => refused(Action::Retry),
        5 => refused(Action::PauseThenFatal),
        _ => Reply::OK,
    });
    let report = retries.run().operations(1).execute().await.unwrap();
    assert_eq!((report.fatal, report.counts.retries), (None, 6));
    let schema = Script::new(|cx| match cx.attempt {
        0 => refused(Action::Retry),
        1 => refused(Action::RereadSchema),
        _ => Reply::OK,
    });
    let report = schema.run().operations(1).execute().await.unwrap();
    assert_eq!((report.outcomes().committed, report.counts.retries), (1, 2));
}

#[tokio::test(start_paused = true)]
async fn a_shortage_that_does_not_pass_is_fatal_after_its_own_bound() {
    let script = Script::new(|_| refused(Action::PauseThenFatal));
    let report = script.run().lanes(1).execute().await.unwrap();
    let pauses = u64::from(RetryPolicy::default().pauses);
    assert_eq!(
        (report.fatal.map(|fatal| fatal.action), report.counts.retries),
        (Some(Action::PauseThenFatal), pauses)
    );
}

#[tokio::test(start_paused = true)]
async fn what_waits_for_another_attempt_when_it_is_cut_off_was_not_done() {
    let minute = Duration::from_secs(60);
    let retry = RetryPolicy { base: minute, cap: minute, ..RetryPolicy::default() };
    // Lane 0 pauses, lane 1 is in the target, lane 2 has lost its session and finds no other.
    let mut script = Script::new(|cx| match cx.lane.0 {
        0 => refused(Action::Retry),
        1 => Reply::Hangs,
        _ => refused(Action::Reconnect),
    });
    script.connect = |nth| if nth < 4 { Reply::OK } else { Reply::Hangs };
    let run = script.run().lanes(3).retry(retry).deadline(minute * 9);
    let report = run.abort_on(tokio::time::sleep(minute * 2)).execute().await.unwrap();
    assert_eq!(report.outcomes(), Outcomes { aborted: 2, indeterminate: 1, ..Outcomes::default() });
    assert!(report.cut);
    accounted(&report);
}

#[tokio::test(start_paused = true)]
async fn nobody_begins_before_every_session_is_open() {
    let mut script = Script::new(|_| Reply::After(10));
    script.connect = |nth| if nth == 4 { Reply::After(5_000) } else { Reply::OK };
    let begun = script.begun.clone();
    let early = tokio::spawn(async move {
        tokio::time::sleep(Duration::from_millis(4_900)).await;
        begun.load(std::sync::atomic::Ordering::SeqCst)
    });
    let report = script.run().duration(Duration::from_secs(1)).execute().await.unwrap();
    assert_eq!(early.await.unwrap(), 0);
    assert_eq!(report.counts.offered, 400);
}

/// One operation of one lane every six seconds.
fn seldom(script: &Script) -> Run<Scripted> {
    script.run().lanes(1).pace(Pace::Constant("10/min".parse().unwrap())).operations(4)
}

#[tokio::test(start_paused = true)]
async fn a_session_that_was_closed_while_it_was_idle_takes_no_operation_with_it() {
    let mut script = Script::new(|_| Reply::OK);
    script.ping = |nth| match nth {
        0 => Reply::Fails(Failure::indeterminate(Action::Resolve, "closed", "end of file")),
        1 => Reply::Hangs,
        _ => Reply::OK,
    };
    let report = seldom(&script).deadline(Duration::from_secs(3)).execute().await.unwrap();
    let closed = |code: &str| report.errors.get(code).map(|error| error.count);
    assert_eq!((closed("closed"), closed("deadline"), report.counts.reconnects), (Some(1), Some(1), 2));
    assert_eq!(report.outcomes(), Outcomes { committed: 4, ..Outcomes::default() });
    assert_eq!(script.pings.load(SeqCst), 3, "once before each operation that follows a pause");
    accounted(&report);
}

#[tokio::test(start_paused = true)]
async fn a_session_that_is_in_use_is_not_asked_for_a_sign_of_life() {
    let script = Script::new(|_| Reply::After(900));
    script.run().lanes(1).operations(20).execute().await.unwrap();
    assert_eq!(script.pings.load(SeqCst), 0);
}

#[tokio::test(start_paused = true)]
async fn a_session_that_does_not_answer_does_not_hold_up_a_stop() {
    let mut script = Script::new(|_| Reply::OK);
    script.ping = |_| Reply::Hangs;
    let run = seldom(&script).stop_on(tokio::time::sleep(SOON));
    let report = tokio::time::timeout(2 * SOON, run.execute()).await.unwrap().unwrap();
    assert_eq!(report.outcomes(), Outcomes { committed: 1, ..Outcomes::default() });
}
