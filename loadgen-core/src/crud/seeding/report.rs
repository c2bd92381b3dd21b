//! What a seeding came to.

use crate::{Failure, TableName};

/// What a seeding came to.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct SeedReport {
    /// The tables that were to be filled, parents first.
    pub tables: Vec<SeededTable>,
    /// The first table that failed, and what went wrong with it. Tables that do not need it are filled all the same, unless it
    /// was the target that failed.
    pub fatal: Option<(TableName, Failure)>,
    /// Whether it was asked to end before everything was done.
    pub stopped: bool,
}

/// One table.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct SeededTable {
    /// Its name.
    pub name: TableName,
    /// How many rows it was to have.
    pub goal: u64,
    /// Rows that were there before; with `at_least`, there may be more.
    pub before: u64,
    /// Whether there were so many rows more than it was to have that they were not all counted.
    pub at_least: bool,
    /// Rows that were added.
    pub inserted: u64,
    /// Whether nobody knows if there are more: answers were lost, and the rows could not be counted afterwards.
    pub uncertain: bool,
    /// Why it has fewer than it was to have, if that is not for want of time.
    pub short: Option<String>,
}

impl SeededTable {
    /// How many are missing.
    pub fn missing(&self) -> u64 {
        self.goal.saturating_sub(self.before + self.inserted)
    }

    /// Whether it was to have rows, and could not get a single one.
    pub fn is_left_empty(&self) -> bool {
        self.goal > 0 && self.before + self.inserted == 0 && self.short.is_some()
    }
}

impl SeedReport {
    /// Rows that were added, in all tables.
    pub fn inserted(&self) -> u64 {
        self.tables.iter().map(|table| table.inserted).sum()
    }

    /// Whether every table has as many rows as it was to have.
    pub fn is_complete(&self) -> bool {
        self.tables.iter().all(|table| table.missing() == 0 && !table.uncertain)
    }
}
