//! Writing related values into a row.

use crate::{Rng, Value, generate::Generator};

/// A row while its related columns are drawn.
pub(super) struct Pen<'a> {
    pub(super) row: &'a mut [Value],
    pub(super) rng: &'a mut Rng,
    /// The generators of columns that nothing else draws, column by column.
    pub(super) own: &'a [Option<Box<dyn Generator>>],
    /// Columns that another relation has drawn before.
    pub(super) drawn: &'a [usize],
    /// Column by column, whether a check ties it to others: those are looked at when all of them are written.
    pub(super) tied: &'a [bool],
    /// Which columns to write.
    pub(super) wanted: &'a dyn Fn(usize) -> bool,
    /// Whether the row still meets the checks that read any of some columns.
    pub(super) holds: &'a dyn Fn(&[Value], &[usize]) -> bool,
}

impl Pen<'_> {
    /// The same for a relation before which others have drawn some columns.
    pub(super) fn after<'a>(&'a mut self, drawn: &'a [usize]) -> Pen<'a> {
        Pen { row: &mut *self.row, rng: &mut *self.rng, drawn, ..*self }
    }

    /// Those of some columns that are to be written.
    pub(super) fn wanted_of(&self, columns: &[usize]) -> Vec<usize> {
        columns.iter().copied().filter(|column| (self.wanted)(*column)).collect()
    }

    /// Draws a column that others are computed from, unless it has been drawn.
    pub(super) fn start(&mut self, column: usize) {
        let is_open = !self.drawn.contains(&column) && (self.wanted)(column);
        if let (true, Some(own)) = (is_open, &self.own[column]) {
            self.row[column] = own.generate(self.rng);
        }
    }

    /// Writes what `make` makes out of what is there, but for NULLs, which stay. Where it makes nothing, or a check does
    /// not hold any more, the column gets a value of its own and the answer is false.
    pub(super) fn set(
        &mut self,
        column: usize,
        make: impl FnOnce(&mut Rng, &Value) -> Option<Value>,
    ) -> bool {
        if !(self.wanted)(column) {
            return true;
        }
        match &self.own[column] {
            Some(own) if own.draws_null(self.rng) => {
                self.row[column] = Value::Null;
                true
            }
            Some(own) => {
                let made = make(self.rng, &Value::Null);
                let fits = made.is_some();
                self.row[column] = made.unwrap_or_else(|| own.generate(self.rng));
                fits
            }
            None if self.row[column].is_null() => true,
            None => {
                let Some(made) = make(self.rng, &self.row[column]) else { return false };
                let before = std::mem::replace(&mut self.row[column], made);
                let fits = self.tied[column] || (self.holds)(self.row, &[column]);
                if !fits {
                    self.row[column] = before;
                }
                fits
            }
        }
    }
}
