//! How far a seeding has come, for whoever looks.

use std::sync::{
    Arc, Mutex, PoisonError,
    atomic::{AtomicU64, Ordering::Relaxed},
};

/// A live view of a seeding. Clones look at the same.
#[derive(Clone, Debug, Default)]
pub struct SeedProgress(Arc<State>);

#[derive(Debug, Default)]
struct State {
    inserted: AtomicU64,
    wanted: AtomicU64,
    table: Mutex<String>,
}

/// How far a seeding has come.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SeedSnapshot {
    /// Rows that are in the tables now and were not before.
    pub inserted: u64,
    /// Rows that were missing at the start; 0 until they are counted.
    pub wanted: u64,
    /// The table that is being filled; empty before the first and after the last.
    pub table: String,
}

impl SeedProgress {
    /// How far it has come by now.
    pub fn snapshot(&self) -> SeedSnapshot {
        let table = self.0.table.lock().unwrap_or_else(PoisonError::into_inner).clone();
        SeedSnapshot { inserted: self.0.inserted.load(Relaxed), wanted: self.0.wanted.load(Relaxed), table }
    }

    pub(super) fn want(&self, rows: u64) {
        self.0.wanted.fetch_add(rows, Relaxed);
    }

    pub(super) fn insert(&self, rows: u64) {
        self.0.inserted.fetch_add(rows, Relaxed);
    }

    pub(super) fn at(&self, table: String) {
        *self.0.table.lock().unwrap_or_else(PoisonError::into_inner) = table;
    }
}
