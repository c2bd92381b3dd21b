//! Transactions as data.

use std::sync::Arc;

use crate::{Table, Value};

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
