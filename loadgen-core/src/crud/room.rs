//! How many rows fit where a unique column has few values.

use super::{source::Source, table_plan::TablePlan};
use crate::generate::Distinct;

/// A run of some minutes comes to the end of domains up to this.
pub(super) const SMALL: u128 = 100_000;

impl TablePlan {
    /// Notes the unique columns that will run out of values.
    pub(super) fn note_room(&mut self, lanes: u32) {
        let columns = self.table.columns.iter().zip(&self.sources);
        let small = columns.filter_map(|(column, source)| match source {
            Source::Distinct(distinct) if distinct.capacity() <= SMALL => Some((&column.name, distinct)),
            _ => None,
        });
        self.notes.extend(small.map(|(name, distinct)| room(name, distinct, lanes)));
    }
}

/// Values are dealt to the lanes in turn, and none is used twice.
fn room(column: &str, distinct: &Distinct, lanes: u32) -> String {
    let (values, lanes) = (distinct.capacity(), u128::from(lanes.max(1)));
    let share = match (values / lanes, values % lanes) {
        (0, _) => format!("one in each of {values} lanes"),
        (each, 0) => format!("{each} a lane"),
        (least, _) => format!("{least} or {} a lane", least + 1),
    };
    format!(
        "{column:?} is unique and has {values} values left: {values} rows fit in all, {share}; inserts after that are \
         skipped (domain exhausted)"
    )
}
