//! One row: what the ledger has of it, and what the sink shows of it.

use super::{
    coverage::Why,
    observation::Seen,
    relation::Relation,
    sighting::{SIGHTING, Sighting},
    spill::Bytes,
    version::{Fate, VERSION, Version},
};
use crate::ChangeKind;

/// All that there is of one key.
#[derive(Clone, Copy)]
pub(super) struct Group<'a> {
    pub(super) relation: &'a Relation,
    /// What was committed, in order; behind it what may have been.
    pub(super) versions: &'a [Version],
    /// What must not be seen.
    pub(super) aborted: &'a [Version],
    /// What was seen, in order.
    pub(super) sightings: &'a [Sighting<'a>],
}

/// Whether a sighting shows a version.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Likeness {
    Same,
    /// It may; there is something that cannot be compared.
    Unknown(Why),
    Other,
}

/// The hashes of values as the sink showed them last, by column.
pub(super) type Known = Vec<(u16, u64)>;

impl Group<'_> {
    /// Holds a sighting against a version. What an update left out is what it was before.
    pub(super) fn likeness(
        &self,
        sighting: &Sighting<'_>,
        version: &Version,
        before: Option<&Known>,
    ) -> Likeness {
        match (sighting.seen, version.kind) {
            (Seen::Delete, ChangeKind::Delete) => return Likeness::Same,
            (Seen::Insert, ChangeKind::Insert) | (Seen::Update, ChangeKind::Update) => {}
            (Seen::Row, ChangeKind::Insert | ChangeKind::Update) => {}
            _ => return Likeness::Other,
        }
        let layout = &self.relation.layouts[usize::from(version.layout)];
        // Only an update has something before it that it can leave as it is.
        if sighting.seen != Seen::Update && sighting.unchanged().any(|column| layout.covers(column)) {
            return Likeness::Other;
        }
        let Some(expected) = version.sum else { return Likeness::Unknown(Why::UnknownSum) };
        let Some(mut sum) = sighting.sum(version.layout) else { return Likeness::Unknown(Why::Inexact) };
        for column in sighting.unchanged().filter(|column| layout.covers(*column)) {
            let known = before.and_then(|before| before.iter().find(|(known, _)| *known == column));
            let Some((_, hash)) = known else { return Likeness::Unknown(Why::NeverSent) };
            sum = sum.wrapping_add(*hash);
        }
        match (sum == expected, layout.retyped) {
            (true, _) => Likeness::Same,
            (false, true) => Likeness::Unknown(Why::Retyped),
            (false, false) => Likeness::Other,
        }
    }

    /// Whether a sighting shows something that was aborted.
    pub(super) fn shown_aborted(&self, sighting: &Sighting<'_>, before: Option<&Known>) -> Option<&Version> {
        self.aborted.iter().find(|version| self.likeness(sighting, version, before) == Likeness::Same)
    }

    /// How many versions were certainly committed.
    pub(super) fn committed(&self) -> usize {
        self.versions.partition_point(|version| version.fate == Fate::Committed)
    }

    /// Whether the row was there before the run and was then changed.
    pub(super) fn is_touched(&self) -> bool {
        self.versions.first().is_some_and(|version| version.kind != ChangeKind::Insert)
    }

    /// The change of a row that was there before the run, if it is one and was changed.
    pub(super) fn touching(&self) -> Option<&Version> {
        let mut first =
            self.versions.chunk_by(|one, next| one.lane == next.lane).filter_map(|lane| lane.first());
        first.find(|version| version.kind != ChangeKind::Insert)
    }

    /// Whether a row of which nobody has changed anything for good may be as it was before the run. What was aborted may have
    /// been about to leave it like that, too.
    pub(super) fn is_as_before(&self, sighting: &Sighting<'_>) -> bool {
        let was_there = |version: &&Version| self.relation.before > 0 && version.kind != ChangeKind::Insert;
        let first = self.versions.iter().chain(self.aborted).next().filter(was_there);
        first.is_some_and(|first| first.before.is_none() || sighting.sum(first.layout) == first.before)
    }

    /// Whether nobody knows what became of the row.
    pub(super) fn is_unsure(&self) -> bool {
        self.versions.iter().any(|version| version.is_unsure)
    }

    /// Whether nobody in the ledger has the row.
    pub(super) fn is_unwritten(&self) -> bool {
        self.versions.is_empty()
    }

    /// Whether the order of its versions is not known, as more than one lane has written it.
    pub(super) fn is_shared(&self) -> bool {
        self.versions.windows(2).any(|pair| pair[0].lane != pair[1].lane)
    }
}

/// One record of a part.
pub(super) enum Record<'a> {
    Version(Version),
    Sighting(Sighting<'a>),
}

impl<'a> Record<'a> {
    /// Takes a record off the front; none if there is no whole one.
    pub(super) fn read(bytes: &mut Bytes<'a>) -> Option<Self> {
        match bytes.u8()? {
            VERSION => Version::read(bytes).map(Record::Version),
            SIGHTING => Sighting::read(bytes).map(Record::Sighting),
            _ => None,
        }
    }

    pub(super) fn key(&self) -> u128 {
        match self {
            Record::Version(version) => version.key,
            Record::Sighting(sighting) => sighting.key,
        }
    }
}

/// The records of one part.
#[derive(Default)]
pub(super) struct Records<'a> {
    versions: Vec<Version>,
    sightings: Vec<Sighting<'a>>,
}

impl<'a> Records<'a> {
    /// Reads a part; none if it is not what was written.
    pub(super) fn read(part: &'a [u8]) -> Option<Self> {
        let mut records = Records::default();
        let mut bytes = Bytes(part);
        while !bytes.0.is_empty() {
            match Record::read(&mut bytes)? {
                Record::Version(version) => records.versions.push(version),
                Record::Sighting(sighting) => records.sightings.push(sighting),
            }
        }
        records.versions.sort_unstable_by_key(Version::order);
        records.sightings.sort_unstable_by_key(|seen| (seen.key, seen.stream, seen.position));
        Some(records)
    }

    /// Each key with what there is of it.
    pub(super) fn each<E>(
        &self,
        relations: &[Relation],
        mut judge: impl FnMut(&Group<'_>) -> Result<(), E>,
    ) -> Result<(), E> {
        let (mut versions, mut sightings) = (&self.versions[..], &self.sightings[..]);
        loop {
            let first = (versions.first().map(|version| version.key), sightings.first().map(|seen| seen.key));
            let key = match first {
                (Some(version), Some(seen)) => version.min(seen),
                (Some(key), None) | (None, Some(key)) => key,
                (None, None) => return Ok(()),
            };
            let (mine, others) = versions.split_at(run(versions, |version| version.key == key));
            let (seen, unseen) = sightings.split_at(run(sightings, |sighting| sighting.key == key));
            (versions, sightings) = (others, unseen);
            let relation = mine.first().map(|version| version.relation);
            let relation = relation.or_else(|| seen.first().map(|seen| seen.relation));
            let (valid, aborted) = mine.split_at(run(mine, |version| version.fate != Fate::Aborted));
            let relation = &relations[relation.unwrap_or_default() as usize];
            judge(&Group { relation, versions: valid, aborted, sightings: seen })?;
        }
    }
}

/// How many at the beginning have a property.
fn run<T>(items: &[T], has: impl Fn(&T) -> bool) -> usize {
    items.iter().take_while(|item| has(item)).count()
}
