//! Rows that were there before the run, of which lanes have taken over some and others have changed some.

use loadgen_core::{
    ChangeKind,
    ledger::{Entry, Record, ResultRecord, TransactionRecord},
    verify::{Check, Seen, Verdict, Verification},
};

use super::ledgers::{Bench, Judge, Op, committed, ended, sum, transaction};

/// Changes of rows that a lane has taken over, with what they were before.
fn taken_over(lane: u32, seq: u64, ops: &[(Op, i64)]) -> Record {
    let entry = |((letter, id, v), before): &(Op, i64)| {
        let kind = match letter {
            'i' => ChangeKind::Insert,
            'u' => ChangeKind::Update,
            _ => ChangeKind::Delete,
        };
        let after = (kind != ChangeKind::Delete).then(|| sum(*id, *v));
        let before = (kind != ChangeKind::Insert).then(|| sum(*id, *before));
        Entry { before, ..Entry::new(0, kind, vec![id.to_string()], after) }
    };
    let entries = ops.iter().map(entry).collect();
    Record::Transaction(TransactionRecord { lane, seq, entries })
}

fn settled(lane: u32, seq: u64) -> Record {
    Record::Result(ResultRecord { lane, seq, committed: true })
}

/// Rows 5 to 8 with the value 1 were there.
fn bench(records: Vec<Record>) -> Bench {
    let mut bench = committed(&[]);
    (bench.rows_before, bench.records) = (vec![(5, 1), (6, 1), (7, 1), (8, 1)], records);
    bench.write();
    bench
}

/// The rows, and the markers of lanes 0 and 2.
fn rows(bench: &Bench, ops: &[(i64, i64)], marks: &[(i64, i64)]) -> Judge {
    let marks = marks.iter().chain(&[(1, 1)]);
    let judge = marks.fold(bench.rows(), |judge, (lane, seq)| judge.mark(Seen::Row, *lane, *seq));
    let ops: Vec<Op> = ops.iter().map(|(id, v)| ('r', *id, *v)).collect();
    judge.ops(&ops)
}

fn has(found: &Verification, words: &str, count: u64) -> bool {
    found.coverage.iter().any(|not| not.words.contains(words) && not.count == count)
}

#[test]
fn an_aborted_update_that_would_have_changed_nothing_is_no_phantom() {
    let was = bench(vec![taken_over(0, 1, &[(('u', 5, 1), 1)]), ended(1, false)]);
    rows(&was, &[(5, 1), (6, 1), (7, 1), (8, 1)], &[(0, 0)]).says(Verdict::Pass, &[]);
    let snapshot =
        was.changes().mark(Seen::Row, 0, 0).ops(&[('r', 5, 1), ('r', 6, 1), ('r', 7, 1), ('r', 8, 1)]);
    snapshot.mark(Seen::Update, 1, 1).says(Verdict::Pass, &[]);
    was.changes().ops(&[('u', 5, 1)]).mark(Seen::Update, 1, 1).says(Verdict::Fail, &[Check::Phantom]);
    // Where nobody knows what the row was, the rows from before say it together.
    let unknown = bench(vec![transaction(1, &[('u', 5, 1)]), ended(1, false)]);
    rows(&unknown, &[(5, 1), (6, 1), (7, 1), (8, 1)], &[(0, 0)]).says(Verdict::Pass, &[]);
}

#[test]
fn an_aborted_update_of_a_row_from_before_that_is_there_is_a_phantom() {
    let bench = bench(vec![taken_over(0, 1, &[(('u', 5, 2), 1)]), ended(1, false)]);
    let shown = rows(&bench, &[(5, 2), (6, 1), (7, 1), (8, 1)], &[(0, 0)]);
    shown.says(Verdict::Fail, &[Check::Lost, Check::Phantom]);
}

#[test]
fn a_row_that_is_still_as_it_was_lacks_its_update_whatever_was_aborted() {
    let records = vec![
        taken_over(0, 1, &[(('u', 5, 1), 1)]),
        ended(1, false),
        taken_over(0, 1, &[(('u', 5, 2), 1)]),
        ended(1, true),
    ];
    let stale = bench(records);
    rows(&stale, &[(5, 1), (6, 1), (7, 1), (8, 1)], &[(0, 1)]).says(Verdict::Fail, &[Check::FinalState]);
}

#[test]
fn what_nobody_has_touched_is_compared_exactly_beside_what_lanes_have_taken_over() {
    let bench = bench(vec![taken_over(0, 1, &[(('u', 5, 2), 1), (('d', 6, 0), 1)]), ended(1, true)]);
    let found = rows(&bench, &[(5, 2), (7, 1), (8, 1)], &[(0, 1)]).says(Verdict::Pass, &[]);
    assert!(found.coverage.is_empty(), "{found:#?}");
    // One is lost and another has come, or somebody has changed one.
    for others in [[(7, 1), (9, 1)], [(7, 1), (8, 3)]] {
        let found = rows(&bench, &[(5, 2), others[0], others[1]], &[(0, 1)]);
        let found = found.says(Verdict::Fail, &[Check::Foreign]);
        assert!(found.findings[0].words.ends_with("or others are in their place"), "{found:#?}");
    }
}

#[test]
fn a_row_of_two_lanes_is_judged_by_the_one_that_had_it_last() {
    // Lane 0 has taken row 5 over and deleted it, and lane 2 has inserted it again.
    let records = || {
        vec![
            taken_over(0, 1, &[(('u', 5, 2), 1)]),
            settled(0, 1),
            taken_over(0, 2, &[(('d', 5, 0), 2)]),
            settled(0, 2),
            taken_over(2, 1, &[(('i', 5, 7), 0)]),
            settled(2, 1),
        ]
    };
    let both = bench(records());
    let marks = [(0, 2), (2, 1)];
    rows(&both, &[(5, 7), (6, 1), (7, 1), (8, 1)], &marks).says(Verdict::Pass, &[]);
    rows(&both, &[(6, 1), (7, 1), (8, 1)], &marks).says(Verdict::Fail, &[Check::Lost]);
    rows(&both, &[(5, 2), (6, 1), (7, 1), (8, 1)], &marks).says(Verdict::Fail, &[Check::FinalState]);
    rows(&both, &[(5, 9), (6, 1), (7, 1), (8, 1)], &marks).says(Verdict::Fail, &[Check::Value]);
    let mut gone = records();
    gone.extend([taken_over(2, 2, &[(('d', 5, 0), 7)]), settled(2, 2)]);
    let gone = bench(gone);
    rows(&gone, &[(6, 1), (7, 1), (8, 1)], &[(0, 2), (2, 2)]).says(Verdict::Pass, &[]);
    let back = rows(&gone, &[(5, 7), (6, 1), (7, 1), (8, 1)], &[(0, 2), (2, 2)]);
    back.says(Verdict::Fail, &[Check::FinalState]);
}

#[test]
fn a_row_that_two_lanes_claim_is_not_compared_and_counted_as_touched() {
    // Somebody has deleted row 5 behind the back of lane 0.
    let records = vec![
        taken_over(0, 1, &[(('u', 5, 2), 1)]),
        settled(0, 1),
        taken_over(2, 1, &[(('i', 5, 7), 0)]),
        settled(2, 1),
    ];
    let bench = bench(records);
    let words = "that more than one lane has written";
    for there in [&[(5, 7), (6, 1), (7, 1), (8, 1)][..], &[(6, 1), (7, 1), (8, 1)]] {
        let found = rows(&bench, there, &[(0, 1), (2, 1)]).says(Verdict::Pass, &[]);
        assert!(has(&found, words, 1), "{found:#?}");
    }
    rows(&bench, &[(5, 7), (6, 1), (7, 1)], &[(0, 1), (2, 1)]).says(Verdict::Fail, &[Check::Lost]);
}

#[test]
fn rows_of_a_statement_that_did_not_find_all_of_them_are_not_compared() {
    let mut update = taken_over(0, 2, &[(('u', 1, 2), 1), (('u', 2, 2), 1), (('u', 5, 2), 1)]);
    if let Record::Transaction(transaction) = &mut update {
        transaction.entries.iter_mut().for_each(|entry| (entry.is_unsure, entry.sum) = (true, None));
    }
    let insert = taken_over(0, 1, &[(('i', 1, 1), 0), (('i', 2, 1), 0), (('i', 3, 1), 0)]);
    let bench = bench(vec![insert, settled(0, 1), update, settled(0, 2)]);
    let rest = [(3, 1), (6, 1), (7, 1), (8, 1)];
    let words = "that did not find all of theirs";
    for more in [&[(1, 2), (5, 2)][..], &[(1, 2), (2, 2)], &[(2, 9)], &[]] {
        let found = rows(&bench, &[&rest[..], more].concat(), &[(0, 2)]).says(Verdict::Pass, &[]);
        assert!(has(&found, words, 3), "{found:#?}");
    }
    rows(&bench, &rest[1..], &[(0, 2)]).says(Verdict::Fail, &[Check::Lost]);
    let stream = |ops: &[Op]| bench.changes().mark(Seen::Update, 0, 1).ops(ops).mark(Seen::Update, 0, 2);
    let inserts = [('i', 1, 1), ('i', 2, 1), ('i', 3, 1)];
    let all = stream(&[&inserts[..], &[('d', 2, 0), ('u', 1, 2), ('u', 5, 2)]].concat());
    all.mark(Seen::Update, 1, 1).says(Verdict::Pass, &[]);
}

#[test]
fn an_insert_that_was_aborted_by_a_row_that_is_just_like_it_is_no_phantom() {
    let was = bench(vec![taken_over(0, 1, &[(('i', 5, 1), 0), (('i', 7, 1), 0)]), ended(1, false)]);
    let all = [(5, 1), (6, 1), (7, 1), (8, 1)];
    rows(&was, &all, &[(0, 0)]).says(Verdict::Pass, &[]);
    let ops: Vec<Op> = all.iter().map(|(id, v)| ('r', *id, *v)).collect();
    let snapshot = || was.changes().mark(Seen::Row, 0, 0).ops(&ops);
    snapshot().mark(Seen::Update, 1, 1).says(Verdict::Pass, &[]);
    snapshot().op(('i', 5, 1)).mark(Seen::Update, 1, 1).says(Verdict::Fail, &[Check::Phantom]);
    rows(&was, &all[..3], &[(0, 0)]).says(Verdict::Fail, &[Check::Lost, Check::Phantom, Check::Phantom]);
    // A row that was not there before is one too many.
    let new = bench(vec![taken_over(0, 1, &[(('i', 9, 1), 0)]), ended(1, false)]);
    let more = [&all[..], &[(9, 1)]].concat();
    rows(&new, &more, &[(0, 0)]).says(Verdict::Fail, &[Check::Phantom]);
    rows(&new, &more[1..], &[(0, 0)]).says(Verdict::Fail, &[Check::Lost, Check::Phantom]);
}
