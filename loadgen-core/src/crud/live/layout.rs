//! What of rows is remembered, and how rows are taken over when that changes.

use super::{LiveRows, NO_SLOT, Slot};
use crate::crud::{
    children::Children,
    combinations::{Combinations, Combining},
    keys::KeyColumn,
};

/// What decides the layout.
#[derive(Clone, Debug, Default)]
pub(crate) struct Layout {
    /// Columns remembered.
    pub(crate) keys: usize,
    /// Parts of a row's sum that change on their own; the first is what never changes.
    pub(crate) parts: usize,
    /// References to parents.
    pub(crate) references: usize,
    /// Whether other tables refer to this one.
    pub(crate) is_parent: bool,
    /// The references whose parents make up a key.
    pub(crate) combining: Combining,
    /// The most rows to remember.
    pub(crate) cap: usize,
    /// Whether it matters which rows are older than others.
    pub(crate) is_ordered: bool,
}

/// Where what is remembered of each row stood before.
pub(crate) struct Moved {
    /// For each column remembered.
    pub(crate) keys: Vec<usize>,
    /// For each reference; none where the parents of rows from before are not known.
    pub(crate) references: Vec<Option<usize>>,
}

impl LiveRows {
    /// The same rows at the same slots with another layout. Where the number of parts differs, the sums say nothing.
    pub(crate) fn moved(mut self, layout: &Layout, moved: &Moved) -> Self {
        let slots = self.sums.len() / self.parts;
        if !self.keys.is_empty() {
            let mut keys: Vec<Option<KeyColumn>> = self.keys.into_iter().map(Some).collect();
            self.keys = moved.keys.iter().filter_map(|was| keys[*was].take()).collect();
        }
        if layout.parts != self.parts {
            (self.sums, self.parts) = (vec![0; slots * layout.parts], layout.parts);
        }
        let is_as_before = moved.references.iter().copied().eq((0..self.references).map(Some));
        if !is_as_before || !self.combinations.follow(&layout.combining) {
            let of = |slot: usize| {
                let was = &self.parents[slot * self.references..][..self.references];
                moved.references.iter().map(move |reference| reference.map_or(NO_SLOT, |at| was[at]))
            };
            self.parents = (0..slots).flat_map(of).collect();
            self.references = layout.references;
            // Nobody remembers what would decide about the rows, so the key may hold for each.
            (self.combinations, self.apart) = (Combinations::new(layout.combining.clone()), Vec::new());
            let live: Vec<Slot> = self.live.iter().flat_map(|slot| self.parents(*slot)).copied().collect();
            self.take_combinations(&live);
            self.combinations.close();
        }
        if layout.is_parent {
            self.children.get_or_insert_with(|| Children::of(slots));
        }
        (self.cap, self.is_ordered) = (layout.cap, layout.is_ordered);
        self
    }
}
