//! Columns of a row that belong together, in a real database.

use loadgen_core::{
    Run, Seed, Setup, SqlSession,
    crud::{Crud, CrudConfig, Seeding, permitted_plan},
};
use loadgen_pg::PgSession;

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
    sqlx::query_scalar(sqlx::AssertSqlSafe(sql)).fetch_one(session.driver()).await.unwrap()
}

async fn look(session: &mut PgSession) {
    for (table, wrong) in WRONG {
        assert!(count(session, table, "true").await > 200, "{table}");
        assert_eq!(count(session, table, wrong).await, 0, "{table}: {wrong}");
    }
    assert!(count(session, "customers", "city = 'Berlin'").await > 0);
}

#[tokio::test]
async fn related_columns_fit_after_traffic() {
    let (target, mut session) = database(SCHEMA).await;
    let run = Run::new(target, Crud::new(CrudConfig::default())).seed(11).lanes(8).connections(4);
    let report = run.operations(6_000).check().execute().await.unwrap();
    assert_eq!((report.errors.len(), report.outcomes().aborted), (0, 0), "{:?}", report.errors);
    assert!(report.tally.tables["public.customers"].rows.updated > 300);
    look(&mut session).await;
}

#[tokio::test]
async fn related_columns_fit_after_seeding() {
    let (target, mut session) = database(SCHEMA).await;
    let setup = Setup { seed: Seed(4), lanes: 8, check: false };
    let plan = permitted_plan(&mut session, &CrudConfig::default(), &setup).await.unwrap();
    Seeding::new(target, plan, Some(2_000)).connections(2).execute().await.unwrap();
    look(&mut session).await;
    session.execute("select 1").await.unwrap();
}
