//! A row that was changed so often that all there is of it is more than is held in memory.
//!
//! Where the versions of a row and its changes in the sink stand in their files in the same order, as they do unless something
//! went wrong or was delivered again, both are read side by side. Everything else is for [`super::walk`] and [`super::row`],
//! which hold the whole row in memory.

use super::{
    error::VerifyError,
    group::{Group, Known, Likeness, Record},
    judgement::Judgement,
    observation::{Seen, Sink},
    reader::Reader,
    relation::Relation,
    sighting::Sighting,
    spill::{Bytes, Spill},
    verification::Check,
    version::{Fate, Version},
    walk::remembered,
};
use crate::ChangeKind;

/// Judges the row that the first part of `rows` has, if that can be done without holding it in memory; otherwise nothing is
/// judged.
pub(super) fn judge(
    rows: &mut Spill,
    relations: &[Relation],
    out: &mut Judgement,
) -> Result<bool, VerifyError> {
    match out.sink {
        Sink::State => state(rows, relations, out),
        // Only when all of it is known to be in order is anything said of it.
        Sink::Changes => Ok(changes(rows, relations, out, false)? && changes(rows, relations, out, true)?),
    }
}

/// Goes through the versions and the changes of a row side by side; whether they are in order.
fn changes(
    rows: &mut Spill,
    relations: &[Relation],
    out: &mut Judgement,
    tells: bool,
) -> Result<bool, VerifyError> {
    let (mut versions, mut sightings) = (Versions(rows.read(0)?), rows.read(0)?);
    let (mut line, mut first) = (Line::default(), None);
    while let Some((record, _)) = sightings.next()? {
        let Record::Sighting(seen) = record else { continue };
        let Some(version) = versions.next()?.filter(|version| line.leads_to(version, out)) else {
            return Ok(false);
        };
        first.get_or_insert(version);
        let relation = &relations[version.relation as usize];
        let Some(likeness) = line.shows(&seen, &version, relation) else { return Ok(false) };
        if tells {
            if version.kind != ChangeKind::Delete && seen.names != 0 {
                out.columns(relation, &seen, &version);
            }
            out.compared(version.relation, likeness);
            out.seen(&version, seen.transaction)?;
        }
        line.go_on(&seen, version, likeness);
    }
    while let Some(version) = versions.next()? {
        if !line.leads_to(&version, out) {
            return Ok(false);
        }
        first.get_or_insert(version);
        if tells {
            out.missing(&version, Check::Lost)?;
        }
        line.version = Some(version);
    }
    if let Some(first) = first.filter(|first| tells && first.kind != ChangeKind::Insert) {
        out.touched(&first);
    }
    Ok(true)
}

/// The versions of a row that were not aborted.
struct Versions(Reader);

impl Versions {
    fn next(&mut self) -> Result<Option<Version>, VerifyError> {
        // What the sink shows stands behind what the ledger has.
        while let Some((Record::Version(version), _)) = self.0.next()? {
            if version.fate != Fate::Aborted {
                return Ok(Some(version));
            }
        }
        Ok(None)
    }
}

/// How far a row has come.
#[derive(Default)]
struct Line {
    version: Option<Version>,
    /// Where the last change was.
    place: Option<(u32, u64)>,
    /// The source's number of the last change that had one, and the lane's.
    transaction: Option<(u64, u64)>,
    known: Option<Known>,
}

impl Line {
    /// Whether a version is behind those so far.
    fn leads_to(&self, version: &Version, out: &Judgement) -> bool {
        let is_behind =
            self.version.is_none_or(|last| last.lane == version.lane && last.order() < version.order());
        is_behind
            && version.fate == Fate::Committed
            && !version.is_unsure
            && out.marks.base(version.lane) == 0
    }

    /// How a change is like the version that is next, if it is that.
    fn shows(&self, seen: &Sighting<'_>, version: &Version, relation: &Relation) -> Option<Likeness> {
        let is_next = self.place.is_none_or(|last| last < (seen.stream, seen.position));
        // Numbers that rise are new; the same again goes on with its transaction.
        let is_in_order = match (seen.transaction, self.transaction) {
            (Some(number), Some((last, seq))) => number > last || number == last && version.seq == seq,
            _ => true,
        };
        let group = Group { relation, versions: &[], aborted: &[], sightings: &[] };
        let likeness = group.likeness(seen, version, self.known.as_ref());
        let is_it = is_next && is_in_order && seen.seen != Seen::Row && likeness != Likeness::Other;
        is_it.then_some(likeness)
    }

    fn go_on(&mut self, seen: &Sighting<'_>, version: Version, likeness: Likeness) {
        self.known = Some(remembered(seen, likeness, self.known.as_ref()));
        self.place = Some((seen.stream, seen.position));
        self.transaction = seen.transaction.map(|number| (number, version.seq)).or(self.transaction);
        self.version = Some(version);
    }
}

/// More rows of one key, or versions of which nobody knows, are held in memory with all others.
const MOST: usize = 1_000;

/// What is needed of a row to judge how it is at the end.
#[derive(Default)]
struct End {
    first: Option<Version>,
    last: Option<Version>,
    possible: Vec<Version>,
    /// The bytes of the rows that the sink shows.
    shown: Vec<Vec<u8>>,
}

impl End {
    /// Whether it can be judged by this.
    fn take(&mut self, record: &Record<'_>, bytes: &[u8]) -> bool {
        match record {
            Record::Sighting(_) => self.shown.push(bytes.to_vec()),
            Record::Version(version) if version.fate == Fate::Aborted => {}
            Record::Version(version) if version.is_unsure => return false,
            Record::Version(version) if version.fate == Fate::Unresolved => self.possible.push(*version),
            Record::Version(version) => {
                let first = self.first.get_or_insert(*version);
                let last = self.last.get_or_insert(*version);
                if first.lane != version.lane {
                    return false;
                }
                *first = if version.order() < first.order() { *version } else { *first };
                *last = if version.order() > last.order() { *version } else { *last };
            }
        }
        self.shown.len() <= MOST && self.possible.len() <= MOST
    }
}

/// A row that is as its last version has left it needs no other.
fn state(rows: &mut Spill, relations: &[Relation], out: &mut Judgement) -> Result<bool, VerifyError> {
    let (mut end, mut records) = (End::default(), rows.read(0)?);
    while let Some((record, bytes)) = records.next()? {
        if !end.take(&record, bytes) {
            return Ok(false);
        }
    }
    let End { first: Some(first), last: Some(last), mut possible, shown } = end else { return Ok(false) };
    possible.sort_unstable_by_key(Version::order);
    let versions: Vec<Version> =
        [first].into_iter().filter(|first| *first != last).chain([last]).chain(possible).collect();
    let sightings: Vec<Sighting<'_>> = shown.iter().filter_map(|bytes| sighting(bytes)).collect();
    let relation = &relations[last.relation as usize];
    let group = Group { relation, versions: &versions, aborted: &[], sightings: &sightings };
    let is_other = |seen: &Sighting<'_>| group.likeness(seen, &last, None) == Likeness::Other;
    if group.is_shared() || sightings.first().is_some_and(is_other) {
        return Ok(false);
    }
    out.group(&group)?;
    Ok(true)
}

fn sighting(bytes: &[u8]) -> Option<Sighting<'_>> {
    match Record::read(&mut Bytes(bytes))? {
        Record::Sighting(sighting) => Some(sighting),
        Record::Version(_) => None,
    }
}
