//! What somebody else did to the schema while traffic was going on.

use std::time::Duration;

/// One change, noticed and followed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SchemaChange {
    /// When it was noticed, from the start of the run.
    pub at: Duration,
    /// The table, by the name that it has now; by its last name if it is gone.
    pub table: String,
    /// What is different, in words that follow the name of the table.
    pub what: String,
}

/// The changes of a run, the first of them in full.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SchemaChanges {
    /// In the order in which they were noticed.
    pub listed: Vec<SchemaChange>,
    /// How many more there were.
    pub more: u64,
}

/// Changes that are kept in full.
const LISTED: usize = 256;

impl SchemaChanges {
    /// Adds one.
    pub(crate) fn push(&mut self, change: SchemaChange) {
        if self.listed.len() < LISTED {
            self.listed.push(change);
        } else {
            self.more += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_is_bounded_and_what_comes_after_it_is_counted() {
        let mut changes = SchemaChanges::default();
        let change = |_| SchemaChange { at: Duration::ZERO, table: "t".into(), what: "created".into() };
        (0..LISTED + 3).map(change).for_each(|change| changes.push(change));
        assert_eq!((changes.listed.len(), changes.more), (LISTED, 3));
    }
}
