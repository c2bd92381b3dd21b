//! What a plan file says of values and rows, from the plan to the table.

use std::collections::BTreeSet;

use loadgen_core::{
    Fill, Run, Schema, Seed, Table, Type, Value,
    crud::{Crud, CrudConfig, CrudPlan, Seeding},
    memory::{Memory, table},
};

use crate::shop::text;

fn config(tables: &str) -> CrudConfig {
    serde_json::from_str(&format!(r#"{{"tables": {tables}}}"#)).unwrap()
}

fn plan(table: Table, config: &CrudConfig) -> Result<CrudPlan, String> {
    CrudPlan::new(&Schema::of([table]), config, Seed(1), 4).map_err(|error| error.to_string())
}

async fn traffic(memory: &Memory, config: &CrudConfig) {
    let run = Run::new(memory.clone(), Crud::new(config.clone())).lanes(4).operations(1_000).check();
    let report = run.execute().await.unwrap();
    assert!(report.errors.is_empty(), "{:?}", report.errors);
}

fn events() -> Table {
    let at = Type::Timestamp { precision: 6, zoned: true };
    let table = table("events").serial("id").column("number", Type::Int(32)).column("at", at);
    table.column("note", text(90)).primary_key(["id"])
}

const STEPS: &str = r#"{"events": {"columns": {"number": {"sequence": {"start": 500, "step": 5}},
    "at": {"sequence": {"start": "2024-01-01T00:00:00Z", "step": "1m"}}}}}"#;

fn numbers(memory: &Memory, column: usize) -> Vec<i64> {
    let number = |row: Vec<Value>| match row[column] {
        Value::Int(number) | Value::Timestamp(number) => number,
        _ => panic!("{row:?}"),
    };
    let mut all: Vec<i64> = memory.rows("events").into_iter().map(number).collect();
    all.sort_unstable();
    all
}

#[tokio::test]
async fn a_sequence_counts_in_steps_and_goes_on_after_what_is_there() {
    let memory = Memory::new([events()]);
    for least in [500, 600] {
        traffic(&memory, &config(STEPS)).await;
        let all = numbers(&memory, 1);
        assert!(all.iter().all(|number| number % 5 == 0) && all.last() > Some(&least), "{all:?}");
        assert_eq!(all.iter().collect::<BTreeSet<_>>().len(), all.len(), "a number came twice");
    }
    let minutes = numbers(&memory, 2);
    assert!(minutes.iter().all(|at| (at - 1_704_067_200_000_000) % 60_000_000 == 0));
    let words = plan(events(), &config(STEPS)).unwrap().tables[0].sources[1].describe();
    assert_eq!(words, "500, 505, 510 and so on");
}

#[tokio::test]
async fn a_sequence_grows_with_the_rows_of_a_seeding() {
    let memory = Memory::new([events()]);
    let plan = plan(events(), &config(STEPS)).unwrap();
    Seeding::new(memory.clone(), plan, Some(300)).connections(3).execute().await.unwrap();
    assert_eq!(numbers(&memory, 1), (0..300).map(|n| 500 + 5 * n).collect::<Vec<i64>>());
    assert_eq!(numbers(&memory, 2).last(), Some(&(1_704_067_200_000_000 + 299 * 60_000_000)));
}

#[test]
fn a_sequence_that_does_not_fit_its_column_is_an_error() {
    let check = |json: &str, expected: &str| {
        let said = config(&format!(r#"{{"events": {{"columns": {json}}}}}"#));
        let error = plan(events(), &said).unwrap_err();
        assert!(error.contains(expected), "{error}");
    };
    check(r#"{"note": {"sequence": {"start": 1}}}"#, "its type does not count in steps");
    check(r#"{"number": {"sequence": {"start": "soon"}}}"#, "start \"soon\" is not a value of its type");
    check(r#"{"number": {"sequence": {"start": 1, "step": 0}}}"#, "its sequence has no step \"0\"");
    check(r#"{"number": {"sequence": {"start": 1}, "max": 5}}"#, "says in several ways");
    let unknown = r#"{"tables": {"events": {"columns": {"number": {"sequence": {"from": 1}}}}}}"#;
    assert!(serde_json::from_str::<CrudConfig>(unknown).unwrap_err().to_string().contains("`from`"));
}

#[tokio::test]
async fn rows_are_as_large_as_the_plan_file_asks_for() {
    let notes = || {
        let open = Type::Text { max: None, fixed: false };
        let table = table("notes").serial("id").column("email", open.clone()).nullable("extra", open);
        table.column("short", text(40)).primary_key(["id"])
    };
    let memory = Memory::new([notes()]);
    let config = config(r#"{"notes": {"row_size": "2KB"}}"#);
    traffic(&memory, &config).await;
    for row in memory.rows("notes") {
        assert!(matches!(&row[2], Value::Text(text) if text.len() >= 2_000), "{row:?}");
        assert!(matches!(&row[1], Value::Text(email) if email.len() < 80), "{row:?}");
    }
    let notes = plan(notes(), &config).unwrap().tables.remove(0).notes;
    assert!(notes.contains(&"\"extra\" makes rows of 2000B and more".to_owned()), "{notes:?}");
}

#[test]
fn a_row_size_that_no_column_takes_leaves_the_table_out_with_the_reason() {
    let narrow = table("narrow").serial("id").column("a", text(40)).primary_key(["id"]);
    let wide = table("wide").serial("id").column("a", text(4_000)).primary_key(["id"]);
    let schema = Schema::of([narrow, wide.with("b", Type::BYTES, true, Fill::None)]);
    let config = config(r#"{"*": {"row_size": "3KB"}}"#);
    let plan = CrudPlan::new(&schema, &config, Seed(1), 4).unwrap();
    assert_eq!(plan.tables.len(), 1);
    assert!(
        plan.refused[0].1.starts_with("row_size is 3000B, and no column may be that long"),
        "{:?}",
        plan.refused
    );
    for bad in [r#"{"t": {"row_size": "big"}}"#, r#"{"t": {"row_size": 7}}"#] {
        let error = serde_json::from_str::<CrudConfig>(&format!(r#"{{"tables": {bad}}}"#)).unwrap_err();
        assert!(error.to_string().contains("500B, 2KB or 64KiB"), "{error}");
    }
}

#[tokio::test]
async fn hot_rows_are_updated_and_the_check_still_holds() {
    for pick in ["uniform", "zipf", "latest"] {
        let memory = Memory::new([events()]);
        traffic(&memory, &config(&format!(r#"{{"events": {{"pick": "{pick}"}}}}"#))).await;
    }
    assert!(serde_json::from_str::<CrudConfig>(r#"{"pick": "hot"}"#).is_err());
}

fn people() -> Table {
    let table = table("people").serial("id").column("first_name", text(40)).column("full_name", text(90));
    let table = table.column("email", text(120)).column("city", text(60)).column("country", text(60));
    table.column("birth_city", text(60)).primary_key(["id"])
}

async fn people_of(config: &str) -> Vec<Vec<String>> {
    let memory = Memory::new([people()]);
    traffic(&memory, &serde_json::from_str(config).unwrap()).await;
    let rows = memory.rows("people");
    assert!(rows.len() > 100);
    rows.iter().map(|row| row.iter().map(ToString::to_string).collect()).collect()
}

#[tokio::test]
async fn people_and_places_are_from_where_the_plan_file_says() {
    let rows = people_of(r#"{"locale": "de_DE"}"#).await;
    assert!(rows.iter().all(|row| row[5] == "Germany"));
    assert!(rows.iter().any(|row| row[6] == "Leipzig") && rows.iter().all(|row| row[6] != "London"));
    assert!(rows.iter().any(|row| row[1].contains(['ä', 'ö', 'ü'])), "no German name");
    assert!(rows.iter().all(|row| row[3].is_ascii()), "an address that is none");
    let column = r#"{"tables": {"people": {"columns": {"birth_city": {"locale": "fr_FR"}}}}}"#;
    let rows = people_of(column).await;
    assert!(rows.iter().any(|row| row[6] == "Lyon") && rows.iter().all(|row| row[6] != "Berlin"));
}

#[tokio::test]
async fn names_of_another_alphabet_stand_in_their_order_and_leave_addresses_alone() {
    let rows = people_of(r#"{"locale": "ja-JP"}"#).await;
    assert!(rows.iter().all(|row| row[2].ends_with(&row[1]) && !row[2].contains(' ')), "{:?}", rows[0]);
    assert!(rows.iter().all(|row| row[3].is_ascii() && row[3].contains('@')), "{:?}", rows[0]);
}

#[test]
fn a_locale_that_is_not_known_or_has_no_use_is_an_error() {
    let error = serde_json::from_str::<CrudConfig>(r#"{"locale": "de_XX"}"#).unwrap_err().to_string();
    assert!(error.contains("one of ar_SA, cy_GB, de_DE, en_GB"), "{error}");
    let said = config(r#"{"people": {"columns": {"city": {"locale": "it_IT", "choice": ["Bari"]}}}}"#);
    let error = plan(people(), &said).unwrap_err();
    assert!(error.contains("locale goes with values that have a meaning"), "{error}");
}
