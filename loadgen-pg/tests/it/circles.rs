//! Tables that refer to each other.

use loadgen_core::{
    Run, Seed,
    crud::{self, Crud, CrudConfig},
};

use crate::support::database;

const CIRCLE: &str = "
    create table t (id uuid primary key default gen_random_uuid(), o uuid, n int);
    create table u (tid uuid references t, id uuid, n int, primary key (tid, id));
    alter table t add foreign key (id, o) references u (tid, id);";

async fn holds(config: CrudConfig, why: &str) {
    let (target, mut session) = database(CIRCLE).await;
    let plan = crud::plan(&mut session, &config, Seed(5), 4).await.unwrap();
    assert_eq!(plan.refused, []);
    assert!(plan.tables[0].describe(1).contains(why), "{}", plan.tables[0].describe(1));
    let run = Run::new(target, Crud::new(config)).seed(5).lanes(4).connections(2);
    let report = run.operations(300).check().execute().await.unwrap();
    assert!(report.errors.is_empty(), "{:#?}", report.errors);
    assert!(report.tally.tables.values().all(|table| table.rows.inserted > 20), "{:#?}", report.tally.tables);
}

#[tokio::test]
async fn a_circle_is_opened_by_a_null() {
    holds(CrudConfig::default(), "NULL: (id, o) refers to public.u").await;
}

#[tokio::test]
async fn a_plan_file_may_open_a_circle_by_a_null() {
    let json = r#"{"tables": {"t": {"columns": {"o": {"null_ratio": 1}}}, "u": {}}}"#;
    holds(serde_json::from_str(json).unwrap(), "").await;
}

#[tokio::test]
async fn a_junction_without_a_primary_key_is_written() {
    let sql = "create table p (id int primary key, name text);
        create table q (id int primary key, name text);
        create table link (a int null references p, b int null references q, unique (a, b));";
    let (target, _) = database(sql).await;
    let run = Run::new(target, Crud::new(CrudConfig::default())).seed(5).lanes(4).connections(2);
    let report = run.operations(600).check().execute().await.unwrap();
    assert!(report.errors.is_empty(), "{:#?}", report.errors);
    assert!(report.tally.tables["public.link"].rows.inserted > 20, "{:#?}", report.tally.tables);
}
