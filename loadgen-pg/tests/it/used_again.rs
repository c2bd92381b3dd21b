//! Values of rows that are gone, and lines of rows that were there.

use loadgen_core::{
    Report, Run, Seed,
    crud::{self, Crud, CrudConfig, Seeding, seeding_plan},
};
use loadgen_pg::PgTarget;

use crate::support::database;

const SMALL: &str = "
    create type mood as enum ('a', 'b', 'c', 'd');
    create table num (id numeric(2, 0) primary key, v int);
    create table moods (id mood primary key, v int);
    create table sides (id int primary key, a bool not null, b char(1) not null check (b in ('x', 'y', 'z')), note text,
        unique (a, b));";

async fn run(target: &PgTarget, connections: u32, config: &str, operations: u64) -> Report {
    let config: CrudConfig = serde_json::from_str(config).unwrap();
    let run = Run::new(target.clone(), Crud::new(config)).seed(8).lanes(4).connections(connections);
    let report = run.operations(operations).check().execute().await.unwrap();
    assert!(report.errors.is_empty(), "{:#?}", report.errors);
    report
}

#[tokio::test]
async fn values_of_small_domains_are_used_again_after_their_rows_are_gone() {
    let mut histories = Vec::new();
    for connections in [1, 4] {
        let (target, mut session) = database(SMALL).await;
        let plan = crud::plan(&mut session, &CrudConfig::default(), Seed(8), 4).await.unwrap();
        for table in &plan.tables {
            assert!(table.notes.iter().any(|note| note.ends_with("deleted rows again")), "{:?}", table.notes);
        }
        let report = run(&target, connections, r#"{"rows": {"insert": 2}}"#, 6_000).await;
        for (name, least) in [("num", 200), ("moods", 50), ("sides", 50)] {
            let rows = report.tally.tables[&format!("public.{name}")].rows;
            assert!(rows.inserted > least && rows.deleted > least / 2, "{name}: {rows:?}");
        }
        assert_eq!(report.counts.retries, 0);
        histories.push(report.tally.history.to_string());
    }
    assert_eq!(histories[0], histories[1]);
}

const LINES: &str = "
    create table head (id bigint generated always as identity primary key, at timestamptz not null);
    create table item (head bigint references head, line smallint, sku text not null, primary key (head, line));
    create table code (head bigint references head, code char(1) not null check (code in ('a', 'b', 'c', 'd', 'e')),
        note text, primary key (head, code));";

#[tokio::test]
async fn parents_that_were_there_get_lines_after_those_that_they_have() {
    for touch in ["all", "existing"] {
        let (target, mut session) = database(LINES).await;
        let plan = seeding_plan(&mut session, &CrudConfig::default(), Seed(8)).await.unwrap();
        let report = Seeding::new(target.clone(), plan, Some(1_000)).connections(2).execute().await.unwrap();
        assert!(report.is_complete(), "{report:?}");
        let json =
            format!(r#"{{"touch": "{touch}", "operations": {{"insert": 2, "update": 1, "delete": 1}}}}"#);
        let report = run(&target, 2, &json, 1_500).await;
        for name in ["item", "code"] {
            let rows = report.tally.tables[&format!("public.{name}")].rows;
            assert!(rows.inserted > 150, "{touch} {name}: {rows:?} {:?}", report.skips);
        }
        let mostly = "select count(*) from item where line > 1";
        let lines: i64 = sqlx::query_scalar(mostly).fetch_one(session.driver().unwrap()).await.unwrap();
        assert!(lines > 100, "{lines} lines that are not the first");
    }
}
