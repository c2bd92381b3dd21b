//! Columns of a sink: those that were left out, those that the ledger does not have, and those that are something else.

use loadgen_core::{
    ChangeKind, Value, column_hash, column_salt,
    ledger::{
        CleanEnd, Covered, Entry, Header, Ledger, LedgerOptions, LedgerReader, Record, ResultRecord,
        TableHeader, TransactionRecord, Watermark,
    },
    verify::{Cell, Check, Observation, Seen, Sink, Verdict, Verification, Verifier, VerifyOptions},
};

use Value::{Int, Null};

fn text(text: &str) -> Value {
    Value::Text(text.to_owned())
}

fn shown(value: Value) -> Cell {
    Cell::Value(value)
}

/// A table of `id` and `v`, which gets `w` as its second form, and has `ts`, which no sum covers; its one row is inserted and
/// updated with these texts, in these forms.
struct Bench(tempfile::TempDir);

impl Bench {
    fn new(versions: &[(u32, &str)]) -> Self {
        let bench = Bench(tempfile::tempdir().unwrap());
        let ledger = Ledger::create(bench.0.path(), LedgerOptions::default()).unwrap();
        let columns = |names: &[&str]| {
            let column = |name: &&str| Covered { name: (*name).to_owned(), ..Covered::default() };
            names.iter().map(column).collect()
        };
        let table = |names: &[&str]| TableHeader {
            schema: "public".to_owned(),
            table: "t".to_owned(),
            key: vec!["id".to_owned()],
            columns: columns(names),
            uncovered: vec!["ts".to_owned()],
            ..TableHeader::default()
        };
        let tables = [(0, table(&["id", "v"])), (1, table(&["id", "v", "w"]))].into();
        let (run, marker) = ("run".to_owned(), "public.marker".to_owned());
        let header = Header { version: 1, run, lanes: 1, marker, tables, ..Header::default() };
        ledger.write(0, &Record::Header(header)).unwrap();
        for (seq, (form, v)) in (1..).zip(versions) {
            let hash = |name: &str, value: &Value| column_hash(column_salt(name), value);
            let sum = hash("id", &Int(1)).wrapping_add(hash("v", &text(v)));
            let sum = if *form == 1 { sum.wrapping_add(hash("w", &Null)) } else { sum };
            let kind = if seq == 1 { ChangeKind::Insert } else { ChangeKind::Update };
            let entries = vec![Entry::new(*form, kind, vec!["1".to_owned()], Some(sum))];
            let transaction = TransactionRecord { lane: 0, seq, entries };
            ledger.write(0, &Record::Transaction(transaction)).unwrap();
            let ended = ResultRecord { lane: 0, seq, committed: true };
            ledger.write(0, &Record::Result(ended)).unwrap();
        }
        ledger.write(1, &Record::Watermark(Watermark { lane: 1, seq: 1, position: None })).unwrap();
        let CleanEnd { transactions, committed, aborted } = ledger.counts();
        ledger.write(0, &Record::End(CleanEnd { transactions, committed, aborted })).unwrap();
        bench
    }

    /// The changes of the row with these columns besides `id`, and all markers.
    #[track_caller]
    fn says(&self, changes: &[&[(&str, Cell)]], verdict: Verdict, named: &[Check]) -> Verification {
        let reader = LedgerReader::open(self.0.path()).unwrap();
        let mut verifier = Verifier::new(reader, Sink::Changes, VerifyOptions::default()).unwrap();
        let (table, marker) = (verifier.table("public", "t"), verifier.table("public", "marker"));
        let mut see = |table, seen, key: &[String], columns: &[(&str, Cell)]| {
            let change = Observation { table, seen, key, columns, transaction: None, stream: 0 };
            verifier.observe(&change).unwrap();
        };
        for (seq, columns) in (1i64..).zip(changes) {
            let columns = [&[("id", shown(Int(1)))], *columns].concat();
            let seen = if seq == 1 { Seen::Insert } else { Seen::Update };
            see(table.unwrap(), seen, &["1".to_owned()], &columns);
        }
        let last = changes.len() as i64;
        for (lane, seq) in (1..=last).map(|seq| (0, seq)).chain([(1, 1)]) {
            let [lane, seq] = [lane, seq].map(|number| shown(Int(number)));
            let columns = [("run_id", shown(text("run"))), ("lane", lane), ("last_seq", seq)];
            see(marker.unwrap(), Seen::Update, &[], &columns);
        }
        let found = verifier.finish().unwrap();
        let checks: Vec<Check> = found.findings.iter().map(|finding| finding.check).collect();
        assert_eq!((found.verdict, &checks[..]), (verdict, named), "{found:#?}");
        found
    }
}

fn v(value: &str) -> (&'static str, Cell) {
    ("v", shown(text(value)))
}

const LEFT: (&str, Cell) = ("v", Cell::Unchanged);

#[test]
fn an_insert_that_leaves_something_out_is_a_wrong_value() {
    let once = Bench::new(&[(0, "a")]);
    once.says(&[&[v("a")]], Verdict::Pass, &[]);
    once.says(&[&[LEFT]], Verdict::Fail, &[Check::Value]);
    let twice = Bench::new(&[(0, "a"), (0, "a")]);
    twice.says(&[&[v("a")], &[LEFT]], Verdict::Pass, &[]);
    twice.says(&[&[LEFT], &[v("a")]], Verdict::Fail, &[Check::Value]);
}

#[test]
fn an_update_that_says_that_it_changed_nothing_is_compared_however_short_the_value_is() {
    for [before, after] in [["a", "b"], ["fifteen letters", "fifteen lettres"], ["", "not sent"]] {
        let bench = Bench::new(&[(0, before), (0, after)]);
        bench.says(&[&[v(before)], &[v(after)]], Verdict::Pass, &[]);
        bench.says(&[&[v(before)], &[LEFT]], Verdict::Fail, &[Check::Value]);
    }
}

#[test]
fn a_column_that_the_ledger_has_never_seen_is_listed() {
    let x = || ("x", shown(Null));
    let ts = || ("ts", shown(Int(7)));
    let w = || ("w", shown(Null));
    let lists = |found: &Verification, words: &str, count: u64| {
        let is_it = found.coverage.iter().any(|not| not.words == words && not.count == count);
        assert!(is_it, "{words} is not in {found:#?}");
    };
    let bench = Bench::new(&[(0, "a"), (0, "b"), (1, "c")]);
    // It was there for a while, or it has come at the end.
    for [first, second, third] in [[0, 1, 0], [0, 0, 1], [1, 1, 1], [0, 1, 1]] {
        let xs = |count: usize| vec![x(); count];
        let first = [&[v("a"), ts()][..], &xs(first)].concat();
        let second = [&[v("b"), ts()][..], &xs(second)].concat();
        let third = [&[v("c"), ts(), w()][..], &xs(third)].concat();
        let found = bench.says(&[&first, &second, &third], Verdict::Pass, &[]);
        lists(&found, "the column ts, whose values the ledger does not have", 1);
        let count = [&first, &second, &third].iter().filter(|columns| columns.contains(&x())).count();
        lists(&found, "values of x, a column that the ledger has never seen", count as u64);
        assert_eq!(found.counts.compared, 3);
    }
    // Whatever else it has, the change has not got the column that its lane knew, or it has one that a later one has not.
    let [a, b] = [&[v("a"), ts()][..], &[v("b"), ts(), w()]];
    let (old, new) = (&[v("c"), ts(), x()][..], &[v("c"), ts(), w()][..]);
    bench.says(&[a, b, old], Verdict::Fail, &[Check::Boundary]);
    bench.says(&[b, a, new], Verdict::Fail, &[Check::Value, Check::Value, Check::Boundary]);
    // Without a column from elsewhere there is nothing that could explain it.
    bench.says(&[a, &[v("b")], new], Verdict::Fail, &[Check::Boundary]);
}
