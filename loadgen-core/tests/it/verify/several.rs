//! Rows that several lanes have written, in sinks that show changes.

use loadgen_core::{
    ledger::{Record, ResultRecord, TransactionRecord},
    verify::{Check, Seen, Verdict},
};

use super::ledgers::{Bench, Judge, Op, committed, transaction};

/// Transactions of lanes 0 and 2, each of one change.
fn bench(transactions: &[(u32, u64, Op)]) -> Bench {
    let mut bench = committed(&[]);
    for (lane, seq, op) in transactions {
        let Record::Transaction(record) = transaction(*seq, &[*op]) else { continue };
        let (lane, seq, committed) = (*lane, *seq, true);
        bench.records.push(Record::Transaction(TransactionRecord { lane, ..record }));
        bench.records.push(Record::Result(ResultRecord { lane, seq, committed }));
    }
    bench.write();
    bench
}

/// Lane 0 has row 5 twice, and lane 2 in between; row 6 is lane 0's alone.
const HISTORY: [(u32, u64, Op); 8] = [
    (0, 1, ('i', 6, 1)),
    (0, 2, ('i', 5, 1)),
    (0, 3, ('u', 5, 2)),
    (0, 4, ('d', 5, 0)),
    (2, 1, ('i', 5, 3)),
    (2, 2, ('d', 5, 0)),
    (0, 5, ('i', 5, 4)),
    (0, 6, ('u', 5, 5)),
];

/// These changes of it, and all markers.
fn shown(bench: &Bench, ops: &[Op]) -> Judge {
    let marks = (1..=6).fold(bench.changes().ops(ops), |judge, seq| judge.mark(Seen::Update, 0, seq));
    marks.mark(Seen::Update, 2, 1).mark(Seen::Update, 2, 2).mark(Seen::Update, 1, 1)
}

fn all() -> Vec<Op> {
    HISTORY.map(|(_, _, op)| op).to_vec()
}

#[test]
fn changes_that_can_be_read_in_one_way_are_compared() {
    let bench = bench(&HISTORY);
    let found = shown(&bench, &all()).says(Verdict::Pass, &[]);
    assert_eq!((found.counts.compared, found.coverage.len()), (8, 0), "{found:#?}");
    // What has come so far.
    let found = bench.changes().ops(&all()[..5]).mark(Seen::Update, 0, 1).says(Verdict::Inconclusive, &[]);
    assert_eq!((found.counts.compared, found.coverage.len()), (5, 0), "{found:#?}");
    shown(&bench, &all()[..7]).says(Verdict::Fail, &[Check::Lost, Check::Torn]);
}

#[test]
fn what_is_wrong_in_any_order_is_told() {
    let bench = bench(&HISTORY);
    let without = |at: usize| [&all()[..at], &all()[at + 1..]].concat();
    // One of several deletions is among them: there are fewer than there were.
    for lost in [1, 2, 3, 4, 6] {
        shown(&bench, &without(lost)).says(Verdict::Fail, &[Check::Lost, Check::Torn]);
    }
    let other = |at: usize, op: Op| [&all()[..at], &[op], &all()[at + 1..]].concat();
    shown(&bench, &other(2, ('u', 5, 9))).says(Verdict::Fail, &[Check::Lost, Check::Value, Check::Torn]);
    shown(&bench, &[&all()[..], &[('u', 5, 9)]].concat()).says(Verdict::Fail, &[Check::Value]);
}

#[test]
fn what_may_be_right_in_some_order_is_listed_and_not_compared() {
    let bench = bench(&HISTORY);
    let is_listed = |ops: &[Op]| {
        let found = shown(&bench, ops).says(Verdict::Pass, &[]);
        assert_eq!(found.coverage[0].words, "rows that more than one lane has written", "{found:#?}");
        assert_eq!(found.counts.compared, 1);
    };
    // A replay.
    is_listed(&[all(), all()].concat());
    // A look at the row in between.
    is_listed(&[&all()[..3], &[('r', 5, 2)], &all()[3..]].concat());
}

#[test]
fn lives_that_look_alike_are_nobodys_in_particular() {
    let row = [('i', 5, 1), ('d', 5, 0)];
    let lane = |lane, from| [(lane, from, row[0]), (lane, from + 1, row[1])];
    let alike = [&[(0, 1, ('i', 6, 1))], &lane(0, 2)[..], &lane(2, 1)].concat();
    let bench = bench(&alike);
    let ops: Vec<Op> = alike.iter().map(|(_, _, op)| *op).collect();
    let marks = (1..=3).fold(bench.changes().ops(&ops), |judge, seq| judge.mark(Seen::Update, 0, seq));
    let marked = marks.mark(Seen::Update, 2, 1).mark(Seen::Update, 2, 2).mark(Seen::Update, 1, 1);
    let found = marked.says(Verdict::Pass, &[]);
    assert_eq!((found.counts.compared, found.coverage.len()), (1, 1), "{found:#?}");
}

/// Lane 0 has row 5 twice with the same values, and lane 2 in between.
const ALIKE: [(u32, u64, Op); 6] = [
    (0, 1, ('i', 5, 1)),
    (0, 2, ('d', 5, 0)),
    (2, 1, ('i', 5, 3)),
    (2, 2, ('d', 5, 0)),
    (0, 3, ('i', 5, 1)),
    (0, 4, ('d', 5, 0)),
];

/// A transaction with its marker, of this number if there are any.
fn take(judge: Judge, (lane, seq, op): (u32, u64, Op), is_numbered: bool) -> Judge {
    let judge = if is_numbered { judge.of(u64::from(lane + 1) * 100 + seq) } else { judge };
    judge.mark(Seen::Update, lane.into(), seq as i64).op(op)
}

#[test]
fn what_comes_again_is_not_the_next_life_that_looks_like_it() {
    let bench = bench(&ALIKE);
    for is_numbered in [true, false] {
        let began = [&ALIKE[..2], &ALIKE[..2], &ALIKE[2..4]].concat();
        let came = began.into_iter().fold(bench.changes(), |judge, one| take(judge, one, is_numbered));
        // The marker of the last life that has come, and not the life itself.
        let came = if is_numbered { came.of(103) } else { came };
        let found = came.mark(Seen::Update, 0, 3).says(Verdict::Inconclusive, &[]);
        assert_eq!((found.counts.compared, found.coverage.len()), (0, 1), "{found:#?}");
        // Numbers tell them apart where nothing comes twice.
        let all = ALIKE.into_iter().fold(bench.changes(), |judge, one| take(judge, one, is_numbered));
        let verdict = if is_numbered { Verdict::Pass } else { Verdict::Inconclusive };
        let found = all.mark(Seen::Update, 1, 1).says(verdict, &[]);
        assert_eq!((found.counts.compared == 6, found.coverage.is_empty()), (is_numbered, is_numbered));
    }
}

#[test]
fn a_kind_of_change_that_no_lane_has_made_of_the_row_is_foreign() {
    let bench = bench(&ALIKE);
    let all = ALIKE.into_iter().fold(bench.changes(), |judge, one| take(judge, one, false));
    all.mark(Seen::Update, 1, 1).op(('u', 5, 9)).says(Verdict::Fail, &[Check::Foreign]);
}
