//! A row as it is at the end against the last version of it.

use super::{
    error::VerifyError,
    group::{Group, Likeness},
    judgement::Judgement,
    sighting::Sighting,
    verification::Check,
    version::Version,
};
use crate::ChangeKind;

const ABORTED: &str = "the row is as an aborted transaction would have left it";

/// Judges one key of a sink that shows rows.
pub(super) fn judge(group: &Group<'_>, out: &mut Judgement) -> Result<(), VerifyError> {
    if let [_, again, ..] = group.sightings {
        out.wrong(Check::Duplicate, again, group.versions.last(), "the row is there more than once");
    }
    out.touch(group);
    let (committed, possible) = group.versions.split_at(group.committed());
    match (group.sightings.first(), committed.last()) {
        (None, Some(last)) => gone(last, possible, out),
        (Some(row), Some(last)) => there(group, row, last, out),
        (Some(row), None) => unwritten(group, row, out),
        (None, None) => Ok(()),
    }
}

fn gone(last: &Version, possible: &[Version], out: &mut Judgement) -> Result<(), VerifyError> {
    if last.kind == ChangeKind::Delete {
        out.compared(last.relation, Likeness::Same);
        return out.seen(last, None);
    }
    if possible.iter().any(|version| version.kind == ChangeKind::Delete) {
        return Ok(());
    }
    out.missing(last, Check::Lost)
}

fn there(
    group: &Group<'_>,
    row: &Sighting<'_>,
    last: &Version,
    out: &mut Judgement,
) -> Result<(), VerifyError> {
    let likeness = |version: &Version| group.likeness(row, version, None);
    let (committed, possible) = group.versions.split_at(group.committed());
    let as_last = likeness(last);
    if as_last == Likeness::Same || possible.iter().any(|version| likeness(version) != Likeness::Other) {
        out.compared(row.relation, as_last);
        return out.seen(last, None);
    }
    if let Likeness::Unknown(_) = as_last {
        out.compared(row.relation, as_last);
        return out.seen(last, None);
    }
    if committed.iter().any(|version| likeness(version) != Likeness::Other) {
        return out.missing(last, Check::FinalState);
    }
    if let Some(version) = group.shown_aborted(row, None).filter(|_| !group.is_as_before(row)) {
        out.wrong(Check::Phantom, row, Some(version), ABORTED);
        return Ok(());
    }
    let is_as_before = group.is_touched() && (group.relation.before == 0 || group.is_as_before(row));
    if is_as_before || last.kind == ChangeKind::Delete && !out.is_complete {
        return out.missing(last, Check::FinalState);
    }
    if last.kind == ChangeKind::Delete {
        out.missing(last, Check::FinalState)?;
    } else {
        out.seen(last, None)?;
    }
    out.wrong(Check::Value, row, Some(last), "the row holds what was never written to it");
    Ok(())
}

fn unwritten(group: &Group<'_>, row: &Sighting<'_>, out: &mut Judgement) -> Result<(), VerifyError> {
    let possible = group.versions.iter().any(|version| group.likeness(row, version, None) != Likeness::Other);
    if possible || group.is_touched() {
        return Ok(());
    }
    match group.shown_aborted(row, None).filter(|_| !group.is_as_before(row)) {
        Some(version) => out.aborted(group.relation, row, version, ABORTED),
        None => out.unwritten(group.relation, row),
    }
    Ok(())
}
