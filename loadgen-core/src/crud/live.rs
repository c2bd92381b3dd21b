//! The rows of one table that a lane has live: flat vectors, a few words a row.

use super::{
    children::Children,
    combinations::{Combinations, Combining},
    keys::{KeyColumn, grow},
    workload::TableDigest,
};
use crate::{Digest, Value, row_hash};

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
    /// The slots in use, in no particular order.
    live: Vec<Slot>,
    free: Vec<Slot>,
    cap: usize,
    /// Where to look next for a row to forget when there are too many.
    hand: usize,
    combinations: Combinations,
}

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
}

/// A new row to remember.
pub(crate) struct NewRow<'a, K> {
    /// The values of the columns remembered.
    pub(crate) keys: K,
    pub(crate) sums: &'a [u64],
    pub(crate) parents: &'a [Slot],
}

/// Where what is remembered of each row stood before.
pub(crate) struct Moved {
    /// For each column remembered.
    pub(crate) keys: Vec<usize>,
    /// For each reference; none where the parents of rows from before are not known.
    pub(crate) references: Vec<Option<usize>>,
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

    /// Whether rows refer to this one, as far as the lane knows; such a row cannot be deleted.
    pub(crate) fn has_children(&self, slot: Slot) -> bool {
        self.children.as_ref().is_some_and(|children| children.has_any(slot))
    }

    /// Whether exactly so many rows refer to this one, and it may be deleted with those.
    pub(super) fn has_exactly(&self, slot: Slot, count: u32) -> bool {
        self.children.as_ref().map_or(count == 0, |children| children.has_exactly(slot, count))
    }

    /// A row that is remembered, or about to be, refers to this one.
    pub(crate) fn adopt(&mut self, slot: Slot) {
        if let Some(children) = &mut self.children {
            children.adopt(slot);
        }
    }

    /// A row that referred to this one is gone.
    pub(crate) fn release(&mut self, slot: Slot) {
        if self.children.as_mut().is_some_and(|children| children.release(slot)) {
            self.free.push(slot);
        }
    }

    /// A row that refers to this one is not remembered any more, and may be there for ever.
    pub(crate) fn pin(&mut self, slot: Slot) {
        if let Some(children) = &mut self.children {
            children.pin(slot);
        }
        self.release(slot);
    }

    /// The combinations of parents that make up a key.
    pub(super) fn combinations(&self) -> &Combinations {
        &self.combinations
    }

    /// The key does not hold for a row that was remembered with these parents.
    pub(super) fn give_back(&mut self, parents: &[Slot]) {
        self.combinations.give_back(parents);
    }

    /// The row that was remembered last, with these parents, has a line before this one; none where nobody knows which.
    pub(super) fn pass_lines(&mut self, parents: &[Slot], line: Option<u64>) {
        self.combinations.pass(parents, line);
    }

    /// Never hands out these combinations of parents again, row after row.
    pub(crate) fn take_combinations(&mut self, parents: &[Slot]) {
        parents.chunks(self.references.max(1)).for_each(|row| self.combinations.take(row));
    }

    /// Makes room for one row more, if there is none: the position of the row to be forgotten, which stays in the database
    /// and in the digest and is not touched again. Rows that nobody refers to go first.
    pub(crate) fn surplus(&mut self) -> Option<usize> {
        if self.live.len() < self.cap.max(1) {
            return None;
        }
        self.hand = (self.hand + 1) % self.live.len();
        let childless = |probe: usize| {
            let position = (self.hand + probe) % self.live.len();
            (!self.has_children(self.live[position])).then_some(position)
        };
        let found = (0..self.live.len().min(EVICTION_PROBES)).find_map(childless);
        Some(found.unwrap_or(self.hand))
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
        grow(&mut self.live, 1);
        self.live.push(slot);
    }

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
            self.combinations = Combinations::new(layout.combining.clone());
            let live: Vec<Slot> = self.live.iter().flat_map(|slot| self.parents(*slot)).copied().collect();
            self.take_combinations(&live);
            self.combinations.close();
        }
        if layout.is_parent {
            self.children.get_or_insert_with(|| Children::of(slots));
        }
        self.cap = layout.cap;
        self
    }

    /// Rows may refer to any of these that nobody knows of.
    pub(crate) fn pin_all(&mut self) {
        for slot in &self.live {
            if let Some(children) = &mut self.children {
                children.pin(*slot);
            }
        }
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

    /// Forgets rows that may still be there: they are not ours to touch any more, and their keys stay taken.
    pub(crate) fn forget(&mut self, slots: &[Slot]) {
        for slot in slots {
            if let Some(position) = self.live.iter().rposition(|live| live == slot) {
                self.forget_at(position);
            }
        }
    }

    /// Like [`LiveRows::forget`] for the row at a position, without searching.
    pub(crate) fn forget_at(&mut self, position: usize) {
        let slot = self.live.swap_remove(position);
        self.vacate(slot);
    }

    /// Forgets rows that are gone: those of `slots`, at consecutive positions from `start` on, without searching.
    pub(crate) fn remove(&mut self, start: u64, slots: &[Slot]) {
        let mut positions: Vec<usize> = Vec::with_capacity(slots.len());
        let mut wanted = slots.iter().peekable();
        for probe in 0..self.len() {
            let Some(next) = wanted.peek() else { break };
            let position = (start as usize + probe) % self.len();
            if self.live[position] == **next {
                positions.push(position);
                wanted.next();
            }
        }
        positions.sort_unstable();
        for position in positions.into_iter().rev() {
            let slot = self.live.swap_remove(position);
            let parents = &self.parents[slot as usize * self.references..][..self.references];
            self.combinations.leave(parents);
            self.vacate(slot);
        }
    }

    /// Rows that still point here would release whatever row came next: such a slot waits for the last of them.
    fn vacate(&mut self, slot: Slot) {
        if self.children.as_mut().is_none_or(|children| children.leave(slot)) {
            self.free.push(slot);
        }
    }
}

/// The sum of a row out of its parts.
pub(crate) fn total(sums: &[u64]) -> u64 {
    sums.iter().fold(0, |all, sum| all.wrapping_add(*sum))
}

/// How many rows are looked at for one that nobody refers to.
const EVICTION_PROBES: usize = 20;

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(layout: &Layout, count: i64) -> LiveRows {
        let mut rows = LiveRows::new(layout);
        for id in 0..count {
            rows.push(NewRow { keys: &[Value::Int(id)], sums: &[id as u64, 0], parents: &[] });
        }
        rows
    }

    fn layout() -> Layout {
        Layout { keys: 1, parts: 2, is_parent: true, cap: 100, ..Layout::default() }
    }

    #[test]
    fn a_forgotten_slot_is_used_again_and_the_others_stay_where_they_are() {
        let mut rows = rows(&layout(), 5);
        rows.forget(&[1]);
        assert_eq!((rows.len(), rows.key(4, 0)), (4, Value::Int(4)));
        assert_eq!(rows.push(NewRow { keys: &[Value::Int(9)], sums: &[9, 9], parents: &[] }), 1);
        assert_eq!((rows.key(1, 0), rows.sums(1)), (Value::Int(9), &[9, 9][..]));
    }

    #[test]
    fn selection_wraps_around_and_never_takes_a_row_twice() {
        let rows = rows(&layout(), 5);
        assert_eq!(rows.select(3, 10, |_| true), [3, 4, 0, 1, 2]);
        assert_eq!(rows.select(3, 2, |slot| slot != 4), [3, 0]);
    }

    #[test]
    fn rows_selected_are_the_rows_forgotten() {
        let mut rows = rows(&layout(), 6);
        let chosen = rows.select(4, 3, |slot| slot % 2 == 0);
        rows.remove(4, &chosen);
        let mut left: Vec<Slot> = (0..rows.len()).map(|position| rows.at(position)).collect();
        left.sort_unstable();
        assert_eq!((chosen, left), (vec![4, 0, 2], vec![1, 3, 5]));
    }

    #[test]
    fn the_slot_of_a_forgotten_parent_is_not_given_away() {
        let mut rows = rows(&layout(), 2);
        rows.adopt(1);
        rows.forget(&[1]);
        let new = |id| NewRow {
            keys: &[Value::Int(9)],
            sums: if id == 9 { &[9, 9] } else { &[8, 8] },
            parents: &[],
        };
        assert_eq!(rows.push(new(9)), 2);
        rows.release(1);
        assert_eq!(rows.push(new(8)), 1);
    }

    #[test]
    fn what_is_too_much_is_forgotten_in_turn_and_rows_without_children_first() {
        let mut rows = rows(&Layout { cap: 4, ..layout() }, 4);
        rows.adopt(1);
        let mut forgotten = Vec::new();
        for _ in 0..3 {
            let position = rows.surplus().unwrap();
            forgotten.push(rows.at(position));
            rows.forget_at(position);
            rows.push(NewRow { keys: &[Value::Int(9)], sums: &[9, 9], parents: &[] });
        }
        assert!(!forgotten.contains(&1), "{forgotten:?}");
        assert!(forgotten.iter().any(|slot| *slot != forgotten[0]), "always the same one: {forgotten:?}");
    }

    #[test]
    fn rows_keep_their_slots_when_the_layout_changes() {
        let old = Layout { keys: 2, parts: 1, references: 2, cap: 9, ..Layout::default() };
        let mut rows = LiveRows::new(&old);
        for id in 0..3 {
            let keys = [Value::Int(id), Value::Int(-id)];
            rows.push(NewRow { keys: &keys, sums: &[7], parents: &[id as Slot, NO_SLOT] });
        }
        rows.forget(&[1]);
        let new = Layout { keys: 1, parts: 3, references: 3, is_parent: true, ..old };
        let moved = Moved { keys: vec![1], references: vec![None, Some(1), Some(0)] };
        let mut rows = rows.moved(&new, &moved);
        assert_eq!(
            (rows.len(), rows.key(2, 0), rows.parents(2)),
            (2, Value::Int(-2), &[NO_SLOT, NO_SLOT, 2][..])
        );
        assert_eq!(rows.sums(2), [0, 0, 0]);
        rows.pin_all();
        assert!(rows.has_children(0) && rows.has_children(2));
        let new = NewRow { keys: &[Value::Int(9)], sums: &[1, 2, 3], parents: &[0, 0, 0] };
        assert_eq!((rows.push(new), rows.sums(1), rows.has_children(1)), (1, &[1, 2, 3][..], false));
    }

    #[test]
    fn children_hold_on_to_their_parent() {
        let mut rows = rows(&layout(), 2);
        rows.adopt(1);
        assert!(rows.has_children(1) && !rows.has_children(0));
        rows.release(1);
        assert!(!rows.has_children(1));
    }
}
