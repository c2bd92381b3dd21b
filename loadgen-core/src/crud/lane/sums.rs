//! The sums of hashes of rows, part by part.

use crate::{
    Applied, Change, Value, column_hash,
    crud::{
        Source,
        live::Slot,
        sampling::Sampling,
        table_plan::{TablePlan, UNREAD, columns_of},
        touch::Touch,
    },
    row_hash,
};

/// The sums of the parts of a row, of which the first `layout.parts` are in the digest.
pub(in crate::crud) type Sums = [u64; UNREAD + 1];

impl TablePlan {
    /// Whether lanes touch rows that they have inserted.
    pub(in crate::crud) fn keeps_new_rows(&self) -> bool {
        self.touch != Touch::Existing && self.sampling != Sampling::Server
    }

    /// What is remembered of a new row.
    pub(in crate::crud) fn keys_of_insert<'a>(
        &'a self,
        change: &'a Change,
        row: usize,
        returned: &'a [Value],
    ) -> impl Iterator<Item = &'a Value> + Clone {
        let (shape, values) = (&change.shape, change.row(row));
        self.remembered.iter().map(move |column| {
            let given = shape.returning.iter().position(|given| given == column).map(|at| &returned[at]);
            let written = || shape.set.binary_search(column).ok().map(|at| &values[at]);
            given.or_else(written).unwrap_or(&Value::Null)
        })
    }

    /// The sums of a new row, part by part, and the sum of what the lane chose itself: a parent counts by its place
    /// in the lane or the pool, because its key may be the database's choice.
    pub(in crate::crud) fn sums_of_insert(
        &self,
        set: &[usize],
        values: &[Value],
        returned: &[Value],
        returning: &[usize],
        parents: &[Slot],
    ) -> (Sums, u64) {
        let mut sums = self.sums_of_returned(returning, returned);
        let mut chosen = 0u64;
        for (column, value) in set.iter().zip(values) {
            let hash = column_hash(self.salts[*column], value);
            let part = self.parts[*column];
            // A trigger may have changed it: then what came back counts alone.
            if !self.reads_back {
                sums[part] = sums[part].wrapping_add(hash);
            }
            let own = match &self.sources[*column] {
                Source::Parent { reference, .. } => {
                    column_hash(self.salts[*column], &Value::Int(i64::from(parents[*reference])))
                }
                _ => hash,
            };
            chosen = chosen.wrapping_add(own);
        }
        (sums, chosen)
    }

    /// The sums of a row after an update, part by part, and the sum of what the lane chose itself.
    pub(in crate::crud) fn sums_of_update(
        &self,
        before: &[u64],
        mask: usize,
        change: &Change,
        applied: &Applied,
        row: usize,
    ) -> (Sums, u64) {
        let (mut sums, mut chosen): (Sums, u64) = ([0; UNREAD + 1], 0);
        sums[..before.len()].copy_from_slice(before);
        let mut values = change.row(row)[change.shape.key.len()..].iter();
        for (group, columns) in self.groups.iter().enumerate().filter(|(group, _)| mask >> group & 1 == 1) {
            let hash =
                |column: &usize| values.next().map_or(0, |value| column_hash(self.salts[*column], value));
            sums[group + 1] = columns.iter().map(hash).fold(0, u64::wrapping_add);
            chosen = chosen.wrapping_add(sums[group + 1]);
        }
        if self.reads_back {
            let returning = &change.shape.returning;
            sums = self.sums_of_returned(returning, &applied.returned[row * returning.len()..]);
        }
        (sums, chosen)
    }

    /// The sums of what came back of one row.
    fn sums_of_returned(&self, returning: &[usize], returned: &[Value]) -> Sums {
        let mut sums = [0u64; UNREAD + 1];
        for (column, value) in returning.iter().zip(returned) {
            let part = self.parts[*column];
            sums[part] = sums[part].wrapping_add(column_hash(self.salts[*column], value));
        }
        sums
    }

    /// The hash of a row that was read, out of the values of [`TablePlan::digested`].
    pub(crate) fn hash_of_row(&self, values: &[Value]) -> u128 {
        let hashes =
            self.known.iter().zip(values).map(|(column, value)| column_hash(self.salts[*column], value));
        row_hash(hashes.fold(0, u64::wrapping_add))
    }

    /// The columns of a bit mask of groups.
    pub(crate) fn columns_of(&self, mask: usize) -> impl Iterator<Item = usize> + '_ {
        columns_of(mask, &self.groups, &self.late)
    }
}
