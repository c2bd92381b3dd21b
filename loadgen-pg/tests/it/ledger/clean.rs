//! Runs in which nothing goes wrong, and of which nothing is found.

use std::time::{Duration, Instant};

use loadgen_core::{
    Run, SqlSession,
    crud::{Crud, CrudConfig, RowCounts, TableConfig, Touch},
    ledger::{CleanEnd, Header, Ledger, LedgerOptions, LedgerReader, Record},
    verify::{Sink, Verdict, Verifier, VerifyOptions, observe_source},
};
use loadgen_pg::{PgSession, PgTarget};
use tempfile::TempDir;

use super::trial::number;
use crate::support::database;

/// Tables that refer to each other and to themselves, keys that the server makes and keys that it does not, and rows of before.
const SHOP: &str = "create table customers (id bigint generated always as identity primary key,
        email text not null unique, name text not null, born date, tags text[]);
    create table products (sku uuid primary key, name text not null, price numeric(10, 2) not null check (price >= 0),
        parent uuid references products);
    create table orders (id bigint generated always as identity primary key,
        customer_id bigint not null references customers, placed_at timestamptz not null, note text);
    create table order_items (order_id bigint references orders, nth int, sku uuid not null references products,
        quantity int not null check (quantity between 1 and 99), primary key (order_id, nth));
    insert into customers (email, name) select 'old' || i || '@example.org', 'old' from generate_series(1, 500) i;
    insert into products (sku, name, price) select gen_random_uuid(), 'old', i from generate_series(1, 300) i;
    insert into orders (customer_id, placed_at) select i % 500 + 1, now() from generate_series(1, 400) i;
    insert into order_items select i % 400 + 1, i / 400, sku, 1 from products, generate_series(1, 3) i
        on conflict do nothing";

/// How many runs there are, each with so many transactions: 20 of 100,000 for `LOADGEN_CLEAN_RUNS=20`.
fn size() -> (u64, u64) {
    let runs = number("LOADGEN_CLEAN_RUNS", 0);
    if runs == 0 { (3, 1_500) } else { (runs, 100_000) }
}

/// Rows of before are touched by all, some or none; a table of each run goes its own way.
fn config(seed: u64) -> CrudConfig {
    let touch = |nth: u64| Some(Touch::CHOICES[(nth % 3) as usize]);
    let rows = RowCounts { insert: 3, update: 2, delete: 1 };
    let own = TableConfig { touch: touch(seed + 1), ..TableConfig::default() };
    let tables = ["customers", "products", "orders", "order_items"];
    let apart = tables[(seed % 4) as usize];
    let tables = tables
        .map(|name| (name.to_owned(), if name == apart { own.clone() } else { TableConfig::default() }));
    CrudConfig { rows, touch: touch(seed), tables: tables.into(), ..CrudConfig::default() }
}

/// A run of so many transactions with a ledger; what that says of its end.
async fn traced(target: PgTarget, out: &TempDir, seed: u64, transactions: u64) -> CleanEnd {
    let ledger =
        Ledger::create(out.path(), LedgerOptions { journals: 4, ..LedgerOptions::default() }).unwrap();
    let header = Header { run: format!("run {seed}"), ..Header::default() };
    let run = Run::new(target, Crud::new(config(seed)).traced(ledger, header));
    let run = run.seed(seed).lanes(16).connections(4).threads(2).check();
    let progress = run.progress();
    // Operations that are skipped are no transactions.
    let enough = async move {
        while progress.snapshot().outcomes.committed < transactions {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    let report = run.stop_on(enough).execute().await.unwrap_or_else(|error| panic!("{seed}: {error:?}"));
    let outcomes = report.outcomes();
    assert_eq!((report.fatal.as_ref(), outcomes.indeterminate, outcomes.aborted), (None, 0, 0), "{report:?}");
    let reader = LedgerReader::open(out.path()).unwrap();
    let end = reader.records().find_map(|record| match record.unwrap() {
        Record::End(end) => Some(end),
        _ => None,
    });
    end.expect("the run has ended")
}

/// Holds the tables against the ledger; how many changes there were.
async fn verified(session: &mut PgSession, out: &TempDir, seed: u64) -> u64 {
    let reader = LedgerReader::open(out.path()).unwrap();
    let mut verifier = Verifier::new(reader, Sink::State, VerifyOptions::default()).unwrap();
    observe_source(session, &mut verifier).await.unwrap();
    let found = verifier.finish().unwrap();
    assert_eq!((found.verdict, found.findings.len()), (Verdict::Pass, 0), "seed {seed}: {found:#?}");
    // What cannot be compared has to do with rows of before, of which the ledger has a sum alone, or is filled by the database.
    let is_known = ["before the run", "whose values the ledger does not have"];
    let is_odd = |words: &&str| !is_known.iter().any(|known| words.contains(known));
    let odd: Vec<&str> = found.coverage.iter().map(|left| left.words.as_str()).filter(is_odd).collect();
    assert_eq!(odd, [""; 0], "seed {seed}");
    found.counts.changes
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_a_run_in_which_nothing_goes_wrong_nothing_is_found() {
    let (runs, transactions) = size();
    let (began, mut all) = (Instant::now(), (0, 0));
    for seed in 1..=runs {
        let (target, mut session) = database(SHOP).await;
        let out = tempfile::tempdir().unwrap();
        let end = traced(target, &out, seed, transactions).await;
        assert!(end.committed >= transactions && end.aborted == 0, "{end:?}");
        let changes = verified(&mut session, &out, seed).await;
        all = (all.0 + end.committed, all.1 + changes);
        let taken = began.elapsed().as_secs();
        println!("seed {seed}: PASS, {} transactions, {changes} changes, {taken} s so far", end.committed);
        let name: String = sqlx::query_scalar("select current_database()::text")
            .fetch_one(session.driver().unwrap())
            .await
            .unwrap();
        session.close().await;
        let (_, mut other) = database("select 1").await;
        other.execute(&format!("drop database {name}")).await.unwrap();
    }
    println!("{runs} runs, {} transactions, {} changes: no finding", all.0, all.1);
}
