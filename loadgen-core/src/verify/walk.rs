//! The changes of a row as they were delivered against the versions of it.

use std::collections::HashMap;

use super::{
    coverage::Why,
    error::VerifyError,
    group::{Group, Known, Likeness},
    judgement::Judgement,
    observation::Seen,
    replay::Repeat,
    sighting::Sighting,
    step::{Step, is_ambiguous},
    verification::Check,
};
use crate::ChangeKind;

/// Judges one key of a sink that shows changes.
pub(super) fn judge(group: &Group<'_>, out: &mut Judgement) -> Result<(), VerifyError> {
    out.touch(group);
    if group.is_unwritten() {
        return unwritten(group, out);
    }
    let mut walk = Walk::new(group);
    for at in 0..group.sightings.len() {
        walk.take(at, out)?;
    }
    walk.finish(out)
}

/// A row that nobody has written for good.
fn unwritten(group: &Group<'_>, out: &mut Judgement) -> Result<(), VerifyError> {
    let mut told = false;
    for seen in group.sightings {
        let is_as_before = seen.seen == Seen::Row && group.is_as_before(seen);
        if let Some(version) = group.shown_aborted(seen, None).filter(|_| !is_as_before) {
            match seen.seen {
                Seen::Row if told => {}
                Seen::Row => out.aborted(group.relation, seen, version, ABORTED),
                _ => out.wrong(Check::Phantom, seen, Some(version), ABORTED),
            }
            told |= seen.seen == Seen::Row;
        } else if seen.seen == Seen::Row && !told {
            out.unwritten(group.relation, seen);
            told = true;
        } else if seen.seen != Seen::Row && !told {
            out.wrong(Check::Foreign, seen, None, "nobody in the ledger has changed this row");
            told = true;
        }
        out.replays.hole(seen)?;
    }
    Ok(())
}

/// The hashes of what came, and of what was left out if it is known to be as before.
pub(super) fn remembered(seen: &Sighting<'_>, likeness: Likeness, before: Option<&Known>) -> Known {
    let mut known: Known = seen.known().collect();
    if likeness == Likeness::Same || likeness == Likeness::Unknown(Why::UnknownSum) {
        let before = before.into_iter().flatten();
        known.extend(before.filter(|(column, _)| seen.unchanged().any(|left| left == *column)));
    }
    known
}

const ABORTED: &str = "a change of an aborted transaction is there";

/// How far the changes of one row have come.
pub(super) struct Walk<'a> {
    pub(super) group: &'a Group<'a>,
    /// Where each version was delivered first.
    pub(super) first: Vec<Option<u64>>,
    /// The newest version that was delivered.
    pub(super) newest: Option<usize>,
    /// The version that a snapshot has shown before any change.
    pub(super) snapshot: Option<usize>,
    /// Which of the lane's transactions each of the source's is.
    pub(super) transactions: HashMap<u64, u64>,
    /// What was left out of an update is to be found here: the hashes as of the newest version, and as of each.
    pub(super) known: Option<Known>,
    pub(super) known_at: Vec<Option<Known>>,
    keeps_known: bool,
    /// Whether more came than there is.
    pub(super) has_surplus: bool,
    /// Whether more came, and it cannot be told what of it is new.
    pub(super) is_ambiguous: bool,
    /// What came again: place in the sightings, version.
    pub(super) repeats: Vec<(usize, usize)>,
    /// What is nothing that the ledger has.
    strays: Vec<usize>,
    /// The version that came last.
    last: Option<usize>,
}

impl<'a> Walk<'a> {
    fn new(group: &'a Group<'a>) -> Self {
        let count = group.versions.len();
        let keeps_known = group.sightings.iter().any(|seen| seen.unchanged().next().is_some());
        let changes = group.sightings.iter().filter(|seen| seen.seen != Seen::Row).count();
        Walk {
            group,
            first: vec![None; count],
            newest: None,
            snapshot: None,
            transactions: HashMap::new(),
            known: None,
            known_at: if keeps_known { vec![None; count] } else { Vec::new() },
            keeps_known,
            has_surplus: changes > count,
            is_ambiguous: changes > count && is_ambiguous(group),
            repeats: Vec::new(),
            strays: Vec::new(),
            last: None,
        }
    }

    fn take(&mut self, at: usize, out: &mut Judgement) -> Result<(), VerifyError> {
        let seen = &self.group.sightings[at];
        if seen.seen == Seen::Row {
            self.strays.push(at);
            self.snapshot(at, out);
            return Ok(());
        }
        match self.step(at) {
            Step::Version(version, likeness) => self.deliver(version, likeness, seen, out)?,
            Step::Again(version) => {
                self.repeats.push((at, version));
                self.last = Some(version);
            }
            Step::Wrong(version) => {
                let words = "the change has other values than were written";
                out.wrong(Check::Value, seen, Some(&self.group.versions[version]), words);
                match self.first[version] {
                    None => self.deliver(version, Likeness::Other, seen, out)?,
                    Some(_) => self.strays.push(at),
                }
            }
            Step::Stray(Some(version)) => {
                out.wrong(Check::Phantom, seen, Some(&version), ABORTED);
                self.strays.push(at);
            }
            Step::Stray(None) => {
                out.wrong(Check::Foreign, seen, None, "nobody in the ledger has made this change of the row");
                self.strays.push(at);
            }
        }
        Ok(())
    }

    fn deliver(
        &mut self,
        at: usize,
        likeness: Likeness,
        seen: &Sighting<'_>,
        out: &mut Judgement,
    ) -> Result<(), VerifyError> {
        let version = &self.group.versions[at];
        let is_behind_snapshot =
            self.newest.is_none() && self.snapshot.is_some_and(|snapshot| at <= snapshot);
        if self.newest.is_some_and(|newest| at < newest) {
            let newest = &self.group.versions[self.newest.unwrap_or(at)];
            let words = format!("the change comes behind that of transaction {} of the lane", newest.seq);
            out.wrong(Check::Order, seen, Some(version), words);
        } else if self.newest.is_none_or(|newest| at > newest) || is_behind_snapshot {
            self.newest = Some(at);
        }
        self.first[at] = Some(seen.position);
        self.last = Some(at);
        if let Some(number) = seen.transaction {
            self.transactions.insert(number, version.seq);
        }
        self.remember(at, seen, likeness);
        if version.kind != ChangeKind::Delete && seen.names != 0 && !self.is_ambiguous {
            out.columns(self.group.relation, seen, version);
        }
        out.compared(version.relation, likeness);
        out.seen(version, seen.transaction)
    }

    /// Keeps the hashes of what is known of the row by now.
    fn remember(&mut self, at: usize, seen: &Sighting<'_>, likeness: Likeness) {
        if !self.keeps_known {
            return;
        }
        let known = remembered(seen, likeness, self.known.as_ref());
        if self.newest == Some(at) {
            self.known = Some(known.clone());
        }
        self.known_at[at] = Some(known);
    }

    fn finish(self, out: &mut Judgement) -> Result<(), VerifyError> {
        let versions = self.group.versions;
        let base = self.base(out);
        for (at, version) in versions[..self.group.committed()].iter().enumerate() {
            let by_snapshot = self.snapshot.is_some_and(|snapshot| at <= snapshot);
            let before_base = at + 1 < base || at + 1 == base && version.kind == ChangeKind::Delete;
            if self.first[at].is_some() || by_snapshot || before_base {
                continue;
            }
            match self.newest.is_some_and(|newest| at < newest) {
                true => out.lost(version, Check::Lost)?,
                false => out.missing(version, Check::Lost)?,
            }
        }
        let set_back = self.set_back(out);
        for at in &self.strays {
            let seen = &self.group.sightings[*at];
            match set_back.filter(|_| at + 1 == self.group.sightings.len()) {
                Some(newest) => self.end_set_back(seen, &versions[newest], out)?,
                None => out.replays.hole(seen)?,
            }
        }
        out.counts.repeated += self.repeats.len() as u64;
        if self.is_ambiguous || !self.repeats.is_empty() && is_ambiguous(self.group) {
            out.coverage.add(versions[0].relation, Why::Alike, self.repeats.len() as u64);
            return self.group.sightings.iter().try_for_each(|seen| out.replays.hole(seen));
        }
        for (at, version) in &self.repeats {
            let seen = &self.group.sightings[*at];
            let is_stale = at + 1 == self.group.sightings.len() && self.last < self.newest;
            let (lane, seq) = (versions[*version].lane, versions[*version].seq);
            let first = self.first[*version].unwrap_or(seen.position);
            out.replays.repeat(seen, Repeat { first, lane, seq, is_stale })?;
        }
        Ok(())
    }
}
