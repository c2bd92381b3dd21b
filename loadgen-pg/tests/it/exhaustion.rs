//! Unique columns with few values: they fill up to the last one, say so, and cost no retries.

use loadgen_core::{
    Report, Run, Seed,
    crud::{self, Crud, CrudConfig, CrudPlan, Seeding, seeding_plan},
};
use loadgen_pg::{PgSession, PgTarget};

use crate::support::database;

/// A table a line, with the number of rows that fit.
const FEW: [(&str, i64, &str); 11] = [
    ("flag", 2, "v boolean primary key"),
    ("flag_beside", 2, "id serial primary key, v boolean not null unique"),
    ("enumerated", 3, "v three primary key"),
    ("letter", 36, "v char(1) primary key"),
    ("decimals", 99, "v numeric(2, 0) primary key"),
    ("digits", 10, "id serial primary key, v int not null unique check (v between 1 and 10)"),
    ("days", 5, "v date primary key check (v between '2024-02-27' and '2024-03-02')"),
    ("domain", 3, "v few_days primary key"),
    ("flags", 8, "a boolean, b boolean, c boolean, primary key (a, b, c)"),
    ("mixed", 12, "a boolean, b three, c boolean, note text, primary key (a, b, c)"),
    ("listed", 4, "v varchar(9) primary key check (v in ('a', 'b', 'c', 'it''s'))"),
];

fn schema() -> String {
    let mut sql = "create type three as enum ('one', 'two', 'three');
        create domain few_days as date check (value >= '2024-01-01' and value < '2024-01-04');"
        .to_owned();
    for (name, _, columns) in FEW {
        sql += &format!("create table {name} ({columns});\n");
    }
    sql
}

async fn count(session: &mut PgSession, table: &str) -> i64 {
    let sql = format!("select count(*) from {table}");
    sqlx::query_scalar(sqlx::AssertSqlSafe(sql)).fetch_one(session.driver().unwrap()).await.unwrap()
}

/// Five rows a statement, or as many as there are values for.
async fn insert(target: &PgTarget, lanes: u32, operations: u64) -> Report {
    let json = r#"{"operations": {"insert": 1}, "rows": {"insert": 5}}"#;
    let config: CrudConfig = serde_json::from_str(json).unwrap();
    let run = Run::new(target.clone(), Crud::new(config)).seed(3).lanes(lanes).connections(4);
    let report = run.operations(operations).check().execute().await.unwrap();
    assert!(report.errors.is_empty(), "{:#?}", report.errors);
    assert_eq!((report.outcomes().aborted, report.counts.retries), (0, 0));
    report
}

fn notes(plan: &CrudPlan, table: &str) -> String {
    plan.tables.iter().find(|planned| planned.table.name.table == table).unwrap().notes.join("; ")
}

#[tokio::test]
async fn small_domains_are_used_to_the_last_value_and_then_skipped() {
    let (target, mut session) = database(&schema()).await;
    let plan = crud::plan(&mut session, &CrudConfig::default(), Seed(3), 4).await.unwrap();
    for (table, rows, _) in FEW {
        let said = notes(&plan, table);
        assert!(said.contains(&format!("has {rows} values left: {rows} rows fit in all")), "{table}: {said}");
    }
    let report = insert(&target, 4, 3_000).await;
    assert!(report.skips["domain exhausted"] > 2_000, "{:?}", report.skips);
    for (table, rows, _) in FEW {
        assert_eq!(count(&mut session, table).await, rows, "{table}");
    }
}

#[tokio::test]
async fn a_seeding_fills_small_domains_and_says_why_there_are_no_more() {
    let (target, mut session) = database(&schema()).await;
    for goal in [7, 5_000] {
        let plan = seeding_plan(&mut session, &CrudConfig::default(), Seed(3)).await.unwrap();
        let report = Seeding::new(target.clone(), plan, Some(goal)).connections(2).execute().await.unwrap();
        assert!(report.fatal.is_none(), "{:?}", report.fatal);
        for seeded in &report.tables {
            let short = seeded.short.as_deref().unwrap_or_default();
            assert!(seeded.missing() == 0 || short.contains("has no more values"), "{seeded:?}");
        }
        for (table, rows, _) in FEW {
            assert_eq!(count(&mut session, table).await, rows.min(goal as i64), "{table}");
        }
    }
}

#[tokio::test]
async fn two_bytes_of_keys_fill_up() {
    let (target, mut session) = database(
        "create table small (id smallint primary key, note text);
         create table used (id smallint primary key); insert into used values (32700)",
    )
    .await;
    let plan = crud::plan(&mut session, &CrudConfig::default(), Seed(3), 8).await.unwrap();
    assert!(notes(&plan, "small").contains("32767 values left"), "{}", notes(&plan, "small"));
    assert!(notes(&plan, "used").contains("67 values left"), "{}", notes(&plan, "used"));
    let seeding = seeding_plan(&mut session, &CrudConfig::default(), Seed(3)).await.unwrap();
    let report = Seeding::new(target.clone(), seeding, Some(32_600)).connections(2).execute().await.unwrap();
    assert_eq!(report.tables[0].missing(), 0);
    let report = insert(&target, 4, 1_200).await;
    assert!(report.skips["domain exhausted"] > 400, "{:?}", report.skips);
    assert_eq!((count(&mut session, "small").await, count(&mut session, "used").await), (32_767, 68));
}

#[tokio::test]
async fn lines_are_counted_within_their_parents() {
    let (target, mut session) = database(
        "create table heads (id bigint generated always as identity primary key, note text);
         create table lines (head bigint references heads, line smallint, note text, primary key (head, line));
         create table marks (head bigint references heads, is_main boolean, note text, primary key (head, is_main));
         create table parts (head bigint, line smallint, part numeric(1, 0), primary key (head, line, part),
                             foreign key (head, line) references lines)",
    )
    .await;
    let plan = crud::plan(&mut session, &CrudConfig::default(), Seed(3), 4).await.unwrap();
    assert!(notes(&plan, "marks").contains("\"is_main\" is unique beside its parents: 2 rows fit for each"));
    let run = Run::new(target.clone(), Crud::new(CrudConfig::default())).seed(3).lanes(4).connections(4);
    let report = run.operations(4_000).check().execute().await.unwrap();
    assert!(report.errors.is_empty(), "{:#?}", report.errors);
    let seeding = seeding_plan(&mut session, &CrudConfig::default(), Seed(3)).await.unwrap();
    let report = Seeding::new(target, seeding, Some(3_000)).connections(2).execute().await.unwrap();
    assert!(report.is_complete(), "{report:?}");
    for (table, key) in [("lines", "head"), ("marks", "head"), ("parts", "head, line")] {
        let several = format!("(select {key} from {table} group by {key} having count(*) > 1) x");
        let several = count(&mut session, &several).await;
        assert!(several > 30, "{several} parents with several {table}");
    }
    assert!(count(&mut session, "lines where line = 1").await > 500);
}
