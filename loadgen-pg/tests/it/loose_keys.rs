//! Unique indexes on plain columns that hold for some of the rows.

use loadgen_core::{
    Run, Seed,
    crud::{self, Crud, CrudConfig, Seeding, seeding_plan},
};
use loadgen_pg::PgSession;

use crate::support::database;

const FEW: &str = "
    create type shelf as enum ('low', 'middle', 'high');
    create table pick (id int generated always as identity primary key, shelf shelf not null, live boolean not null,
        note text);
    create unique index on pick (shelf) where live;
    create table code (id int generated always as identity primary key, code char(1) not null, gone_on date);
    create unique index on code (code) where gone_on is not null";

/// Rows outside of the index go on when the values for those in it have come to their end; of those values at least this
/// share is there.
async fn look(session: &mut PgSession, share: f64, (least, most): (i64, i64)) {
    for (table, part, values) in [("pick", "live", 3), ("code", "gone_on is not null", 36)] {
        let sql = format!("select count(*) filter (where {part}), count(*) from {table}");
        let (inside, all): (i64, i64) =
            sqlx::query_as(sqlx::AssertSqlSafe(sql)).fetch_one(session.driver().unwrap()).await.unwrap();

        let expected = (values as f64 * share) as i64..=values;
        assert!(expected.contains(&inside), "{inside} rows of {table} in the index");
        assert!((least..=most).contains(&all), "{all} rows of {table}");
    }
}

#[tokio::test]
async fn values_that_are_unique_in_part_do_not_limit_the_other_rows() {
    let (target, mut session) = database(FEW).await;
    let plan = crud::plan(&mut session, &CrudConfig::default(), Seed(3), 4).await.unwrap();
    let pick = plan.tables.iter().find(|planned| planned.table.name.table == "pick").unwrap();
    let said = "one row at most for the same (shelf) where live; live is not updated";
    assert!(pick.notes.iter().any(|note| note == said), "{:?}", pick.notes);
    assert!(pick.notes.iter().all(|note| !note.contains("rows fit in all")), "{:?}", pick.notes);
    let json = r#"{"operations": {"insert": 6, "update": 2, "delete": 1}}"#;
    let config: CrudConfig = serde_json::from_str(json).unwrap();
    let run = Run::new(target, Crud::new(config)).seed(3).lanes(4).connections(2);
    let report = run.operations(1_500).check().execute().await.unwrap();
    assert!(report.errors.is_empty(), "{:#?}", report.errors);
    // Of 32 rows that are drawn none may be outside of an index that nine rows in ten are in.
    let skipped = report.skips.get("domain exhausted").copied().unwrap_or_default();
    assert!(skipped < 100, "{:?}", report.skips);
    look(&mut session, 0.6, (300, 1_500)).await;
}

#[tokio::test]
async fn values_of_rows_that_are_gone_are_left_to_rows_in_the_index() {
    let (target, mut session) = database(FEW).await;
    let json = r#"{"operations": {"insert": 1, "update": 0, "delete": 1}}"#;
    let config: CrudConfig = serde_json::from_str(json).unwrap();
    let run = Run::new(target, Crud::new(config)).seed(3).lanes(4).connections(2);
    let report = run.operations(20_000).check().execute().await.unwrap();
    assert!(report.errors.is_empty(), "{:#?}", report.errors);
    look(&mut session, 0.8, (40, 10_000)).await;
}

#[tokio::test]
async fn a_filling_is_not_limited_either() {
    let (target, mut session) = database(FEW).await;
    let plan = seeding_plan(&mut session, &CrudConfig::default(), Seed(3)).await.unwrap();
    let report = Seeding::new(target, plan, Some(400)).connections(2).execute().await.unwrap();
    assert!(report.is_complete(), "{report:?}");
    look(&mut session, 0.3, (400, 400)).await;
}
