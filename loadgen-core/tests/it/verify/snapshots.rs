//! Rows of a snapshot among changes: how they leave the row in the end.

use loadgen_core::verify::{Check, Seen, Verdict};

use super::ledgers::{Bench, Judge, Op, committed};

/// Row 1 is inserted, updated twice and deleted, and row 2 only inserted.
fn bench() -> Bench {
    let bench = committed(&[&[('i', 1, 1)], &[('u', 1, 2)], &[('u', 1, 3)], &[('d', 1, 0)], &[('i', 2, 1)]]);
    bench.write();
    bench
}

const ALL: [Op; 5] = [('i', 1, 1), ('u', 1, 2), ('u', 1, 3), ('d', 1, 0), ('i', 2, 1)];

fn said(judge: Judge, verdict: Verdict, named: &[Check]) {
    judge.says(verdict, named);
}

#[test]
fn an_older_row_that_comes_last_is_not_the_final_state() {
    let (deleted, bench) = (bench(), committed(&[&[('i', 1, 1)], &[('u', 1, 2)], &[('i', 2, 1)]]));
    bench.write();
    for row in [('r', 1, 1), ('r', 1, 3)] {
        let found = deleted.changes().ops(&ALL).marks(5).op(row).says(Verdict::Fail, &[Check::FinalState]);
        assert!(found.findings[0].words.ends_with("the row had been deleted"), "{found:#?}");
    }
    let updated = || bench.changes().ops(&[('i', 1, 1), ('u', 1, 2), ('i', 2, 1)]).marks(3);
    said(updated().op(('r', 1, 1)), Verdict::Fail, &[Check::FinalState]);
    said(updated().op(('r', 1, 2)), Verdict::Pass, &[]);
    said(updated().op(('r', 1, 9)), Verdict::Fail, &[Check::Value]);
    // Something of the row comes behind it, or may still come.
    said(updated().ops(&[('r', 1, 1), ('r', 1, 2)]), Verdict::Fail, &[Check::Order]);
    let open = bench.changes().ops(&[('i', 1, 1), ('u', 1, 2), ('r', 1, 1)]);
    said(open, Verdict::Inconclusive, &[]);
}

#[test]
fn an_older_row_with_changes_behind_it_is_out_of_order() {
    let bench = bench();
    let stream = |ops: &[Op]| bench.changes().ops(ops).marks(5);
    let rest = [('u', 1, 3), ('d', 1, 0), ('i', 2, 1)];
    let with = |row: Op| [&[('i', 1, 1), ('u', 1, 2), row], &rest[..]].concat();
    said(stream(&with(('r', 1, 1))), Verdict::Fail, &[Check::Order]);
    for row in [('r', 1, 2), ('r', 1, 3)] {
        said(stream(&with(row)), Verdict::Pass, &[]);
    }
    said(stream(&with(('r', 1, 9))), Verdict::Fail, &[Check::Value]);
    // It is one however little has come.
    let open = bench.changes().ops(&with(('r', 1, 1))[..4]);
    said(open, Verdict::Fail, &[Check::Order]);
    // The value of before has come back since.
    let back = committed(&[&[('i', 1, 1)], &[('u', 1, 2)], &[('u', 1, 1)], &[('u', 1, 3)]]);
    back.write();
    let ops = [('i', 1, 1), ('u', 1, 2), ('r', 1, 1), ('u', 1, 1), ('u', 1, 3)];
    said(back.changes().ops(&ops).marks(4), Verdict::Pass, &[]);
}

#[test]
fn a_row_that_is_newer_than_what_has_come_is_none_that_is_set_back() {
    let bench = bench();
    let look = [('i', 1, 1), ('r', 1, 3), ('u', 1, 2), ('u', 1, 3), ('d', 1, 0), ('i', 2, 1)];
    said(bench.changes().ops(&look).marks(5), Verdict::Pass, &[]);
}

#[test]
fn a_row_of_a_snapshot_comes_again_in_a_replay() {
    let bench = committed(&[&[('i', 1, 1), ('i', 3, 1)], &[('u', 1, 2)], &[('i', 2, 1)]]);
    bench.write();
    let begin = [('r', 1, 1), ('r', 3, 1)];
    let rest = [('u', 1, 2), ('i', 2, 1)];
    let all = || {
        let snapshot = bench.changes().mark(Seen::Row, 0, 1).ops(&begin).ops(&rest);
        snapshot.mark(Seen::Update, 0, 2).mark(Seen::Update, 0, 3).mark(Seen::Update, 1, 1)
    };
    said(all(), Verdict::Pass, &[]);
    said(all().ops(&begin).ops(&rest), Verdict::Pass, &[]);
    said(all().ops(&begin), Verdict::Inconclusive, &[]);
    // The replay has gone on without the row.
    said(all().ops(&begin).op(('i', 2, 1)), Verdict::Fail, &[Check::FinalState]);
}

#[test]
fn a_snapshot_that_is_older_than_its_markers_and_has_no_changes_behind_it_is_not_the_final_state() {
    let bench = bench();
    let begin = |row| {
        let judge = bench.changes().mark(Seen::Row, 0, 4).op(row);
        judge.op(('i', 2, 1)).mark(Seen::Update, 0, 5).mark(Seen::Update, 1, 1)
    };
    said(begin(('r', 1, 2)), Verdict::Fail, &[Check::FinalState]);
    let caught_up = bench.changes().mark(Seen::Row, 0, 3).op(('r', 1, 2)).ops(&ALL[2..]);
    let caught_up = caught_up.mark(Seen::Update, 0, 4).mark(Seen::Update, 0, 5).mark(Seen::Update, 1, 1);
    said(caught_up, Verdict::Pass, &[]);
}
