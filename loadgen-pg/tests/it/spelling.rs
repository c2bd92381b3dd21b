//! Constants that can be written in several ways.

use loadgen_core::{
    PrepareError, Run, Seed, SqlSession,
    crud::{self, Crud, CrudConfig},
};
use loadgen_pg::{PgSession, PgTarget};

use crate::support::{database, extended};

fn config(json: &str) -> CrudConfig {
    serde_json::from_str(json).unwrap()
}

async fn holds(sql: &str, json: &str, operations: u64) {
    traffic_holds(database(sql).await, json, operations).await;
}

async fn traffic_holds((target, mut session): (PgTarget, PgSession), json: &str, operations: u64) {
    let plan = crud::plan(&mut session, &config(json), Seed(5), 4).await.unwrap();
    assert_eq!(plan.refused, []);
    let run = Run::new(target, Crud::new(config(json))).seed(5).lanes(4).connections(2);
    let report = run.operations(operations).check().execute().await.unwrap();
    assert!(report.errors.is_empty(), "{:#?}", report.errors);
    assert!(report.tally.tables.values().all(|table| table.rows.inserted > 0), "{:#?}", report.tally.tables);
}

const CHECKED: &str =
    "create table c_inet (id int primary key, a inet check (a in ('10.0.0.1', '10.0.0.2')));
    create table c_char (id int primary key, a char(1) check (a in ('M', 'F', ' ')));
    create table c_bpchar (id int primary key, a bpchar check (a in ('x ', 'y')));
    create table c_timetz (id int primary key, a timetz not null check (a in ('8:00+2', '09:30:00+01')));
    create table c_money (id int primary key, a money check (a in ('1', '2.5')));
    create table c_interval (id int primary key, a interval check (a in ('1 hour', '90 min', '1.5 days')));
    create table c_one (id int primary key, a macaddr check (a = '08002B010203'));";

#[tokio::test]
async fn constants_of_checks_are_remembered_as_the_server_gives_them_back() {
    holds(CHECKED, "{}", 400).await;
}

#[tokio::test]
async fn constants_of_plan_files_are_remembered_as_the_server_gives_them_back() {
    let mut types = vec![
        ("inet", "10.0.0.1"),
        ("cidr", "10.1"),
        ("money", "1234.5"),
        ("char(4)", "a b "),
        ("point", "1.0,2"),
        ("box", "(0,0),(1,1)"),
        ("macaddr", "08002b:010203"),
        ("int4range", "[1,3]"),
        ("tsvector", "the fat cat"),
        ("tsquery", "fat&cat"),
        ("jsonpath", "$.a"),
        ("timetz", "8:00+2"),
        ("interval", "90 min"),
        ("inet[]", "10.0.0.1"),
        ("int4range[]", "[1,3]"),
    ];
    let (target, mut session) = database("select 1").await;
    if extended(&mut session, "hstore").await {
        types.push(("hstore", "a=>1"));
    }
    let columns: Vec<String> = types.iter().enumerate().map(|(at, (ty, _))| format!("c{at} {ty}")).collect();
    let columns = columns.join(", ");
    let said: Vec<String> = types
        .iter()
        .enumerate()
        .map(|(at, (_, text))| format!(r#""c{at}": {{"choice": ["{text}"], "null_ratio": 0.1}}"#))
        .collect();
    let json = format!(r#"{{"tables": {{"t": {{"columns": {{{}}}}}}}}}"#, said.join(", "));
    session.execute(&format!("create table t (id int primary key, {columns})")).await.unwrap();
    traffic_holds((target, session), &json, 200).await;
}

#[tokio::test]
async fn a_constant_that_the_server_refuses_is_an_error_that_names_the_column() {
    let (_, mut session) = database("create table t (id int primary key, a inet, b cidr);").await;
    let json =
        r#"{"tables": {"t": {"columns": {"a": {"constant": "10.0.0.1"}, "b": {"choice": ["10.0.0.1/8"]}}}}}"#;
    let error = crud::plan(&mut session, &config(json), Seed(5), 4).await.unwrap_err();
    assert!(matches!(error, PrepareError::Plan(_)), "{error:?}");
    let text = error.to_string() + &format!("{error:?}");
    assert!(text.contains("public.t.b") && text.contains("10.0.0.1/8"), "{text}");
}

#[tokio::test]
async fn blanks_at_the_end_of_padded_texts_are_none_of_the_value() {
    let sql = "create table a (id int primary key, code char(4) check (code ~ '^[A-Z ]{4}$'));
        create table b (code char(4) primary key, n int);
        create table c (id int primary key, code char(3));";
    let json = r#"{"tables": {"a": {}, "b": {"columns": {"code": {"pattern": "[A-C ]{4}"}}},
        "c": {"columns": {"code": {"pattern": "[A-C ]{3}"}}}}}"#;
    holds(sql, json, 450).await;
}
