//! How many rows fit where a unique column has few values.

use super::{source::Source, spares, table_plan::TablePlan};
use crate::{
    Table,
    generate::{After, Distinct},
};

/// A run of some minutes comes to the end of domains up to this.
pub(super) const SMALL: u128 = 100_000;

impl TablePlan {
    /// Notes the unique columns that will run out of values.
    pub(super) fn note_room(&mut self, lanes: u32) {
        let note = |(column, source): (usize, &Source)| {
            let name = self.table.columns[column].name.as_str();
            let again = if self.operations.delete > 0 && spares::ends_for(source) {
                "; a lane uses those of its deleted rows again"
            } else {
                ""
            };
            let named = |distinct: &Distinct| match distinct.begins() {
                Some(columns) => Some(format!("({columns})")),
                None => distinct.is_alone().then(|| format!("{name:?}")),
            };
            match source {
                Source::Distinct(distinct) if self.loose.iter().any(|loose| loose.column == column) => {
                    let few = distinct.capacity() <= SMALL;
                    few.then(|| format!("{name:?} has {} values left for such rows", distinct.capacity()))
                }
                Source::Distinct(distinct) if distinct.capacity() <= SMALL => {
                    Some(room(&named(distinct)?, distinct, lanes) + again)
                }
                Source::Line(distinct) => {
                    let (name, values) = (named(distinct)?, distinct.capacity());
                    Some(format!("{name} is unique beside its parents: {values} rows fit for each"))
                }
                _ => None,
            }
        };
        let mut notes: Vec<String> = self.sources.iter().enumerate().filter_map(note).collect();
        let ending = of_sequences(&self.table, &self.sources);
        if let Some((column, left)) = ending.filter(|(_, left)| u128::from(*left) <= SMALL) {
            let name = &self.table.columns[column].name;
            notes.push(format!(
                "the sequence of {name:?} ends: {left} rows fit in all; inserts after that are skipped (domain exhausted)"
            ));
        }
        self.notes.extend(notes);
    }
}

impl TablePlan {
    /// Why there are no more rows where a sequence has come to its end.
    pub(super) fn ending(&self) -> Option<String> {
        let (column, _) = of_sequences(&self.table, &self.sources)?;
        Some(format!("the sequence of {:?} has no more values", self.table.columns[column].name))
    }
}

/// The column that the database fills and that comes to its end first, and how many values it has left.
pub(super) fn of_sequences(table: &Table, sources: &[Source]) -> Option<(usize, u64)> {
    let by_server = |column: usize| matches!(sources.get(column), Some(Source::Server(_)));
    let ends = table.special.sequences.iter().map(|(column, left)| (*column, *left));
    ends.filter(|(column, _)| by_server(*column)).min_by_key(|(_, left)| *left)
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
    let then = match distinct.after() {
        After::Nothing => "inserts after that are skipped (domain exhausted)",
        After::Null | After::Again => "rows after that have NULL",
    };
    format!("{column} is unique and has {left} in all, {share}; {then}")
}
