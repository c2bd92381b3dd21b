//! Which version of its row a change is.

use std::collections::HashSet;

use super::{
    coverage::Why,
    group::{Group, Known, Likeness},
    observation::Seen,
    sighting::Sighting,
    version::Version,
    walk::Walk,
};
use crate::ChangeKind;

/// What a change is.
pub(super) enum Step {
    /// A version, for the first time.
    Version(usize, Likeness),
    /// A version once more.
    Again(usize),
    /// A version with other values.
    Wrong(usize),
    /// Nothing of the ledger's; of an aborted transaction, if there is one.
    Stray(Option<Version>),
}

impl Walk<'_> {
    /// The version that should come next.
    pub(super) fn next(&self) -> usize {
        self.newest.or(self.snapshot).map_or(0, |newest| newest + 1)
    }

    fn like(&self, seen: &Sighting<'_>, version: usize) -> Likeness {
        self.likeness(seen, version, self.known.as_ref())
    }

    fn like_again(&self, seen: &Sighting<'_>, version: usize) -> Likeness {
        match self.first.get(version) {
            Some(Some(_)) => {
                self.likeness(seen, version, self.known_at.get(version).and_then(Option::as_ref))
            }
            _ => Likeness::Other,
        }
    }

    fn likeness(&self, seen: &Sighting<'_>, version: usize, known: Option<&Known>) -> Likeness {
        let Some(version) = self.group.versions.get(version) else { return Likeness::Other };
        match self.group.likeness(seen, version, known) {
            Likeness::Other if self.is_ambiguous => self.group.likeness(seen, version, None),
            likeness => likeness,
        }
    }

    pub(super) fn step(&self, at: usize) -> Step {
        let seen = &self.group.sightings[at];
        if let Some(seq) = seen.transaction.and_then(|number| self.transactions.get(&number)) {
            return self.of_transaction(at, *seq);
        }
        let next = self.next();
        let likeness = self.like(seen, next);
        if likeness != Likeness::Other {
            return Step::Version(next, likeness);
        }
        let later = || self.later(at, next);
        let again = || if seen.transaction.is_none() { self.again(seen) } else { None };
        let skipped = || self.skipped(at, next);
        let found = match self.has_surplus {
            true => again().or_else(later).or_else(skipped),
            false => later().or_else(skipped).or_else(again),
        };
        if let Some(found) = found {
            return match self.first[found] {
                Some(_) => Step::Again(found),
                None if self.like(seen, found) == Likeness::Same => Step::Version(found, Likeness::Same),
                None => Step::Version(found, Likeness::Unknown(Why::NeverSent)),
            };
        }
        let passed = (0..next.min(self.first.len())).rev().filter(|version| self.first[*version].is_none());
        if let Some(passed) = passed.into_iter().find(|version| self.like(seen, *version) == Likeness::Same) {
            return Step::Version(passed, Likeness::Same);
        }
        if let Some(aborted) = self.group.shown_aborted(seen, self.known.as_ref()) {
            return Step::Stray(Some(*aborted));
        }
        let is_next = self.group.versions.get(next).is_some_and(|version| is_kind(seen, version));
        match is_next && !self.is_extra(at, next) {
            true => Step::Wrong(next),
            false => Step::Stray(None),
        }
    }

    /// A change of a transaction of which something was seen already.
    fn of_transaction(&self, at: usize, seq: u64) -> Step {
        let (seen, versions) = (&self.group.sightings[at], self.group.versions);
        let from = versions.partition_point(|version| version.seq < seq);
        let to = versions.partition_point(|version| version.seq <= seq);
        let next = self.next();
        if (from..to).contains(&next) && self.like(seen, next) != Likeness::Other {
            return Step::Version(next, self.like(seen, next));
        }
        let behind = self.repeats.last().map(|(_, version)| version + 1).filter(|at| (from..to).contains(at));
        let again = behind.into_iter().chain(from..to);
        if let Some(again) = again.into_iter().find(|at| self.like_again(seen, *at) != Likeness::Other) {
            return Step::Again(again);
        }
        let mut unseen = (from..to).filter(|at| self.first[*at].is_none());
        if let Some(unseen) = unseen.clone().find(|at| self.like(seen, *at) != Likeness::Other) {
            return Step::Version(unseen, self.like(seen, unseen));
        }
        if let Some(later) = self.skipped(at, next).filter(|later| *later < to) {
            return Step::Version(later, Likeness::Unknown(Why::NeverSent));
        }
        match unseen.find(|at| is_kind(seen, &versions[*at])) {
            Some(unseen) => Step::Wrong(unseen),
            None => {
                (from..to).find(|at| is_kind(seen, &versions[*at])).map_or(Step::Stray(None), Step::Wrong)
            }
        }
    }

    /// A version behind the next, unless the next is still to come and this was aborted.
    fn later(&self, at: usize, next: usize) -> Option<usize> {
        let (seen, versions) = (&self.group.sightings[at], self.group.versions);
        let later = (next + 1..versions.len()).find(|version| self.like(seen, *version) == Likeness::Same)?;
        let comes = |seen: &Sighting<'_>| self.like(seen, next) == Likeness::Same;
        let is_phantom = self.group.shown_aborted(seen, self.known.as_ref()).is_some()
            && self.group.sightings[at + 1..].iter().any(comes);
        (!is_phantom).then_some(later)
    }

    /// The version that this may be, if what it leaves out was sent with one that is lost.
    fn skipped(&self, at: usize, next: usize) -> Option<usize> {
        let (seen, versions) = (&self.group.sightings[at], self.group.versions);
        seen.unchanged().next()?;
        let lost = versions.len().saturating_sub(next + self.group.sightings.len() - at);
        let mut later = next + 1..=next + lost;
        later.find(|version| {
            let likeness = versions.get(*version).map(|version| self.group.likeness(seen, version, None));
            matches!(likeness, Some(Likeness::Unknown(_)))
        })
    }

    /// A version that was delivered before: the one behind the last repeat, else the newest; better one that is the same than
    /// one that may be.
    fn again(&self, seen: &Sighting<'_>) -> Option<usize> {
        let behind = self.repeats.last().map(|(_, version)| version + 1);
        let mut order = behind.into_iter().chain((0..self.first.len()).rev());
        let same = order.clone().find(|version| self.like_again(seen, *version) == Likeness::Same);
        same.or_else(|| order.find(|version| self.like_again(seen, *version) != Likeness::Other))
    }

    /// Whether the next version comes behind this, and there are enough changes for both.
    fn is_extra(&self, at: usize, next: usize) -> bool {
        let rest = &self.group.sightings[at + 1..];
        let missing = self.group.versions.len() - next;
        rest.len() >= missing && rest.first().is_some_and(|seen| self.like(seen, next) == Likeness::Same)
    }
}

/// Whether a change that comes again cannot be told from one that is done twice.
pub(super) fn is_ambiguous(group: &Group<'_>) -> bool {
    let is_blind = |version: &Version| version.sum.is_none() && version.kind != ChangeKind::Delete;
    let mut looks = HashSet::new();
    if group.sightings.iter().all(|seen| seen.transaction.is_some()) {
        let mut is_double = |version: &Version| !looks.insert((version.seq, version.kind, version.sum));
        let is_pair = |pair: &[Version]| pair[0].seq == pair[1].seq && pair.iter().any(is_blind);
        return group.versions.iter().any(&mut is_double) || group.versions.windows(2).any(is_pair);
    }
    if group.sightings.iter().any(|seen| seen.unchanged().next().is_some()) {
        return true;
    }
    let mut is_double =
        |version: &Version| is_blind(version) || !looks.insert((0, version.kind, version.sum));
    group.versions.iter().any(&mut is_double)
}

fn is_kind(seen: &Sighting<'_>, version: &Version) -> bool {
    matches!(
        (seen.seen, version.kind),
        (Seen::Insert, ChangeKind::Insert)
            | (Seen::Update, ChangeKind::Update)
            | (Seen::Delete, ChangeKind::Delete)
    )
}
