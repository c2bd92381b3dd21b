//! Rows of a circle of references: inserted together, and deleted together.

use std::{collections::BTreeSet, path::Path};

use loadgen_core::{
    ChangeKind,
    ledger::{LedgerReader, Record, TransactionRecord},
    verify::{Sink, Verdict, Verifier, VerifyOptions, observe_source},
};
use loadgen_pg::PgSession;

use super::{cut, records, traced};
use crate::support::database;

/// One row of each for one of the other: none can be there or go without the others.
const PAIRS: &str = "
    create table one (id int primary key, three int not null unique, note text);
    create table two (id int primary key, one int not null unique references one deferrable, note text);
    create table three (id int primary key, two int not null unique references two deferrable, note text);
    alter table one add constraint closed foreign key (three) references three deferrable initially deferred";

/// Transactions that have rows of more than one table.
fn groups(directory: &Path, kind: ChangeKind) -> Vec<TransactionRecord> {
    let is_group = |transaction: &TransactionRecord| {
        let tables: BTreeSet<u32> = transaction.entries.iter().map(|entry| entry.table).collect();
        tables.len() == 3 && transaction.entries.iter().all(|entry| entry.kind == kind)
    };
    let transactions = records(directory).into_iter().filter_map(|record| match record {
        Record::Transaction(transaction) => Some(transaction),
        _ => None,
    });
    transactions.filter(is_group).collect()
}

async fn passes(session: &mut PgSession, directory: &Path) {
    let reader = LedgerReader::open(directory).unwrap();
    let mut verifier = Verifier::new(reader, Sink::State, VerifyOptions::default()).unwrap();
    observe_source(session, &mut verifier).await.unwrap();
    let found = verifier.finish().unwrap();
    assert_eq!((found.verdict, found.coverage.len()), (Verdict::Pass, 0), "{found:#?}");
}

#[tokio::test]
async fn groups_that_are_deleted_stand_in_the_ledger_as_one_transaction_with_all_of_their_rows() {
    let (target, mut session) = database(PAIRS).await;
    let directory = tempfile::tempdir().unwrap();
    let report = traced(target, directory.path()).operations(1_500).check().execute().await.unwrap();
    assert!(report.fatal.is_none() && report.errors.is_empty(), "{report:#?}");
    let (inserts, deletes) =
        (groups(directory.path(), ChangeKind::Insert), groups(directory.path(), ChangeKind::Delete));
    assert!(inserts.len() > 50 && deletes.len() > 20, "{} and {}", inserts.len(), deletes.len());
    assert!(deletes.iter().all(|group| group.entries.iter().all(|entry| entry.sum.is_none())));
    let all: u64 = report.tally.tables.values().map(|table| table.rows.deleted).sum();
    assert_eq!(all, deletes.iter().map(|group| group.entries.len() as u64).sum::<u64>());
    passes(&mut session, directory.path()).await;
}

#[tokio::test]
async fn groups_whose_answers_are_lost_are_there_as_a_whole_or_not_at_all() {
    let (target, mut session) = database(PAIRS).await;
    let directory = tempfile::tempdir().unwrap();
    let run = traced(target, directory.path()).operations(4_000).check();
    let (report, ()) = tokio::join!(run.execute(), cut(&mut session, 30));
    let report = report.unwrap();
    assert_eq!((report.fatal.as_ref(), report.outcomes().indeterminate), (None, 0));
    assert!(groups(directory.path(), ChangeKind::Delete).len() > 20);
    passes(&mut session, directory.path()).await;
}
