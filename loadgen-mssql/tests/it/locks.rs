//! Sessions that wait for each other, and calls that are given up.

use std::time::{Duration, Instant};

use loadgen_core::{Action, SqlSession, Target};
use loadgen_mssql::MssqlSession;

use crate::support::{Server, insert, int, rows, table, update};

const TABLE: &str = "create table t (id int not null primary key, a int)";

/// The same with a trigger, which makes a batch of every change.
const WATCHED: &str = "create table t (id int not null primary key, a int)
GO
create trigger idle on t after update as declare @nothing int";

/// Two sessions, and what each would do to one of two rows.
async fn two(server: &Server, deadline: u64) -> ([MssqlSession; 2], [loadgen_core::Change; 2]) {
    let (target, mut session) = server.database(TABLE).await;
    let own = table(&mut session, "t").await;
    session.apply_one(&insert(&own, &["id"], &[], &[&[int(1)], &[int(2)]])).await.unwrap();
    let target = target.with_statement_deadline(Duration::from_secs(deadline));
    let sessions = [target.connect().await.unwrap(), target.connect().await.unwrap()];
    let change = |id| update(&own, &["id"], &["a"], &[&[int(id), int(id)]]);
    (sessions, [change(1), change(2)])
}

#[tokio::test]
async fn a_change_that_is_wanted_soon_does_not_wait_long_for_a_lock() {
    let Some(server) = Server::of_the_environment() else { return };
    let ([mut holder, mut other], [change, free]) = two(&server, 6).await;
    holder.stage(std::slice::from_ref(&change)).await.unwrap();
    let start = Instant::now();
    let failure = other.apply_soon(&change).await.unwrap_err();
    assert_eq!((failure.action, failure.indeterminate), (Action::RetryThenSkip, false), "{failure}");
    assert!(start.elapsed() < Duration::from_secs(6), "{:?}", start.elapsed());
    assert_eq!(other.apply_soon(&free).await.unwrap().rows, 1);
    other.execute("if @@lock_timeout <> -1 throw 50001, 'the next change would not wait', 1").await.unwrap();
    holder.commit().await.unwrap();
    assert_eq!(other.apply_one(&change).await.unwrap().rows, 1);
    drop((holder, other));
    server.clean().await;
}

#[tokio::test]
async fn the_victim_of_a_deadlock_is_to_try_again_and_can() {
    let Some(server) = Server::of_the_environment() else { return };
    let ([mut one, mut two], [first, second]) = two(&server, 30).await;
    one.stage(std::slice::from_ref(&first)).await.unwrap();
    two.stage(std::slice::from_ref(&second)).await.unwrap();
    let (a, b) =
        tokio::join!(one.stage(std::slice::from_ref(&second)), two.stage(std::slice::from_ref(&first)));
    let (mut winner, mut victim, failure) = match (a, b) {
        (Ok(_), Err(failure)) => (one, two, failure),
        (Err(failure), Ok(_)) => (two, one, failure),
        both => panic!("one of two is the victim: {both:?}"),
    };
    assert_eq!((failure.action, &*failure.code, failure.indeterminate), (Action::Retry, "1205", false));
    winner.commit().await.unwrap();
    assert_eq!(victim.apply(&[first, second]).await.unwrap().len(), 2);
    drop((winner, victim));
    server.clean().await;
}

#[tokio::test]
async fn a_session_is_given_up_when_a_call_is_dropped_or_an_answer_is_late() {
    let Some(server) = Server::of_the_environment() else { return };
    let ([mut holder, mut other], [change, _]) = two(&server, 2).await;
    holder.stage(std::slice::from_ref(&change)).await.unwrap();
    let dropped = tokio::time::timeout(Duration::from_millis(300), other.apply_one(&change)).await;
    assert!(dropped.is_err(), "it waits for the lock");
    // Nothing is in the way of an answer any more.
    holder.rollback().await.unwrap();
    let failure = other.server().await.unwrap_err();
    assert_eq!(failure.action, Action::Reconnect, "{failure}");
    assert!(failure.message.contains("given up"), "{failure}");
    drop(other);
    server.clean().await;
}

#[tokio::test]
async fn an_answer_that_is_late_is_unknown_and_ends_the_session() {
    let Some(server) = Server::of_the_environment() else { return };
    let ([mut holder, mut other], [change, _]) = two(&server, 2).await;
    holder.stage(std::slice::from_ref(&change)).await.unwrap();
    let failure = other.apply_one(&change).await.unwrap_err();
    assert!(failure.indeterminate && failure.code == "deadline", "{failure}");
    assert!(other.server().await.unwrap_err().breaks_session());
    holder.rollback().await.unwrap();
    server.clean().await;
}

#[tokio::test]
async fn a_batch_that_is_late_is_unknown_and_one_in_an_open_transaction_is_known_not_to_be_done() {
    let Some(server) = Server::of_the_environment() else { return };
    let (target, mut session) = server.database(WATCHED).await;
    let own = table(&mut session, "t").await;
    session.apply_one(&insert(&own, &["id"], &[], &[&[int(1)], &[int(2)]])).await.unwrap();
    let [held, marker] = [1, 2].map(|id| update(&own, &["id"], &["a"], &[&[int(id), int(id)]]));
    session.stage(std::slice::from_ref(&held)).await.unwrap();
    let target = target.with_statement_deadline(Duration::from_secs(2));
    let mut late =
        [target.connect().await.unwrap(), target.connect().await.unwrap(), target.connect().await.unwrap()];
    let failures = [
        late[0].apply_one(&held).await.unwrap_err(),
        late[1].apply_marked(&marker, &held).await.unwrap_err(),
        late[2].stage(&[marker, held]).await.unwrap_err(),
    ];
    assert!(failures.iter().all(|failure| failure.code == "deadline"), "{failures:?}");
    assert_eq!(failures.map(|failure| failure.indeterminate), [true, true, false]);
    session.rollback().await.unwrap();
    drop((session, late));
    server.clean().await;
}

#[tokio::test]
async fn a_transaction_that_ended_behind_our_back_is_never_taken_for_committed() {
    let Some(server) = Server::of_the_environment() else { return };
    let ([mut session, mut other], [change, _]) = two(&server, 20).await;
    session.stage(std::slice::from_ref(&change)).await.unwrap();
    session.execute("rollback transaction").await.unwrap();
    let failure = session.commit().await.unwrap_err();
    assert!(!failure.indeterminate, "{failure}");
    let own = table(&mut other, "t").await;
    assert!(rows(&mut other, &own).await.iter().all(|row| row[1].is_null()));
    server.clean().await;
}
