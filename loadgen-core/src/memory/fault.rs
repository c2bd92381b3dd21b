//! Failures on demand.

use std::{
    fmt,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use crate::{Change, Failure};

/// What goes wrong with one transaction.
#[derive(Clone, Debug)]
pub struct Fault {
    /// What the session answers.
    pub failure: Failure,
    /// Whether the transaction is carried out all the same, as when the answer to a commit is lost.
    pub applied: bool,
}

type Judge = dyn Fn(u64, &[Change]) -> Option<Fault> + Send + Sync;

/// Decides which transactions fail.
#[derive(Clone, Default)]
pub struct Faults {
    judge: Option<Arc<Judge>>,
    count: Arc<AtomicU64>,
}

impl Faults {
    /// Nothing ever fails.
    pub fn none() -> Self {
        Faults::default()
    }

    /// Asks this function before each transaction; it is given the number of transactions before and the changes.
    pub fn new(judge: impl Fn(u64, &[Change]) -> Option<Fault> + Send + Sync + 'static) -> Self {
        Faults { judge: Some(Arc::new(judge)), count: Arc::default() }
    }

    pub(super) fn connect(&self) -> Result<(), Failure> {
        self.judge
            .as_ref()
            .and_then(|judge| judge(self.count.load(Ordering::Relaxed), &[]))
            .map_or(Ok(()), |fault| Err(fault.failure))
    }

    pub(super) fn next(&self, changes: &[Change]) -> Option<Fault> {
        let judge = self.judge.as_ref()?;
        judge(self.count.fetch_add(1, Ordering::Relaxed), changes)
    }
}

impl fmt::Debug for Faults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Faults").field("count", &self.count).finish_non_exhaustive()
    }
}
