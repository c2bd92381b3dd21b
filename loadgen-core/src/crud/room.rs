//! How many rows fit where a unique column has few values.

use super::{source::Source, table_plan::TablePlan};
use crate::generate::Distinct;

/// A run of some minutes comes to the end of domains up to this.
pub(super) const SMALL: u128 = 100_000;

impl TablePlan {
    /// Notes the unique columns that will run out of values.
    pub(super) fn note_room(&mut self, lanes: u32) {
        let note = |(column, source): (usize, &Source)| {
            let name = self.table.columns[column].name.as_str();
            let named = |distinct: &Distinct| match distinct.begins() {
                Some(columns) => Some(format!("({columns})")),
                None => distinct.is_alone().then(|| format!("{name:?}")),
            };
            match source {
                Source::Distinct(distinct) if distinct.capacity() <= SMALL => {
                    Some(room(&named(distinct)?, distinct, lanes))
                }
                Source::Line(distinct) => {
                    let (name, values) = (named(distinct)?, distinct.capacity());
                    Some(format!("{name} is unique beside its parents: {values} rows fit for each"))
                }
                _ => None,
            }
        };
        let notes: Vec<String> = self.sources.iter().enumerate().filter_map(note).collect();
        self.notes.extend(notes);
    }
}

/// Values are dealt to the lanes in turn, and none is used twice.
fn room(column: &str, distinct: &Distinct, lanes: u32) -> String {
    let (values, lanes) = (distinct.capacity(), u128::from(lanes.max(1)));
    let share = match (values / lanes, values % lanes) {
        (0, 1) => "one for one lane".to_owned(),
        (0, _) => format!("one in each of {values} lanes"),
        (each, 0) => format!("{each} a lane"),
        (least, _) => format!("{least} or {} a lane", least + 1),
    };
    let left = match values {
        1 => "1 value left: 1 row fits".to_owned(),
        values => format!("{values} values left: {values} rows fit"),
    };
    format!(
        "{column} is unique and has {left} in all, {share}; inserts after that are skipped (domain exhausted)"
    )
}
