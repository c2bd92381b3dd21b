//! The values of one new row, whoever gives it its parents.

use super::{table_plan::TablePlan, ties::nulls};
use crate::{Rng, Value};

/// What comes of drawing a row.
pub(super) enum Fit {
    /// Its values, column by column of the table.
    Row(Vec<Value>),
    /// They do not meet the checks. Others may.
    Unfit,
    /// It needs a value of a column that has no more. Other rows may do without.
    Ended,
}

impl TablePlan {
    /// Whether columns of a row depend on each other.
    pub(super) fn is_tied(&self) -> bool {
        self.ties.is_some() || self.partial.is_some() || !self.loose.is_empty()
    }

    /// Draws a row: first what stands on its own, as `value` says, and then what has to fit it.
    pub(super) fn draw_row<E>(
        &self,
        rng: &mut Rng,
        value: impl Fn(usize, &mut Rng) -> Result<Value, E>,
    ) -> Result<Fit, E> {
        let (mut row, mut ended) = (nulls(self.table.columns.len()), Vec::new());
        for column in self.begun() {
            row[*column] = value(*column, rng).or_else(|reason| {
                ended.push(*column);
                self.loose_value(*column, rng).ok_or(reason)
            })?;
        }
        Ok(match &self.ties {
            Some(ties) if !ties.draw(&mut row, rng) => Fit::Unfit,
            _ if self.needs_one_of(&row, |column| ended.contains(&column)) => Fit::Ended,
            _ => Fit::Row(row),
        })
    }

    /// What an insert names of a row.
    pub(super) fn take_written(&self, mut row: Vec<Value>, values: &mut Vec<Value>) {
        values.extend(self.insert.set.iter().map(|column| std::mem::take(&mut row[*column])));
    }
}
