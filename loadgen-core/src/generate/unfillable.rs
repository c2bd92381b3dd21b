//! Why a column cannot be filled.

use crate::TableName;

/// A column that no generator was found for: which, why, and what to write into the plan file.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("column {column} cannot be filled: {reason}; write {remedy}")]
#[non_exhaustive]
pub struct Unfillable {
    /// The column, with its schema and table where they are known.
    pub column: String,
    /// What is in the way.
    pub reason: String,
    /// What the plan file should say of the column.
    pub remedy: String,
}

impl Unfillable {
    /// The same, with the table's name in front of the column's.
    #[must_use]
    pub fn in_table(mut self, table: &TableName) -> Self {
        self.column = format!("{table}.{}", self.column);
        self
    }
}

/// The part of [`Unfillable`] that does not depend on the column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Refusal {
    reason: String,
    remedy: String,
}

impl Refusal {
    pub(super) fn new(reason: impl Into<String>, remedy: impl Into<String>) -> Self {
        Refusal { reason: reason.into(), remedy: remedy.into() }
    }

    /// The same of an array, of whose items a plan file may have spoken.
    pub(super) fn of_items(mut self, is_said: bool) -> Self {
        if is_said {
            self.reason += " (of an array, the plan file speaks of its items)";
        }
        self
    }

    pub(super) fn of(self, column: &str) -> Unfillable {
        Unfillable { column: column.to_owned(), reason: self.reason, remedy: self.remedy }
    }
}
