//! Somebody else changes the schema while traffic is going on.

use std::{sync::Mutex, time::Duration};

use loadgen_core::{
    Pace, Report, Run, SqlSession,
    crud::{Crud, CrudConfig},
};
use loadgen_pg::{PgSession, PgTarget};

use crate::support::database;

const CONNECTIONS: u32 = 8;

/// Runs traffic with a check at its end while the steps are taken, one after the other.
async fn disturbed(
    target: PgTarget,
    mut other: PgSession,
    steps: &[&str],
    pause: Duration,
) -> (Report, PgSession) {
    let (over, is_over) = tokio::sync::oneshot::channel::<()>();
    let run = Run::new(target, Crud::new(CrudConfig::default()))
        .seed(11)
        .lanes(24)
        .connections(CONNECTIONS)
        .threads(1)
        .pace(Pace::Constant("600/s".parse().unwrap()))
        .look_every(Duration::from_millis(150))
        .duration(Duration::from_secs(120))
        .stop_on(async move {
            let _ = is_over.await;
        })
        .check();
    let failed = Mutex::new(Vec::new());
    let disturb = async {
        tokio::time::sleep(pause).await;
        for step in steps {
            if let Err(error) = other.execute(step).await {
                failed.lock().unwrap().push(format!("{step}: {error}"));
            }
            tokio::time::sleep(pause).await;
        }
        let _ = over.send(());
    };
    let (report, ()) = tokio::join!(run.execute(), disturb);
    assert_eq!(*failed.lock().unwrap(), Vec::<String>::new());
    (report.unwrap(), other)
}

fn words(report: &Report) -> Vec<String> {
    let changes = report.schema_changes.listed.iter();
    changes.map(|change| format!("{} {}", change.table, change.what)).collect()
}

/// Every operation has a known end and hardly any is lost, and every table that is left has the rows that are counted.
async fn goes_on(report: &Report, other: &mut PgSession, steps: usize) {
    let outcomes = report.outcomes();
    assert_eq!(outcomes.indeterminate, 0, "{:?}", report.errors);
    assert!(outcomes.aborted <= u64::from(CONNECTIONS) * steps as u64, "{outcomes:?} {:#?}", report.errors);
    assert!(outcomes.committed * 10 > outcomes.total() * 7, "{outcomes:?} {:?}", report.skips);
    assert!(report.fatal.is_none());
    for (name, tally) in report.tally.tables.iter().filter(|(_, tally)| tally.live > 0) {
        let rows: i64 = sqlx::query_scalar(sqlx::AssertSqlSafe(format!("select count(*) from {name}")))
            .fetch_one(other.driver())
            .await
            .unwrap();
        let before = if name == "public.archive" { 50 } else { 0 };
        assert_eq!((rows as u64, tally.unknown), (tally.live + before, 0), "{name}");
    }
}

const TABLES: &str = "
    create table calm (id bigint generated always as identity primary key, v text not null, n int);
    create table customers (id bigint generated always as identity primary key, email varchar(80) not null unique,
        phone text, nickname text);
    create table orders (id int primary key, customer_id bigint not null references customers, total numeric(10, 2) not null,
        ref uuid);
    create table items (order_id int references orders, line int, quantity int not null, primary key (order_id, line));
    create table labels (id int primary key, label varchar(40) not null, weight int not null);
    create table measures (id int primary key, value int not null, unit text not null);
    create table notes (id bigint generated always as identity primary key, words text not null);
    create table logs (id bigint generated always as identity primary key, line text)";

#[tokio::test]
async fn traffic_goes_on_through_every_kind_of_change_and_says_what_changed() {
    let steps = [
        ("alter table orders add column note text", "public.orders column \"note\" added, text; the digest goes on without it"),
        (
            "alter table orders add column priority int not null default 3",
            "public.orders column \"priority\" added, integer; the digest goes on without it",
        ),
        ("alter table customers drop column nickname", "public.customers column \"nickname\" dropped"),
        (
            "alter table customers rename column phone to mobile",
            "public.customers column \"phone\" renamed to \"mobile\"",
        ),
        ("alter table orders alter column id type bigint", "public.orders column \"id\" is bigint instead of integer"),
        (
            "alter table labels alter column label type varchar(12) using left(label, 12)",
            "public.labels column \"label\" is character varying of another size or set of values",
        ),
        (
            "alter table labels alter column weight type text using weight::text",
            "public.labels column \"weight\" is text instead of integer",
        ),
        ("drop table items", "public.items dropped"),
        (
            "create table reviews (id bigint generated always as identity primary key, stars int not null check (stars between 1
               and 5), customer_id bigint not null references customers)",
            "public.reviews created",
        ),
        (
            "create table archive (id bigint primary key, line text not null);
             insert into archive select n, 'from before' from generate_series(1, 50) n",
            "public.archive created",
        ),
        (
            "alter table measures add constraint positive check (value >= 0) not valid",
            "public.measures check (positive) added",
        ),
        ("alter table orders add constraint one unique (ref)", "public.orders unique (ref) added"),
        ("alter table notes rename to remarks", "public.remarks was public.notes before"),
        (
            "drop table logs; create table logs (id uuid primary key, line text not null, level smallint not null)",
            "public.logs created",
        ),
        ("alter table measures alter column unit drop not null", "public.measures column \"unit\" takes NULL now"),
    ];
    let (target, other) = database(TABLES).await;
    let sql: Vec<&str> = steps.iter().map(|(sql, _)| *sql).collect();
    let (report, mut other) = disturbed(target, other, &sql, Duration::from_millis(500)).await;
    let words = words(&report);
    for (_, said) in &steps {
        assert!(words.iter().any(|words| words == said), "{said}: {words:#?}");
    }
    goes_on(&report, &mut other, steps.len()).await;
}
