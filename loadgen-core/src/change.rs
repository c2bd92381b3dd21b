//! Transactions as data.

use std::{ops::Range, sync::Arc};

use crate::{NextRow, Table, Value};

/// What a change does to its rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ChangeKind {
    /// New rows.
    Insert,
    /// New values in rows found by key.
    Update,
    /// Rows found by key go.
    Delete,
}

impl ChangeKind {
    /// The word that reports and plans use.
    pub fn name(self) -> &'static str {
        match self {
            ChangeKind::Insert => "insert",
            ChangeKind::Update => "update",
            ChangeKind::Delete => "delete",
        }
    }
}

/// The part of a change that is the same for any values: a backend prepares one statement for each shape and number
/// class of rows.
#[derive(Debug)]
pub struct Shape {
    /// Dense number within a workload: sessions keep their statements in a vector indexed by it.
    pub id: u32,
    /// The table.
    pub table: Arc<Table>,
    /// What happens.
    pub kind: ChangeKind,
    /// Columns that find a row, as indexes into the table's columns (update and delete).
    pub key: Vec<usize>,
    /// Columns that get a value (insert and update).
    pub set: Vec<usize>,
    /// Columns to hand back for each row, in order (insert).
    pub returning: Vec<usize>,
}

impl Shape {
    /// The first numbers are those of the statements that move markers; a workload's own begin here.
    pub const FIRST: u32 = 4;

    /// The number of values a row has in [`Change::values`].
    pub fn width(&self) -> usize {
        self.key.len() + self.set.len()
    }

    /// The columns of one row of [`Change::values`]: first the key, then what is set.
    pub fn columns(&self) -> impl Iterator<Item = usize> + '_ {
        self.key.iter().chain(&self.set).copied()
    }
}

/// One change to a number of rows of one table.
#[derive(Clone, Debug)]
pub struct Change {
    /// What is done.
    pub shape: Arc<Shape>,
    /// `rows * shape.width()` values, row after row; in a row first the key, then what is set.
    pub values: Vec<Value>,
    /// How many rows; never 0, and 1 exactly for an insert of nothing but defaults.
    pub rows: usize,
}

impl Change {
    /// The values of row `index`.
    pub fn row(&self, index: usize) -> &[Value] {
        let width = self.shape.width();
        &self.values[index * width..(index + 1) * width]
    }

    /// The next rows that are drawn, up to `most`; none when there are no more.
    pub fn drawn(shape: &Arc<Shape>, most: usize, next: &mut NextRow<'_>) -> Option<Change> {
        let mut change = Change { shape: Arc::clone(shape), values: Vec::new(), rows: 0 };
        let mut row = Vec::new();
        while change.rows < most && next(&mut row) {
            change.values.append(&mut row);
            change.rows += 1;
        }
        (change.rows > 0).then_some(change)
    }

    /// Some of its rows.
    ///
    /// # Panics
    /// If there are fewer rows.
    pub fn part(&self, rows: Range<usize>) -> Change {
        let width = self.shape.width();
        Change {
            shape: Arc::clone(&self.shape),
            values: self.values[rows.start * width..rows.end * width].to_vec(),
            rows: rows.len(),
        }
    }

    /// Its first rows and the others; of an odd number, the others are one more.
    pub fn halves(&self) -> [Change; 2] {
        let middle = self.rows / 2;
        [self.part(0..middle), self.part(middle..self.rows)]
    }
}

/// What became of a change that was to be carried out under a marker, all of it or nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Marked {
    /// The marker was moved, and every row was changed.
    Done,
    /// Fewer rows would have been changed than the change names: nothing was done.
    Short,
    /// The marker is not where it has to be: nothing was done.
    Unmoved,
}

/// What became of one change that was committed.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Applied {
    /// Rows that the database says it changed.
    pub rows: u64,
    /// `rows * shape.returning.len()` values, in the order of the change's rows.
    pub returned: Vec<Value>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Type, memory::table};

    #[test]
    fn rows_are_drawn_and_divided_without_loss() {
        let (table, kind, key, returning) =
            (Arc::new(table("t").column("n", Type::Int(64))), ChangeKind::Insert, Vec::new(), Vec::new());
        let shape = Arc::new(Shape { id: 0, table, kind, key, set: vec![0], returning });
        let mut numbers = 0..7;
        let mut next = |row: &mut Vec<Value>| {
            row.extend(numbers.next().map(Value::Int));
            !row.is_empty()
        };
        let [five, two] = [5, 5].map(|most| Change::drawn(&shape, most, &mut next).unwrap());
        assert!(Change::drawn(&shape, 5, &mut next).is_none());
        assert_eq!((five.rows, two.rows, two.values.as_slice()), (5, 2, &[5, 6].map(Value::Int)[..]));
        let parts = five.halves().map(|half| (half.rows, half.values));
        assert_eq!(parts, [(2, [0, 1].map(Value::Int).to_vec()), (3, [2, 3, 4].map(Value::Int).to_vec())]);
    }
}
