//! Ways of spoiling what a sink shows, and what the verifier has to say of each.

use loadgen_core::{
    ChangeKind, Rng, Seed, Value,
    verify::{Cell, Check, Seen, Sink, Verdict, Verification},
};

use super::{
    history::{History, Op, Tx},
    sink::{Shown, change, op_of, place, row, state, stream, verify},
};

/// How many histories each mutation is tried on.
const INSTANCES: u64 = 200;

/// Histories that were misjudged once: what is left out looks like a later change, or like one that was lost.
const FOUND_LATER: [u64; 4] = [4_171, 4_528, 5_296, 5_582];

/// A correct sink to be spoilt.
struct Case {
    history: History,
    shown: Vec<Shown>,
    rng: Rng,
}

/// What has to be said.
enum Answer {
    /// One of these, of which the first has to be among them.
    Named(&'static [Check]),
    Passed,
    Unknown,
}

use Answer::{Named, Passed, Unknown};

/// Spoils what is shown, if this history has something to be spoilt that way.
type Mutation = fn(&mut Case) -> Option<()>;

fn check(sink: Sink, mutate: Mutation, answer: &Answer) {
    let mut instances = 0;
    for (tried, seed) in (0..).zip(FOUND_LATER.into_iter().chain(0..)) {
        assert!(tried < 20 * INSTANCES, "only {instances} histories have something to be spoilt");
        let mut rng = Rng::keyed(Seed(seed), [9, 0, 0]);
        let history = History::new(seed);
        let shown = match sink {
            Sink::State => state(&history, history.transactions.len()),
            Sink::Changes => stream(&history, rng.chance(0.6), rng.chance(0.5)),
        };
        let mut case = Case { history, shown, rng };
        if mutate(&mut case).is_none() {
            continue;
        }
        let directory = tempfile::tempdir().unwrap();
        case.history.write(directory.path(), seed);
        let found = verify(directory.path(), sink, &case.shown);
        assert!(answer.is(&found), "history {seed}: {found:?}\n{}", case.words());
        instances += 1;
        if instances == INSTANCES {
            return;
        }
    }
}

impl Answer {
    fn is(&self, found: &Verification) -> bool {
        let named: Vec<Check> = found.findings.iter().map(|finding| finding.check).collect();
        match self {
            Named(checks) => {
                found.verdict == Verdict::Fail
                    && named.contains(&checks[0])
                    && named.iter().all(|check| checks.contains(check))
            }
            Passed => found.verdict == Verdict::Pass && named.is_empty(),
            Unknown => found.verdict == Verdict::Inconclusive && named.is_empty(),
        }
    }
}

impl Case {
    /// For whoever has to find out what went wrong: a line for each transaction and each thing that is shown.
    fn words(&self) -> String {
        let op = |op: &Op| format!("\n    {:?} {} {:?} {:?}", op.kind, op.table, op.key, op.row);
        let tx = |tx: &Tx| {
            let ops: String = tx.ops.iter().map(op).collect();
            format!("{}/{} committed {} number {}{ops}\n", tx.lane, tx.seq, tx.committed, tx.number)
        };
        let shown = |shown: &Shown| {
            let Shown { table, seen, key, cells, number, of, .. } = shown;
            format!("{table:?} {seen:?} {key:?} {cells:?} {number:?} {of:?}\n")
        };
        let history: String = self.history.transactions.iter().map(tx).collect();
        history + &self.shown.iter().map(shown).collect::<String>()
    }

    fn op(&self, at: usize) -> Option<&Op> {
        op_of(&self.history, &self.shown[at]).map(|(_, op)| op).filter(|op| op.is_checked())
    }

    /// All committed operations of the row of one.
    fn versions(&self, op: &Op) -> Vec<Op> {
        let all = self.history.committed().flat_map(|tx| &tx.ops);
        all.filter(|other| other.same_row(op)).cloned().collect()
    }

    /// Whether no two operations of the row, aborted ones among them, look alike. What leaves something out may look like any.
    fn is_plain(&self, op: &Op) -> bool {
        let all = self.history.transactions.iter().flat_map(|tx| &tx.ops);
        let all: Vec<&Op> = all.filter(|other| other.same_row(op)).collect();
        let is_numbered = self.shown.iter().any(|shown| shown.number.is_some());
        let alike = |at: usize| all[..at].iter().any(|other| other.looks_like(all[at]));
        let is_clear = |op: &&Op| op.summed && (is_numbered || op.unchanged.is_empty());
        all.iter().all(is_clear) && !(0..all.len()).any(alike)
    }

    fn is_last(&self, at: usize) -> bool {
        let op = self.op(at).cloned();
        op.is_some_and(|op| {
            !(at + 1..self.shown.len()).any(|at| self.op(at).is_some_and(|next| next.same_row(&op)))
        })
    }

    /// A place whose operation fits.
    fn pick(&mut self, fits: impl Fn(&Case, usize, &Op) -> bool) -> Option<usize> {
        let mut rng = self.rng.clone();
        let found = place(self.shown.len(), &mut rng, |at| self.op(at).is_some_and(|op| fits(self, at, op)));
        self.rng = rng;
        found
    }

    /// A row whose last change is to be undone: the place of the row, if it is there, and what it was before.
    fn undone(&self, op: &Op) -> Option<(Option<usize>, Option<Op>)> {
        let mut versions = self.versions(op);
        let last = versions.pop()?;
        let before = versions.pop().filter(|op| op.kind != ChangeKind::Delete);
        let alike = |before: &Op| last.kind != ChangeKind::Delete && before.row == last.row;
        if !last.summed || before.as_ref().is_some_and(alike) {
            return None;
        }
        let at = (0..self.shown.len()).find(|at| self.op(*at).is_some_and(|shown| shown.same_row(op)));
        (at.is_some() || before.is_some()).then_some((at, before))
    }

    fn undo(&mut self, op: &Op) -> Option<()> {
        let (at, before) = self.undone(op)?;
        if let Some(at) = at {
            self.shown.remove(at);
        }
        self.shown.extend(before.map(|before| row(&before, None)));
        Some(())
    }

    /// A committed operation, the last of its row, that fits.
    fn last_op(&mut self, fits: impl Fn(&Case, &Op) -> bool) -> Option<Op> {
        let ops: Vec<Op> = self.history.committed().flat_map(|tx| &tx.ops).cloned().collect();
        let is_last = |at: usize| !ops[at + 1..].iter().any(|next| next.same_row(&ops[at]));
        let fitting = |at: usize| ops[at].is_checked() && is_last(at) && fits(self, &ops[at]);
        let mut rng = self.rng.clone();
        let at = place(ops.len(), &mut rng, fitting)?;
        self.rng = rng;
        Some(ops[at].clone())
    }
}

/// What is missing may be all of its transaction or a part; what was sent with it is missing later.
const LOST: Answer = Named(&[Check::Lost, Check::Torn]);

#[test]
fn a_correct_sink_passes() {
    let keep: Mutation = |case| case.pick(|_, _, op| op.summed).map(|_| ());
    check(Sink::Changes, keep, &Passed);
    check(Sink::State, keep, &Passed);
}

#[test]
fn a_dropped_operation_is_lost() {
    let drop: Mutation = |case| {
        let at = case.pick(|case, _, op| case.is_plain(op))?;
        case.shown.remove(at);
        Some(())
    };
    check(Sink::Changes, drop, &LOST);
}

#[test]
fn a_row_that_was_never_inserted_is_lost() {
    let drop: Mutation = |case| {
        let at = case.pick(|_, _, _| true)?;
        case.shown.remove(at);
        Some(())
    };
    check(Sink::State, drop, &LOST);
}

#[test]
fn half_a_transaction_is_torn() {
    let halve: Mutation = |case| {
        let fits = |case: &Case, at: usize| {
            let of = case.shown[at].of;
            let is_mine = |other: &usize| of.map(|of| of.0) == case.shown[*other].of.map(|of| of.0);
            let mine = (0..case.shown.len()).filter(is_mine);
            mine.filter(|other| case.op(*other).is_some()).count() > 1
        };
        let at = case.pick(|case, at, op| case.is_plain(op) && fits(case, at))?;
        case.shown.remove(at);
        Some(())
    };
    check(Sink::Changes, halve, &Named(&[Check::Torn, Check::Lost]));
    let undo: Mutation = |case| {
        let op = case.last_op(|case, op| {
            let tx = case.history.committed().find(|tx| tx.ops.contains(op));
            let is_other = |other: &&Op| other.is_checked() && !other.same_row(op);
            let others: Vec<&Op> = tx.map(|tx| tx.ops.iter().filter(is_other).collect()).unwrap_or_default();
            let is_visible =
                |other: &&&Op| case.is_plain(other) && case.versions(other).last() == Some(**other);
            case.undone(op).is_some() && case.is_plain(op) && others.iter().any(|other| is_visible(&other))
        })?;
        case.undo(&op)
    };
    check(Sink::State, undo, &Named(&[Check::Torn, Check::Lost, Check::FinalState]));
}

#[test]
fn a_change_that_comes_twice_outside_a_replay_is_a_duplicate() {
    let double: Mutation = |case| {
        let at = case.pick(|case, _, op| case.is_plain(op))?;
        let stream = case.shown[at].stream;
        let later: Vec<usize> = (at + 1..case.shown.len())
            .filter(|later| {
                case.shown[*later].stream == stream && case.op(*later).is_some_and(|op| case.is_plain(op))
            })
            .collect();
        let [from, .., to] = later[..] else { return None };
        let again = case.shown[at].clone();
        let place = from + 1 + case.rng.below((to - from) as u64) as usize;
        case.shown.insert(place, again);
        Some(())
    };
    check(Sink::Changes, double, &Named(&[Check::Duplicate, Check::FinalState]));
    let double: Mutation = |case| {
        let at = case.pick(|_, _, _| true)?;
        let again = case.shown[at].clone();
        case.shown.push(again);
        Some(())
    };
    check(Sink::State, double, &Named(&[Check::Duplicate]));
}

#[test]
fn a_replay_is_legal() {
    let replay: Mutation = |case| {
        let at = case.pick(|_, _, op| op.summed)?;
        let stream = case.shown[at].stream;
        let (mut shown, mut delivered) = (Vec::new(), Vec::<Shown>::new());
        for one in std::mem::take(&mut case.shown) {
            let is_mine = one.stream == stream;
            shown.push(one.clone());
            delivered.extend(is_mine.then_some(one));
            while is_mine && case.rng.chance(0.05) {
                let from = case.rng.below(delivered.len() as u64) as usize;
                let cut = from + case.rng.below((delivered.len() - from) as u64) as usize;
                let again = case.rng.below(cut as u64 + 1) as usize;
                shown.extend_from_slice(&delivered[from..=cut]);
                shown.extend_from_slice(&delivered[again..]);
            }
        }
        case.shown = shown;
        Some(())
    };
    check(Sink::Changes, replay, &Passed);
}

#[test]
fn changes_of_a_row_that_change_places_are_out_of_order() {
    let swap: Mutation = |case| {
        let first = case.pick(|case, at, op| case.is_plain(op) && !case.is_last(at))?;
        let op = case.op(first)?.clone();
        let next =
            (first + 1..case.shown.len()).find(|at| case.op(*at).is_some_and(|next| next.same_row(&op)))?;
        if case.op(next)?.unchanged.len() + case.op(first)?.unchanged.len() > 0 {
            return None;
        }
        case.shown.swap(first, next);
        Some(())
    };
    check(Sink::Changes, swap, &Named(&[Check::Order]));
}

#[test]
fn changes_of_different_rows_may_change_places() {
    let shuffle: Mutation = |case| {
        case.pick(|_, _, op| op.summed)?;
        for _ in 0..50 {
            let at = case.rng.below(case.shown.len() as u64 - 1) as usize;
            let (one, other) = (&case.shown[at], &case.shown[at + 1]);
            if (one.table, &one.key) != (other.table, &other.key) && one.table.is_some() {
                case.shown.swap(at, at + 1);
            }
        }
        Some(())
    };
    check(Sink::Changes, shuffle, &Passed);
    let shuffle: Mutation = |case| {
        case.pick(|_, _, op| op.summed)?;
        for _ in 0..50 {
            let at = case.rng.below(case.shown.len() as u64 - 1) as usize;
            case.shown.swap(at, at + 1);
        }
        Some(())
    };
    check(Sink::State, shuffle, &Passed);
}

#[test]
fn a_row_as_it_was_before_is_not_the_final_state() {
    let stale: Mutation = |case| {
        let op = case.last_op(|case, op| {
            let before = case.undone(op).and_then(|(_, before)| before);
            op.kind == ChangeKind::Update && before.is_some() && case.is_plain(op)
        })?;
        case.undo(&op)
    };
    check(Sink::State, stale, &Named(&[Check::FinalState, Check::Torn]));
    let stale: Mutation = |case| {
        let at =
            case.pick(|case, at, op| case.is_last(at) && op.kind == ChangeKind::Update && case.is_plain(op))?;
        case.shown.remove(at);
        Some(())
    };
    check(Sink::Changes, stale, &LOST);
}

#[test]
fn a_deleted_row_that_is_there_is_not_the_final_state() {
    let resurrect: Mutation = |case| {
        let op = case.last_op(|case, op| op.kind == ChangeKind::Delete && case.undone(op).is_some())?;
        case.undo(&op)
    };
    check(Sink::State, resurrect, &Named(&[Check::FinalState, Check::Torn]));
    let resurrect: Mutation = |case| {
        let deleted =
            case.pick(|case, at, op| case.is_last(at) && op.kind == ChangeKind::Delete && case.is_plain(op))?;
        let op = case.op(deleted)?.clone();
        let before = (0..deleted).rev().find(|at| case.op(*at).is_some_and(|before| before.same_row(&op)))?;
        let stream = case.shown[deleted].stream;
        let later =
            |at: &usize| case.shown[*at].stream == stream && case.op(*at).is_some_and(|op| case.is_plain(op));
        (deleted + 1..case.shown.len()).find(later)?;
        let again = case.shown[before].clone();
        case.shown.insert(deleted + 1, again);
        Some(())
    };
    check(Sink::Changes, resurrect, &Named(&[Check::FinalState, Check::Duplicate]));
}

#[test]
fn a_wrong_value_is_named() {
    let spoil: Mutation = |case| {
        let is_known = |case: &Case, op: &Op| case.versions(op).iter().all(|version| version.summed);
        let at = case.pick(|case, _, op| op.kind != ChangeKind::Delete && is_known(case, op))?;
        let cell = case.shown[at].cells.iter_mut().find(|(name, _)| *name == "status")?;
        cell.1 = Cell::Value(Value::Text("never written".to_owned()));
        Some(())
    };
    check(Sink::Changes, spoil, &Named(&[Check::Value]));
    check(Sink::State, spoil, &Named(&[Check::Value]));
}

#[test]
fn columns_of_another_time_are_named() {
    let late: Mutation = |case| {
        let at = case.pick(|_, _, op| op.knew && op.kind != ChangeKind::Delete)?;
        let others = (0..case.shown.len()).filter(|other| *other != at);
        others
            .into_iter()
            .find(|other| case.op(*other).is_some_and(|op| op.had && op.kind != ChangeKind::Delete))?;
        case.shown[at].cells.retain(|(name, _)| *name != "added");
        Some(())
    };
    check(Sink::Changes, late, &Named(&[Check::Boundary]));
    let early: Mutation = |case| {
        let lane = |case: &Case, at: usize| op_of(&case.history, &case.shown[at]).map(|(tx, _)| tx.lane);
        let is_old = |op: &Op| op.table == 0 && !op.had && op.kind != ChangeKind::Delete;
        let at = case.pick(|case, at, op| {
            let mut later = at + 1..case.shown.len();
            is_old(op)
                && later.any(|next| lane(case, at) == lane(case, next) && case.op(next).is_some_and(is_old))
        })?;
        case.shown[at].cells.push(("added", Cell::Value(Value::Null)));
        Some(())
    };
    check(Sink::Changes, early, &Named(&[Check::Boundary]));
    let strange: Mutation = |case| {
        let at = case.pick(|_, _, op| op.kind != ChangeKind::Delete)?;
        case.shown[at].cells.push(("strange", Cell::Value(Value::Null)));
        Some(())
    };
    // Somebody may have added it between two looks at the table.
    check(Sink::Changes, strange, &Passed);
}

/// An aborted operation that looks like no other of its row.
fn aborted(case: &mut Case, fits: impl Fn(&Case, &Op) -> bool) -> Option<(usize, Op)> {
    let transactions = &case.history.transactions;
    let all = |op: &Op| {
        transactions
            .iter()
            .flat_map(|tx| &tx.ops)
            .filter(|other| other.looks_like(op) && other.same_row(op))
            .count()
    };
    let ops: Vec<(usize, Op)> = (0..transactions.len())
        .filter(|at| !transactions[*at].committed)
        .flat_map(|at| transactions[at].ops.iter().map(move |op| (at, op.clone())))
        .filter(|(_, op)| op.is_checked() && op.summed && all(op) == 1 && fits(case, op))
        .collect();
    (!ops.is_empty()).then(|| case.rng.pick(&ops).clone())
}

#[test]
fn an_aborted_operation_that_is_shown_is_a_phantom() {
    let show: Mutation = |case| {
        let (tx, op) = aborted(case, |_, op| op.unchanged.is_empty())?;
        let numbered = case.shown[0].number.is_some();
        let of = |shown: &Shown| shown.of.is_some_and(|of| of.0 > tx);
        let at = case.shown.iter().position(of)?;
        let stream = case.shown.iter().find(|shown| shown.table == Some(op.table))?.stream;
        let number = numbered.then_some(case.history.transactions[tx].number);
        case.shown.insert(at, Shown { stream, ..change(&op, number, None) });
        Some(())
    };
    check(Sink::Changes, show, &Named(&[Check::Phantom]));
    let show: Mutation = |case| {
        let (_, op) = aborted(case, |case, op| {
            let versions = case.versions(op);
            op.kind != ChangeKind::Delete
                && versions.iter().all(|version| version.row != op.row && version.summed)
        })?;
        let at = (0..case.shown.len()).find(|at| case.op(*at).is_some_and(|shown| shown.same_row(&op)));
        at.map(|at| case.shown.remove(at));
        case.shown.push(row(&op, None));
        Some(())
    };
    check(Sink::State, show, &Named(&[Check::Phantom]));
}

#[test]
fn a_row_that_nobody_wrote_is_foreign() {
    let add: Mutation = |case| {
        let at = case.pick(|_, _, op| op.kind != ChangeKind::Delete)?;
        let mut foreign = case.shown[at].clone();
        foreign.key[0] = if foreign.table == Some(1) { Value::Text("x".into()) } else { Value::Int(-999) };
        foreign.number = foreign.number.map(|_| 9);
        case.shown.insert(at, foreign);
        Some(())
    };
    check(Sink::Changes, add, &Named(&[Check::Foreign]));
    check(Sink::State, add, &Named(&[Check::Foreign]));
    let other: Mutation = |case| {
        let (key, _) = case.history.before.first()?;
        let at = case.shown.iter().position(|shown| &shown.key == key)?;
        case.shown[at].cells.pop();
        case.shown[at].cells.push(("status", Cell::Value(Value::Text("changed".to_owned()))));
        Some(())
    };
    check(Sink::State, other, &Named(&[Check::Foreign]));
}

#[test]
fn a_tail_that_is_not_there_yet_is_inconclusive() {
    let cut: Mutation = |case| {
        let length = case.rng.below(case.shown.len() as u64 - 1) + 1;
        case.shown.truncate(length as usize);
        Some(())
    };
    check(Sink::Changes, cut, &Unknown);
    let early: Mutation = |case| {
        let count = case.rng.below(case.history.transactions.len() as u64) as usize;
        case.shown = state(&case.history, count);
        Some(())
    };
    check(Sink::State, early, &Unknown);
}

#[test]
fn an_empty_sink_is_inconclusive() {
    let empty: Mutation = |case| {
        case.shown.clear();
        Some(())
    };
    check(Sink::Changes, empty, &Unknown);
    check(Sink::State, empty, &Unknown);
}

#[test]
fn a_deletion_shows_only_its_key() {
    let history = History::new(0);
    let deleted = history.committed().flat_map(|tx| &tx.ops).find(|op| op.kind == ChangeKind::Delete);
    assert_eq!(change(deleted.unwrap(), None, None).seen, Seen::Delete);
}
