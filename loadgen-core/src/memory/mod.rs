//! A database in memory, with rows, keys, references and failures on demand: for examples, properties and tests of
//! scenarios. It checks what a real one checks; it has no isolation levels, locks or disk.

mod alter;
mod bulk;
mod fault;
mod session;
mod steps;
mod store;
mod table;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;

pub use fault::{Fault, Faults};
pub use session::MemorySession;
use store::Store;
pub use table::table;

use crate::{Failure, Schema, Table, Target, Value};

/// The database. Clones share their rows.
#[derive(Clone, Debug)]
pub struct Memory {
    store: Arc<Mutex<Store>>,
    faults: Faults,
}

impl Memory {
    /// An empty database with these tables; see [`table()`].
    pub fn new(tables: impl IntoIterator<Item = Table>) -> Self {
        let store = Store::new(Schema::of(tables).tables);
        Memory { store: Arc::new(Mutex::new(store)), faults: Faults::none() }
    }

    /// The same database with failures. The function is asked before every transaction.
    #[must_use]
    pub fn with_faults(mut self, faults: Faults) -> Self {
        self.faults = faults;
        self
    }

    /// All rows of a table, in no particular order; none when there is no such table.
    pub fn rows(&self, table: &str) -> Vec<Vec<Value>> {
        let store = self.lock();
        let index = store.named(table);
        index.map_or_else(Vec::new, |index| store.rows(index).map(<[Value]>::to_vec).collect())
    }

    /// Makes rows disappear that nothing refers to.
    #[cfg(test)]
    pub(crate) fn forget(&self, table: &str, which: impl Fn(&[Value]) -> bool) {
        let mut store = self.lock();
        if let Some(index) = store.named(table) {
            store.forget(index, which);
        }
    }

    fn lock(&self) -> MutexGuard<'_, Store> {
        self.store.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl Target for Memory {
    type Session = MemorySession;

    async fn connect(&self) -> Result<MemorySession, Failure> {
        self.faults.connect()?;
        Ok(MemorySession::new(self.clone()))
    }

    fn describe(&self) -> String {
        "memory://".to_owned()
    }
}
