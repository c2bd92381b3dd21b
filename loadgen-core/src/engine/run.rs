//! A run: the builder, and the supervision of its workers.

use std::{future::Future, sync::Arc, time::Duration};

use super::{
    conclude::conclude,
    crew::{Crew, on_own_thread},
    progress::Progress,
    retry::RetryPolicy,
    schedule::Timetable,
    stop::Stop,
    supervise::{Signal, supervise},
    worker::{Shared, deadline_passed},
};
use crate::{
    CheckError, Failure, Limit, Pace, PrepareError, Report, Seed, Setup, Target, WeightsError, Workload,
    mix::Choice,
};

/// A run of one workload against one target, on the caller's runtime.
///
/// Nothing happens before [`Run::execute`].
#[must_use = "a run does nothing before it is executed"]
pub struct Run<W: Workload> {
    target: Arc<W::Target>,
    workload: W,
    seed: Seed,
    lanes: u32,
    connections: u32,
    threads: usize,
    pace: Pace,
    limit: Limit,
    warmup: Duration,
    max_lag: Duration,
    deadline: Duration,
    grace: Duration,
    retry: RetryPolicy,
    fine_timer: bool,
    check: bool,
    stop: Signal,
    abort: Signal,
    progress: Option<Progress>,
}

/// Why there is no report.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RunError {
    /// A session could not be opened before the first operation.
    #[error("failed to connect to {target}")]
    Connect {
        /// Where to.
        target: String,
        /// Why.
        #[source]
        source: Failure,
    },
    /// The workload could not get ready.
    #[error("failed to prepare {target}")]
    Prepare {
        /// Where.
        target: String,
        /// Why.
        #[source]
        source: PrepareError,
    },
    /// The weights of the scenarios.
    #[error("no scenario can be picked")]
    Mix(#[from] WeightsError),
    /// No lanes or no connections.
    #[error("a run needs at least one lane and one connection")]
    Empty,
    /// A worker ended without its results: a defect in a scenario.
    #[error("a worker panicked; what the others did is lost with it")]
    Worker,
    /// What the lanes know and what the target holds are not the same.
    #[error("the check of {target} did not hold")]
    Check {
        /// Where.
        target: String,
        /// What differs, or why it could not be compared.
        #[source]
        source: CheckError,
        /// The report all the same.
        report: Box<Report>,
    },
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
            check: false,
            stop: Box::pin(std::future::pending()),
            abort: Box::pin(std::future::pending()),
            progress: None,
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

    /// The longest wait for one attempt at one operation, whatever deadlines the target has of its own; 60 s unless set.
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

    /// Has the workload compare the target with the report at the end.
    pub fn check(mut self) -> Self {
        self.check = true;
        self
    }

    /// Drains the run when this future is ready: what has begun is finished, nothing else is begun.
    pub fn stop_on(mut self, stop: impl Future<Output = ()> + Send + 'static) -> Self {
        self.stop = Box::pin(stop);
        self
    }

    /// Cuts the run off when this future is ready: what has begun counts as indeterminate.
    pub fn abort_on(mut self, abort: impl Future<Output = ()> + Send + 'static) -> Self {
        self.abort = Box::pin(abort);
        self
    }

    /// A live view of the run, to be asked for before it is executed.
    pub fn progress(&mut self) -> Progress {
        let workers = self.workers();
        self.progress.get_or_insert_with(|| Progress::new(workers)).clone()
    }

    fn workers(&self) -> u32 {
        self.connections.min(self.lanes)
    }

    /// Prepares, connects, runs to the end and reports.
    ///
    /// # Errors
    /// When no traffic could be sent, or a check was asked for and did not hold. A run that was ended by a failure
    /// later on has a report, with [`Report::fatal`] set.
    pub async fn execute(mut self) -> Result<Report, RunError> {
        if self.workers() == 0 {
            return Err(RunError::Empty);
        }
        let mut session = open(&*self.target, self.deadline).await?;
        let setup = Setup { seed: self.seed, lanes: self.lanes, check: self.check };
        let mix = self
            .workload
            .prepare(&mut session, &setup)
            .await
            .map_err(|source| RunError::Prepare { target: self.target.describe(), source })?;
        drop(session);
        let progress = self.progress();
        let choice = mix.build()?;
        let check = self.check.then(|| (Arc::clone(&self.target), self.deadline));
        let (shared, report) = self.traffic(choice, progress).await?;
        let Some((target, deadline)) = check.filter(|_| report.fatal.is_none()) else { return Ok(report) };
        let mut session = open(&*target, deadline).await?;
        match shared.workload.check(&mut session, &report).await {
            Ok(()) => Ok(report),
            Err(source) => {
                Err(RunError::Check { target: target.describe(), source, report: Box::new(report) })
            }
        }
    }

    async fn traffic(
        self,
        choice: Choice<W>,
        progress: Progress,
    ) -> Result<(Arc<Shared<W>>, Report), RunError> {
        let workers = self.workers();
        let timetable = Timetable { seed: self.seed, lanes: self.lanes, pace: self.pace, limit: self.limit };
        let shared = Arc::new(Shared {
            target: self.target,
            workload: self.workload,
            choice,
            seed: self.seed,
            retry: self.retry,
            deadline: self.deadline,
            max_lag: self.max_lag,
            open: !self.pace.is_closed(),
            timer_floor: timer_floor(&self.pace),
            stop: Stop::new(),
            progress,
            fatal: std::sync::OnceLock::new(),
        });
        let mut crew = Crew::new(workers);
        let crews = if self.threads == 0 { 1 } else { self.threads.min(workers as usize) };
        for crew_index in 0..crews {
            let indexes: Vec<u32> = (0..workers).filter(|i| *i as usize % crews == crew_index).collect();
            let job = crew.job(&shared, &timetable, indexes, self.warmup, self.fine_timer);
            if self.threads == 0 {
                tokio::spawn(job);
            } else {
                on_own_thread(job);
            }
        }
        let started = crew.start(&shared).await?;
        let supervised = supervise(&shared.stop, self.stop, self.abort, self.grace, crew.recorders(workers));
        let recorders = supervised.await;
        if recorders.len() < workers as usize {
            return Err(RunError::Worker);
        }
        let report = conclude(&shared, &timetable, workers, recorders, started.elapsed());
        Ok((shared, report))
    }
}

/// Below this distance a worker waits for several operations at once: waking up for each would cost more than it gains.
fn timer_floor(pace: &Pace) -> Duration {
    match pace.rate() {
        Some(rate) if rate >= 20_000.0 => Duration::from_micros(100),
        _ => Duration::ZERO,
    }
}

async fn open<T: Target>(target: &T, deadline: Duration) -> Result<T::Session, RunError> {
    let connected = tokio::time::timeout(deadline, target.connect()).await;
    let connected = connected.unwrap_or_else(|_| Err(deadline_passed("connection", deadline)));
    connected.map_err(|source| RunError::Connect { target: target.describe(), source })
}
