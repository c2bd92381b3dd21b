//! A run: the builder, and the supervision of its workers.

use std::{
    future::{Future, pending},
    sync::Arc,
    time::Duration,
};

use super::{progress::Progress, retry::RetryPolicy, supervise::Signal};
use crate::{Limit, Pace, Seed, Workload};

/// A run of one workload against one target, on the caller's runtime.
///
/// Nothing happens before [`Run::execute`].
#[must_use = "a run does nothing before it is executed"]
pub struct Run<W: Workload> {
    pub(super) target: Arc<W::Target>,
    pub(super) workload: W,
    pub(super) seed: Seed,
    pub(super) lanes: u32,
    pub(super) connections: u32,
    pub(super) threads: usize,
    pub(super) pace: Pace,
    pub(super) limit: Limit,
    pub(super) warmup: Duration,
    pub(super) max_lag: Duration,
    pub(super) deadline: Duration,
    pub(super) grace: Duration,
    pub(super) retry: RetryPolicy,
    pub(super) fine_timer: bool,
    pub(super) look_every: Duration,
    pub(super) check: bool,
    pub(super) stop: Signal,
    pub(super) abort: Signal,
    pub(super) progress: Progress,
}

impl<W: Workload> Run<W> {
    /// A run with seed 0, 64 lanes on 4 connections, unpaced and without an end.
    pub fn new(target: W::Target, workload: W) -> Self {
        Run {
            target: Arc::new(target),
            workload,
            seed: Seed(0),
            lanes: 64,
            connections: 4,
            threads: 0,
            pace: Pace::Unpaced,
            limit: Limit::default(),
            warmup: Duration::ZERO,
            max_lag: Duration::from_secs(10),
            deadline: Duration::from_secs(60),
            grace: Duration::from_secs(4),
            retry: RetryPolicy::default(),
            fine_timer: true,
            look_every: Duration::from_secs(5),
            check: false,
            stop: Box::pin(pending()),
            abort: Box::pin(pending()),
            progress: Progress::new(),
        }
    }

    /// What every draw starts from.
    pub fn seed(mut self, seed: impl Into<Seed>) -> Self {
        self.seed = seed.into();
        self
    }

    /// Virtual actors; part of what makes two runs equal.
    pub fn lanes(mut self, lanes: u32) -> Self {
        self.lanes = lanes;
        self
    }

    /// Sessions that carry the lanes; never more than there are lanes, and of no influence on what is done.
    pub fn connections(mut self, connections: u32) -> Self {
        self.connections = connections;
        self
    }

    /// Spreads the sessions over so many threads with a runtime each, instead of the caller's runtime (0, the default).
    pub fn threads(mut self, threads: usize) -> Self {
        self.threads = threads;
        self
    }

    /// When operations are due.
    pub fn pace(mut self, pace: Pace) -> Self {
        self.pace = pace;
        self
    }

    /// Ends the run after so many operations over all lanes.
    pub fn operations(mut self, operations: u64) -> Self {
        self.limit.operations = Some(operations);
        self
    }

    /// Ends the run after that time.
    pub fn duration(mut self, duration: Duration) -> Self {
        self.limit.duration = Some(duration);
        self
    }

    /// Keeps what is due before that time out of the report's figures (not out of its digests).
    pub fn warmup(mut self, warmup: Duration) -> Self {
        self.warmup = warmup;
        self
    }

    /// Operations that could only be started later than this after they were due are dropped, and counted. Open paces
    /// only; 10 s unless set.
    pub fn max_lag(mut self, max_lag: Duration) -> Self {
        self.max_lag = max_lag;
        self
    }

    /// The longest wait for a connection, a look at the schema or one attempt at one operation, whatever deadlines the target
    /// has of its own; 60 s unless set. [`Workload::prepare`] and [`Workload::check`] read whole tables, so each of their
    /// steps has the target's own deadline (see [`SqlSession`](crate::SqlSession)), and a stop ends them.
    pub fn deadline(mut self, deadline: Duration) -> Self {
        self.deadline = deadline;
        self
    }

    /// How long operations that have begun may take after a stop before they are cut off; 4 s unless set.
    pub fn grace(mut self, grace: Duration) -> Self {
        self.grace = grace;
        self
    }

    /// How failures are met.
    pub fn retry(mut self, retry: RetryPolicy) -> Self {
        self.retry = retry;
        self
    }

    /// Sleeps on tokio's own timers, so that time can be paused in a test.
    pub fn coarse_timer(mut self) -> Self {
        self.fine_timer = false;
        self
    }

    /// How often the schema is looked at for changes that make nothing fail, such as a new table; 5 s unless set. A look
    /// is a glance at the catalog on a session of its own. What makes something fail is noticed at once.
    pub fn look_every(mut self, every: Duration) -> Self {
        self.look_every = every;
        self
    }

    /// Has the workload compare the target with the report at the end. What cannot be compared, as a table that others write, is
    /// `unchecked` in the tally of the report; a check that has nothing to compare is inconclusive.
    pub fn check(mut self) -> Self {
        self.check = true;
        self
    }

    /// Drains the run when this future is ready: what has begun is finished, nothing else is begun. Before the first
    /// operation it ends the run with [`RunError::Stopped`](crate::RunError::Stopped); a check that is under way is given up.
    pub fn stop_on(mut self, stop: impl Future<Output = ()> + Send + 'static) -> Self {
        self.stop = Box::pin(stop);
        self
    }

    /// Cuts the run off when this future is ready: what has begun counts as indeterminate.
    pub fn abort_on(mut self, abort: impl Future<Output = ()> + Send + 'static) -> Self {
        self.abort = Box::pin(abort);
        self
    }

    /// A live view of the run.
    pub fn progress(&self) -> Progress {
        self.progress.clone()
    }
}
