//! What counts as committed.

use loadgen_core::{Action, SqlSession, Target};
use sqlx::Executor;

use crate::support::{database, insert, int, rows, table};

const DEFERRED: &str = "create table parent (id int primary key);
    create table child (id int primary key,
        parent int references parent deferrable initially deferred)";

#[tokio::test]
async fn a_deferred_constraint_is_heard_before_success_is_claimed() {
    let (_, mut session) = database(DEFERRED).await;
    let child = table(&mut session, "child").await;
    let orphan = |id| insert(&child, &["id", "parent"], &[], &[&[int(id), int(7)]]);
    let returned = insert(&child, &["id", "parent"], &["id"], &[&[int(3), int(7)]]);
    for changes in [vec![orphan(1)], vec![orphan(1), orphan(2)], vec![returned]] {
        let failure = session.apply(&changes).await.unwrap_err();
        assert_eq!((failure.code.as_ref(), failure.indeterminate), ("23503", false));
        assert_eq!(failure.action, Action::NewValues);
    }
    let parent = table(&mut session, "parent").await;
    let changes = [orphan(1), insert(&parent, &["id"], &[], &[&[int(7)]])];
    session.apply(&changes).await.unwrap();
    assert_eq!(rows(&mut session, &child).await.len(), 1);
}

/// The server answers COMMIT of a failed transaction with `ROLLBACK` and without an error.
#[tokio::test]
async fn a_transaction_that_failed_behind_the_sessions_back_is_not_committed() {
    let (_, mut session) = database("create table t (id int primary key)").await;
    let t = table(&mut session, "t").await;
    session.begin().await.unwrap();
    session.apply(&[insert(&t, &["id"], &[], &[&[int(1)]])]).await.unwrap();
    session.driver().unwrap().execute("select 1 / 0").await.unwrap_err();
    let failure = session.commit().await.unwrap_err();
    assert_eq!((failure.code.as_ref(), failure.indeterminate), ("25P02", false));
    assert_eq!(failure.action, Action::Defect);
    assert!(rows(&mut session, &t).await.is_empty());
    session.begin().await.unwrap();
    session.apply(&[insert(&t, &["id"], &[], &[&[int(2)]])]).await.unwrap();
    session.commit().await.unwrap();
    assert_eq!(rows(&mut session, &t).await, [[int(2)]]);
}

#[tokio::test]
async fn what_is_rolled_back_is_gone() {
    let (target, mut session) = database("create table t (id int primary key)").await;
    let t = table(&mut session, "t").await;
    session.begin().await.unwrap();
    session.apply(&[insert(&t, &["id"], &[], &[&[int(1)]])]).await.unwrap();
    assert!(rows(&mut target.connect().await.unwrap(), &t).await.is_empty());
    session.rollback().await.unwrap();
    assert!(rows(&mut session, &t).await.is_empty());
}
