//! Steps of a schema.

use super::open;
use crate::{
    SchemaFilter, SqlSession, Target,
    migration::{MigrateSession, Migration, Way, apply, revert},
};

/// How many sessions want to take the steps at once.
const AT_ONCE: usize = 8;

/// The steps, in SQL that all databases understand. The second needs what the first makes.
const STEPS: [Migration; 2] = [
    Migration::new(
        "0001_first",
        "create table conforming_first (id int not null primary key);\ninsert into conforming_first (id) values (1)",
        "drop table conforming_first",
    ),
    Migration::new(
        "0002_second",
        "create table conforming_second (id int not null primary key);\n\
         insert into conforming_second (id) select id from conforming_first",
        "drop table conforming_second",
    ),
];

/// A step that fails when half of it is done.
const TORN: Migration = Migration::new(
    "0003_torn",
    "create table conforming_torn (id int not null primary key);\ninsert into conforming_torn (id) values (1);\n\
     insert into conforming_torn (id) values (1)",
    "drop table conforming_torn",
);

/// Checks what taking the steps of a schema needs of a session. `fresh` gives a target in which no step was ever taken.
///
/// # Panics
/// When the backend does not keep the contract.
pub async fn check_migrations<T>(fresh: impl AsyncFn() -> T)
where
    T: Target,
    T::Session: MigrateSession + 'static,
{
    taken_once(&fresh().await).await;
    all_of_a_step(&fresh().await).await;
    goes_on(&fresh().await).await;
}

async fn tables(session: &mut impl SqlSession) -> Vec<String> {
    let schema = session.introspect(&SchemaFilter::default()).await.expect("the schema can be read");
    let names = schema.tables.iter().map(|table| table.name.table.clone());
    names.filter(|name| name.starts_with("conforming_")).collect()
}

async fn taken_once<T>(target: &T)
where
    T: Target,
    T::Session: MigrateSession + 'static,
{
    let mut session = open(target).await;
    assert_eq!(session.migrated().await.expect("nothing was recorded yet"), [""; 0]);
    assert_eq!(revert(&mut session, &STEPS).await.expect("there is nothing to take back"), [""; 0]);
    let mut all = Vec::new();
    for _ in 0..AT_ONCE {
        let mut session = open(target).await;
        all.push(tokio::spawn(async move { apply(&mut session, &STEPS).await }));
    }
    let mut taken = Vec::new();
    for one in all {
        taken.extend(one.await.expect("no panic").expect("whoever comes late waits, and has nothing to do"));
    }
    taken.sort();
    let names = STEPS.map(|step| step.name.into_owned());
    assert_eq!(taken, names, "each step is taken once, by one of {AT_ONCE} sessions");
    assert_eq!(session.migrated().await.expect("the record can be read"), names);
    assert_eq!(tables(&mut session).await, ["conforming_first", "conforming_second"]);
    assert_eq!(apply(&mut session, &STEPS).await.expect("nothing is left to do"), [""; 0]);
    let back = revert(&mut session, &STEPS).await.expect("what was made can be taken back");
    assert_eq!(back, ["0002_second", "0001_first"], "the last first");
    assert_eq!(tables(&mut session).await, [""; 0]);
    assert_eq!(session.migrated().await.expect("the record can be read"), [""; 0]);
    assert_eq!(apply(&mut session, &STEPS).await.expect("what was taken back can be made again"), names);
}

/// A step that fails leaves nothing behind, and the session goes on.
async fn all_of_a_step<T>(target: &T)
where
    T: Target,
    T::Session: MigrateSession,
{
    let mut session = open(target).await;
    let [first, _] = STEPS;
    let error = apply(&mut session, &[first, TORN]).await.expect_err("one row is there twice");
    assert!(error.message.starts_with("migration 0003_torn: "), "the step is named: {error}");
    assert!(!error.indeterminate && !error.breaks_session(), "{error:?}");
    assert_eq!(
        session.migrated().await.expect("the session goes on"),
        ["0001_first"],
        "what came before stays"
    );
    assert_eq!(tables(&mut session).await, ["conforming_first"], "half a step");
    let broken =
        Migration::new("0001_first", "", "drop table conforming_first; drop table conforming_nowhere");
    session.migrate(&broken, Way::Down).await.expect_err("there is no such table");
    assert_eq!(session.migrated().await.expect("the session goes on"), ["0001_first"], "it is still made");
    assert_eq!(tables(&mut session).await, ["conforming_first"]);
}

/// A process that is gone between two steps leaves the rest to the next.
async fn goes_on<T>(target: &T)
where
    T: Target,
    T::Session: MigrateSession,
{
    let mut session = open(target).await;
    assert!(session.migrate(&STEPS[0], Way::Up).await.expect("the first step"));
    drop(session);
    let mut session = open(target).await;
    let rest = apply(&mut session, &STEPS).await.expect("the rest");
    assert_eq!(rest, ["0002_second"]);
    assert!(!session.migrate(&STEPS[0], Way::Up).await.expect("it is made already"));
}
