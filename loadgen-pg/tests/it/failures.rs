//! Failures, made for real, and what they are taken for.

use std::time::{Duration, Instant};

use loadgen_core::{
    Action, Change, Failure, Pace, Run, SqlSession, Target,
    crud::{Crud, CrudConfig},
};
use loadgen_pg::{PgSession, PgTarget, server::Server};
use sqlx::Executor;

use crate::{
    support::{database, insert, int, rows, table, target, text, update},
    waiting::until_waiting,
};

const TABLES: &str = "create table parent (id int primary key);
    create table t (id int primary key, v int not null default 0 check (v < 100), p int references parent,
        u text unique);
    insert into t values (1), (2)";

async fn refused(session: &mut PgSession, changes: &[Change]) -> Failure {
    let failure = session.apply(changes).await.unwrap_err();
    assert!(!failure.indeterminate && !failure.breaks_session(), "{failure:?}");
    session.server().await.unwrap();
    failure
}

#[tokio::test]
async fn refused_values_are_aborted_and_the_session_goes_on() {
    let (_, mut session) = database(TABLES).await;
    let t = table(&mut session, "t").await;
    let rows = [
        (insert(&t, &["id"], &[], &[&[int(1)]]), "23505"),
        (insert(&t, &["id", "p"], &[], &[&[int(3), int(9)]]), "23503"),
        (insert(&t, &["id", "v"], &[], &[&[int(3), loadgen_core::Value::Null]]), "23502"),
        (update(&t, &["id"], &["v"], &[&[int(1), int(100)]]), "23514"),
        (insert(&t, &["id", "u"], &[], &[&[int(3), text("\0")]]), "22021"),
    ];
    for (change, code) in rows {
        for changes in [vec![change.clone()], vec![update(&t, &["id"], &["v"], &[&[int(2), int(5)]]), change]]
        {
            let failure = refused(&mut session, &changes).await;
            assert_eq!((failure.code.as_ref(), failure.action), (code, Action::NewValues), "{failure}");
        }
    }
}

#[tokio::test]
async fn a_schema_that_moved_and_a_right_that_is_missing_are_told_apart() {
    let (_, mut session) = database(TABLES).await;
    let t = table(&mut session, "t").await;
    session.execute("create table gone (i int)").await.unwrap();
    let gone = table(&mut session, "gone").await;
    session.execute("drop table gone; alter table t drop column u").await.unwrap();
    let dropped = [
        (insert(&gone, &["i"], &[], &[&[int(1)]]), "42P01"),
        (insert(&t, &["id", "u"], &[], &[&[int(5), text("x")]]), "42703"),
    ];
    for (change, code) in dropped {
        let failure = refused(&mut session, &[change]).await;
        assert_eq!((failure.code.as_ref(), failure.action), (code, Action::RereadSchema), "{failure}");
    }
    session.execute("create role nobody_here; set role nobody_here").await.unwrap();
    let failure = refused(&mut session, &[insert(&t, &["id"], &[], &[&[int(6)]])]).await;
    assert_eq!((failure.code.as_ref(), failure.action), ("42501", Action::Skip));
    session.execute("reset role; drop role nobody_here").await.unwrap();
}

#[tokio::test]
async fn a_value_that_cannot_be_encoded_is_our_own_mistake() {
    let (_, mut session) = database(TABLES).await;
    let t = table(&mut session, "t").await;
    let wrong = insert(&t, &["id"], &[], &[&[text("x")]]);
    for changes in [vec![wrong.clone()], vec![insert(&t, &["id"], &[], &[&[int(9)]]), wrong]] {
        let failure = refused(&mut session, &changes).await;
        assert_eq!((failure.code.as_ref(), failure.action), ("encode", Action::Defect));
    }
    assert_eq!(rows(&mut session, &t).await.len(), 2);
}

#[tokio::test]
async fn a_lock_that_is_not_given_is_tried_again_and_then_left() {
    let (target, mut holder) = database(TABLES).await;
    let t = table(&mut holder, "t").await;
    let change = update(&t, &["id"], &["v"], &[&[int(1), int(2)]]);
    holder.begin().await.unwrap();
    holder.apply(std::slice::from_ref(&change)).await.unwrap();
    let mut waiter = target.connect().await.unwrap();
    waiter.execute("set lock_timeout = '20ms'").await.unwrap();
    let failure = refused(&mut waiter, &[change]).await;
    assert_eq!((failure.code.as_ref(), failure.action), ("55P03", Action::RetryThenSkip));
    holder.rollback().await.unwrap();
}

#[tokio::test]
async fn of_two_that_block_each_other_one_is_to_try_again() {
    let (target, mut one) = database(TABLES).await;
    let mut two = target.connect().await.unwrap();
    let t = table(&mut one, "t").await;
    for session in [&mut one, &mut two] {
        session.execute("set deadlock_timeout = '50ms'").await.unwrap();
    }
    let change = |id| [update(&t, &["id"], &["v"], &[&[int(id), int(3)]])];
    let (first, second) = (change(1), change(2));
    one.begin().await.unwrap();
    two.begin().await.unwrap();
    one.apply(&first).await.unwrap();
    two.apply(&second).await.unwrap();
    let (left, right) = tokio::join!(one.apply(&second), two.apply(&first));
    let failure = left.err().or(right.err()).unwrap();
    assert_eq!((failure.code.as_ref(), failure.action), ("40P01", Action::Retry));
}

async fn terminate(target: &PgTarget, victim: i32) {
    let mut other = target.connect().await.unwrap();
    sqlx::query("select pg_terminate_backend($1)")
        .bind(victim)
        .execute(other.driver().unwrap())
        .await
        .unwrap();
}

async fn backend(session: &mut PgSession) -> i32 {
    sqlx::query_scalar("select pg_backend_pid()").fetch_one(session.driver().unwrap()).await.unwrap()
}

/// Ends the session's backend while it waits for a lock in `changes`.
async fn terminated(alone: bool) -> Failure {
    let (target, mut holder) = database(TABLES).await;
    let t = table(&mut holder, "t").await;
    let change = |id| update(&t, &["id"], &["v"], &[&[int(id), int(4)]]);
    holder.begin().await.unwrap();
    holder.apply(&[change(1)]).await.unwrap();
    let mut victim = target.connect().await.unwrap();
    let process = backend(&mut victim).await;
    let changes = if alone { vec![change(1)] } else { vec![change(2), change(1)] };
    let mut observer = target.connect().await.unwrap();
    let kill = async {
        until_waiting(&mut observer, process, "Lock").await;
        terminate(&target, process).await;
    };
    let (answer, ()) = tokio::join!(victim.apply(&changes), kill);
    let failure = answer.unwrap_err();
    assert!(failure.breaks_session());
    assert!(victim.server().await.unwrap_err().breaks_session());
    failure
}

#[tokio::test]
async fn a_backend_that_ends_leaves_a_lone_statement_unclear() {
    let failure = terminated(true).await;
    assert_eq!((failure.code.as_ref(), failure.indeterminate), ("57P01", true));
    assert_eq!(failure.action, Action::Resolve);
}

#[tokio::test]
async fn a_backend_that_ends_before_commit_took_the_transaction_with_it() {
    let failure = terminated(false).await;
    assert_eq!((failure.code.as_ref(), failure.indeterminate), ("57P01", false));
    assert_eq!(failure.action, Action::Reconnect);
}

/// COMMIT waits for a standby that does not exist; the row is there all the same.
#[tokio::test]
async fn a_backend_that_ends_in_commit_leaves_it_unclear() {
    let server = Server::start().await.unwrap();
    let target = target(&server.url());
    let mut session = target.connect().await.unwrap();
    session.execute("create table t (id int primary key)").await.unwrap();
    let t = table(&mut session, "t").await;
    let process = backend(&mut session).await;
    let mut other = target.connect().await.unwrap();
    other.driver().unwrap().execute("alter system set synchronous_standby_names = 'nobody'").await.unwrap();
    other.driver().unwrap().execute("select pg_reload_conf()").await.unwrap();
    // What has reached this session need not have reached the next one, nor the process that keeps the list.
    let mut probe = target.connect().await.unwrap();
    let probed = backend(&mut probe).await;
    let probing = async {
        loop {
            let written =
                probe.driver().unwrap().execute("create table if not exists probe (); drop table probe");
            if written.await.is_err() {
                return;
            }
        }
    };
    let stop = async {
        until_waiting(&mut other, probed, "SyncRep").await;
        terminate(&target, probed).await;
    };
    tokio::join!(probing, stop);
    let changes = [1, 2].map(|id| insert(&t, &["id"], &[], &[&[int(id)]]));
    let kill = async {
        until_waiting(&mut other, process, "SyncRep").await;
        terminate(&target, process).await;
    };
    let (answer, ()) = tokio::join!(session.apply(&changes), kill);
    let failure = answer.unwrap_err();
    // Some versions say so, some only hang up.
    assert!(
        failure.indeterminate && ["57P01", "connection lost"].contains(&failure.code.as_ref()),
        "{failure}"
    );
    assert_eq!(rows(&mut other, &t).await.len(), 2);
}

#[tokio::test]
async fn a_server_that_stops_answering_runs_into_the_deadline() {
    let server = Server::start().await.unwrap();
    let target = target(&server.url()).with_statement_deadline(Duration::from_millis(700));
    let mut session = target.connect().await.unwrap();
    session.execute("create table t (id int primary key)").await.unwrap();
    let t = table(&mut session, "t").await;
    let one = |id| insert(&t, &["id"], &[], &[&[int(id)]]);
    let mut in_transaction = target.connect().await.unwrap();
    let mut reader = target.connect().await.unwrap();
    in_transaction.begin().await.unwrap();
    session.apply(&[one(1)]).await.unwrap();
    server.pause().unwrap();
    let began = Instant::now();
    let failure = session.apply(&[one(2)]).await.unwrap_err();
    assert_eq!((failure.code.as_ref(), failure.indeterminate), ("deadline", true));
    let failure = in_transaction.commit().await.unwrap_err();
    assert_eq!((failure.code.as_ref(), failure.indeterminate), ("deadline", true));
    let failure = reader.apply(&[one(3), one(4)]).await.unwrap_err();
    assert_eq!((failure.code.as_ref(), failure.indeterminate), ("deadline", false));
    assert!(began.elapsed() < Duration::from_secs(3), "{:?}", began.elapsed());
    assert_eq!(session.server().await.unwrap_err().action, Action::Reconnect);
    server.resume().unwrap();
}

#[tokio::test]
async fn sessions_that_the_server_closes_while_they_are_idle_cost_no_operation() {
    let (target, mut session) = database(
        "create table t (id int primary key, v int not null);
         do $$ begin execute format('alter database %I set idle_session_timeout = ''1200ms''', current_database()); end $$",
    )
    .await;
    let run = Run::new(target, Crud::new(CrudConfig::default())).lanes(1).seed(3).operations(4);
    let report = run.pace(Pace::Constant("30/min".parse().unwrap())).execute().await.unwrap();
    let outcomes = report.outcomes();
    assert_eq!((outcomes.committed + outcomes.skipped, outcomes.indeterminate), (4, 0), "{report:?}");
    assert!(report.counts.reconnects >= 1, "none was closed: {:?}", report.errors);
    session.server().await.unwrap();
}
