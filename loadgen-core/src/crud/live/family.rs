//! Who refers to the rows, and to whom they refer.

use super::{LiveRows, Slot};
use crate::crud::combinations::Combinations;

impl LiveRows {
    /// Whether rows refer to this one, as far as the lane knows; such a row cannot be deleted.
    pub(crate) fn has_children(&self, slot: Slot) -> bool {
        self.children.as_ref().is_some_and(|children| children.has_any(slot))
    }

    /// Whether exactly so many rows refer to this one, and it may be deleted with those.
    pub(crate) fn has_exactly(&self, slot: Slot, count: u32) -> bool {
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
    pub(in crate::crud) fn combinations(&self) -> &Combinations {
        &self.combinations
    }

    /// The key that is made of parents does not hold for a row that is remembered.
    pub(crate) fn set_apart(&mut self, slot: Slot) {
        self.leave_combination(slot);
        let slots = self.apart.len().max(slot as usize + 1);
        self.apart.resize(slots, false);
        self.apart[slot as usize] = true;
    }

    /// The combination of a row's parents has one row less that the key holds for.
    pub(super) fn leave_combination(&mut self, slot: Slot) {
        if self.apart.get(slot as usize) != Some(&true) {
            let parents = &self.parents[slot as usize * self.references..][..self.references];
            self.combinations.leave(parents);
        }
    }

    /// The place of a parent is given to another one, where that alone makes up a key.
    pub(crate) fn renew(&mut self, parent: Slot) {
        self.combinations.renew(parent);
    }

    /// The row that was remembered last, with these parents, has a line before this one; none where nobody knows which.
    pub(crate) fn pass_lines(&mut self, parents: &[Slot], line: Option<u64>) {
        self.combinations.pass(parents, line);
    }

    /// Never hands out these combinations of parents again, row after row.
    pub(crate) fn take_combinations(&mut self, parents: &[Slot]) {
        parents.chunks(self.references.max(1)).for_each(|row| self.combinations.take(row));
    }

    /// Rows may refer to any of these that nobody knows of.
    pub(crate) fn pin_all(&mut self) {
        for slot in &self.live {
            if let Some(children) = &mut self.children {
                children.pin(*slot);
            }
        }
    }
}
