//! The rows of one table that a lane has live: flat vectors, a few words a row.

use std::collections::HashSet;

use crate::Value;

/// A row's place in [`LiveRows`]; valid until the row is forgotten, then given to another row.
pub(crate) type Slot = u32;

/// No row.
pub(crate) const NO_SLOT: Slot = Slot::MAX;

/// What a lane remembers of its rows in one table: for each the key columns, the sums of hashes of the parts that
/// updates replace, its parents' slots and its number of children.
#[derive(Debug, Default)]
pub(crate) struct LiveRows {
    keys: Vec<KeyColumn>,
    sums: Vec<u64>,
    parts: usize,
    parents: Vec<Slot>,
    references: usize,
    children: Option<Vec<u32>>,
    /// The slots in use, in no particular order.
    live: Vec<Slot>,
    free: Vec<Slot>,
    cap: usize,
    /// Hashes of the parents' slots, for keys that are made of nothing but references.
    combinations: Option<HashSet<u64>>,
}

/// One remembered column of all rows.
#[derive(Debug)]
enum KeyColumn {
    Int(Vec<i64>),
    Uuid(Vec<u128>),
    Any(Vec<Value>),
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
    /// Whether rows have to differ in their combination of parents.
    pub(crate) combinations: bool,
    /// The most rows to remember.
    pub(crate) cap: usize,
}

/// A new row to remember.
pub(crate) struct NewRow<'a> {
    pub(crate) keys: &'a [Value],
    pub(crate) sums: &'a [u64],
    pub(crate) parents: &'a [Slot],
}

impl LiveRows {
    pub(crate) fn new(layout: &Layout) -> Self {
        LiveRows {
            keys: Vec::with_capacity(layout.keys),
            parts: layout.parts,
            references: layout.references,
            children: layout.is_parent.then(Vec::new),
            combinations: layout.combinations.then(HashSet::new),
            cap: layout.cap,
            ..LiveRows::default()
        }
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

    pub(crate) fn has_children(&self, slot: Slot) -> bool {
        self.children.as_ref().is_some_and(|children| children[slot as usize] > 0)
    }

    pub(crate) fn adopt(&mut self, slot: Slot) {
        if let Some(children) = &mut self.children {
            children[slot as usize] += 1;
        }
    }

    pub(crate) fn release(&mut self, slot: Slot) {
        if let Some(children) = &mut self.children {
            children[slot as usize] -= 1;
        }
    }

    /// Whether no row has these parents yet; always true where that does not matter.
    pub(crate) fn is_new_combination(&self, parents: &[Slot]) -> bool {
        self.combinations.as_ref().is_none_or(|taken| !taken.contains(&combination(parents)))
    }

    /// Never hands out these combinations of parents again, row after row.
    pub(crate) fn take_combinations(&mut self, parents: &[Slot]) {
        if let Some(taken) = &mut self.combinations {
            taken.extend(parents.chunks(self.references.max(1)).map(combination));
        }
    }

    /// Remembers a row. Beyond the cap a row that nobody refers to is forgotten for it: it stays in the database and in
    /// the digest, but is not touched again. [`NO_SLOT`] when there is no such row.
    pub(crate) fn remember(&mut self, row: &NewRow<'_>) -> Slot {
        if self.live.len() >= self.cap {
            let oldest = self.select(0, 1, |slot| !self.has_children(slot));
            if self.cap == 0 || oldest.is_empty() {
                return NO_SLOT;
            }
            self.forget_from(0, &oldest);
        }
        self.push(row)
    }

    fn push(&mut self, row: &NewRow<'_>) -> Slot {
        if self.keys.is_empty() {
            self.keys = row.keys.iter().map(KeyColumn::like).collect();
        }
        let slot = self.free.pop().unwrap_or_else(|| self.extend());
        for (column, value) in self.keys.iter_mut().zip(row.keys) {
            column.set(slot as usize, value);
        }
        let (at, parts) = (slot as usize, self.parts);
        self.sums[at * parts..][..parts].copy_from_slice(row.sums);
        self.parents[at * self.references..][..self.references].copy_from_slice(row.parents);
        if let Some(taken) = &mut self.combinations {
            taken.insert(combination(row.parents));
        }
        grow(&mut self.live, 1);
        self.live.push(slot);
        slot
    }

    /// Room for one row more, in slices that keep the slack small.
    fn extend(&mut self) -> Slot {
        let slot = self.sums.len() / self.parts;
        grow(&mut self.sums, self.parts);
        self.sums.resize((slot + 1) * self.parts, 0);
        grow(&mut self.parents, self.references);
        self.parents.resize((slot + 1) * self.references, NO_SLOT);
        if let Some(children) = &mut self.children {
            grow(children, 1);
            children.push(0);
        }
        slot as Slot
    }

    /// Forgets rows, whether they are gone or only not ours to touch any more.
    pub(crate) fn forget(&mut self, slots: &[Slot]) {
        for slot in slots {
            if let Some(position) = self.live.iter().position(|live| live == slot) {
                self.live.swap_remove(position);
                self.vacate(*slot);
            }
        }
    }

    /// Forgets the rows at consecutive positions from `start` on that are in `slots`, without searching.
    pub(crate) fn forget_from(&mut self, start: u64, slots: &[Slot]) {
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
            self.vacate(slot);
        }
    }

    fn vacate(&mut self, slot: Slot) {
        if self.combinations.is_some() {
            let gone = combination(self.parents(slot));
            if let Some(taken) = &mut self.combinations {
                taken.remove(&gone);
            }
        }
        // Rows that still point here would release whatever row came next: such a slot is not given away again.
        if !self.has_children(slot) {
            self.free.push(slot);
        }
    }
}

fn combination(parents: &[Slot]) -> u64 {
    parents.iter().fold(0, |hash, slot| crate::rng::splitmix(hash ^ u64::from(*slot)))
}

/// Grows by a quarter instead of doubling: hundreds of lanes with half-empty vectors would waste what they save.
fn grow<T>(items: &mut Vec<T>, more: usize) {
    if items.capacity() - items.len() < more {
        items.reserve_exact(more * 32 + items.len() / 4);
    }
}

impl KeyColumn {
    fn like(value: &Value) -> Self {
        match value {
            Value::Int(_) => KeyColumn::Int(Vec::new()),
            Value::Uuid(_) => KeyColumn::Uuid(Vec::new()),
            _ => KeyColumn::Any(Vec::new()),
        }
    }

    fn get(&self, at: usize) -> Value {
        match self {
            KeyColumn::Int(all) => Value::Int(all[at]),
            KeyColumn::Uuid(all) => Value::Uuid(all[at]),
            KeyColumn::Any(all) => all[at].clone(),
        }
    }

    /// Sets a row's value; the first of another kind turns the column into one that takes any.
    fn set(&mut self, at: usize, value: &Value) {
        match (&mut *self, value) {
            (KeyColumn::Int(all), Value::Int(number)) => put(all, at, *number),
            (KeyColumn::Uuid(all), Value::Uuid(id)) => put(all, at, *id),
            (KeyColumn::Any(all), value) => put(all, at, value.clone()),
            (KeyColumn::Int(_) | KeyColumn::Uuid(_), value) => {
                let rows = match self {
                    KeyColumn::Int(all) => all.len(),
                    KeyColumn::Uuid(all) => all.len(),
                    KeyColumn::Any(all) => all.len(),
                };
                let mut any: Vec<Value> = (0..rows).map(|row| self.get(row)).collect();
                put(&mut any, at, value.clone());
                *self = KeyColumn::Any(any);
            }
        }
    }
}

fn put<T: Clone + Default>(items: &mut Vec<T>, at: usize, value: T) {
    if at == items.len() {
        grow(items, 1);
        items.push(value);
    } else {
        items[at] = value;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(layout: &Layout, count: i64) -> LiveRows {
        let mut rows = LiveRows::new(layout);
        for id in 0..count {
            rows.push(&NewRow { keys: &[Value::Int(id)], sums: &[id as u64, 0], parents: &[] });
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
        assert_eq!(rows.push(&NewRow { keys: &[Value::Int(9)], sums: &[9, 9], parents: &[] }), 1);
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
        rows.forget_from(4, &chosen);
        let mut left: Vec<Slot> = (0..rows.len()).map(|position| rows.at(position)).collect();
        left.sort_unstable();
        assert_eq!((chosen, left), (vec![4, 0, 2], vec![1, 3, 5]));
    }

    #[test]
    fn the_slot_of_a_forgotten_parent_is_not_given_away() {
        let mut rows = rows(&layout(), 2);
        rows.adopt(1);
        rows.forget(&[1]);
        assert_eq!(rows.push(&NewRow { keys: &[Value::Int(9)], sums: &[9, 9], parents: &[] }), 2);
        rows.release(1);
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
