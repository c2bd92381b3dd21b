//! Unique keys that may hold NULL: rows without values, and parents that are none.

use loadgen_core::{
    Report, Run, Seed, SqlSession,
    crud::{self, Crud, CrudConfig, Seeding, seeding_plan},
};
use loadgen_pg::{PgSession, PgTarget};

use crate::support::database;

async fn run(target: &PgTarget, config: &str, operations: u64) -> Report {
    let config: CrudConfig = serde_json::from_str(config).unwrap();
    let run = Run::new(target.clone(), Crud::new(config)).seed(6).lanes(4).connections(2);
    let report = run.operations(operations).check().execute().await.unwrap();
    assert!(report.errors.is_empty(), "{:#?}", report.errors);
    report
}

async fn number(session: &mut PgSession, sql: &str) -> i64 {
    sqlx::query_scalar(sqlx::AssertSqlSafe(sql)).fetch_one(session.driver().unwrap()).await.unwrap()
}

const HALF: &str = "
    create table parent (id int primary key, a int, b int, unique (a, b));
    create table child (id int primary key, a int not null, b int not null, foreign key (a, b) references parent (a, b));
    create table whole (id int primary key, a int, b int, c int not null,
        foreign key (a, b) references parent (a, b) match full);
    create table strict (id int primary key, a int not null, b int not null,
        foreign key (a, b) references parent (a, b) match full);";

#[tokio::test]
async fn a_row_whose_key_holds_null_is_no_parent() {
    let (target, mut session) = database(HALF).await;
    let report = run(&target, "{}", 2_000).await;
    for table in ["child", "whole", "strict"] {
        assert!(report.tally.tables[&format!("public.{table}")].rows.inserted > 50, "{:?}", report.tally);
    }
    assert!(number(&mut session, "select count(*) from parent where a is null").await > 0);
    run(&target, r#"{"touch": "all"}"#, 500).await;
    run(&target, r#"{"exclude": ["parent"]}"#, 500).await;
}

const FEW: &str = "
    create table flagged (id int generated always as identity primary key, flag bool unique, v text);
    create table pairs (id int primary key, a bool not null, b bool, unique (a, b), v text);
    create table counted (id bigint generated always as identity primary key, n smallint unique check (n between 1 and 9), v text);";

#[tokio::test]
async fn a_unique_column_goes_on_with_null_when_its_values_are_used_up() {
    let (target, mut session) = database(FEW).await;
    let config = r#"{"operations": {"insert": 1}}"#;
    let planned: CrudConfig = serde_json::from_str(config).unwrap();
    let plan = crud::plan(&mut session, &planned, Seed(6), 4).await.unwrap();
    for table in &plan.tables {
        assert!(
            table.notes.iter().any(|note| note.ends_with("rows after that have NULL")),
            "{:?}",
            table.notes
        );
    }
    let report = run(&target, config, 600).await;
    assert!(report.skips.is_empty(), "{:?}", report.skips);
    let seeding = Seeding::new(
        target,
        seeding_plan(&mut session, &CrudConfig::default(), Seed(6)).await.unwrap(),
        Some(5_000),
    );
    let report = seeding.connections(2).execute().await.unwrap();
    assert!(report.is_complete(), "{report:?}");
    let values = "select count(distinct flag) from flagged";
    assert_eq!(number(&mut session, values).await, 2);
}

#[tokio::test]
async fn a_filling_of_nothing_uses_all_values_before_it_takes_null() {
    let (target, mut session) = database(FEW).await;
    let plan = seeding_plan(&mut session, &CrudConfig::default(), Seed(6)).await.unwrap();
    let report = Seeding::new(target, plan, Some(300)).connections(2).execute().await.unwrap();
    assert!(report.is_complete(), "{report:?}");
    for (sql, rows) in [
        ("select count(flag) from flagged", 2),
        ("select count(*) from pairs where b is not null", 4),
        ("select count(n) from counted", 9),
    ] {
        assert_eq!(number(&mut session, sql).await, rows, "{sql}");
    }
}

#[tokio::test]
async fn where_nulls_collide_values_end() {
    let (target, mut session) = database("create table plain (id int primary key)").await;
    if crate::support::major(&mut session).await < 15 {
        return;
    }
    session
        .execute("create table once (id int primary key, flag bool unique nulls not distinct)")
        .await
        .unwrap();
    let report = run(&target, r#"{"operations": {"insert": 1}, "tables": {"once": {}}}"#, 100).await;
    assert_eq!(report.tally.tables["public.once"].rows.inserted, 2);
    assert!(report.skips.contains_key("domain exhausted"), "{:?}", report.skips);
}

const FOUND: &str = "
    create table numbered (n numeric(2, 0) unique, v text);
    create table paired (a smallint check (a between 1 and 4), b smallint not null check (b between 1 and 4), v text, unique (a, b));";

#[tokio::test]
async fn rows_that_are_found_by_a_key_never_have_null_there() {
    let (target, mut session) = database(FOUND).await;
    let report = run(&target, "{}", 2_000).await;
    for table in ["numbered", "paired"] {
        let tally = &report.tally.tables[&format!("public.{table}")];
        assert!(tally.exhausted > 0 && tally.missed == 0, "{:?}", report.tally);
    }
    let nulls = "select (select count(*) from numbered where n is null) + (select count(*) from paired where a is null)";
    assert_eq!(number(&mut session, nulls).await, 0);
}

#[tokio::test]
async fn where_nulls_collide_a_row_is_not_deleted_to_be_told_apart() {
    let (target, mut session) = database("create table tenants (id int primary key, name text)").await;
    if crate::support::major(&mut session).await < 15 {
        return;
    }
    let sql = "
        create table accounts (
            id int primary key, tenant_id int not null references tenants, email text not null, deleted_at timestamptz, note text,
            unique nulls not distinct (tenant_id, email, deleted_at)
        );
        create table bare (code varchar(20) not null, deleted_at timestamptz, note text, unique nulls not distinct (code, deleted_at));
        create table few (id int primary key, kind boolean not null, a int, note text, unique nulls not distinct (kind, a));
        create table twice (
            id int primary key, email text not null, a int, b int, note text,
            unique nulls not distinct (email, a), unique nulls not distinct (a, b)
        );";
    session.execute(sql).await.unwrap();
    let run = Run::new(target, Crud::new(CrudConfig::default())).seed(3).lanes(4).connections(4);
    let report = run.operations(1_200).check().execute().await.unwrap();
    assert!(report.errors.is_empty(), "{:#?}", report.errors);
    let nulls = "do $$ begin
        assert (select count(*) > 60 and count(deleted_at) between 1 and count(*) / 4 from accounts), 'accounts';
        assert (select count(*) > 60 and count(deleted_at) between 1 and count(*) / 4 from bare), 'bare';
        assert (select count(*) > 60 and count(a) = count(*) from few), 'few';
        assert (select count(*) > 60 and count(a) = count(*) from twice), 'twice';
    end $$";
    session.execute(nulls).await.unwrap();
}
