//! One table as a lane sees it.

use crate::{
    ChangeKind, Digest, Rows,
    crud::{live::LiveRows, spares::Spares},
};

/// One table as a lane sees it.
#[derive(Debug)]
pub(crate) struct LaneTable {
    pub(crate) live: LiveRows,
    /// The lane's next number for values that have to be distinct.
    pub(crate) next: u64,
    /// The numbers of rows that are gone.
    pub(in crate::crud) spares: Spares,
    /// How far to go when the next number is taken.
    pub(in crate::crud) stride: u64,
    pub(in crate::crud) rows: Rows,
    pub(in crate::crud) count: u64,
    pub(in crate::crud) digest: Digest,
    pub(in crate::crud) unknown: u64,
    pub(in crate::crud) missed: u64,
    /// Inserts for which no values were left.
    pub(in crate::crud) exhausted: u64,
    /// For each kind of change, how many in a row a trigger has refused.
    pub(in crate::crud) vetoes: [u32; 3],
}

/// After so many refusals in a row a trigger is taken to refuse all changes of a kind: other values are not tried at once.
const MOST_VETOES: u32 = 32;

/// Bounds the numbers that are given up at once when values are taken.
const LONGEST_STRIDE: u64 = 1 << 16;

impl LaneTable {
    /// These rows were refused: goes on behind them. If their values are taken, by whom is not known, each time twice as
    /// far, because an earlier run with the same seed has left any number of rows.
    pub(crate) fn refuse(&mut self, rows: u64, is_taken: bool) {
        self.pass(rows);
        self.next += rows * if is_taken { self.stride - 1 } else { 0 };
        if is_taken {
            self.stride = (self.stride * 2).min(LONGEST_STRIDE);
        }
    }

    /// A trigger has refused a change of this kind; whether other values are likely to meet with the same.
    pub(crate) fn veto(&mut self, kind: ChangeKind) -> bool {
        let vetoes = &mut self.vetoes[kind as usize];
        *vetoes = vetoes.saturating_add(1);
        *vetoes > MOST_VETOES
    }

    /// The values of these rows were free.
    pub(crate) fn arrive(&mut self, rows: u64) {
        self.pass(rows);
        self.stride = 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crud::live::Layout;

    #[test]
    fn only_values_that_are_taken_are_gone_past_in_growing_strides() {
        let mut table = LaneTable::with(LiveRows::new(&Layout::default()));
        (0..20).for_each(|_| table.refuse(1, false));
        assert_eq!((table.next, table.stride), (20, 1), "no value was taken by anybody");
        (0..4).for_each(|_| table.refuse(1, true));
        assert_eq!(table.next, 20 + 1 + 2 + 4 + 8);
        table.arrive(1);
        assert_eq!(table.stride, 1);
    }
}
