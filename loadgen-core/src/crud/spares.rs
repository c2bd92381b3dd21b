//! Distinct values of rows that are gone, for tables whose values would run out otherwise.

use super::{lane::LaneTable, plan::CrudPlan, room::SMALL, source::Source};
use crate::{
    LaneId,
    generate::{After, Distinct},
};

/// The numbers that a lane takes distinct values by: new ones first, and then those of its rows that are deleted.
#[derive(Debug)]
pub(crate) struct Spares {
    /// How many new ones the lane has in all; without an end, numbers are not used again.
    fresh: u64,
    /// Those of rows that are gone, the last first.
    numbers: Vec<u64>,
}

impl Default for Spares {
    fn default() -> Self {
        Spares { fresh: u64::MAX, numbers: Vec::new() }
    }
}

impl CrudPlan {
    /// What a lane can use again in a table.
    pub(super) fn spares(&self, table: usize, LaneId(lane): LaneId) -> Spares {
        let plan = &self.tables[table];
        let few = |source: &Source| match source {
            Source::Distinct(distinct) if ends(distinct) => u64::try_from(distinct.capacity()).ok(),
            _ => None,
        };
        // The numbers of rows in a circle depend on each other.
        let is_kept = !self.has_circles && plan.delete.is_some() && plan.operations.delete > 0;
        let values = plan.sources.iter().filter_map(few).min().filter(|_| is_kept);
        let share = |values: u64| values.saturating_sub(lane.into()).div_ceil(self.lanes.max(1).into());
        Spares { fresh: values.map_or(u64::MAX, share), ..Spares::default() }
    }
}

/// Whether a run of some minutes comes to the end of the values.
fn ends(distinct: &Distinct) -> bool {
    distinct.capacity() <= SMALL && !distinct.is_sequence() && distinct.after() == After::Nothing
}

/// The same of a column.
pub(super) fn ends_for(source: &Source) -> bool {
    matches!(source, Source::Distinct(distinct) if ends(distinct))
}

impl LaneTable {
    /// The number of the row at a place of the next statement.
    #[inline]
    pub(super) fn number(&self, row: u64, lanes: u32, LaneId(lane): LaneId) -> u64 {
        let nth = self.next + row;
        if nth >= self.spares.fresh
            && let Some(spare) = self.spare(row)
        {
            return spare;
        }
        nth * u64::from(lanes) + u64::from(lane)
    }

    fn spare(&self, row: u64) -> Option<u64> {
        let before = self.spares.fresh.saturating_sub(self.next);
        let numbers = &self.spares.numbers;
        let at = numbers.len().checked_sub(1)?.checked_sub(usize::try_from(row - before).ok()?)?;
        Some(numbers[at])
    }

    /// Whether numbers of rows that are gone are used again.
    pub(super) fn has_spares(&self) -> bool {
        self.spares.fresh < u64::MAX
    }

    /// The numbers of so many rows are used, or given up.
    pub(super) fn pass(&mut self, rows: u64) {
        if self.has_spares() {
            let used = rows.saturating_sub(self.spares.fresh.saturating_sub(self.next)) as usize;
            self.spares.numbers.truncate(self.spares.numbers.len().saturating_sub(used));
        }
        self.next += rows;
    }

    /// A row is gone, and nobody has its values any more.
    pub(super) fn spare_number(&mut self, number: u64) {
        if self.has_spares() {
            self.spares.numbers.push(number);
        }
    }

    /// The next number does not do; another one may.
    pub(super) fn pass_over(&mut self) {
        if self.next >= self.spares.fresh {
            let one = usize::from(!self.spares.numbers.is_empty());
            self.spares.numbers.rotate_right(one);
        }
        self.next += 1;
    }
}
