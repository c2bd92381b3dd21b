//! A COMMIT that is not answered.

use std::{sync::Arc, time::Duration};

use loadgen_core::{Marked, SqlSession, Table, Target};
use loadgen_pg::{PgSession, PgSettings, PgTarget};

use super::{chaos::settle_for, marked::advance, proxy::Fate, trial::Trial};
use crate::{
    support::{insert, int, table},
    waiting::{holds, until},
};

const STALLED: &str = "select exists (select from pg_stat_activity where wait_event = 'SyncRep')";

/// Commits something again and again until it has to wait for a standby that is not there.
async fn stall(session: &mut PgSession, t: &Arc<Table>) -> loadgen_core::Failure {
    for id in 0.. {
        session.stage(&[insert(t, &["id"], &[], &[&[int(id)]])]).await.unwrap();
        if let Err(failure) = session.commit().await {
            return failure;
        }
    }
    unreachable!("the numbers do not end")
}

#[tokio::test]
async fn a_commit_that_stalls_is_given_up_at_the_deadline_and_unclear() {
    let trial = Trial::new(|_| Fate::Pass).await;
    let settings = PgSettings::from_url(&trial.server.database_url("shop")).unwrap();
    let target = PgTarget::new(settings).with_statement_deadline(Duration::from_millis(300));
    let mut session = target.connect().await.unwrap();
    session.execute("create table t (id int primary key)").await.unwrap();
    let mut patient = trial.observer().await;
    let t = table(&mut patient, "t").await;
    settle_for(&mut patient, "nobody").await;
    let failure = tokio::time::timeout(Duration::from_secs(20), stall(&mut session, &t)).await;
    let failure = failure.expect("a deadline of ours ends the wait");
    assert_eq!((failure.code.as_ref(), failure.indeterminate), ("deadline", true));
}

/// The same with statements that have their marker and commit by themselves.
async fn stall_marked(
    session: &mut PgSession,
    (markers, t): (&Arc<Table>, &Arc<Table>),
) -> loadgen_core::Failure {
    for seq in 0.. {
        let change = insert(t, &["id"], &[], &[&[int(seq)]]);
        match session.apply_marked(&advance(markers, seq), &change).await {
            Ok(answer) => assert_eq!(answer, Marked::Done),
            Err(failure) => return failure,
        }
    }
    unreachable!("the numbers do not end")
}

#[tokio::test]
async fn a_statement_that_commits_by_itself_and_stalls_is_given_up_at_the_deadline_as_well() {
    let trial = Trial::new(|_| Fate::Pass).await;
    let settings = PgSettings::from_url(&trial.server.database_url("shop")).unwrap();
    let target = PgTarget::new(settings).with_statement_deadline(Duration::from_millis(300));
    let mut session = target.connect().await.unwrap();
    let tables = "create table t (id int primary key); insert into loadgen_lane values ('run', 7, 0, 0)";
    session.execute(tables).await.unwrap();
    let mut patient = trial.observer().await;
    let (markers, t) = (table(&mut patient, "loadgen_lane").await, table(&mut patient, "t").await);
    settle_for(&mut patient, "nobody").await;
    let stalled = stall_marked(&mut session, (&markers, &t));
    let failure = tokio::time::timeout(Duration::from_secs(20), stalled).await;
    let failure = failure.expect("a deadline of ours ends the wait");
    assert_eq!((failure.code.as_ref(), failure.indeterminate), ("deadline", true), "{failure}");
}

#[tokio::test]
async fn a_run_whose_commits_stall_goes_on_when_they_end() {
    let trial = Trial::new(|_| Fate::Pass).await;
    let run = tokio::spawn(trial.run(Duration::from_millis(400)).operations(3000).execute());
    let mut observer = trial.observer().await;
    until("it is under way", async || holds(&mut observer, "select count(*) > 50 from aside.moves").await)
        .await;
    settle_for(&mut observer, "nobody").await;
    until("a commit stalls", async || run.is_finished() || holds(&mut observer, STALLED).await).await;
    tokio::time::sleep(Duration::from_millis(1000)).await;
    settle_for(&mut observer, "").await;
    let report = run.await.unwrap().unwrap();
    assert_eq!((report.fatal.as_ref(), report.outcomes().indeterminate), (None, 0));
    assert!(trial.book().await.found.0 > 0, "what had stalled was found to be committed");
}
