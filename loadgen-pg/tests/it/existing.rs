//! Rows that were there before a run.

use loadgen_core::{
    Report, Run, Seed, SqlSession, Target,
    crud::{self, Crud, CrudConfig, CrudPlan, Seeding, seeding_plan},
};
use loadgen_pg::{PgSession, PgTarget};

use crate::support::{database, target_as};

fn config(json: &str) -> CrudConfig {
    serde_json::from_str(json).unwrap()
}

async fn plan(session: &mut PgSession, config: &CrudConfig) -> CrudPlan {
    crud::plan(session, config, Seed(3), 8).await.unwrap()
}

/// A run that holds its check and meets no error.
async fn run(target: &PgTarget, config: &CrudConfig) -> Report {
    let run = Run::new(target.clone(), Crud::new(config.clone())).seed(3).lanes(8).connections(8);
    let report = run.operations(1_500).check().execute().await.unwrap_or_else(|error| panic!("{error:#?}"));
    assert!(report.errors.is_empty(), "{:#?}", report.errors);
    assert_eq!((report.outcomes().aborted, report.counts.retries), (0, 0));
    report
}

async fn number(session: &mut PgSession, sql: &str) -> i64 {
    sqlx::query_scalar(sqlx::AssertSqlSafe(sql)).fetch_one(session.driver()).await.unwrap()
}

const WORLD: &str = "
    create schema ref;
    create table ref.countries (code char(2) primary key, \"n\" int not null);
    insert into ref.countries select chr(65 + i / 26) || chr(65 + i % 26), i from generate_series(0, 249) i;
    create table places (id uuid primary key default gen_random_uuid(), k1 int, unique (k1, id));
    insert into places (k1) select i % 7 from generate_series(1, 25000) i;
    create table plan (kind int not null, no int not null, body polygon not null, primary key (kind, no));
    insert into plan select i % 3, i, '((0,0),(1,1))' from generate_series(1, 100) i;
    create table people (id bigint generated always as identity primary key, name text not null,
        country char(2) not null references ref.countries, place uuid not null references places,
        kind int, no int, foreign key (kind, no) references plan match full)";

#[tokio::test]
async fn parents_outside_the_plan_are_rows_from_all_over_their_tables() {
    let (target, mut session) = database(WORLD).await;
    let config = config(r#"{"exclude": ["places", "plan"]}"#);
    let planned = plan(&mut session, &config).await;
    let people = &planned.tables[0];
    assert_eq!(people.describe(2), "one of 250 existing rows of ref.countries");
    assert_eq!(people.describe(3), "one of 8334 existing rows of public.places");
    assert_eq!(people.describe(4), "one of 100 existing rows of public.plan");
    let report = run(&target, &config).await;
    assert_eq!(report.tally.tables.len(), 1);
    assert!(number(&mut session, "select count(distinct country) from people").await > 200);
    let spread = "select count(distinct substr(place::text, 1, 1)) from people";
    assert_eq!(number(&mut session, spread).await, 16);
    assert_eq!(
        number(&mut session, "select count(*) from people where (kind is null) <> (no is null)").await,
        0
    );
    assert_eq!(number(&mut session, "select count(*) from places").await, 25_000);
    let seeded = seeding_plan(&mut session, &config, Seed(1)).await.unwrap();
    let report = Seeding::new(target, seeded, Some(5_000)).connections(2).execute().await.unwrap();
    assert!(report.is_complete(), "{report:?}");
}

#[tokio::test]
async fn a_parent_that_may_only_be_read_is_one_all_the_same() {
    let (_, mut admin) = database(
        "drop role if exists reader; create role reader login;
         create table shown (id int primary key); insert into shown select generate_series(1, 9);
         create table hidden (id int primary key); insert into hidden values (1);
         create table child (id int primary key, shown int not null references shown, hidden int references hidden);
         create table lost (id int primary key, hidden int not null references hidden);
         grant select on shown to reader; grant all on child, lost to reader",
    )
    .await;
    let target = target_as(&mut admin, "reader").await;
    let mut session = target.connect().await.unwrap();
    let setup = loadgen_core::Setup { seed: Seed(3), lanes: 8, check: false };
    let planned = crud::permitted_plan(&mut session, &CrudConfig::default(), &setup).await.unwrap();
    let child = &planned.tables[0];
    assert_eq!(child.describe(1), "one of 9 existing rows of public.shown");
    assert!(
        child.notes[0].contains("public.hidden is left out and cannot be read (permission denied"),
        "{child:?}"
    );
    let lost = planned.refused.iter().find(|(name, _)| name.table == "lost").unwrap();
    assert!(lost.1.starts_with("refers to public.hidden, which is left out and cannot be read"), "{lost:?}");
    run(&target, &CrudConfig::default()).await;
    assert_eq!(number(&mut admin, "select count(distinct shown) from child").await, 9);
}

#[tokio::test]
async fn a_parent_that_somebody_else_deletes_costs_an_operation_and_nothing_else() {
    let (target, mut session) = database(
        "create table gone (id int primary key); insert into gone values (1);
         create table child (id int primary key, gone int not null references gone);",
    )
    .await;
    let config = config(r#"{"tables": {"child": {}}, "operations": {"insert": 1}}"#);
    let setup = loadgen_core::Setup { seed: Seed(3), lanes: 1, check: false };
    let planned = crud::permitted_plan(&mut session, &config, &setup).await.unwrap();
    session.execute("delete from gone").await.unwrap();
    let report =
        Run::new(target, Crud::planned(planned)).seed(3).lanes(1).operations(5).execute().await.unwrap();
    assert_eq!((report.outcomes().aborted, report.errors["23503"].action.name()), (5, "new values"));
}
