//! Rows that are not remembered any more.

use super::{LiveRows, Slot};

/// How many rows are looked at for one that nobody refers to.
const EVICTION_PROBES: usize = 20;

impl LiveRows {
    /// Makes room for one row more, if there is none: the position of the row to be forgotten, which stays in the database
    /// and in the digest and is not touched again. Rows that nobody refers to go first; where order matters, old ones do.
    pub(crate) fn surplus(&mut self) -> Option<usize> {
        if self.live.len() < self.cap.max(1) {
            return None;
        }
        self.hand = if self.is_ordered { 0 } else { (self.hand + 1) % self.live.len() };
        let childless = |probe: usize| {
            let position = (self.hand + probe) % self.live.len();
            (!self.has_children(self.live[position])).then_some(position)
        };
        let found = (0..self.live.len().min(EVICTION_PROBES)).find_map(childless);
        Some(found.unwrap_or(self.hand))
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
        if let Some(slot) = self.take(position) {
            self.vacate(slot);
        }
    }

    /// Forgets rows that are gone: those of `slots`, which come in that order from the position `start` on. Looks no further
    /// than the last of them.
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
            if let Some(slot) = self.take(position) {
                self.leave_combination(slot);
                self.vacate(slot);
            }
        }
    }

    /// Takes the slot at a position out. Its successors move up only where their order matters.
    fn take(&mut self, position: usize) -> Option<Slot> {
        if self.is_ordered { self.live.remove(position) } else { self.live.swap_remove_back(position) }
    }

    /// Rows that still point here would release whatever row came next: such a slot waits for the last of them.
    fn vacate(&mut self, slot: Slot) {
        if self.children.as_mut().is_none_or(|children| children.leave(slot)) {
            self.free.push(slot);
        }
    }
}
