//! What the workers of a run have in common.

use std::{
    sync::{Arc, OnceLock},
    time::Duration,
};

use super::{
    follow::Follower,
    retry::RetryPolicy,
    stop::{Level, Stop},
};
use crate::{Failure, Progress, Seed, Workload};

/// What all workers of a run read and none changes.
pub(crate) struct Shared<W: Workload> {
    pub(crate) target: Arc<W::Target>,
    pub(crate) workload: W,
    pub(crate) follower: Follower<W>,
    pub(crate) seed: Seed,
    pub(crate) retry: RetryPolicy,
    pub(crate) deadline: Duration,
    pub(crate) max_lag: Duration,
    pub(crate) open: bool,
    pub(crate) timer_floor: Duration,
    pub(crate) stop: Stop,
    pub(crate) progress: Progress,
    pub(crate) fatal: OnceLock<Failure>,
}

impl<W: Workload> Shared<W> {
    /// Ends the run for a reason; the first reason counts.
    pub(crate) fn fail(&self, failure: Failure) {
        let _ = self.fatal.set(failure);
        self.stop.raise(Level::Drain);
    }
}
