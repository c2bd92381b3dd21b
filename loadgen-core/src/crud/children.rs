//! How many rows refer to each row of a table.

use super::{keys::grow, live::Slot};

/// A count a row, and two marks.
#[derive(Clone, Debug, Default)]
pub(super) struct Children(Vec<u32>);

/// Rows that are not remembered any more may refer to this one for ever: it is never deleted.
const PINNED: u32 = 1 << 31;
/// The row is forgotten, and its slot waits for the last row that refers to it.
const LEFT: u32 = 1 << 30;
const COUNT: u32 = LEFT - 1;

impl Children {
    /// None of so many rows has any.
    pub(super) fn of(slots: usize) -> Self {
        Children(vec![0; slots])
    }

    pub(super) fn extend(&mut self) {
        grow(&mut self.0, 1);
        self.0.push(0);
    }

    pub(super) fn has_any(&self, slot: Slot) -> bool {
        self.0[slot as usize] != 0
    }

    /// Whether so many rows refer to this one, and no others for ever.
    pub(super) fn has_exactly(&self, slot: Slot, count: u32) -> bool {
        self.0[slot as usize] == count
    }

    pub(super) fn adopt(&mut self, slot: Slot) {
        self.0[slot as usize] += 1;
    }

    pub(super) fn pin(&mut self, slot: Slot) {
        self.0[slot as usize] |= PINNED;
    }

    /// One row less refers to this one; true when its slot has been waiting for that and is free now.
    pub(super) fn release(&mut self, slot: Slot) -> bool {
        let entry = &mut self.0[slot as usize];
        *entry -= 1;
        self.is_free(slot)
    }

    /// The row is forgotten; true when its slot is free at once.
    pub(super) fn leave(&mut self, slot: Slot) -> bool {
        self.0[slot as usize] |= LEFT;
        self.is_free(slot)
    }

    fn is_free(&mut self, slot: Slot) -> bool {
        let entry = &mut self.0[slot as usize];
        let free = *entry & LEFT != 0 && *entry & COUNT == 0;
        if free {
            *entry = 0;
        }
        free
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_slot_of_a_forgotten_row_waits_for_the_last_that_refers_to_it() {
        let mut children = Children::default();
        children.extend();
        children.adopt(0);
        children.adopt(0);
        assert!(!children.leave(0) && !children.release(0) && children.release(0));
        assert!(!children.has_any(0));
    }

    #[test]
    fn a_pinned_row_is_never_without_children_until_it_is_forgotten() {
        let mut children = Children::default();
        children.extend();
        children.adopt(0);
        children.pin(0);
        assert!(!children.release(0) && children.has_any(0));
        assert!(children.leave(0));
    }
}
