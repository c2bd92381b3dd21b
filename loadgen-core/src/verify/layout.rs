//! The columns of a table.

use crate::{column_salt, ledger::TableHeader};

/// The columns of a table for some time.
#[derive(Debug)]
pub(super) struct Layout {
    pub(super) form: TableHeader,
    /// The sum of the salts of all columns.
    pub(super) names: u64,
    /// Which of the table's columns sums cover, by their numbers.
    pub(super) covered: Vec<bool>,
    /// Whether a covered column has another type later.
    pub(super) retyped: bool,
}

impl Layout {
    pub(super) fn new(form: &TableHeader) -> Self {
        let mut layout = Layout { form: form.clone(), names: 0, covered: Vec::new(), retyped: false };
        layout.names = layout.all().map(column_salt).fold(0, u64::wrapping_add);
        layout
    }

    pub(super) fn all(&self) -> impl Iterator<Item = &str> {
        self.form.columns.iter().map(|column| &column.name).chain(&self.form.uncovered).map(String::as_str)
    }

    pub(super) fn covers(&self, column: u16) -> bool {
        self.covered.get(usize::from(column)).is_some_and(|covered| *covered)
    }
}
