//! What the lanes of a run did to the target, summed.

use std::collections::BTreeMap;

use crate::{Digest, Rows};

/// Sums over lanes, made when they have ended.
#[derive(Clone, Debug, Default)]
pub struct Tally {
    /// The digest of all lanes' histories.
    pub history: Digest,
    /// By the name of the table.
    pub tables: BTreeMap<String, TableTally>,
}

/// What the lanes did to one table.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TableTally {
    /// Rows changed.
    pub rows: Rows,
    /// Rows that the lanes have inserted and not deleted.
    pub live: u64,
    /// The digest of those rows.
    pub digest: Digest,
    /// Operations on the table of which nobody knows whether they were carried out; with any, `live` and `digest` are not
    /// certain.
    pub unknown: u64,
    /// Updates and deletes that were carried out and did not find all of their rows, as somebody else writes here; with any,
    /// `live` and `digest` are not certain.
    pub missed: u64,
    /// Inserts that were skipped because no values were left for them.
    pub exhausted: u64,
    /// Whether others write the table too, so that nobody compares it.
    pub unchecked: bool,
    /// Whether columns that the digest covers became others during the run: then `digest` says nothing, and `live` alone
    /// can be compared.
    pub counted_only: bool,
    /// Whether the server picked the rows that were updated and deleted, so that nobody knows what is there.
    pub picked: bool,
}

impl Tally {
    /// Adds the sums of other lanes.
    pub fn merge(&mut self, other: Tally) {
        self.history.merge(other.history);
        for (name, table) in other.tables {
            self.tables.entry(name).or_default().merge(table);
        }
    }
}

impl TableTally {
    /// Adds the sums of other lanes.
    pub fn merge(&mut self, other: TableTally) {
        self.rows += other.rows;
        self.live += other.live;
        self.digest.merge(other.digest);
        self.unknown += other.unknown;
        self.missed += other.missed;
        self.exhausted += other.exhausted;
        self.unchecked |= other.unchecked;
        self.counted_only |= other.counted_only;
        self.picked |= other.picked;
    }
}
