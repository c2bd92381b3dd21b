//! Rows that a sceptical reader would believe, under checks, defaults and keys, in a real database.

use loadgen_core::SqlSession;
use loadgen_pg::PgSession;

use crate::{
    realism::{filling, traffic},
    support::database,
};

const SCHEMA: &str = include_str!("believable.sql");

/// Rows that nobody would believe.
const WRONG: [(&str, &str); 12] = [
    ("invoices", "abs(tax - net * tax_rate / 100) > 0.01 or tax_rate not in (0, 5, 7, 10, 19, 20, 21)"),
    ("invoices", "due_date - issue_date not between 1 and 260 or paid_date < issue_date"),
    ("orders", "total_amount <> subtotal + vat"),
    (
        "orders",
        "required_date <= order_date or shipped_date <= order_date or required_date > order_date + 260",
    ),
    (
        "flights",
        "scheduled_arrival > scheduled_departure + interval '1 day'
         or actual_departure not between scheduled_departure and scheduled_departure + interval '1 day'
         or actual_arrival > actual_departure + interval '1 day' or departure_airport !~ '^[A-Z]{3}$'",
    ),
    (
        "accounts",
        "email not like lower(regexp_replace(first_name || '.' || last_name, '[^A-Za-z.]', '', 'g')) || '%'
         or activebool <> (active = 1)",
    ),
    ("accounts", "updated_at < created_at or expires_at < created_at or deleted_at < updated_at"),
    (
        "rental",
        "return_date <= rental_date or return_date > rental_date + interval '20 days' or last_update < rental_date",
    ),
    ("sales", "amount_total <> amount_untaxed + coalesce(amount_tax, 0) or write_date < create_date"),
    ("sales", "invoice_date_due < invoice_date or salary not between '0' and '1000'"),
    ("shifts", "upper(during) - lower(during) is null or ver !~ '^[0-9]{3}[.][0-9]+$'"),
    ("days", "day not between '2000-01-01' and '2029-12-31'"),
];

async fn share(session: &mut PgSession, table: &str, condition: &str) -> f64 {
    let sql = format!("select coalesce(avg((({condition}) is true)::int), 0)::float8 from {table}");
    sqlx::query_scalar(sqlx::AssertSqlSafe(sql)).fetch_one(session.driver().unwrap()).await.unwrap()
}

async fn look(session: &mut PgSession) {
    for (table, wrong) in WRONG {
        let bad = share(session, table, wrong).await;
        assert_eq!(bad, 0.0, "{table}: {wrong}");
    }
    let deleted = share(session, "accounts", "deleted_at is not null").await;
    assert!((0.02..0.2).contains(&deleted), "{deleted}");
    assert!(share(session, "invoices", "tax > 0").await > 0.5);
    session.execute("do $$ begin assert (select count(*) > 100 from days), 'days'; end $$").await.unwrap();
}

#[tokio::test]
async fn rows_are_believable_after_traffic() {
    let (target, mut session) = database(SCHEMA).await;
    let report = traffic(target, 8_000).await;
    assert!(report.tally.tables["public.rental"].rows.updated > 100);
    look(&mut session).await;
}

#[tokio::test]
async fn rows_are_believable_after_seeding() {
    let (target, mut session) = database(SCHEMA).await;
    filling(target, &mut session, 1_000).await;
    look(&mut session).await;
}
