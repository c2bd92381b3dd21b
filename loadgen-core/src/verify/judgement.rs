//! What comes out of judging rows one by one, and what can only be judged when all of them are through.

use std::collections::BTreeMap;

use super::{
    coverage::{Coverage, Why},
    error::VerifyError,
    findings::{Draft, Findings},
    group::{Group, Likeness},
    leftovers::Leftovers,
    marks::Marks,
    observation::Sink,
    relation::Relation,
    replay::Replays,
    sighting::Sighting,
    tally::{Tallies, Tally},
    verification::{Check, Counts},
    version::Version,
};

/// Everything that was found out so far.
pub(super) struct Judgement {
    pub(super) sink: Sink,
    /// Whether the sink has come as far as the ledger.
    pub(super) is_complete: bool,
    /// Why it says itself that it has not.
    pub(super) held_back: Option<String>,
    pub(super) marks: Marks,
    /// Changes of tables that the ledger does not have.
    pub(super) passed_over: BTreeMap<String, u64>,
    /// Changes of tables that are not judged, where that came out late, by table.
    pub(super) exempt: BTreeMap<u32, u64>,
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

    /// The columns with which a version was delivered first: none but those that the table had.
    pub(super) fn columns(&mut self, relation: &Relation, sighting: &Sighting<'_>, version: &Version) {
        let wrong = match relation.shown(sighting.names) {
            None if relation.is_strange(sighting.names) => return,
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
}
