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
    /// Below this, numbers have values for columns that are unique in some rows alone; other rows go on without.
    loose: u64,
    /// Such numbers of rows that are gone, for rows that need them.
    inside: Vec<u64>,
    /// How many of either the statement under way has.
    lent: (usize, usize),
}

impl Default for Spares {
    fn default() -> Self {
        Spares { fresh: u64::MAX, numbers: Vec::new(), loose: 0, inside: Vec::new(), lent: (0, 0) }
    }
}

/// The number of a new row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Number {
    pub(super) value: u64,
    of: Of,
}

/// Where a number comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Of {
    Fresh,
    Numbers,
    Inside,
}

/// The numbers of the rows of a statement.
#[derive(Debug, Default)]
pub(crate) struct Lent {
    /// One for each row, where numbers are used again.
    pub(super) numbers: Vec<u64>,
    /// How many are of rows that are gone: any, and those for rows that need them.
    counts: (usize, usize),
}

impl CrudPlan {
    /// What a lane can use again in a table.
    pub(super) fn spares(&self, table: usize, LaneId(lane): LaneId) -> Spares {
        let plan = &self.tables[table];
        // The numbers of rows in a circle depend on each other.
        if self.has_circles || plan.delete.is_none() || plan.operations.delete == 0 {
            return Spares::default();
        }
        let (mut strict, mut loose) = (u64::MAX, u64::MAX);
        for (column, source) in plan.sources.iter().enumerate() {
            if let Source::Distinct(distinct) = source
                && ends(distinct)
            {
                let is_loose = plan.loose.iter().any(|loose| loose.column == column);
                let least = if is_loose { &mut loose } else { &mut strict };
                *least = u64::try_from(distinct.capacity()).map_or(*least, |values| values.min(*least));
            }
        }
        if let Some(dealt) = plan.dealt.as_ref().filter(|_| loose < u64::MAX) {
            strict = strict.min(dealt.rows());
        }
        let share = |values: u64| values.saturating_sub(lane.into()).div_ceil(self.lanes.max(1).into());
        let fresh = if strict < u64::MAX { share(strict) } else { strict };
        Spares { fresh, loose: if loose < strict { loose } else { 0 }, ..Spares::default() }
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

impl Lent {
    /// One row more has a number.
    pub(super) fn give(&mut self, number: Number) {
        self.numbers.push(number.value);
        self.counts.0 += usize::from(number.of == Of::Numbers);
        self.counts.1 += usize::from(number.of == Of::Inside);
    }
}

impl LaneTable {
    /// The number of the row at a place of the next statement; those before have what is lent.
    #[inline]
    pub(super) fn number(&self, row: u64, lent: &Lent, lanes: u32, LaneId(lane): LaneId) -> Number {
        let nth = self.next + row;
        let fresh = Number { value: nth * u64::from(lanes) + u64::from(lane), of: Of::Fresh };
        if nth < self.spares.fresh {
            return fresh;
        }
        let again = last(&self.spares.numbers, lent.counts.0);
        let again = again.map(|value| Number { value, of: Of::Numbers });
        again.or_else(|| self.number_inside(lent)).unwrap_or(fresh)
    }

    /// The number of a row that needs a value of a column whose new ones have come to their end.
    pub(super) fn number_inside(&self, lent: &Lent) -> Option<Number> {
        last(&self.spares.inside, lent.counts.1).map(|value| Number { value, of: Of::Inside })
    }

    /// Whether numbers of rows that are gone are used again.
    pub(super) fn has_spares(&self) -> bool {
        self.spares.fresh < u64::MAX || self.spares.loose > 0
    }

    /// A statement with these numbers is under way.
    pub(super) fn lend(&mut self, lent: &Lent) {
        self.spares.lent = lent.counts;
    }

    /// The numbers of so many rows are used, or given up.
    pub(super) fn pass(&mut self, rows: u64) {
        let Spares { numbers, inside, lent, .. } = &mut self.spares;
        let (again, needed) = std::mem::take(lent);
        numbers.truncate(numbers.len() - again.min(numbers.len()));
        inside.truncate(inside.len() - needed.min(inside.len()));
        self.next += rows;
    }

    /// A row is gone, and nobody has its values any more.
    pub(super) fn spare_number(&mut self, number: u64) {
        if number < self.spares.loose {
            self.spares.inside.push(number);
        } else if self.spares.fresh < u64::MAX {
            self.spares.numbers.push(number);
        }
    }

    /// The next number does not do; another one may.
    pub(super) fn pass_over(&mut self) {
        let Spares { numbers, inside, fresh, .. } = &mut self.spares;
        let (one, other) = (numbers.len().min(1), inside.len().min(1));
        if self.next >= *fresh {
            numbers.rotate_right(one);
        }
        inside.rotate_right(other);
        self.next += 1;
    }
}

/// The last of the numbers but so many.
fn last(numbers: &[u64], but: usize) -> Option<u64> {
    numbers.len().checked_sub(but + 1).map(|at| numbers[at])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crud::live::{Layout, LiveRows};

    fn table(spares: Spares) -> LaneTable {
        LaneTable { spares, ..LaneTable::with(LiveRows::new(&Layout::default())) }
    }

    fn next(table: &LaneTable, lent: &Lent) -> u64 {
        table.number(lent.numbers.len() as u64, lent, 1, LaneId(0)).value
    }

    #[test]
    fn numbers_that_rows_in_part_of_a_key_need_are_given_to_nobody_else() {
        let mut table = table(Spares { loose: 3, ..Spares::default() });
        table.pass(9);
        [1, 7, 2, 8].into_iter().for_each(|number| table.spare_number(number));
        let mut lent = Lent::default();
        assert_eq!(next(&table, &lent), 9, "a row that needs none");
        for expected in [2, 1] {
            let number = table.number_inside(&lent).unwrap();
            assert_eq!(number.value, expected);
            lent.give(number);
        }
        assert_eq!(table.number_inside(&lent), None, "those past the end are no use");
        table.lend(&lent);
        table.pass(2);
        assert_eq!((table.number_inside(&Lent::default()), next(&table, &Lent::default())), (None, 11));
    }

    #[test]
    fn where_all_rows_need_one_they_have_those_that_rows_in_part_do_not_need_first() {
        let mut table = table(Spares { fresh: 9, loose: 3, ..Spares::default() });
        table.pass(9);
        [7, 1, 8].into_iter().for_each(|number| table.spare_number(number));
        let mut lent = Lent::default();
        for expected in [8, 7, 1] {
            let number = table.number(lent.numbers.len() as u64, &lent, 1, LaneId(0));
            assert_eq!(number.value, expected);
            lent.give(number);
        }
        assert_eq!(next(&table, &lent), 12, "there are no more");
    }
}
