//! The rows of one table that a lane has live: flat vectors, a few words a row.

use std::collections::VecDeque;

use super::{
    children::Children,
    combinations::Combinations,
    held::TableDigest,
    keys::{KeyColumn, grow, more_than},
};
use crate::{Digest, Value, row_hash};

mod family;
mod forget;
mod layout;

pub(crate) use layout::{Layout, Moved};

/// A row's place in [`LiveRows`]; valid until the row is forgotten, then given to another row.
pub(crate) type Slot = u32;

/// No row.
pub(crate) const NO_SLOT: Slot = Slot::MAX;

/// No number.
const NO_NUMBER: u64 = u64::MAX;

/// What a lane remembers of its rows in one table: for each the key columns, the sums of hashes of the parts that
/// updates replace, its parents' slots and its number of children.
#[derive(Clone, Debug, Default)]
pub(crate) struct LiveRows {
    keys: Vec<KeyColumn>,
    sums: Vec<u64>,
    parts: usize,
    parents: Vec<Slot>,
    references: usize,
    children: Option<Children>,
    /// The number that each row has its distinct values by, where numbers are used again; [`NO_NUMBER`] where nobody knows.
    numbers: Vec<u64>,
    /// Which rows the key that is made of parents does not hold for, where it holds for some alone.
    apart: Vec<bool>,
    /// The slots in use: the oldest first if that matters, else in no particular order.
    live: VecDeque<Slot>,
    is_ordered: bool,
    free: Vec<Slot>,
    cap: usize,
    /// Where to look next for a row to forget when there are too many.
    hand: usize,
    combinations: Combinations,
}

/// A new row to remember.
pub(crate) struct NewRow<'a, K> {
    /// The values of the columns remembered.
    pub(crate) keys: K,
    pub(crate) sums: &'a [u64],
    pub(crate) parents: &'a [Slot],
}

impl LiveRows {
    pub(crate) fn new(layout: &Layout) -> Self {
        LiveRows {
            keys: Vec::with_capacity(layout.keys),
            parts: layout.parts,
            references: layout.references,
            children: layout.is_parent.then(Children::default),
            combinations: Combinations::new(layout.combining.clone()),
            cap: layout.cap,
            is_ordered: layout.is_ordered,
            ..LiveRows::default()
        }
    }

    /// All rows counted and hashed.
    pub(crate) fn digest(&self) -> TableDigest {
        let mut digest = Digest::default();
        self.live.iter().for_each(|slot| digest.add(row_hash(total(self.sums(*slot)))));
        TableDigest { rows: self.live.len() as u64, digest }
    }

    /// The number of rows that are live.
    pub(crate) fn len(&self) -> usize {
        self.live.len()
    }

    /// The slot at a position in `0..len()`, modulo the length.
    pub(crate) fn at(&self, position: usize) -> Slot {
        self.live[position % self.live.len()]
    }

    /// Up to `count` different slots that `admit` lets through, from a random position on, looking at a bounded number.
    pub(crate) fn select(&self, start: u64, count: usize, admit: impl Fn(Slot) -> bool) -> Vec<Slot> {
        let probes = self.len().min(4 * count + 16);
        let start = start as usize % self.len().max(1);
        (0..probes).map(|probe| self.at(start + probe)).filter(|slot| admit(*slot)).take(count).collect()
    }

    pub(crate) fn key(&self, slot: Slot, column: usize) -> Value {
        self.keys[column].get(slot as usize)
    }

    pub(crate) fn set_key(&mut self, slot: Slot, column: usize, value: &Value) {
        self.keys[column].set(slot as usize, value);
    }

    /// Everything a row's hash is made of, part by part.
    pub(crate) fn sums(&self, slot: Slot) -> &[u64] {
        &self.sums[slot as usize * self.parts..][..self.parts]
    }

    pub(crate) fn set_sum(&mut self, slot: Slot, part: usize, sum: u64) {
        self.sums[slot as usize * self.parts + part] = sum;
    }

    pub(crate) fn parents(&self, slot: Slot) -> &[Slot] {
        &self.parents[slot as usize * self.references..][..self.references]
    }

    /// The number that a row has its distinct values by, if that is known.
    pub(super) fn number(&self, slot: Slot) -> Option<u64> {
        self.numbers.get(slot as usize).copied().filter(|number| *number != NO_NUMBER)
    }

    pub(super) fn set_number(&mut self, slot: Slot, number: u64) {
        let slots = self.numbers.len().max(slot as usize + 1);
        self.numbers.resize(slots, NO_NUMBER);
        self.numbers[slot as usize] = number;
    }

    /// Remembers a row; [`LiveRows::surplus`] has made room for it.
    pub(crate) fn push<'a, K>(&mut self, row: NewRow<'a, K>) -> Slot
    where
        K: IntoIterator<Item = &'a Value> + Clone,
    {
        let slot = self.reserve();
        self.fill(slot, row);
        slot
    }

    /// A slot for the next row to be filled in; no other is asked for in between.
    pub(super) fn reserve(&mut self) -> Slot {
        self.free.pop().unwrap_or_else(|| self.extend())
    }

    pub(super) fn fill<'a, K>(&mut self, slot: Slot, row: NewRow<'a, K>)
    where
        K: IntoIterator<Item = &'a Value> + Clone,
    {
        if self.keys.is_empty() {
            self.keys = row.keys.clone().into_iter().map(KeyColumn::like).collect();
        }
        for (column, value) in self.keys.iter_mut().zip(row.keys) {
            column.set(slot as usize, value);
        }
        let (at, parts) = (slot as usize, self.parts);
        self.sums[at * parts..][..parts].copy_from_slice(row.sums);
        self.parents[at * self.references..][..self.references].copy_from_slice(row.parents);
        self.take_combinations(row.parents);
        if let Some(number) = self.numbers.get_mut(at) {
            *number = NO_NUMBER;
        }
        if let Some(apart) = self.apart.get_mut(at) {
            *apart = false;
        }
        if self.live.capacity() == self.live.len() {
            self.live.reserve_exact(more_than(self.live.len(), 1));
        }
        self.live.push_back(slot);
    }

    /// Room for one row more, in slices that keep the slack small.
    fn extend(&mut self) -> Slot {
        let slot = self.sums.len() / self.parts;
        grow(&mut self.sums, self.parts);
        self.sums.resize((slot + 1) * self.parts, 0);
        grow(&mut self.parents, self.references);
        self.parents.resize((slot + 1) * self.references, NO_SLOT);
        if let Some(children) = &mut self.children {
            children.extend();
        }
        slot as Slot
    }
}

/// The sum of a row out of its parts.
pub(crate) fn total(sums: &[u64]) -> u64 {
    sums.iter().fold(0, |all, sum| all.wrapping_add(*sum))
}

#[cfg(test)]
mod tests;
