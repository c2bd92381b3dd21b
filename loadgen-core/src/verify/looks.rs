//! How the changes of a row look, where that can be told without comparing each with each.

use std::collections::{BTreeSet, HashMap, HashSet};

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
    /// How often each was shown.
    shown: HashMap<Look, usize>,
    /// How many sightings of a kind, or of none, have no look, as values are not exact or left out.
    vague: HashMap<Option<ChangeKind>, usize>,
    /// Whether everything has a look, and nothing is like what looks otherwise.
    is_exact: bool,
}

impl<'a> Looks<'a> {
    pub(super) fn of(group: &'a Group<'a>) -> Self {
        let layouts: BTreeSet<u16> = group.versions.iter().map(|version| version.layout).collect();
        let kinds = group.versions.iter().map(|version| version.kind).collect();
        let versions = group.versions.iter().map(of_version).collect();
        let (shown, vague) = (HashMap::new(), HashMap::new());
        let mut looks = Looks { group, kinds, versions, shown, vague, layouts, is_exact: true };
        for seen in group.sightings {
            let mut is_vague = true;
            for look in of_sighting(seen, &looks.layouts) {
                is_vague = false;
                *looks.shown.entry(look).or_default() += 1;
            }
            if is_vague {
                *looks.vague.entry(kind_of(seen)).or_default() += 1;
            }
        }
        looks.is_exact =
            looks.vague.is_empty() && group.versions.iter().all(|version| looks.is_exact(version));
        looks
    }

    /// Whether only what looks like a version is like it.
    fn is_exact(&self, version: &Version) -> bool {
        version.kind == ChangeKind::Delete || version.sum.is_some() && !self.is_retyped(version.layout)
    }

    fn is_retyped(&self, layout: u16) -> bool {
        self.group.relation.layouts[usize::from(layout)].retyped
    }

    /// Whether a sighting may show one of the versions.
    pub(super) fn has_version_of(&self, seen: &Sighting<'_>) -> bool {
        of_sighting(seen, &self.layouts).any(|look| self.versions.contains(&look))
            || !self.is_exact && self.group.versions.iter().any(|version| is_like(self.group, seen, version))
    }

    /// The versions that none of the sightings can show: each has to be shown once at least, and two are not shown by one.
    pub(super) fn not_shown(&self) -> impl Iterator<Item = &'a Version> {
        let mut wanted: HashMap<Look, usize> = HashMap::new();
        self.group.versions.iter().filter(move |version| {
            let look = of_version(version);
            let nth = wanted.entry(look).or_default();
            *nth += 1;
            let of = |counts: usize, vague: Option<&usize>| counts + vague.copied().unwrap_or_default();
            let shown =
                of(self.shown.get(&look).copied().unwrap_or_default(), self.vague.get(&Some(version.kind)));
            let is_short = self.is_exact(version) && *nth > shown;
            is_short || !self.shown.contains_key(&look) && !self.is_like_any(version)
        })
    }

    fn is_like_any(&self, version: &Version) -> bool {
        !self.is_exact && self.group.sightings.iter().any(|seen| is_like(self.group, seen, version))
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
        self.layouts.len() > 1
            || self.layouts.iter().any(|layout| self.is_retyped(*layout))
            || !self.vague.is_empty()
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
