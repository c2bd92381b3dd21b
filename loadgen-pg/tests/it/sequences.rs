//! Sequences that come to an end.

use loadgen_core::{
    Run, Seed,
    crud::{self, Crud, CrudConfig, Seeding, seeding_plan},
};

use crate::support::database;

const ENDING: &str = "
    create table few (id int generated always as identity (start 100 increment 10 maxvalue 500) primary key, note text);
    create table down (id int generated always as identity (start -1 increment -1 minvalue -30 maxvalue -1) primary key, note text);
    create table small (id smallserial primary key, note text);
    create sequence elsewhere maxvalue 20;
    create table given (id bigint primary key default nextval('elsewhere'), note text);
    create table round (id int generated always as identity (maxvalue 100000 cycle) primary key, note text);
    select nextval('elsewhere') from generate_series(1, 5);";

#[tokio::test]
async fn rows_of_a_sequence_that_ends_are_written_to_the_last_and_then_skipped() {
    let (target, mut session) = database(ENDING).await;
    let config: CrudConfig = serde_json::from_str(r#"{"operations": {"insert": 1}}"#).unwrap();
    let plan = crud::plan(&mut session, &config, Seed(4), 4).await.unwrap();
    let notes: Vec<String> = plan.tables.iter().map(|table| table.notes.join("; ")).collect();
    let rows = ["30 rows fit", "41 rows fit", "15 rows fit", "", "32767 rows fit"];
    for (note, rows) in notes.iter().zip(rows) {
        assert!(note.contains(rows) && note.is_empty() == rows.is_empty(), "{notes:?}");
    }
    let run = Run::new(target.clone(), Crud::new(config)).seed(4).lanes(4).connections(2);
    let report = run.operations(2_000).check().execute().await.unwrap();
    assert!(report.errors.is_empty() && report.counts.retries == 0, "{:#?}", report.errors);
    let rows = |name: &str| report.tally.tables[&format!("public.{name}")].rows.inserted;
    assert_eq!([rows("few"), rows("down"), rows("given")], [41, 30, 15]);
    assert!(report.skips["domain exhausted"] > 500, "{:?}", report.skips);
}

#[tokio::test]
async fn what_fits_into_a_sequence_is_filled() {
    let (target, mut session) = database(ENDING).await;
    let plan = seeding_plan(&mut session, &CrudConfig::default(), Seed(4)).await.unwrap();
    let report = Seeding::new(target, plan, Some(33_000)).connections(3).execute().await.unwrap();
    assert_eq!(report.fatal, None);
    let found: Vec<(String, u64, String)> = report
        .tables
        .iter()
        .map(|table| (table.name.table.clone(), table.inserted, table.short.clone().unwrap_or_default()))
        .collect();
    let why = r#"the sequence of "id" has no more values"#.to_owned();
    for (name, rows) in [("few", 41), ("down", 30), ("given", 15), ("small", 32_767)] {
        assert!(found.contains(&(name.to_owned(), rows, why.clone())), "{found:?}");
    }
    assert!(found.contains(&("round".to_owned(), 33_000, String::new())), "{found:?}");
}
