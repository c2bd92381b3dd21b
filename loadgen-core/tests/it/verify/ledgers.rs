//! What is judged by hand: ledgers that lack something, sinks that begin or leave out something.

use std::{fs, path::Path};

use loadgen_core::{
    ChangeKind, Digest, Value, column_hash, column_salt,
    ledger::{
        CleanEnd, Covered, Entry, Header, Ledger, LedgerOptions, LedgerReader, Record, ResultRecord,
        TableHeader, TransactionRecord, Watermark,
    },
    row_hash,
    verify::{
        Cell, Check, Observation, Seen, Sink, TableId, Verdict, Verification, Verifier, VerifyError,
        VerifyOptions,
    },
};

use super::sink::in_order;
use Value::Int;

/// One lane, one table of two columns: `t (id, v)`.
pub(super) struct Bench {
    directory: tempfile::TempDir,
    pub(super) rows_before: Vec<(i64, i64)>,
    pub(super) records: Vec<Record>,
    /// Whether the ledger ends as it should.
    ends: bool,
}

pub(super) fn sum(id: i64, v: i64) -> u64 {
    let hash = |name, value| column_hash(column_salt(name), &Int(value));
    hash("id", id).wrapping_add(hash("v", v))
}

/// A change of a row: letter, key, value.
pub(super) type Op = (char, i64, i64);

pub(super) fn transaction(seq: u64, ops: &[Op]) -> Record {
    let entry = |(letter, id, v): &Op| {
        let kind = match letter {
            'i' => ChangeKind::Insert,
            'u' => ChangeKind::Update,
            _ => ChangeKind::Delete,
        };
        Entry::new(0, kind, vec![id.to_string()], (*letter != 'd').then(|| sum(*id, *v)))
    };
    Record::Transaction(TransactionRecord { lane: 0, seq, entries: ops.iter().map(entry).collect() })
}

pub(super) fn ended(seq: u64, committed: bool) -> Record {
    Record::Result(ResultRecord { lane: 0, seq, committed })
}

/// Committed one after the other.
pub(super) fn committed(transactions: &[&[Op]]) -> Bench {
    let numbered = (1..).zip(transactions);
    let records = numbered.flat_map(|(seq, ops)| [transaction(seq, ops), ended(seq, true)]).collect();
    Bench { directory: tempfile::tempdir().unwrap(), rows_before: vec![], records, ends: true }
}

impl Bench {
    pub(super) fn path(&self) -> &Path {
        self.directory.path()
    }

    pub(super) fn write(&self) -> &Self {
        let mut digest = Digest::default();
        self.rows_before.iter().for_each(|(id, v)| digest.add(row_hash(sum(*id, *v))));
        let column = |name: &str| Covered { name: name.to_owned(), ty: "bigint".to_owned(), form: None };
        let table = TableHeader {
            schema: "public".to_owned(),
            table: "t".to_owned(),
            key: vec!["id".to_owned()],
            columns: vec![column("id"), column("v")],
            rows_before: self.rows_before.len() as u64,
            digest_before: digest.to_string(),
            ..TableHeader::default()
        };
        let tables = [(0, table)].into();
        let (run, marker) = ("run".to_owned(), "public.marker".to_owned());
        let header = Header { version: 1, run, lanes: 1, marker, tables, ..Header::default() };
        let ledger = Ledger::create(self.path(), LedgerOptions::default()).unwrap();
        ledger.write(0, &Record::Header(header)).unwrap();
        self.records.iter().for_each(|record| ledger.write(0, record).unwrap());
        ledger.write(1, &Record::Watermark(Watermark { lane: 1, seq: 1, position: None })).unwrap();
        let CleanEnd { transactions, committed, aborted } = ledger.counts();
        if self.ends {
            ledger.write(0, &Record::End(CleanEnd { transactions, committed, aborted })).unwrap();
        }
        self
    }

    fn verifier(&self, sink: Sink) -> Judge {
        let within = |memory| {
            let reader = LedgerReader::open(self.path()).unwrap();
            Verifier::new(reader, sink, VerifyOptions { memory, ..VerifyOptions::default() }).unwrap()
        };
        let (verifier, frugal) = (within(VerifyOptions::default().memory), within(0));
        let table = verifier.table("public", "t").unwrap();
        let marker = verifier.table("public", "marker").unwrap();
        Judge { verifier, frugal, table, marker, transaction: None }
    }

    pub(super) fn changes(&self) -> Judge {
        self.verifier(Sink::Changes)
    }

    pub(super) fn rows(&self) -> Judge {
        self.verifier(Sink::State)
    }
}

pub(super) struct Judge {
    verifier: Verifier,
    /// The same, with next to nothing in memory.
    frugal: Verifier,
    table: TableId,
    marker: TableId,
    transaction: Option<u64>,
}

impl Judge {
    fn see(&mut self, seen: Seen, id: i64, columns: &[(&str, Cell)]) -> Result<(), VerifyError> {
        let (table, key, transaction) = (self.table, &[id.to_string()][..], self.transaction);
        let observation = Observation { table, seen, key, columns, transaction, stream: 0 };
        self.verifier.observe(&observation).and_then(|()| self.frugal.observe(&observation))
    }

    pub(super) fn op(mut self, (letter, id, v): Op) -> Self {
        let columns = [("id", Cell::Value(Int(id))), ("v", Cell::Value(Int(v)))];
        let seen = match letter {
            'i' => Seen::Insert,
            'u' => Seen::Update,
            'd' => Seen::Delete,
            't' => Seen::Truncate,
            _ => Seen::Row,
        };
        self.see(seen, id, &columns).unwrap();
        self
    }

    pub(super) fn ops(self, ops: &[Op]) -> Self {
        ops.iter().fold(self, |judge, op| judge.op(*op))
    }

    /// What comes from now on is of this transaction of the source.
    pub(super) fn of(mut self, number: u64) -> Self {
        self.transaction = Some(number);
        self
    }

    pub(super) fn mark(mut self, seen: Seen, lane: i64, seq: i64) -> Self {
        let run = Cell::Value(Value::Text("run".to_owned()));
        let columns =
            [("run_id", run), ("lane", Cell::Value(Int(lane))), ("last_seq", Cell::Value(Int(seq)))];
        let (table, transaction) = (self.marker, self.transaction);
        let columns = &columns[..];
        let marker = Observation { table, seen, key: &[], columns, transaction, stream: 0 };
        self.verifier.observe(&marker).unwrap();
        self.frugal.observe(&marker).unwrap();
        self
    }

    /// Markers up to a number, and the watermark.
    pub(super) fn marks(self, last: i64) -> Self {
        let marked = (1..=last).fold(self, |judge, seq| judge.mark(Seen::Update, 0, seq));
        marked.mark(Seen::Update, 1, 1)
    }

    #[track_caller]
    pub(super) fn says(self, verdict: Verdict, named: &[Check]) -> Verification {
        let (found, frugal) = (self.verifier.finish().unwrap(), self.frugal.finish().unwrap());
        assert_eq!(in_order(&frugal), in_order(&found));
        let checks: Vec<Check> = found.findings.iter().map(|finding| finding.check).collect();
        assert_eq!((found.verdict, &checks[..]), (verdict, named), "{found:#?}");
        found
    }
}

fn doubts(found: &Verification) -> String {
    found.doubts.iter().map(|doubt| format!("{}\n", doubt.words)).collect()
}

#[test]
fn what_has_no_end_may_be_there_or_not_and_nobody_can_say() {
    let mut bench = committed(&[&[('i', 1, 1)], &[('u', 1, 2)]]);
    bench.records.pop();
    bench.write();
    let with = bench.changes().ops(&[('i', 1, 1), ('u', 1, 2)]).marks(2);
    let found = with.says(Verdict::Inconclusive, &[]);
    assert!(doubts(&found).contains("transaction 2 of lane 0 has no end in the ledger"));
    bench.changes().op(('i', 1, 1)).marks(1).says(Verdict::Inconclusive, &[]);
    bench.rows().op(('r', 1, 1)).marks(1).says(Verdict::Inconclusive, &[]);
    bench.rows().op(('r', 1, 2)).marks(2).says(Verdict::Inconclusive, &[]);
    bench.rows().op(('r', 1, 3)).marks(2).says(Verdict::Fail, &[Check::Value]);
}

#[test]
fn the_end_of_a_transaction_follows_from_the_next_one_of_the_lane() {
    let mut bench = committed(&[&[('i', 1, 1)], &[('i', 2, 2)]]);
    bench.records = vec![
        transaction(1, &[('i', 1, 7)]),
        transaction(1, &[('i', 1, 1)]),
        transaction(2, &[('i', 2, 2)]),
        ended(2, true),
    ];
    bench.ends = false;
    bench.write();
    let ledger = Ledger::reopen(bench.path()).unwrap();
    ledger.write(0, &Record::End(CleanEnd { transactions: 3, committed: 2, aborted: 1 })).unwrap();
    drop(ledger);
    bench.changes().ops(&[('i', 1, 1), ('i', 2, 2)]).marks(2).says(Verdict::Pass, &[]);
    bench.rows().ops(&[('r', 1, 7), ('r', 2, 2)]).marks(2).says(Verdict::Fail, &[Check::Phantom]);
}

#[test]
fn a_ledger_that_lacks_something_convicts_nobody_of_more() {
    let mut bench = committed(&[&[('i', 1, 1)]]);
    bench.ends = false;
    bench.write();
    let found = bench.changes().ops(&[('i', 1, 1), ('i', 2, 2)]).marks(1).says(Verdict::Inconclusive, &[]);
    assert!(doubts(&found).contains("no clean end"), "{found:#?}");
    assert!(doubts(&found).contains("everything that was done: 1"), "{found:#?}");
    bench.changes().marks(1).says(Verdict::Fail, &[Check::Lost, Check::Torn]);

    let mut bench = committed(&[&[('i', 1, 1)]]);
    bench.records.push(Record::End(CleanEnd { transactions: 2, committed: 2, aborted: 0 }));
    bench.ends = false;
    let found = bench.write().changes().op(('i', 1, 1)).marks(1).says(Verdict::Inconclusive, &[]);
    assert!(
        doubts(&found).contains(
            "has 1 transactions, 1 of them committed and 0 aborted, and its end speaks of 2, 2 and 0"
        ),
        "{found:#?}"
    );
}

#[test]
fn a_torn_ledger_is_inconclusive() {
    let bench = committed(&[&[('i', 1, 1)]]);
    bench.write();
    let segment = bench.path().join("0000-000000.log");
    let mut bytes = fs::read(&segment).unwrap();
    bytes.extend_from_slice(b"b4bf310f T [3,9");
    fs::write(&segment, bytes).unwrap();
    let found = bench.changes().op(('i', 1, 1)).marks(1).says(Verdict::Inconclusive, &[]);
    assert!(doubts(&found).contains("the ledger is torn at"), "{found:#?}");
}

#[test]
fn numbers_of_a_lane_that_do_not_go_up_by_one_are_a_fault() {
    let mut bench = committed(&[&[('i', 1, 1)]]);
    bench.records.extend([transaction(3, &[('i', 2, 2)]), ended(3, true)]);
    let judge = bench.write().changes().ops(&[('i', 1, 1), ('i', 2, 2)]);
    let found = judge.marks(3).says(Verdict::Inconclusive, &[]);
    assert!(doubts(&found).contains("transaction 3 of lane 0 in place of 2"), "{found:#?}");
}

#[test]
fn a_contradiction_is_one_before_the_watermark_as_well() {
    let bench = committed(&[&[('i', 1, 1)], &[('u', 1, 2)], &[('u', 1, 3)], &[('i', 2, 1)]]);
    bench.write();
    bench.changes().ops(&[('i', 1, 1), ('u', 1, 3)]).says(Verdict::Fail, &[Check::Lost]);
    bench.changes().ops(&[('i', 1, 1), ('u', 1, 2)]).says(Verdict::Inconclusive, &[]);
    bench.changes().ops(&[('i', 1, 1), ('i', 9, 9)]).says(Verdict::Fail, &[Check::Foreign]);
    bench.rows().op(('r', 1, 9)).says(Verdict::Fail, &[Check::Value]);
    bench.rows().op(('r', 1, 2)).says(Verdict::Inconclusive, &[]);
}

#[test]
fn markers_have_to_go_through_all_numbers() {
    let bench = committed(&[&[('i', 1, 1)], &[], &[('i', 2, 2)]]);
    bench.write();
    let all = || bench.changes().ops(&[('i', 1, 1), ('i', 2, 2)]);
    let gap = all().mark(Seen::Update, 0, 1).mark(Seen::Update, 0, 3).mark(Seen::Update, 1, 1);
    gap.says(Verdict::Fail, &[Check::Lost]);
    let late = all().mark(Seen::Update, 0, 1).mark(Seen::Update, 0, 3).mark(Seen::Update, 0, 2);
    late.mark(Seen::Update, 1, 1).says(Verdict::Fail, &[Check::Order]);
    let replayed = all().mark(Seen::Update, 0, 1).mark(Seen::Update, 0, 2).marks(3);
    replayed.says(Verdict::Pass, &[]);
    all().marks(4).says(Verdict::Fail, &[Check::Phantom]);
    all().marks(2).says(Verdict::Fail, &[Check::Lost, Check::Torn]);
    let behind = bench.rows().ops(&[('r', 1, 1), ('r', 2, 2)]).mark(Seen::Row, 0, 2).mark(Seen::Row, 1, 1);
    behind.says(Verdict::Fail, &[Check::FinalState]);
}

#[test]
fn a_sink_without_markers_is_told_to_take_them() {
    let bench = committed(&[&[('i', 1, 1)]]);
    let found = bench.write().changes().op(('i', 1, 1)).says(Verdict::Inconclusive, &[]);
    assert!(doubts(&found).contains("it needs the marker table"), "{found:#?}");
}

#[test]
fn a_sink_that_shows_nothing_is_told_so() {
    let bench = committed(&[&[('i', 1, 1)]]);
    let found = bench.write().rows().says(Verdict::Inconclusive, &[]);
    assert!(doubts(&found).contains("the sink has shown nothing at all"), "{found:#?}");
}

#[test]
fn what_is_one_transaction_comes_as_one() {
    let bench = committed(&[&[('i', 1, 1), ('i', 2, 2)]]);
    bench.write();
    let mut judge = bench.changes();
    judge.transaction = Some(7);
    judge = judge.op(('i', 1, 1)).mark(Seen::Update, 0, 1);
    judge.transaction = Some(8);
    let found = judge.op(('i', 2, 2)).mark(Seen::Update, 1, 1).says(Verdict::Fail, &[Check::Torn]);
    assert_eq!(found.findings[0].words, "it came as transactions 7 and 8 of the source");
}

#[test]
fn a_row_that_was_changed_very_often_is_judged_like_any_other() {
    let ops: Vec<Op> = (0..2_000).map(|v| (if v == 0 { 'i' } else { 'u' }, 1, v)).collect();
    let transactions: Vec<&[Op]> = ops.chunks(2).collect();
    let bench = committed(&transactions);
    bench.write();
    let shown = |ops: &[Op], number: &dyn Fn(usize) -> u64| {
        let numbered = ops.iter().enumerate().fold(bench.changes(), |mut judge, (at, op)| {
            judge.transaction = Some(number(at));
            judge.op(*op)
        });
        Judge { transaction: None, ..numbered }.marks(1_000)
    };
    let by_two = |at: usize| at as u64 / 2;
    let found = shown(&ops, &by_two).says(Verdict::Pass, &[]);
    assert_eq!(found.counts.compared, 2_000);
    shown(&ops[..1_999], &by_two).says(Verdict::Fail, &[Check::Lost, Check::Torn]);
    // A transaction of the source goes on in one of the lane that is another.
    let shifted = |at: usize| (at as u64).div_ceil(2);
    let mut judge = shown(&ops[..4], &shifted);
    judge.transaction = None;
    let found = (judge.verifier.finish().unwrap(), judge.frugal.finish().unwrap());
    assert_eq!(in_order(&found.0), in_order(&found.1));
    assert!(found.0.findings.iter().any(|finding| finding.check != Check::Lost), "{found:#?}");
    // One that is sent again later is no new one.
    let again = |at: usize| if at == 6 { 0 } else { 10 + at as u64 };
    let found = shown(&ops, &again);
    let found = (found.verifier.finish().unwrap(), found.frugal.finish().unwrap());
    assert_eq!(in_order(&found.0), in_order(&found.1));
    let rows = || bench.rows().marks(1_000);
    rows().op(('r', 1, 1_999)).says(Verdict::Pass, &[]);
    rows().op(('r', 1, 1_998)).says(Verdict::Fail, &[Check::FinalState]);
    rows().op(('r', 1, 5_000)).says(Verdict::Fail, &[Check::Value]);
}

#[test]
fn a_stream_may_begin_with_a_snapshot() {
    let bench = committed(&[
        &[('i', 1, 1), ('i', 2, 1), ('i', 3, 1)],
        &[('u', 1, 2), ('d', 2, 0)],
        &[('u', 1, 3), ('u', 3, 4)],
    ]);
    bench.write();
    let begin = || bench.changes().mark(Seen::Row, 0, 2).ops(&[('r', 1, 2), ('r', 3, 1)]);
    let end = |judge: Judge| judge.mark(Seen::Update, 0, 3).mark(Seen::Update, 1, 1);
    end(begin().ops(&[('u', 1, 3), ('u', 3, 4)])).says(Verdict::Pass, &[]);
    end(begin().ops(&[('u', 1, 3)])).says(Verdict::Fail, &[Check::Lost, Check::Torn]);
    let without = bench.changes().mark(Seen::Row, 0, 2).op(('r', 1, 2));
    end(without.ops(&[('u', 1, 3)])).says(Verdict::Fail, &[Check::Lost, Check::Lost, Check::Torn]);
    end(begin().ops(&[('r', 3, 9), ('u', 1, 3), ('u', 3, 4)])).says(Verdict::Fail, &[Check::Value]);
}

#[test]
fn rows_from_before_are_counted_when_some_of_them_were_touched() {
    let mut bench = committed(&[&[('u', 5, 2), ('d', 6, 0)]]);
    bench.rows_before = vec![(5, 1), (6, 1), (7, 1), (8, 1)];
    bench.write();
    let found = bench.rows().ops(&[('r', 5, 2), ('r', 7, 1), ('r', 8, 1)]).marks(1);
    let found = found.says(Verdict::Pass, &[]);
    assert!(found.coverage.iter().any(|not| not.words.contains("by their number alone") && not.count == 2));
    bench.rows().ops(&[('r', 5, 2), ('r', 7, 1)]).marks(1).says(Verdict::Fail, &[Check::Lost]);
    let more = bench.rows().ops(&[('r', 5, 2), ('r', 7, 1), ('r', 8, 1), ('r', 9, 1)]);
    more.marks(1).says(Verdict::Fail, &[Check::Foreign]);
    let found = bench.changes().ops(&[('u', 5, 2), ('d', 6, 0)]).marks(1).says(Verdict::Pass, &[]);
    assert!(found.coverage.iter().any(|not| not.words.contains("no snapshot") && not.count == 2));
}

#[test]
fn what_cannot_be_compared_is_listed() {
    let bench = committed(&[&[('i', 1, 1)], &[('i', 2, 2)]]);
    bench.write();
    let mut judge = bench.changes();
    judge.see(Seen::Insert, 1, &[("id", Cell::Value(Int(1))), ("v", Cell::Inexact)]).unwrap();
    let found = judge.op(('i', 2, 2)).marks(2).says(Verdict::Pass, &[]);
    let words: Vec<&str> = found.coverage.iter().map(|not| not.words.as_str()).collect();
    assert!(words.contains(&"values of v that the sink cannot give exactly"), "{words:?}");
    let mut judge = bench.changes();
    for id in [1, 2] {
        judge.see(Seen::Insert, id, &[("id", Cell::Value(Int(id)))]).unwrap();
    }
    let found = judge.marks(2).says(Verdict::Inconclusive, &[]);
    assert!(doubts(&found).contains("nothing could be compared"), "{found:#?}");
    assert!(found.coverage.iter().any(|not| not.words == "the column v, which the sink never shows"));
}

#[test]
fn emptying_a_table_is_foreign() {
    let bench = committed(&[&[('i', 1, 1)]]);
    let judge = bench.write().changes().ops(&[('i', 1, 1), ('t', 0, 0)]);
    judge.marks(1).says(Verdict::Fail, &[Check::Foreign]);
}

#[test]
fn a_replay_that_has_not_come_to_its_end_is_inconclusive() {
    let bench = committed(&[&[('i', 1, 1)], &[('i', 2, 2)], &[('i', 3, 3)]]);
    bench.write();
    let all = || bench.changes().ops(&[('i', 1, 1), ('i', 2, 2), ('i', 3, 3)]).marks(3);
    all().ops(&[('i', 1, 1), ('i', 2, 2)]).says(Verdict::Inconclusive, &[]);
    all().ops(&[('i', 2, 2), ('i', 3, 3)]).says(Verdict::Pass, &[]);
    all().ops(&[('i', 1, 1), ('i', 3, 3)]).says(Verdict::Fail, &[Check::Duplicate]);
}

/// All ways of delivering three changes in up to six: a stream may only go on by one, or jump back.
#[test]
fn a_replay_is_what_goes_on_by_one_or_jumps_back() {
    let ops: [Op; 3] = [('i', 1, 1), ('i', 2, 2), ('i', 3, 3)];
    let bench = committed(&[&ops]);
    bench.write();
    let mut told = [0; 3];
    for number in 0..3usize.pow(6) {
        let order: Vec<usize> = (0..6).map(|place| number / 3usize.pow(place) % 3).collect();
        let mut first: Vec<usize> = Vec::new();
        order.iter().for_each(|op| {
            if !first.contains(op) {
                first.push(*op)
            }
        });
        if first.len() < 3 {
            continue;
        }
        let places: Vec<usize> =
            order.iter().filter_map(|op| first.iter().position(|other| other == op)).collect();
        let skips = places.windows(2).any(|pair| pair[1] > pair[0] + 1);
        let expected = match (skips, places.last() == Some(&2)) {
            (true, _) => Verdict::Fail,
            (false, true) => Verdict::Pass,
            (false, false) => Verdict::Inconclusive,
        };
        let judge = order.iter().fold(bench.changes(), |judge, op| judge.op(ops[*op]));
        let found = judge.marks(1).verifier.finish().unwrap();
        assert_eq!(found.verdict, expected, "{order:?}: {found:#?}");
        assert!(found.findings.iter().all(|finding| finding.check != Check::Lost), "{order:?}");
        told[expected as usize] += 1;
    }
    assert!(told.iter().all(|times| *times > 50), "{told:?}");
}

#[test]
fn an_observation_that_does_not_fit_is_refused() {
    let bench = committed(&[&[('i', 1, 1)]]);
    let error = bench.write().rows().see(Seen::Insert, 1, &[]).unwrap_err();
    assert!(error.to_string().contains("a change among rows of public.t"), "{error}");
    let mut judge = bench.changes();
    let table = judge.table;
    let (seen, key, columns) = (Seen::Insert, &[][..], &[][..]);
    let none = Observation { table, seen, key, columns, transaction: None, stream: 0 };
    let error = judge.verifier.observe(&none).unwrap_err();
    assert!(error.to_string().contains("a key of 0 columns instead of 1"), "{error}");
    assert!(judge.verifier.table("public", "other").is_none());
}

#[test]
fn more_than_fits_into_memory_is_judged_alike_and_leaves_no_files() {
    let ops: Vec<Op> = (0..2_000).flat_map(|id| [('i', id, 1), ('u', id, 2)]).collect();
    let transactions: Vec<&[Op]> = ops.chunks(8).collect();
    let bench = committed(&transactions);
    bench.write();
    let temporary = || fs::read_dir(bench.path()).unwrap().flatten().any(|entry| entry.path().is_dir());
    let judge = bench.changes().ops(&ops).marks(transactions.len() as i64);
    assert!(temporary());
    let found = judge.says(Verdict::Pass, &[]);
    assert_eq!((found.counts.changes, found.counts.compared), (4_000, 4_000));
    let judge = bench.changes().ops(&ops[..ops.len() - 1]).marks(transactions.len() as i64);
    let found = judge.says(Verdict::Fail, &[Check::Lost, Check::Torn]);
    assert_eq!(found.findings[0].key, ["1999"]);
    assert!(!temporary());
    let judge = bench.changes().ops(&ops).ops(&ops).marks(transactions.len() as i64);
    assert_eq!(judge.says(Verdict::Pass, &[]).counts.repeated, 4_000);
}

#[test]
fn what_was_found_is_written_in_words() {
    let bench = committed(&[&[('i', 1, 1)]]);
    let found = bench.write().rows().op(('r', 1, 9)).marks(1).says(Verdict::Fail, &[Check::Value]);
    let json = serde_json::to_value(&found).unwrap();
    let finding = serde_json::json!({
        "check": "value", "table": "public.t", "lane": 0, "seq": 1, "key": ["1"],
        "words": "the row holds what was never written to it"
    });
    assert_eq!((&json["verdict"], &json["findings"][0]), (&"FAIL".into(), &finding));
    assert_eq!(json["checks"].as_object().unwrap().len(), 11);
}
