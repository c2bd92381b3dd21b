//! A run whose last operations do not end.

use std::time::Duration;

use loadgen_core::{
    SqlSession,
    ledger::{LedgerState, state},
};

use crate::support::{database, hold};

use super::{SHOP, committed, traced};

#[tokio::test]
async fn what_hangs_when_a_run_is_stopped_is_settled_all_the_same() {
    let (target, mut session) = database(SHOP).await;
    let directory = tempfile::tempdir().unwrap();
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let run = traced(target, directory.path()).grace(Duration::from_secs(2));
    let run = run.stop_on(async { drop(stopped.await) });
    let run = tokio::spawn(run.execute());
    session.marker_table().await.unwrap();
    while committed(&mut session).await < 100 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    hold(&mut session, "customers, orders, visits").await;
    tokio::time::sleep(Duration::from_millis(300)).await;
    stop.send(()).unwrap();
    tokio::time::sleep(Duration::from_millis(3_000)).await;
    session.execute("rollback").await.unwrap();
    let report = run.await.unwrap().unwrap();
    assert_eq!((report.fatal.as_ref(), report.cut), (None, true), "what hung was cut off");
    assert_eq!(state(directory.path()).unwrap(), LedgerState::Settled);
}
