//! What can be seen of a job while it goes on, or while it waits to.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use loadgen_core::Progress;

/// A look at a job, for whoever shows it.
#[derive(Clone, Debug)]
pub(crate) struct View(Arc<Mutex<Seen>>);

#[derive(Debug)]
struct Seen {
    progress: Option<Progress>,
    /// What is done before the first operation.
    before: String,
}

impl View {
    pub(crate) fn new(before: &str) -> Self {
        View(Arc::new(Mutex::new(Seen { progress: None, before: before.to_owned() })))
    }

    fn seen(&self) -> MutexGuard<'_, Seen> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The job has a run by now.
    pub(crate) fn show(&self, progress: Progress) {
        self.seen().progress = Some(progress);
    }

    /// The job has no run, or none any more.
    pub(crate) fn say(&self, before: &str) {
        *self.seen() = Seen { progress: None, before: before.to_owned() };
    }

    /// Its run, if it has one.
    pub(crate) fn progress(&self) -> Option<Progress> {
        self.seen().progress.clone()
    }

    /// What is done before the first operation.
    pub(crate) fn before(&self) -> String {
        self.seen().before.clone()
    }
}
