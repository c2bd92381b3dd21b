//! What a ledger says is there, worked out without the code that wrote it.

use std::{collections::BTreeMap, path::Path};

use loadgen_core::{
    ChangeKind, SchemaFilter, SqlSession, Target, column_hash, column_salt,
    ledger::{Header, LedgerReader, Record, TransactionRecord},
    memory::Memory,
};

/// The rows by table and key, with their sums.
#[derive(Default)]
pub(super) struct Replay {
    header: Header,
    rows: BTreeMap<(u32, Vec<String>), u64>,
    /// Transactions whose end had to be found out.
    pub(super) resolved: u64,
    /// Transactions without an end.
    pub(super) unresolved: usize,
}

impl Replay {
    pub(super) fn read(directory: &Path) -> Replay {
        let reader = LedgerReader::open(directory).unwrap();
        let mut replay = Replay { header: reader.header().unwrap(), ..Replay::default() };
        let mut open: BTreeMap<u32, TransactionRecord> = BTreeMap::new();
        let mut last: BTreeMap<u32, u64> = BTreeMap::new();
        for record in reader.records() {
            let ended = match record.unwrap() {
                Record::Transaction(transaction) => {
                    let next = last.get(&transaction.lane).copied().unwrap_or_default() + 1;
                    assert_eq!(transaction.seq, next, "lane {} has no gaps", transaction.lane);
                    open.insert(transaction.lane, transaction);
                    continue;
                }
                Record::Result(ended) => ended,
                Record::Resolution(ended) => {
                    replay.resolved += 1;
                    ended
                }
                Record::Header(_) | Record::Watermark(_) | Record::End(_) => continue,
            };
            let transaction = open.remove(&ended.lane).filter(|open| open.seq == ended.seq).unwrap();
            if ended.committed {
                last.insert(ended.lane, ended.seq);
                replay.apply(transaction);
            }
        }
        replay.unresolved = open.len();
        replay
    }

    fn apply(&mut self, transaction: TransactionRecord) {
        for entry in transaction.entries {
            let key = (entry.table, entry.key);
            let was_there = match entry.kind {
                ChangeKind::Delete => self.rows.remove(&key).is_some(),
                _ => self.rows.insert(key, entry.sum.unwrap()).is_some(),
            };
            assert_eq!(was_there, entry.kind != ChangeKind::Insert);
        }
    }

    /// How many rows a table has.
    pub(super) fn rows(&self, name: &str) -> u64 {
        let is_meant = |table: &u32| {
            let table = &self.header.tables[table];
            format!("{}.{}", table.schema, table.table) == name
        };
        self.rows.keys().filter(|(table, _)| is_meant(table)).count() as u64
    }

    /// Compares every row of every table.
    pub(super) async fn is_what_is_in(&self, memory: &Memory) {
        for (number, table) in &self.header.tables {
            let schema = columns(memory, &table.table).await;
            let place = |name: &str| schema.iter().position(|column| column == name).unwrap();
            let mut found = 0;
            for row in memory.rows(&table.table) {
                let key = table.key.iter().map(|name| row[place(name)].to_string()).collect();
                let hash = |name: &str| column_hash(column_salt(name), &row[place(name)]);
                let sum = table.columns.iter().map(|column| hash(&column.name)).fold(0, u64::wrapping_add);
                assert_eq!(self.rows.get(&(*number, key)), Some(&sum), "{}: {row:?}", table.table);
                found += 1;
            }
            assert_eq!(found, self.rows(&format!("{}.{}", table.schema, table.table)), "{}", table.table);
        }
    }
}

async fn columns(memory: &Memory, table: &str) -> Vec<String> {
    let schema = memory.connect().await.unwrap().introspect(&SchemaFilter::default()).await.unwrap();
    let table = schema.tables.iter().find(|found| found.name.table == table).unwrap();
    table.columns.iter().map(|column| column.name.clone()).collect()
}
