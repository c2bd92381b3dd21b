//! Checks that are solved by arithmetic, or learnt of the server.

use loadgen_core::{
    Run, Seed,
    crud::{self, Crud, CrudConfig, Seeding, seeding_plan},
};

use crate::support::database;

#[tokio::test]
async fn checks_that_are_not_understood_are_learnt_of_the_server() {
    let (target, mut session) = database(include_str!("learning.sql")).await;
    let plan = crud::plan(&mut session, &CrudConfig::default(), Seed(3), 4).await.unwrap();
    assert_eq!(plan.refused, []);
    let plan = seeding_plan(&mut session, &CrudConfig::default(), Seed(3)).await.unwrap();
    let report = Seeding::new(target.clone(), plan, Some(60)).connections(2).execute().await.unwrap();
    assert!(report.is_complete() && report.fatal.is_none(), "{report:#?}");
    let run = Run::new(target, Crud::new(CrudConfig::default())).seed(3).lanes(4).connections(2);
    let report = run.operations(2_000).check().execute().await.unwrap();
    assert!(report.errors.is_empty(), "{:#?}", report.errors);
    let empty: Vec<&String> = report
        .tally
        .tables
        .iter()
        .filter(|(_, table)| table.rows.inserted == 0)
        .map(|(name, _)| name)
        .collect();
    assert!(empty.is_empty(), "{empty:?} {:#?}", report.skips);
}

#[tokio::test]
async fn a_plan_says_what_was_learnt_and_a_check_that_nothing_meets_is_named() {
    let sql = "
        create table odd (id serial primary key, word text not null check (md5(word) > 'e'));
        create table never (id serial primary key, word text not null check (md5(word) = word));
        create table couple (id serial primary key, a text not null, b text not null, check (md5(a) > md5(b)));";
    let (_, mut session) = database(sql).await;
    let plan = crud::plan(&mut session, &CrudConfig::default(), Seed(3), 4).await.unwrap();
    let notes = &plan.tables[0].notes;
    assert!(
        notes.iter().any(|note| note.contains("values that were tried meet CHECK (md5(word) >")),
        "{notes:?}"
    );
    let refused: Vec<&str> = plan.refused.iter().map(|(name, _)| name.table.as_str()).collect();
    assert_eq!(refused, ["couple", "never"], "{:?}", plan.refused);
}

#[tokio::test]
async fn a_function_of_a_check_that_writes_leaves_nothing_behind() {
    let sql = "
        create table log (line text);
        create function noted(text) returns bool language plpgsql as
            $$ begin insert into log values ($1); return true; end $$;
        create table t (id serial primary key, word text not null check (noted(word)));";
    let (_, mut session) = database(sql).await;
    crud::plan(&mut session, &CrudConfig::default(), Seed(3), 4).await.unwrap();
    let lines: i64 =
        sqlx::query_scalar("select count(*) from log").fetch_one(session.driver().unwrap()).await.unwrap();
    assert_eq!(lines, 0);
}

#[tokio::test]
async fn the_plan_file_goes_before_what_is_learnt() {
    let sql = "create table t (id serial primary key, word text not null check (reverse(word) <> word));";
    let (target, mut session) = database(sql).await;
    let json = r#"{"tables": {"t": {"columns": {"word": {"choice": ["one", "two"]}}}}}"#;
    let config: CrudConfig = serde_json::from_str(json).unwrap();
    let run = Run::new(target, Crud::new(config)).seed(3).lanes(4);
    run.operations(40).check().execute().await.unwrap();
    let words: i64 = sqlx::query_scalar("select count(distinct word) from t where word in ('one', 'two')")
        .fetch_one(session.driver().unwrap())
        .await
        .unwrap();
    assert_eq!(words, 2);
}
