//! Rows of a snapshot among the changes of a row.

use super::{
    error::VerifyError, group::Likeness, judgement::Judgement, observation::Seen, sighting::Sighting,
    verification::Check, version::Version, walk::Walk,
};
use crate::ChangeKind;

const OLDER: &str = "a row of a snapshot is older than what had come of the row before it";

const NEVER: &str = "the snapshot has a row as it never was";

impl Walk<'_> {
    /// How many versions there were when the markers' snapshot was made.
    pub(super) fn base(&self, out: &Judgement) -> usize {
        self.group.versions.partition_point(|version| version.seq <= out.marks.base(version.lane))
    }

    /// A row of a snapshot: what the stream begins with, or a look in between.
    pub(super) fn snapshot(&mut self, at: usize, out: &mut Judgement) {
        let (seen, versions) = (&self.group.sightings[at], self.group.versions);
        let like = |version: &Version| self.group.likeness(seen, version, None);
        if self.newest.is_some() {
            if !versions.iter().any(|version| like(version) != Likeness::Other) && !self.is_as_before(seen) {
                out.wrong(Check::Value, seen, versions.last(), NEVER);
            } else if let Some(newest) = self.older_than(at) {
                out.wrong(Check::Order, seen, Some(&versions[newest]), OLDER);
            }
            return;
        }
        let base = self.base(out);
        let as_base = base.checked_sub(1).filter(|at| like(&versions[*at]) != Likeness::Other);
        let found = as_base.or_else(|| versions.iter().position(|version| like(version) == Likeness::Same));
        match found {
            Some(found) => {
                out.compared(seen.relation, like(&versions[found]));
                self.snapshot = Some(found);
            }
            None if self.group.is_touched() && base == 0 => {}
            None => out.wrong(Check::Value, seen, versions.last(), NEVER),
        }
        self.known = Some(seen.known().collect());
    }

    /// The version that had come when an older row of a snapshot came, if something comes of the row behind that. If it had come
    /// before, the stream may have jumped back, and what it goes through again is no part of its order.
    fn older_than(&self, at: usize) -> Option<usize> {
        let (before, from) = self.group.sightings.split_at(at);
        let newest = self.newest.filter(|_| from.len() > 1)?;
        let like = |version: &Version| self.group.likeness(&from[0], version, None) != Likeness::Other;
        let is_older = !self.group.versions[newest..].iter().any(like);
        (is_older && !before.iter().any(|other| from[0].is_same(other))).then_some(newest)
    }

    fn is_as_before(&self, seen: &Sighting<'_>) -> bool {
        self.group.is_touched() && self.group.is_as_before(seen)
    }

    /// The version from which the row was set back, if what came last is a row of a snapshot, and an older one.
    pub(super) fn set_back(&self, out: &Judgement) -> Option<usize> {
        let versions = self.group.versions;
        let seen = self.group.sightings.last().filter(|seen| seen.seen == Seen::Row && out.is_complete)?;
        let newest = self.newest.or_else(|| self.base(out).checked_sub(1))?;
        let like = |version: &Version| self.group.likeness(seen, version, None) != Likeness::Other;
        let is_older = versions[..newest].iter().any(like) || self.is_as_before(seen);
        (is_older && !versions[newest..].iter().any(like)).then_some(newest)
    }

    /// Tells of such a row. If it had come before, the stream may have jumped back, and what comes of the row behind it
    /// may still come again.
    pub(super) fn end_set_back(
        &self,
        seen: &Sighting<'_>,
        newest: &Version,
        out: &mut Judgement,
    ) -> Result<(), VerifyError> {
        let (_, before) = self.group.sightings.split_last().unwrap_or((seen, &[]));
        if before.iter().any(|other| seen.is_same(other)) {
            return out.replays.set_back(seen, newest);
        }
        let words = match newest.kind {
            ChangeKind::Delete => "a row of a snapshot was delivered last, and the row had been deleted",
            _ => "a row of a snapshot was delivered last, and is older than what had come",
        };
        out.wrong(Check::FinalState, seen, Some(newest), words);
        out.replays.hole(seen)
    }
}
