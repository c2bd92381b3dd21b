//! Where what the database fills in by itself would not do.

use super::Draft;
use crate::{Fill, Type, generate::relate::beside};

impl Draft<'_> {
    /// Whether there are partitions for some values of a column alone.
    pub(super) fn is_confined(&self, column: usize) -> bool {
        let by = self.table.partitioned_by();
        by.contains(&column)
            && self.table.checks.iter().any(|check| {
                check.columns.contains(&column) && check.columns.iter().all(|column| by.contains(column))
            })
    }

    /// Whether a key has nothing but this column to tell rows apart: what the database would fill in need not do that.
    pub(super) fn has_to_differ(&self, column: usize) -> bool {
        let is_reference =
            |column: &usize| self.table.foreign_keys.iter().any(|key| key.columns.contains(column));
        let is_filled = |column: &usize| matches!(self.table.columns[*column].fill, Fill::Volatile(_));
        let mut keys = self.table.unique_rules().filter(|key| key.contains(&column));
        !is_reference(&column) && keys.any(|key| key.iter().all(|one| is_reference(one) || is_filled(one)))
    }

    /// Whether a moment has to do with others of the row that are drawn: then it is, too, as the time of the run is not known before.
    pub(super) fn is_timed(&self, column: usize) -> bool {
        let is_moment = matches!(self.table.columns[column].ty, Type::Date | Type::Timestamp { .. });
        is_moment
            && (self.is_compared(column)
                || beside(self.table, column).into_iter().any(|other| self.is_drawn(other)))
    }

    /// Whether something else than what the database fills in is written to a moment.
    pub(super) fn is_drawn(&self, column: usize) -> bool {
        let definition = &self.table.columns[column];
        let is_left = self.config_of(column).is_some_and(|said| said.leave_out)
            || self.table.special.denied.insert.contains(&column);
        let is_said = self.config_of(column).is_some();
        let fills = matches!(definition.fill, Fill::Volatile(_) | Fill::Generated | Fill::Sequence { .. });
        !is_left && (is_said || !fills || self.is_compared(column))
    }

    /// Whether a check compares a moment with another one that is drawn: against the time of the run, which nobody knows before,
    /// only a far future would do.
    pub(super) fn is_compared(&self, column: usize) -> bool {
        let is_moment =
            |column: &usize| matches!(self.table.columns[*column].ty, Type::Date | Type::Timestamp { .. });
        let is_drawn = |other: &usize| *other != column && self.table.columns[*other].fill == Fill::None;
        is_moment(&column)
            && self.table.checks.iter().any(|check| {
                check.columns.contains(&column)
                    && check.columns.iter().any(|other| is_moment(other) && is_drawn(other))
            })
    }
}
