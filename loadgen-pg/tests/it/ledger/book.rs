//! What a ledger says was done, worked out without the code that wrote it, and held against the database.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
};

use loadgen_core::{
    ChangeKind, SqlSession, column_hash, column_salt,
    ledger::{CleanEnd, Header, LedgerReader, Record, ResultRecord, TransactionRecord},
};
use loadgen_pg::PgSession;

use crate::support::table_in;

/// A ledger that has ended.
#[derive(Default)]
pub(super) struct Book {
    header: Header,
    /// The rows by table and key, with their sums.
    rows: BTreeMap<(u32, Vec<String>), u64>,
    /// What was committed, as lane and number.
    committed: BTreeSet<(i64, i64)>,
    /// Transactions whose end had to be found out: so many were committed, and so many aborted.
    pub(super) found: (u64, u64),
    end: Option<CleanEnd>,
}

impl Book {
    pub(super) fn read(directory: &Path) -> Book {
        let reader = LedgerReader::open(directory).unwrap();
        let mut book = Book { header: reader.header().unwrap(), ..Book::default() };
        let mut open: BTreeMap<u32, TransactionRecord> = BTreeMap::new();
        for record in reader.records() {
            let ended = match record.unwrap() {
                Record::Transaction(transaction) => {
                    let before = open.insert(transaction.lane, transaction);
                    assert!(before.is_none(), "a lane begins nothing before the last has ended: {before:?}");
                    continue;
                }
                Record::Result(ended) => ended,
                Record::Resolution(ended) => {
                    *(if ended.committed { &mut book.found.0 } else { &mut book.found.1 }) += 1;
                    ended
                }
                Record::End(end) => {
                    book.end = Some(end);
                    continue;
                }
                Record::Header(_) | Record::Watermark(_) => continue,
            };
            let transaction = open.remove(&ended.lane).filter(|open| open.seq == ended.seq);
            book.note(ended, transaction.expect("what has ended was written down before"));
        }
        assert!(open.is_empty(), "everything is settled: {open:?}");
        book
    }

    fn note(&mut self, ended: ResultRecord, transaction: TransactionRecord) {
        if !ended.committed {
            return;
        }
        self.committed.insert((i64::from(ended.lane), ended.seq as i64));
        for entry in transaction.entries {
            let key = (entry.table, entry.key);
            let was_there = match entry.kind {
                ChangeKind::Delete => self.rows.remove(&key).is_some(),
                _ => self.rows.insert(key, entry.sum.unwrap()).is_some(),
            };
            assert_eq!(was_there, entry.kind != ChangeKind::Insert);
        }
    }

    /// Compares every transaction with what a trigger has noted of it, and every row of every table.
    pub(super) async fn is_what_is_in(&self, session: &mut PgSession) {
        let moves = "select lane, seq from aside.moves";
        let moves: Vec<(i64, i64)> =
            sqlx::query_as(moves).fetch_all(session.driver().unwrap()).await.unwrap();
        let moves: BTreeSet<(i64, i64)> = moves.into_iter().collect();
        let wrong: Vec<_> = self.committed.symmetric_difference(&moves).collect();
        assert!(wrong.is_empty(), "verdicts are wrong: {wrong:?}");
        assert_eq!(self.end.map(|end| end.committed), Some(moves.len() as u64));
        for number in self.header.tables.keys() {
            self.is_in_table(*number, session).await;
        }
    }

    async fn is_in_table(&self, number: u32, session: &mut PgSession) {
        let header = &self.header.tables[&number];
        let table = table_in(session, &header.schema, &header.table).await;
        let place = |name: &str| table.column_index(name).unwrap();
        let key: Vec<usize> = header.key.iter().map(|name| place(name)).collect();
        let sums: Vec<(u64, usize)> =
            header.columns.iter().map(|column| (column_salt(&column.name), place(&column.name))).collect();
        let (mut found, mut wrong) = (0, Vec::new());
        let columns: Vec<usize> = (0..table.columns.len()).collect();
        let mut look = |row: &[loadgen_core::Value]| {
            let sum = sums.iter().map(|(salt, at)| column_hash(*salt, &row[*at])).fold(0, u64::wrapping_add);
            let key = key.iter().map(|at| row[*at].to_string()).collect();
            found += 1;
            if self.rows.get(&(number, key)) != Some(&sum) {
                wrong.push(format!("{row:?}"));
            }
        };
        session.scan(&table, &columns, &mut look).await.unwrap();
        assert!(wrong.is_empty(), "{}: rows that the ledger does not have: {wrong:?}", table.name);
        let told = self.rows.keys().filter(|(table, _)| *table == number).count();
        assert_eq!(found, told, "{}: the ledger has rows that are not there", table.name);
    }

    /// How many transactions were committed.
    pub(super) fn committed(&self) -> usize {
        self.committed.len()
    }
}
