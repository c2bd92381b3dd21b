//! What comes out of judging rows one by one, and what can only be judged when all of them are through.

use std::{cmp::Ordering, collections::BTreeMap};

use super::{
    coverage::{Coverage, Why},
    error::VerifyError,
    findings::{Draft, Findings},
    group::{Group, Likeness},
    marks::Marks,
    observation::Sink,
    relation::Relation,
    replay::Replays,
    sighting::Sighting,
    tally::{Tallies, Tally},
    verification::{Check, Counts},
    version::Version,
};
use crate::row_hash;

/// Everything that was found out so far.
pub(super) struct Judgement {
    pub(super) sink: Sink,
    /// Whether the sink has come as far as the ledger.
    pub(super) is_complete: bool,
    /// Why it says itself that it has not.
    pub(super) held_back: Option<String>,
    pub(super) marks: Marks,
    pub(super) findings: Findings,
    pub(super) coverage: Coverage,
    pub(super) counts: Counts,
    pub(super) tallies: Tallies,
    pub(super) replays: Replays,
    /// By table.
    pub(super) leftovers: Vec<Leftovers>,
    /// With which columns a lane's changes of a table came: the first and the last of its changes with each set of columns.
    pub(super) extents: BTreeMap<(u32, u32, u64), (Mention, Mention)>,
}

/// Rows that nobody in the ledger has written, where there were rows before.
#[derive(Clone, Debug, Default)]
pub(super) struct Leftovers {
    pub(super) rows: u64,
    pub(super) digest: u128,
    /// Rows whose sum is not known.
    pub(super) unknown: u64,
    /// Rows that were there before and were then changed.
    pub(super) touched: u64,
    /// The digest of what they had held, as far as that is known.
    pub(super) digest_touched: u128,
    /// How many of them are not known.
    pub(super) unknown_touched: u64,
}

/// A change with certain columns.
#[derive(Clone, Debug)]
pub(super) struct Mention {
    /// The lane's number of the transaction, and the place in it.
    pub(super) place: (u64, u32),
    pub(super) key: Vec<String>,
}

impl Judgement {
    /// A version is there.
    pub(super) fn seen(&mut self, version: &Version, transaction: Option<u64>) -> Result<(), VerifyError> {
        self.tallies.add(&Tally::seen(version, transaction))
    }

    /// A version is not there. Unless the sink is complete, it may still come.
    pub(super) fn missing(&mut self, version: &Version, check: Check) -> Result<(), VerifyError> {
        if self.is_complete { self.lost(version, check) } else { Ok(()) }
    }

    /// A version is not there, and a later one is.
    pub(super) fn lost(&mut self, version: &Version, check: Check) -> Result<(), VerifyError> {
        self.tallies.add(&Tally::missing(version, check))
    }

    /// A version is there, and its values are as far like it.
    pub(super) fn compared(&mut self, relation: u32, likeness: Likeness) {
        match likeness {
            Likeness::Same => self.counts.compared += 1,
            Likeness::Unknown(why) => self.coverage.add(relation, why, 1),
            Likeness::Other => {}
        }
    }

    /// A row that was there before the run and was changed is none of those that nobody has touched.
    pub(super) fn touch(&mut self, group: &Group<'_>) {
        if let Some(version) = group.touching() {
            self.touched(version);
        }
    }

    /// The same by the change that was its first.
    pub(super) fn touched(&mut self, version: &Version) {
        let leftovers = &mut self.leftovers[version.relation as usize];
        leftovers.touched += 1;
        match version.before {
            Some(sum) => leftovers.digest_touched = leftovers.digest_touched.wrapping_add(row_hash(sum)),
            None => leftovers.unknown_touched += 1,
        }
    }

    /// A row that is not judged.
    pub(super) fn pass_over(&mut self, group: &Group<'_>, why: Why) -> Result<(), VerifyError> {
        self.touch(group);
        let relation = group.versions.first().map_or(0, |version| version.relation);
        self.coverage.add(relation, why, group.sightings.len().max(1) as u64);
        group.sightings.iter().try_for_each(|seen| self.replays.hole(seen))
    }

    /// Something that the sink shows contradicts the ledger.
    pub(super) fn wrong(
        &mut self,
        check: Check,
        sighting: &Sighting<'_>,
        version: Option<&Version>,
        words: impl Into<String>,
    ) {
        self.findings.add(check, || {
            let draft = Draft::of_sighting(check, sighting, words);
            match version {
                Some(version) => draft.at(version),
                None => draft,
            }
        });
    }

    /// A row that nobody in the ledger has written.
    pub(super) fn unwritten(&mut self, relation: &Relation, sighting: &Sighting<'_>) {
        if relation.before == 0 {
            let words = "nobody in the ledger has written this row";
            return self.wrong(Check::Foreign, sighting, None, words);
        }
        let leftovers = &mut self.leftovers[sighting.relation as usize];
        leftovers.rows += 1;
        match sighting.sum(0) {
            Some(sum) if sighting.unchanged().next().is_none() => {
                leftovers.digest = leftovers.digest.wrapping_add(row_hash(sum));
            }
            _ => leftovers.unknown += 1,
        }
    }

    /// The columns with which a version was delivered first: none but those that the table had.
    pub(super) fn columns(&mut self, relation: &Relation, sighting: &Sighting<'_>, version: &Version) {
        let wrong = match relation.shown(sighting.names) {
            None => "the change has columns that the table never had together",
            Some((_, last)) if last < version.layout => "the change has the columns from before",
            Some(_) if relation.layouts.len() == 1 => return,
            Some(_) => return self.mention(sighting, version),
        };
        self.wrong(Check::Boundary, sighting, Some(version), wrong);
    }

    fn mention(&mut self, sighting: &Sighting<'_>, version: &Version) {
        let of = (sighting.relation, version.lane, sighting.names);
        let place = (version.seq, version.place);
        let mention = || Mention { place, key: sighting.text() };
        let (first, last) = self.extents.entry(of).or_insert_with(|| (mention(), mention()));
        if place < first.place {
            *first = mention();
        }
        if place > last.place {
            *last = mention();
        }
    }

    /// A table goes from its old columns to the new ones and never back, so each lane's changes do.
    pub(super) fn boundaries(&mut self, relations: &[Relation]) {
        for ((relation, lane, names), (first, _)) in &self.extents {
            let table = &relations[*relation as usize];
            let Some((from, _)) = table.shown(*names) else { continue };
            let others = self.extents.range((*relation, *lane, 0)..=(*relation, *lane, u64::MAX));
            let is_older = |other: u64| table.shown(other).is_some_and(|(_, to)| to < from);
            let behind =
                others.filter(|((_, _, other), (_, last))| is_older(*other) && last.place > first.place);
            for _ in behind {
                let words = "the change has columns that a later change of the lane does not have yet";
                self.findings.add(Check::Boundary, || Draft {
                    lane: Some(*lane),
                    seq: Some(first.place.0),
                    key: Some(first.key.clone()),
                    ..Draft::of_table(Check::Boundary, *relation, words)
                });
            }
        }
    }

    /// What is left of the rows from before the run has to be what nobody touched.
    pub(super) fn leftovers(&mut self, relations: &[Relation]) {
        for (number, relation) in (0u32..).zip(relations) {
            let left = self.leftovers[number as usize].clone();
            if relation.before == 0 || relation.exempt.is_some() {
                continue;
            }
            self.coverage.add(number, Why::UnknownBefore, left.unknown_touched);
            let expected = relation.before.saturating_sub(left.touched);
            if self.sink == Sink::Changes && left.rows == 0 {
                self.coverage.add(number, Why::UnseenBefore, expected);
                continue;
            }
            let digest = relation.digest_before.map(|digest| digest.wrapping_sub(left.digest_touched));
            let digest = digest.filter(|_| left.unknown + left.unknown_touched == 0);
            let check = match (left.rows.cmp(&expected), digest) {
                (Ordering::Greater, _) => Check::Foreign,
                (Ordering::Less, _) if self.is_complete => Check::Lost,
                (Ordering::Less, _) => continue,
                (Ordering::Equal, None) => {
                    self.coverage.add(number, Why::CountedBefore, expected);
                    continue;
                }
                (Ordering::Equal, Some(digest)) if digest == left.digest => {
                    self.counts.compared += expected;
                    continue;
                }
                (Ordering::Equal, Some(_)) => Check::Foreign,
            };
            let words = format!(
                "{} rows are there that nobody in the ledger has touched, and {expected} of those from before the run{}",
                left.rows,
                if left.rows == expected { " with another digest" } else { "" }
            );
            self.findings.add(check, || Draft::of_table(check, number, words));
        }
    }
}
