//! How the changes of a row look, where that can be told without comparing each with each.

use std::collections::{BTreeSet, HashSet};

use super::{
    group::{Group, Likeness},
    observation::Seen,
    sighting::Sighting,
    version::Version,
};
use crate::ChangeKind;

/// What a change does, the table's columns at that time, and the sum of the row afterwards.
type Look = (ChangeKind, u16, Option<u64>);

/// The looks of everything that there is of one key.
pub(super) struct Looks<'a> {
    group: &'a Group<'a>,
    layouts: BTreeSet<u16>,
    kinds: HashSet<ChangeKind>,
    versions: HashSet<Look>,
    shown: HashSet<Look>,
}

impl<'a> Looks<'a> {
    pub(super) fn of(group: &'a Group<'a>) -> Self {
        let layouts: BTreeSet<u16> = group.versions.iter().map(|version| version.layout).collect();
        let shown = group.sightings.iter().flat_map(|seen| of_sighting(seen, &layouts)).collect();
        let kinds = group.versions.iter().map(|version| version.kind).collect();
        Looks { group, kinds, versions: group.versions.iter().map(of_version).collect(), shown, layouts }
    }

    /// Whether a sighting may show one of the versions.
    pub(super) fn has_version_of(&self, seen: &Sighting<'_>) -> bool {
        of_sighting(seen, &self.layouts).any(|look| self.versions.contains(&look))
            || self.group.versions.iter().any(|version| is_like(self.group, seen, version))
    }

    /// Whether one of the sightings may show a version.
    pub(super) fn has_sighting_of(&self, version: &Version) -> bool {
        self.shown.contains(&of_version(version))
            || self.group.sightings.iter().any(|seen| is_like(self.group, seen, version))
    }

    /// Whether one of the versions is a change of the same kind.
    pub(super) fn has_kind_of(&self, seen: &Sighting<'_>) -> bool {
        kind_of(seen).is_some_and(|kind| self.kinds.contains(&kind))
    }

    /// Whether two of the versions, deletions aside, may be shown by one and the same change.
    pub(super) fn has_doubles(&self) -> bool {
        let mut sums = HashSet::new();
        let mut changes = self.group.versions.iter().filter(|version| version.kind != ChangeKind::Delete);
        if changes.any(|version| version.sum.is_none() || !sums.insert((version.kind, version.sum))) {
            return true;
        }
        let is_inexact = |seen: &Sighting<'_>| {
            let is_deletion = kind_of(seen) == Some(ChangeKind::Delete);
            !is_deletion && of_sighting(seen, &self.layouts).next().is_none()
        };
        let is_retyped = |layout: &u16| self.group.relation.layouts[usize::from(*layout)].retyped;
        self.layouts.len() > 1
            || self.layouts.iter().any(is_retyped)
            || self.group.sightings.iter().any(is_inexact)
    }
}

/// Whether a sighting may show a version.
pub(super) fn is_like(group: &Group<'_>, seen: &Sighting<'_>, version: &Version) -> bool {
    group.likeness(seen, version, None) != Likeness::Other
}

fn of_version(version: &Version) -> Look {
    match version.kind {
        ChangeKind::Delete => (ChangeKind::Delete, 0, None),
        kind => (kind, version.layout, version.sum),
    }
}

/// The looks that a sighting has, by the columns of each time; none if it leaves some out.
fn of_sighting<'a>(seen: &'a Sighting<'_>, layouts: &'a BTreeSet<u16>) -> impl Iterator<Item = Look> + 'a {
    let kind = kind_of(seen).filter(|kind| *kind == ChangeKind::Delete || seen.unchanged().next().is_none());
    let is_deletion = kind == Some(ChangeKind::Delete);
    let sums = layouts.iter().filter_map(move |layout| Some((kind?, *layout, Some(seen.sum(*layout)?))));
    let deletion = is_deletion.then_some((ChangeKind::Delete, 0, None));
    sums.filter(move |_| !is_deletion).chain(deletion)
}

fn kind_of(seen: &Sighting<'_>) -> Option<ChangeKind> {
    match seen.seen {
        Seen::Insert => Some(ChangeKind::Insert),
        Seen::Update => Some(ChangeKind::Update),
        Seen::Delete => Some(ChangeKind::Delete),
        Seen::Row | Seen::Truncate => None,
    }
}
