//! What a sink shows: the stream of changes, or the rows at the end.

use std::path::Path;

use loadgen_core::{
    ChangeKind, Rng, Value,
    ledger::LedgerReader,
    verify::{Cell, Observation, Seen, Sink, Verification, Verifier, VerifyOptions},
};

use super::history::{History, MARKER, Op, RUN, TABLES, Tx, texts};

/// An observation that owns what it shows.
#[derive(Clone, Debug)]
pub(crate) struct Shown {
    /// None if it is a marker row.
    pub(crate) table: Option<usize>,
    pub(crate) seen: Seen,
    pub(crate) key: Vec<Value>,
    pub(crate) cells: Vec<(&'static str, Cell)>,
    pub(crate) number: Option<u64>,
    pub(crate) stream: u32,
    /// Which operation of which transaction it shows: places in [`History::transactions`] and in its operations.
    pub(crate) of: Option<(usize, usize)>,
}

fn marker(lane: u32, seq: u64, seen: Seen, number: Option<u64>) -> Shown {
    let value = |value| Cell::Value(Value::Int(value));
    let run = Cell::Value(Value::Text(RUN.to_owned()));
    let cells = vec![("run_id", run), ("lane", value(lane.into())), ("last_seq", value(seq as i64))];
    Shown { table: None, seen, key: vec![], cells, number, stream: 0, of: None }
}

pub(crate) fn seen(kind: ChangeKind) -> Seen {
    match kind {
        ChangeKind::Insert => Seen::Insert,
        ChangeKind::Update => Seen::Update,
        ChangeKind::Delete => Seen::Delete,
    }
}

/// The change as a stream shows it.
pub(crate) fn change(op: &Op, number: Option<u64>, of: Option<(usize, usize)>) -> Shown {
    let mut cells: Vec<(&'static str, Cell)> = op
        .row
        .iter()
        .map(|(name, value)| match op.unchanged.contains(name) {
            true => (*name, Cell::Unchanged),
            false => (*name, Cell::Value(value.clone())),
        })
        .collect();
    if op.had {
        cells.push(("added", Cell::Value(Value::Null)));
    }
    if op.kind == ChangeKind::Delete {
        cells.clear();
    }
    Shown { table: Some(op.table), seen: seen(op.kind), key: op.key.clone(), cells, number, stream: 0, of }
}

/// The row as a table shows it.
pub(crate) fn row(op: &Op, of: Option<(usize, usize)>) -> Shown {
    let cells = op.row.iter().map(|(name, value)| (*name, Cell::Value(value.clone()))).collect();
    Shown { table: Some(op.table), seen: Seen::Row, key: op.key.clone(), cells, number: None, stream: 0, of }
}

/// All changes in the order of their commits, by one stream or by one for each table.
pub(crate) fn stream(history: &History, numbered: bool, by_table: bool) -> Vec<Shown> {
    let mut shown = Vec::new();
    for (at, tx) in history.transactions.iter().enumerate().filter(|(_, tx)| tx.committed) {
        let number = numbered.then_some(tx.number);
        shown.push(marker(tx.lane, tx.seq, Seen::Update, number));
        shown.extend(tx.ops.iter().enumerate().map(|(place, op)| change(op, number, Some((at, place)))));
    }
    shown.push(marker(super::history::LANES, 1, Seen::Update, numbered.then_some(1)));
    for one in &mut shown {
        one.stream = if by_table { one.table.map_or(9, |table| table as u32) } else { 0 };
    }
    shown
}

/// The rows after the first so many transactions, and the marker rows before them.
pub(crate) fn state(history: &History, until: usize) -> Vec<Shown> {
    let mut rows: Vec<Shown> = history
        .before
        .iter()
        .map(|(key, values)| {
            let cells = values.iter().map(|(name, value)| (*name, Cell::Value(value.clone()))).collect();
            let (seen, number, stream) = (Seen::Row, None, 0);
            Shown { table: Some(2), seen, key: key.clone(), cells, number, stream, of: None }
        })
        .collect();
    let mut last = std::collections::BTreeMap::new();
    for (at, tx) in history.transactions.iter().enumerate().take(until).filter(|(_, tx)| tx.committed) {
        last.insert(tx.lane, tx.seq);
        for (place, op) in tx.ops.iter().enumerate() {
            if !op.key.is_empty() {
                rows.retain(|row| row.table != Some(op.table) || row.key != op.key);
            }
            if op.kind != ChangeKind::Delete {
                rows.push(row(op, Some((at, place))));
            }
        }
    }
    if until == history.transactions.len() {
        last.insert(super::history::LANES, 1);
    }
    let markers = last.into_iter().map(|(lane, seq)| marker(lane, seq, Seen::Row, None));
    markers.chain(rows).collect()
}

/// The verdict over all that is shown, which is the same when next to nothing is held in memory.
pub(crate) fn verify(ledger: &Path, sink: Sink, shown: &[Shown]) -> Verification {
    let found = verify_within(VerifyOptions::default().memory, ledger, sink, shown);
    // On one of five, as every part becomes many files.
    for memory in [0, 600].into_iter().filter(|_| shown.len().is_multiple_of(5)) {
        let frugal = verify_within(memory, ledger, sink, shown);
        assert_eq!(in_order(&frugal), in_order(&found), "with {memory} bytes");
    }
    found
}

/// Findings come in the order in which rows are judged.
pub(crate) fn in_order(found: &Verification) -> Verification {
    let mut found = found.clone();
    found.findings.sort_by_key(|finding| format!("{finding:?}"));
    found
}

fn verify_within(memory: u64, ledger: &Path, sink: Sink, shown: &[Shown]) -> Verification {
    let options = VerifyOptions { parts: Some(2), memory, ..VerifyOptions::default() };
    let mut verifier = Verifier::new(LedgerReader::open(ledger).unwrap(), sink, options).unwrap();
    let tables = TABLES.map(|table| verifier.table("public", table).unwrap());
    let marker = verifier.table("public", MARKER).unwrap();
    for one in shown {
        let observation = Observation {
            table: one.table.map_or(marker, |table| tables[table]),
            seen: one.seen,
            key: &texts(&one.key),
            columns: &one.cells,
            transaction: one.number,
            stream: one.stream,
        };
        verifier.observe(&observation).unwrap();
    }
    verifier.finish().unwrap()
}

/// The operation that something shows.
pub(crate) fn op_of<'a>(history: &'a History, shown: &Shown) -> Option<(&'a Tx, &'a Op)> {
    let (tx, place) = shown.of?;
    let tx = &history.transactions[tx];
    Some((tx, &tx.ops[place]))
}

/// One of the places that fit, if there are any.
pub(crate) fn place(count: usize, rng: &mut Rng, fits: impl Fn(usize) -> bool) -> Option<usize> {
    let fitting: Vec<usize> = (0..count).filter(|at| fits(*at)).collect();
    (!fitting.is_empty()).then(|| *rng.pick(&fitting))
}
