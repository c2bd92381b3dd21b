//! Runs that keep a ledger while their connections are cut.

mod book;
mod chaos;
mod clean;
mod cuts;
mod ends;
mod groups;
mod marked;
mod proxy;
mod stalls;
mod trial;

use std::{path::Path, time::Duration};

use loadgen_core::{
    Report, Run, SqlSession,
    crud::{Crud, CrudConfig, RowCounts},
    ledger::{Header, Ledger, LedgerOptions, LedgerReader, Record},
};
use loadgen_pg::{PgSession, PgTarget};

use crate::support::{database, target_as};

const SHOP: &str = "create table customers (id bigint generated always as identity primary key, name text not null);
    create table orders (id uuid primary key, customer_id bigint not null references customers, total numeric(10, 2),
        placed_at timestamptz not null);
    create table visits (page text not null, seconds int not null)";

fn traced(target: PgTarget, directory: &Path) -> Run<Crud<PgTarget>> {
    let ledger =
        Ledger::create(directory, LedgerOptions { journals: 4, ..LedgerOptions::default() }).unwrap();
    let header = Header { run: "run".to_owned(), ..Header::default() };
    let rows = RowCounts { insert: 3, update: 2, delete: 1 };
    let config = CrudConfig { rows, ..CrudConfig::default() };
    Run::new(target, Crud::new(config).traced(ledger, header)).seed(3).lanes(12).connections(4)
}

/// How many transactions have been committed.
async fn committed(session: &mut PgSession) -> u64 {
    let sql = "select coalesce(sum(last_seq), 0)::bigint from loadgen_lane";
    let sum: i64 = sqlx::query_scalar(sql).fetch_one(session.driver().unwrap()).await.unwrap();
    sum.unsigned_abs()
}

/// Ends the connections of the traffic, all of them, again and again.
async fn cut(session: &mut PgSession, times: u32) {
    session.marker_table().await.unwrap();
    while committed(session).await < 100 {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    for _ in 0..times {
        tokio::time::sleep(Duration::from_millis(15)).await;
        let sql = "select count(pg_terminate_backend(pid)) from pg_stat_activity
                   where datname = current_database() and pid <> pg_backend_pid()";
        session.execute(sql).await.unwrap();
    }
}

fn records(directory: &Path) -> Vec<Record> {
    let reader = LedgerReader::open(directory).unwrap();
    reader.records().map(Result::unwrap).collect()
}

#[tokio::test]
async fn no_answer_that_is_lost_leaves_anything_unknown() {
    let (target, mut session) = database(SHOP).await;
    let directory = tempfile::tempdir().unwrap();
    let run = traced(target, directory.path()).operations(6000).check();
    let (report, ()) = tokio::join!(run.execute(), cut(&mut session, 60));
    let report: Report = report.unwrap_or_else(|error| panic!("{error:?}"));
    assert_eq!((report.fatal.as_ref(), report.outcomes().indeterminate), (None, 0));
    assert!(report.counts.reconnects > 20, "connections were cut: {}", report.counts.reconnects);
    let records = records(directory.path());
    let resolved = records.iter().filter(|record| matches!(record, Record::Resolution(_))).count();
    let Some(Record::End(end)) = records.iter().find(|record| matches!(record, Record::End(_))) else {
        panic!("no end")
    };
    println!("{resolved} resolved of {end:?}");
    assert_eq!(end.committed, committed(&mut session).await, "each commit moved a marker by one");
}

#[tokio::test]
async fn what_may_write_but_not_make_tables_finds_the_markers_there() {
    let (_, mut admin) = database(&format!(
        "{SHOP}; create table loadgen_lane (run_id text, lane bigint, last_seq bigint not null, epoch bigint not null,
             primary key (run_id, lane));
         revoke create on schema public from public;
         drop role if exists writer; create role writer login; grant all on all tables in schema public to writer;
         grant usage on all sequences in schema public to writer"
    ))
    .await;
    let directory = tempfile::tempdir().unwrap();
    let target = target_as(&mut admin, "writer").await;
    let report = traced(target, directory.path()).operations(200).execute().await.unwrap();
    assert_eq!((report.fatal.as_ref(), report.outcomes().aborted), (None, 0));
}
