//! Columns of a row that belong together, in a real database.

use loadgen_core::{
    Report, Run, Seed, Setup, SqlSession,
    crud::{Crud, CrudConfig, Seeding, permitted_plan},
};
use loadgen_pg::{PgSession, PgTarget};

use crate::support::database;

const SCHEMA: &str = include_str!("realism.sql");

/// Rows that are not as they should be.
const WRONG: [(&str, &str); 5] = [
    (
        "customers",
        "full_name <> first_name || ' ' || last_name
         or email not like lower(regexp_replace(first_name || '.' || last_name, '[^A-Za-z.]', '', 'g')) || '%'
         or username not like lower(regexp_replace(first_name, '[^A-Za-z]', '', 'g')) || '%'",
    ),
    (
        "customers",
        "city = 'Berlin' and (country <> 'DE' or postal_code not like '10%' or latitude::int not in (52, 53))",
    ),
    ("customers", "updated_at < created_at"),
    (
        "invoices",
        "net_amount <> quantity * unit_price or tax_amount <> round(net_amount * tax_rate, 2)
         or total_amount <> net_amount + tax_amount",
    ),
    ("invoices", "due_on < issued_on or paid_at < issued_on"),
];

async fn count(session: &mut PgSession, table: &str, condition: &str) -> i64 {
    let sql = format!("select count(*) from {table} where {condition}");
    sqlx::query_scalar(sqlx::AssertSqlSafe(sql)).fetch_one(session.driver().unwrap()).await.unwrap()
}

async fn look(session: &mut PgSession) {
    for (table, wrong) in WRONG {
        assert!(count(session, table, "true").await > 200, "{table}");
        assert_eq!(count(session, table, wrong).await, 0, "{table}: {wrong}");
    }
    assert!(count(session, "customers", "city = 'Berlin'").await > 0);
}

/// Traffic on all tables, of which nothing is refused.
pub(crate) async fn traffic(target: PgTarget, operations: u64) -> Report {
    let run = Run::new(target, Crud::new(CrudConfig::default())).seed(11).lanes(8).connections(4);
    let report = run.operations(operations).check().execute().await.unwrap();
    assert_eq!((report.errors.len(), report.outcomes().aborted), (0, 0), "{:?}", report.errors);
    report
}

/// So many rows in all tables, as a run would make them.
pub(crate) async fn filling(target: PgTarget, session: &mut PgSession, rows: u64) {
    let setup = Setup { seed: Seed(4), lanes: 8, check: false };
    let plan = permitted_plan(session, &CrudConfig::default(), &setup).await.unwrap();
    Seeding::new(target, plan, Some(rows)).connections(2).execute().await.unwrap();
}

#[tokio::test]
async fn related_columns_fit_after_traffic() {
    let (target, mut session) = database(SCHEMA).await;
    let report = traffic(target, 6_000).await;
    assert!(report.tally.tables["public.customers"].rows.updated > 300);
    look(&mut session).await;
}

#[tokio::test]
async fn related_columns_fit_after_seeding() {
    let (target, mut session) = database(SCHEMA).await;
    filling(target, &mut session, 2_000).await;
    look(&mut session).await;
    session.execute("select 1").await.unwrap();
}

const ORDERS: &str = r#"
    create type mood as enum ('sad', 'ok', 'great');
    create table orders (
        id bigint generated always as identity primary key, "Status" text, mood mood not null, paid boolean not null,
        amount numeric(8, 2) not null, at timestamptz not null, note text not null, tags text[] not null
    );
    insert into orders ("Status", mood, paid, amount, at, note, tags)
    select case when n % 2 = 0 then 'paid' when n % 5 = 0 then null else 'new' end, 'great', n % 10 = 0, n / 100.0,
        timestamptz '2020-02-01 00:00:00+00' + n * interval '1 minute', 'note ' || n, '{a}'
    from generate_series(1, 2000) n;
    create table parts (day date not null, size int not null) partition by range (day);
    create table parts_1 partition of parts default;
    insert into parts select '2024-01-01', 7 from generate_series(1, 500);
    analyze"#;

async fn share(session: &mut PgSession, condition: &str) -> f64 {
    let new = "id > 2000";
    let part = count(session, "orders", &format!("{new} and {condition}")).await as f64;
    part / count(session, "orders", new).await as f64
}

#[tokio::test]
async fn values_are_spread_like_those_that_are_there() {
    let (target, mut session) = database(ORDERS).await;
    let config: CrudConfig = serde_json::from_str(
        r#"{"from": "statistics", "tables": {"parts": {"columns": {"size": {"from": "statistics"}}},
            "orders": {"columns": {"note": {"meaning": "email"}}}}}"#,
    )
    .unwrap();
    let run = Run::new(target, Crud::new(config)).seed(5).lanes(4).connections(2);
    let report = run.operations(4_000).check().execute().await.unwrap();
    assert_eq!((report.errors.len(), report.outcomes().aborted), (0, 0), "{:?}", report.errors);
    let near =
        |found: f64, wanted: f64| assert!((found - wanted).abs() < 0.06, "{found} instead of {wanted}");
    near(share(&mut session, "\"Status\" = 'paid'").await, 0.5);
    near(share(&mut session, "\"Status\" is null").await, 0.1);
    near(share(&mut session, "paid").await, 0.1);
    near(share(&mut session, "mood = 'great'").await, 1.0);
    near(share(&mut session, "amount between 0.01 and 20.00").await, 1.0);
    near(share(&mut session, "amount < 10.00").await, 0.5);
    near(share(&mut session, "at between '2020-02-01' and '2020-02-03'").await, 1.0);
    near(share(&mut session, "note like '%@%'").await, 1.0);
    assert_eq!(count(&mut session, "parts", "size <> 7").await, 0);
}

#[tokio::test]
async fn without_statistics_values_are_as_usual_and_the_plan_says_so() {
    let (_, mut session) = database("create table t (id bigserial primary key, size int not null)").await;
    let config: CrudConfig =
        serde_json::from_str(r#"{"tables": {"t": {"columns": {"size": {"from": "statistics"}}}}}"#).unwrap();
    let setup = Setup { seed: Seed(1), lanes: 4, check: false };
    let plan = permitted_plan(&mut session, &config, &setup).await.unwrap();
    assert_eq!(plan.tables[0].notes, ["\"size\" is written as usual: there are no statistics of it"]);
}
