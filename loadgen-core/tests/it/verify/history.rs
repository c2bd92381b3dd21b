//! A random history: what lanes do, and the ledger of it.

use std::{collections::BTreeMap, path::Path};

use loadgen_core::{
    ChangeKind, Digest, Rng, Seed, Value, column_hash, column_salt,
    ledger::{
        CleanEnd, Covered, Entry, Header, Ledger, LedgerOptions, Record, ResultRecord, TableHeader,
        TransactionRecord, Watermark,
    },
    row_hash,
};

pub(crate) const LANES: u32 = 4;
pub(crate) const RUN: &str = "run";
pub(crate) const MARKER: &str = "loadgen_lane";

/// Tables by their places here; `orders` gets a column in the middle of the run.
pub(crate) const TABLES: [&str; 5] = ["orders", "names", "pairs", "log", "shared"];

pub(crate) type Row = BTreeMap<&'static str, Value>;

/// A change of one row.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Op {
    pub(crate) table: usize,
    pub(crate) kind: ChangeKind,
    pub(crate) key: Vec<Value>,
    /// The row afterwards.
    pub(crate) row: Row,
    /// The columns that an update left out, as they are as before.
    pub(crate) unchanged: Vec<&'static str>,
    /// The lane knew the column that was added.
    pub(crate) knew: bool,
    /// The table had it.
    pub(crate) had: bool,
    pub(crate) summed: bool,
}

#[derive(Clone, Debug)]
pub(crate) struct Tx {
    pub(crate) lane: u32,
    pub(crate) seq: u64,
    /// The source's number.
    pub(crate) number: u64,
    pub(crate) committed: bool,
    pub(crate) ops: Vec<Op>,
}

#[derive(Debug)]
pub(crate) struct History {
    pub(crate) header: Header,
    /// In the order of their commits; aborted ones among them.
    pub(crate) transactions: Vec<Tx>,
    /// Rows of `pairs` from before.
    pub(crate) before: Vec<(Vec<Value>, Row)>,
}

pub(crate) fn texts(key: &[Value]) -> Vec<String> {
    key.iter().map(Value::to_string).collect()
}

fn text(text: impl Into<String>) -> Value {
    Value::Text(text.into())
}

fn sum(row: &Row) -> u64 {
    row.iter().map(|(name, value)| column_hash(column_salt(name), value)).fold(0, u64::wrapping_add)
}

fn header(before: &[(Vec<Value>, Row)]) -> Header {
    let table = |name: &str, key: &[&str], columns: &[&str]| TableHeader {
        schema: "public".to_owned(),
        table: name.to_owned(),
        key: key.iter().map(|name| (*name).to_owned()).collect(),
        columns: columns
            .iter()
            .map(|name| Covered { name: (*name).to_owned(), ty: "text".to_owned(), form: None })
            .collect(),
        ..TableHeader::default()
    };
    let mut digest = Digest::default();
    before.iter().for_each(|(_, row)| digest.add(row_hash(sum(row))));
    let pairs = TableHeader {
        rows_before: before.len() as u64,
        digest_before: digest.to_string(),
        ..table("pairs", &["a", "b"], &["a", "b", "status"])
    };
    let orders = table("orders", &["id"], &["id", "status", "note"]);
    let later = TableHeader { uncovered: vec!["added".to_owned()], ..orders.clone() };
    let shared = TableHeader {
        unchecked: Some("a trigger writes it, too".to_owned()),
        ..table("shared", &["id"], &["id", "status"])
    };
    let tables = [
        orders,
        table("names", &["name"], &["name", "status", "note"]),
        pairs,
        table("log", &[], &["status"]),
        shared,
        later,
    ];
    Header {
        version: 1,
        run: RUN.to_owned(),
        lanes: LANES,
        marker: MARKER.to_owned(),
        tables: (0..).zip(tables).collect(),
        ..Header::default()
    }
}

/// What a lane has.
#[derive(Default)]
struct Lane {
    seq: u64,
    live: Vec<(usize, Vec<Value>, Row)>,
    deleted: Vec<(usize, Vec<Value>)>,
    keys: i64,
    /// The last transaction that was aborted, to be done again.
    aborted: Option<Vec<Op>>,
    /// How late it sees the new column.
    delay: u64,
}

impl History {
    pub(crate) fn new(seed: u64) -> Self {
        let mut rng = Rng::keyed(Seed(seed), [7, 0, 0]);
        let before: Vec<(Vec<Value>, Row)> = (0..rng.below(4) as i64)
            .map(|number| {
                let key = vec![Value::Int(-number), text("before")];
                let row = [("a", key[0].clone()), ("b", key[1].clone()), ("status", text("old"))];
                (key, row.into())
            })
            .collect();
        let mut lanes: Vec<Lane> =
            (0..LANES).map(|_| Lane { delay: rng.below(8), ..Lane::default() }).collect();
        let count = 24 + rng.below(10);
        let change = rng.below(count);
        let transactions = (0..count)
            .map(|number| {
                let lane = rng.below(LANES.into()) as usize;
                let phase = (number >= change, number >= change + lanes[lane].delay);
                lanes[lane].transaction(lane as u32, number + 1_000, phase, &mut rng)
            })
            .collect();
        History { header: header(&before), transactions, before }
    }

    pub(crate) fn committed(&self) -> impl Iterator<Item = &Tx> {
        self.transactions.iter().filter(|tx| tx.committed)
    }

    /// Writes the ledger.
    pub(crate) fn write(&self, directory: &Path, seed: u64) {
        let mut rng = Rng::keyed(Seed(seed), [8, 0, 0]);
        let options = LedgerOptions { journals: 1 + rng.below(3) as u32, ..LedgerOptions::default() };
        let ledger = Ledger::create(directory, options).unwrap();
        ledger.write(0, &Record::Header(self.header.clone())).unwrap();
        let mut totals = CleanEnd::default();
        let mut last = BTreeMap::new();
        for tx in &self.transactions {
            let entries = tx.ops.iter().map(Op::entry).collect();
            let record = Record::Transaction(TransactionRecord { lane: tx.lane, seq: tx.seq, entries });
            ledger.defer(tx.lane, &record).unwrap();
            totals.transactions += 1;
            *(if tx.committed { &mut totals.committed } else { &mut totals.aborted }) += 1;
            let ended = ResultRecord { lane: tx.lane, seq: tx.seq, committed: tx.committed };
            let is_last =
                !self.transactions.iter().any(|next| next.lane == tx.lane && next.number > tx.number);
            match rng.below(4) {
                0 if !is_last => {}
                1 if is_last => {
                    last.insert(tx.lane, ended);
                }
                2 => ledger.defer(tx.lane, &Record::Resolution(ended)).unwrap(),
                _ => ledger.defer(tx.lane, &Record::Result(ended)).unwrap(),
            }
        }
        let watermark = Watermark { lane: LANES, seq: 1, position: None };
        ledger.defer(LANES, &Record::Watermark(watermark)).unwrap();
        drop(ledger);
        let ledger = Ledger::reopen(directory).unwrap();
        last.values().for_each(|ended| ledger.defer(0, &Record::Resolution(*ended)).unwrap());
        ledger.defer(0, &Record::End(totals)).unwrap();
    }
}

impl Lane {
    fn transaction(&mut self, lane: u32, number: u64, phase: (bool, bool), rng: &mut Rng) -> Tx {
        let seq = self.seq + 1;
        let committed = !rng.chance(0.15);
        let ops = match self.aborted.take() {
            Some(ops) if rng.chance(0.5) => ops.into_iter().map(|op| op.at(phase)).collect(),
            _ => self.operations(lane, phase, rng),
        };
        if committed {
            self.seq = seq;
            ops.iter().for_each(|op| self.apply(op));
        } else {
            self.aborted = Some(ops.clone());
        }
        Tx { lane, seq, number, committed, ops }
    }

    fn operations(&mut self, lane: u32, phase: (bool, bool), rng: &mut Rng) -> Vec<Op> {
        let mut scratch = Lane { live: self.live.clone(), deleted: self.deleted.clone(), ..Lane::default() };
        (0..rng.below(4))
            .map(|_| {
                let op = match (scratch.live.len(), rng.below(6)) {
                    (0, _) | (_, 0 | 1) => self.insert(&mut scratch, lane, rng),
                    (live, 2) => scratch.delete(rng.below(live as u64) as usize),
                    (live, _) => scratch.update(rng.below(live as u64) as usize, rng),
                };
                scratch.apply(&op);
                op.at(phase)
            })
            .collect()
    }

    fn insert(&mut self, scratch: &mut Lane, lane: u32, rng: &mut Rng) -> Op {
        if !scratch.deleted.is_empty() && rng.chance(0.4) {
            let at = rng.below(scratch.deleted.len() as u64) as usize;
            let (table, key) = scratch.deleted[at].clone();
            return Op::new(table, ChangeKind::Insert, key, rng);
        }
        self.keys += 1;
        let id = i64::from(lane) * 1_000 + self.keys;
        let table = *rng.pick(&[0, 0, 0, 1, 1, 2, 2, 3, 4]);
        let key = match table {
            1 => vec![text(format!("name \"{id}\""))],
            2 => vec![Value::Int(id), text(format!("b{id}"))],
            3 => vec![],
            _ => vec![Value::Int(id)],
        };
        Op::new(table, ChangeKind::Insert, key, rng)
    }

    fn update(&mut self, at: usize, rng: &mut Rng) -> Op {
        let (table, key, old) = self.live[at].clone();
        let mut op = Op::new(table, ChangeKind::Update, key, rng);
        if old.contains_key("note") && rng.chance(0.5) {
            op.row.insert("note", old["note"].clone());
            op.unchanged = if rng.chance(0.5) { vec!["note"] } else { vec![] };
        }
        op
    }

    fn delete(&mut self, at: usize) -> Op {
        let (table, key, row) = self.live[at].clone();
        Op { kind: ChangeKind::Delete, ..Op::bare(table, key, row) }
    }

    fn apply(&mut self, op: &Op) {
        if op.key.is_empty() {
            return;
        }
        let at = self.live.iter().position(|(table, key, _)| (*table, key) == (op.table, &op.key));
        match (op.kind, at) {
            (ChangeKind::Delete, Some(at)) => {
                self.live.remove(at);
                self.deleted.push((op.table, op.key.clone()));
            }
            (ChangeKind::Update, Some(at)) => self.live[at].2 = op.row.clone(),
            _ => {
                self.deleted.retain(|(table, key)| (*table, key) != (op.table, &op.key));
                self.live.push((op.table, op.key.clone(), op.row.clone()));
            }
        }
    }
}

impl Op {
    fn bare(table: usize, key: Vec<Value>, row: Row) -> Self {
        let (kind, unchanged) = (ChangeKind::Insert, vec![]);
        Op { table, kind, key, row, unchanged, knew: false, had: false, summed: true }
    }

    /// Few values, so that rows go back to what they were.
    fn new(table: usize, kind: ChangeKind, key: Vec<Value>, rng: &mut Rng) -> Self {
        let choice = if rng.chance(0.5) { 3 } else { 1_000_000 };
        let status = text(format!("status {}", rng.below(choice)));
        let note = text(format!("a long note, number {}", rng.below(1_000_000)));
        let row: Row = match table {
            0 => [("id", key[0].clone()), ("status", status), ("note", note)].into(),
            1 => [("name", key[0].clone()), ("status", status), ("note", note)].into(),
            2 => [("a", key[0].clone()), ("b", key[1].clone()), ("status", status)].into(),
            3 => [("status", status)].into(),
            _ => [("id", key[0].clone()), ("status", status)].into(),
        };
        Op { kind, summed: table == 3 || !rng.chance(0.05), ..Op::bare(table, key, row) }
    }

    fn at(self, (had, knew): (bool, bool)) -> Self {
        Op { had: had && self.table == 0, knew: knew && self.table == 0, ..self }
    }

    fn entry(&self) -> Entry {
        let is_summed = self.summed && self.kind != ChangeKind::Delete;
        let table = if self.knew { 5 } else { self.table as u32 };
        Entry::new(table, self.kind, texts(&self.key), is_summed.then(|| sum(&self.row)))
    }

    /// Whether its row can be told from others, and is nobody else's.
    pub(crate) fn is_checked(&self) -> bool {
        self.table < 3
    }

    pub(crate) fn same_row(&self, other: &Op) -> bool {
        (self.table, &self.key) == (other.table, &other.key)
    }

    /// Whether a sink can tell one from the other.
    pub(crate) fn looks_like(&self, other: &Op) -> bool {
        self.kind == other.kind
            && (self.kind == ChangeKind::Delete || self.row == other.row || !self.summed || !other.summed)
    }
}
