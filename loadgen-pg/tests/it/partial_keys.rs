//! Unique indexes that hold for some of the rows.

use loadgen_core::{
    Report, Run, Seed,
    crud::{self, Crud, CrudConfig, Seeding, seeding_plan},
};
use loadgen_pg::{PgSession, PgTarget};

use crate::support::database;

const PARTS: &str = "
    create table team (id int generated always as identity primary key, name text not null);
    create table member (id int generated always as identity primary key, team int not null references team,
        role text not null check (role in ('owner', 'admin', 'member')), email text);
    create unique index on member (team) where role = 'owner';
    create table version (id int generated always as identity primary key, team int not null references team,
        active boolean not null, note text);
    create unique index on version (team) where active;";

async fn number(session: &mut PgSession, sql: &str) -> i64 {
    sqlx::query_scalar(sqlx::AssertSqlSafe(sql)).fetch_one(session.driver().unwrap()).await.unwrap()
}

async fn traffic(target: PgTarget, json: &str, operations: u64) -> Report {
    let config: CrudConfig = serde_json::from_str(json).unwrap();
    let run = Run::new(target, Crud::new(config)).seed(3).lanes(4).connections(2);
    let report = run.operations(operations).check().execute().await.unwrap();
    assert!(report.errors.is_empty(), "{:#?}", report.errors);
    report
}

/// Parents have several rows, of which one at most is in the part.
async fn look(session: &mut PgSession) {
    for (table, part) in [("member", "role = 'owner'"), ("version", "active")] {
        let shared =
            format!("select count(*) from (select from {table} group by team having count(*) > 1) as t");
        assert!(number(session, &shared).await > 10, "{table}");
        for part in [part.to_owned(), format!("not ({part})")] {
            let rows = number(session, &format!("select count(*) from {table} where {part}")).await;
            assert!(rows > 30, "{rows} rows of {table} where {part}");
        }
    }
}

#[tokio::test]
async fn rows_are_told_apart_where_the_index_holds_and_nowhere_else() {
    let (target, mut session) = database(PARTS).await;
    let plan = crud::plan(&mut session, &CrudConfig::default(), Seed(3), 4).await.unwrap();
    let notes: Vec<&String> = plan.tables.iter().flat_map(|table| &table.notes).collect();
    assert!(
        notes.iter().any(|note| note.contains("for the same (team) where active; active is not")),
        "{notes:?}"
    );
    let json = r#"{"rows": {"insert": 3}, "operations": {"insert": 3, "update": 1, "delete": 1}}"#;
    traffic(target, json, 2_000).await;
    look(&mut session).await;
}

#[tokio::test]
async fn a_filling_does_so_too_and_run_goes_on_from_there() {
    let (target, mut session) = database(PARTS).await;
    for rows in [1_000, 1_500] {
        let plan = seeding_plan(&mut session, &CrudConfig::default(), Seed(3)).await.unwrap();
        let report = Seeding::new(target.clone(), plan, Some(rows)).connections(2).execute().await.unwrap();
        assert!(report.is_complete(), "{report:?}");
    }
    look(&mut session).await;
    traffic(target, r#"{"touch": "all"}"#, 1_000).await;
}

const FEW_REMEMBERED: &str = "
    create table a (id int generated always as identity primary key, name text);
    create table b (id int generated always as identity primary key, name text);
    create table link (id int generated always as identity primary key, a_id int not null references a,
        b_id int not null references b, active boolean not null);
    create unique index on link (a_id, b_id) where active;";

#[tokio::test]
async fn combinations_of_rows_that_are_gone_are_free_again() {
    let (target, mut session) = database(FEW_REMEMBERED).await;
    let json = r#"{"remember": 1, "operations": {"insert": 1, "update": 0, "delete": 1},
        "tables": {"a": {}, "b": {}, "link": {"weight": 8}}}"#;
    let report = traffic(target, json, 8_000).await;
    let links = report.tally.tables["public.link"];
    assert!(links.rows.inserted > 2_000, "{links:?}, {:?}", report.skips);
    // Of rows that are not remembered any more, and still there, combinations stay taken.
    let full = report.skips.get("no more combinations of parents are remembered").copied();
    assert!(full.unwrap_or_default() < 200, "{:?}", report.skips);
    assert!(number(&mut session, "select count(*) from link").await > 10);
}

#[tokio::test]
async fn a_new_parent_may_have_its_row_in_the_part() {
    let (target, mut session) = database(PARTS).await;
    let json = r#"{"operations": {"insert": 1, "update": 0, "delete": 1}, "exclude": ["member"]}"#;
    traffic(target, json, 16_000).await;
    let teams = number(&mut session, "select count(distinct team) from version").await;
    let active = number(&mut session, "select count(*) from version where active").await;
    assert!(teams > 20 && active > teams / 3, "{active} of {teams}");
}

#[tokio::test]
async fn a_new_parent_in_the_place_of_one_that_is_not_remembered_any_more_may_have_its_row() {
    let (target, mut session) = database(PARTS).await;
    let json =
        r#"{"remember": 1, "operations": {"insert": 1, "update": 0, "delete": 0}, "exclude": ["member"]}"#;
    traffic(target, json, 8_000).await;
    let teams = number(&mut session, "select count(distinct team) from version").await;
    let active = number(&mut session, "select count(*) from version where active").await;
    assert!(teams > 100 && active > teams / 2, "{active} of {teams}");
}

#[tokio::test]
async fn a_filling_goes_on_beside_a_unique_column_of_some_rows() {
    let sql = "
        create table team (id int generated always as identity primary key, name text not null);
        create table badge (id int generated always as identity primary key, team int not null references team,
            code char(1) not null, active boolean not null, gone boolean not null);
        create unique index on badge (team) where active;
        create unique index on badge (code) where not gone;";
    let (target, mut session) = database(sql).await;
    let plan = seeding_plan(&mut session, &CrudConfig::default(), Seed(3)).await.unwrap();
    let report = Seeding::new(target, plan, Some(400)).connections(2).execute().await.unwrap();
    assert!(report.is_complete(), "{report:?}");
    let rows = "select count(*) from badge where ";
    assert!(number(&mut session, &format!("{rows} active and gone")).await > 50);
    assert!(number(&mut session, &format!("{rows} not active")).await > 20);
    assert!(number(&mut session, &format!("{rows} not gone")).await > 10);
}
