//! Values that the plan file names, in columns that checks tie together, and in columns that take none.

use loadgen_core::{
    Run, Seed, SqlSession,
    crud::{self, Crud, CrudConfig},
};

use crate::support::database;

const TIED: &str = "
    create table product (id int primary key, a int not null, b int not null, check (a * b > 10), check (a * b < 100));
    create table ordered (id int primary key, a int not null, b int not null, check (b > a));
    create table chosen (id int primary key, a int not null, b int not null, check (b >= a));
    create table half (id int primary key, a int not null, b int not null, check (a < b));
    create table priced (id int primary key, a numeric(8, 2) not null, b numeric(8, 2) not null, c numeric(8, 2) not null,
        check (c = a + b));";

const PLAN: &str = r#"{"tables": {
    "product": {"columns": {"a": {"min": 1, "max": 9}, "b": {"min": 1, "max": 9}}},
    "ordered": {"columns": {"a": {"min": 1, "max": 9}, "b": {"min": 1, "max": 9}}},
    "chosen": {"columns": {"a": {"choice": [1, 5, 9]}, "b": {"min": 2, "max": 20, "distribution": "zipf"}}},
    "half": {"columns": {"b": {"min": 1, "max": 9}}},
    "priced": {"columns": {"a": {"min": 1, "max": 5}, "c": {"min": 3, "max": 6.5}}}}}"#;

#[tokio::test]
async fn named_values_hold_also_where_checks_tie_columns() {
    let (target, mut session) = database(TIED).await;
    let config: CrudConfig = serde_json::from_str(PLAN).unwrap();
    let plan = crud::plan(&mut session, &config, Seed(2), 4).await.unwrap();
    assert_eq!(plan.refused, []);
    assert_eq!(plan.tables[2].table.name.table, "ordered");
    assert_eq!(plan.tables[2].describe(2), "integer 1 to 9");
    let run = Run::new(target, Crud::new(config)).seed(2).lanes(4).connections(2);
    let report = run.operations(2_500).check().execute().await.unwrap();
    assert!(report.errors.is_empty(), "{:#?}", report.errors);
    for (name, wrong) in [
        ("product", "a not between 1 and 9 or b not between 1 and 9"),
        ("ordered", "a not between 1 and 9 or b not between 1 and 9"),
        ("chosen", "a not in (1, 5, 9) or b not between 2 and 20"),
        ("half", "b not between 1 and 9"),
        ("priced", "a not between 1 and 5 or c not between 3 and 6.5"),
    ] {
        let sql = format!("select count(*), count(*) filter (where {wrong}) from {name}");
        let found: (i64, i64) =
            sqlx::query_as(sqlx::AssertSqlSafe(sql)).fetch_one(session.driver().unwrap()).await.unwrap();
        assert!(found.0 > 50 && found.1 == 0, "{name}: {found:?}");
    }
}

#[tokio::test]
async fn without_names_the_plan_says_that_a_check_may_ask_for_others() {
    let (_, mut session) =
        database("create table two (id int primary key, a int not null, b int not null, check (a + b < 50))")
            .await;
    let plan = crud::plan(&mut session, &CrudConfig::default(), Seed(2), 4).await.unwrap();
    assert_eq!(plan.tables[0].describe(2), "integer 0 to 999999, or what its CHECK asks for");
}

#[tokio::test]
async fn values_for_a_column_that_the_database_fills_alone_are_an_error_with_what_to_write() {
    let (_, mut session) = database(
        "create table filled (id int generated always as identity primary key, a int, b int generated always as (a + 1) stored)",
    )
    .await;
    for (column, instead) in [("id", "leave it out of the plan file"), ("b", "that it is computed from")] {
        let json = format!(r#"{{"tables": {{"filled": {{"columns": {{"{column}": {{"constant": 7}}}}}}}}}}"#);
        let config: CrudConfig = serde_json::from_str(&json).unwrap();
        let error = crud::plan(&mut session, &config, Seed(2), 4).await.unwrap_err();
        let text = format!(
            "{error} {}",
            std::error::Error::source(&error).map_or(String::new(), ToString::to_string)
        );
        assert!(text.contains("GENERATED ALWAYS") && text.contains(instead), "{text}");
    }
    session.execute("drop table filled").await.unwrap();
}
