//! The changes of a row that more than one lane has written, as they were delivered.
//!
//! What one lane has deleted another may insert again, so nobody knows the order of lanes from the ledger. The changes themselves
//! tell it: from its insert to its deletion a row is one lane's, and its changes come one behind the other. Where they can be
//! read in just one such way, they are compared; where they cannot, only what is wrong in any order is told.

use super::{
    coverage::Why,
    error::VerifyError,
    group::{Group, Known, Likeness},
    judgement::Judgement,
    looks::{Looks, is_like},
    numbers::Numbers,
    observation::Seen,
    shared::lives,
    sighting::Sighting,
    verification::Check,
    version::{Fate, Version},
    walk::remembered,
};
use crate::ChangeKind;

/// Judges one key of a sink that shows changes.
pub(super) fn judge(group: &Group<'_>, out: &mut Judgement) -> Result<(), VerifyError> {
    if !is_whole(group, out) {
        return out.pass_over(group, Why::SeveralLanes);
    }
    match read(group) {
        Some(found) => found.tell(group, out),
        None => {
            wrong_in_any_order(group, out)?;
            out.pass_over(group, Why::SeveralLanes)
        }
    }
}

/// Whether all changes of the row are to be seen one by one, if they have come.
fn is_whole(group: &Group<'_>, out: &Judgement) -> bool {
    let stream = group.sightings.first().map(|seen| seen.stream);
    let is_change = |seen: &Sighting<'_>| seen.seen != Seen::Row && Some(seen.stream) == stream;
    let is_to_come = |version: &Version| version.fate == Fate::Committed && out.marks.base(version.lane) == 0;
    group.sightings.iter().all(is_change) && group.versions.iter().all(is_to_come)
}

/// The only order that the changes can have.
#[derive(Default)]
struct Found {
    /// What each change is.
    seen: Vec<(Version, Likeness)>,
    /// What has not come.
    rest: Vec<Version>,
}

/// Reads the changes as one life of the row after the other; none if that cannot be, or in more than one way. What comes again
/// must not be read as what comes next: it has the same numbers, and without them nothing else may look like it.
fn read(group: &Group<'_>) -> Option<Found> {
    let is_numbered = group.sightings.iter().all(|seen| seen.transaction.is_some());
    if !is_numbered && Looks::of(group).has_doubles() {
        return None;
    }
    let mut lanes: Vec<Vec<&[Version]>> = Vec::new();
    for life in lives(group.versions).rev() {
        match lanes.last_mut().filter(|lane| lane[0][0].lane == life[0].lane) {
            Some(lane) => lane.push(life),
            None => lanes.push(vec![life]),
        }
    }
    let (mut found, mut known, mut numbers) = (Found::default(), None, Numbers::default());
    while found.seen.len() < group.sightings.len() {
        let at = found.seen.len();
        let begins = |life: &[Version]| at == 0 || life[0].kind == ChangeKind::Insert;
        let fit = |lane: &Vec<&[Version]>| {
            let life = lane.last().filter(|life| begins(life))?;
            fits(group, life, at, known.clone())
        };
        let mut fitting = lanes.iter().enumerate().filter_map(|(lane, lives)| Some((lane, fit(lives)?)));
        let (lane, (likenesses, last)) = fitting.next()?;
        if fitting.next().is_some() {
            return None;
        }
        let life = lanes[lane].pop()?;
        let (came, to_come) = life.split_at(likenesses.len());
        let mut pairs = group.sightings[at..].iter().zip(came);
        if !pairs.all(|(seen, version)| numbers.agree(seen, version)) {
            return None;
        }
        found.seen.extend(came.iter().copied().zip(likenesses));
        found.rest.extend(to_come);
        let is_there = life[life.len() - 1].kind != ChangeKind::Delete;
        if is_there && found.seen.len() < group.sightings.len() {
            return None;
        }
        known = last;
    }
    found.rest.extend(lanes.into_iter().flatten().flatten());
    Some(found)
}

/// How the changes from a place on are like a life of the row, as far as there are any; what is known of the row then.
fn fits(
    group: &Group<'_>,
    life: &[Version],
    at: usize,
    mut known: Option<Known>,
) -> Option<(Vec<Likeness>, Option<Known>)> {
    let (sightings, mut likenesses) = (&group.sightings[at..], Vec::new());
    for (nth, (version, seen)) in life.iter().zip(sightings).enumerate() {
        // Changes of one transaction have one number, and those of two have two.
        let before = nth.checked_sub(1).map(|before| (&life[before], &sightings[before]));
        let is_apart = |(other, shown): (&Version, &Sighting<'_>)| {
            seen.transaction.is_some()
                && (seen.transaction == shown.transaction) != (version.seq == other.seq)
        };
        let likeness = group.likeness(seen, version, known.as_ref());
        if likeness == Likeness::Other || before.is_some_and(is_apart) {
            return None;
        }
        known = Some(remembered(seen, likeness, known.as_ref()));
        likenesses.push(likeness);
    }
    Some((likenesses, known))
}

impl Found {
    fn tell(self, group: &Group<'_>, out: &mut Judgement) -> Result<(), VerifyError> {
        out.touch(group);
        for (seen, (version, likeness)) in group.sightings.iter().zip(self.seen) {
            if version.kind != ChangeKind::Delete && seen.names != 0 {
                out.columns(group.relation, seen, &version);
            }
            out.compared(version.relation, likeness);
            out.seen(&version, seen.transaction)?;
        }
        self.rest.iter().try_for_each(|version| out.missing(version, Check::Lost))
    }
}

/// A change that no lane has made, and one that never came.
fn wrong_in_any_order(group: &Group<'_>, out: &mut Judgement) -> Result<(), VerifyError> {
    let looks = Looks::of(group);
    for seen in group.sightings.iter().filter(|seen| !looks.has_version_of(seen)) {
        let aborted = group.aborted.iter().find(|version| is_like(group, seen, version));
        let (check, words) = match aborted {
            Some(_) => (Check::Phantom, "a change of an aborted transaction is there"),
            None if looks.has_kind_of(seen) => (Check::Value, OTHER),
            None => (Check::Foreign, "nobody in the ledger has made this change of the row"),
        };
        out.wrong(check, seen, aborted, words);
    }
    looks.not_shown().try_for_each(|version| out.missing(version, Check::Lost))
}

const OTHER: &str = "none of the lanes that have written the row has made this change of it";
