//! A run: the builder, and the supervision of its workers.

use std::{future::Future, pin::Pin, sync::Arc, time::Duration};

use tokio::{
    sync::{mpsc, watch},
    task::JoinSet,
    time::Instant,
};

use super::{
    progress::Progress,
    recorder::Recorder,
    retry::RetryPolicy,
    schedule::{Schedule, Timetable},
    stop::{Level, Stop},
    timer::Timer,
    worker::{Shared, Worker, deadline_passed},
};
use crate::{
    CheckError, Failure, LaneId, Limit, Pace, PrepareError, Report, Seed, Setup, Target, WeightsError,
    Workload, mix::Choice,
};

type Signal = Pin<Box<dyn Future<Output = ()> + Send>>;

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

/// The channels between the workers and whoever started them.
struct Crew {
    ready: (mpsc::Sender<Result<(), Failure>>, mpsc::Receiver<Result<(), Failure>>),
    start: watch::Sender<Option<Instant>>,
    done: (mpsc::Sender<Recorder>, mpsc::Receiver<Recorder>),
    waiting: u32,
}

impl Crew {
    fn new(workers: u32) -> Self {
        let size = workers as usize;
        Crew {
            ready: mpsc::channel(size),
            start: watch::Sender::new(None),
            done: mpsc::channel(size),
            waiting: workers,
        }
    }

    /// The work of some workers, to be driven by one runtime: connect, wait for the start, run, hand in the recorder.
    fn job<W: Workload>(
        &self,
        shared: &Arc<Shared<W>>,
        timetable: &Timetable,
        indexes: Vec<u32>,
        warmup: Duration,
        fine: bool,
    ) -> impl Future<Output = ()> + Send + 'static {
        let (shared, timetable) = (Arc::clone(shared), timetable.clone());
        let (ready, start, done) = (self.ready.0.clone(), self.start.subscribe(), self.done.0.clone());
        let workers = shared.progress.workers();
        async move {
            let mut crew = JoinSet::new();
            for index in indexes {
                let ids: Vec<LaneId> =
                    (index..timetable.lanes).step_by(workers as usize).map(LaneId).collect();
                let schedule = Schedule::new(timetable.clone(), ids.iter().copied());
                let recorder = Recorder::new(shared.choice.names.len(), warmup);
                let timer = if fine { Timer::fine() } else { Timer::Coarse };
                let mut worker = Worker::new(index, Arc::clone(&shared), schedule, ids, recorder, timer);
                let (ready, mut start, done) = (ready.clone(), start.clone(), done.clone());
                crew.spawn(async move {
                    let connected = worker.connect().await;
                    let failed = connected.is_err();
                    let heard = ready.send(connected).await;
                    drop(ready);
                    if failed || heard.is_err() {
                        return;
                    }
                    let Ok(Some(at)) = start.wait_for(Option::is_some).await.map(|at| *at) else { return };
                    worker.run(at).await;
                    let _ = done.send(worker.recorder).await;
                });
            }
            while crew.join_next().await.is_some() {}
        }
    }

    /// Waits for every session, then lets all workers go from the same instant.
    async fn start<W: Workload>(&mut self, shared: &Shared<W>) -> Result<Instant, RunError> {
        while self.waiting > 0 {
            match self.ready.1.recv().await {
                Some(Ok(())) => self.waiting -= 1,
                Some(Err(source)) => {
                    return Err(RunError::Connect { target: shared.target.describe(), source });
                }
                None => return Err(RunError::Worker),
            }
        }
        let now = Instant::now();
        self.start.send_replace(Some(now));
        Ok(now)
    }

    /// Everything that the workers hand in; fewer than there are workers when one panicked.
    fn recorders(self, workers: u32) -> impl Future<Output = Vec<Recorder>> {
        let Crew { done: (sender, mut receiver), .. } = self;
        drop(sender);
        async move {
            let mut recorders = Vec::with_capacity(workers as usize);
            while let Some(recorder) = receiver.recv().await {
                recorders.push(recorder);
            }
            recorders
        }
    }
}

fn on_own_thread(job: impl Future<Output = ()> + Send + 'static) {
    std::thread::spawn(move || match tokio::runtime::Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => runtime.block_on(job),
        Err(error) => tracing::error!(%error, "failed to start a runtime"),
    });
}

/// Waits for the workers; raises the stop when a signal comes, and cuts off what does not end within the grace period.
async fn supervise<T>(
    level: &Stop,
    stop: Signal,
    abort: Signal,
    grace: Duration,
    workers: impl Future<Output = T>,
) -> T {
    tokio::pin!(workers);
    let signals = async {
        tokio::select! {
            () = stop => level.raise(Level::Drain),
            () = level.reached(Level::Drain) => {}
        }
        tokio::time::sleep(grace).await;
        level.raise(Level::Cut);
    };
    let cut = async {
        abort.await;
        level.raise(Level::Cut);
    };
    tokio::pin!(signals, cut);
    let (mut signalled, mut aborted) = (false, false);
    loop {
        tokio::select! {
            biased;
            done = &mut workers => return done,
            () = &mut cut, if !aborted => aborted = true,
            () = &mut signals, if !signalled => signalled = true,
        }
    }
}

fn conclude<W: Workload>(
    shared: &Shared<W>,
    timetable: &Timetable,
    workers: u32,
    recorders: Vec<Recorder>,
    elapsed: Duration,
) -> Report {
    let mut report = Report {
        target: shared.target.describe(),
        seed: timetable.seed,
        lanes: timetable.lanes,
        connections: workers,
        open: shared.open,
        duration: elapsed,
        planned: 0,
        offered: 0,
        dropped: 0,
        retries: 0,
        reconnects: 0,
        scenarios: Default::default(),
        warmup: Default::default(),
        skips: Default::default(),
        errors: Default::default(),
        tally: Default::default(),
        fatal: shared.fatal.get().cloned(),
        cut: false,
    };
    for mut recorder in recorders {
        report.offered += recorder.offered;
        report.dropped += recorder.dropped;
        report.retries += recorder.retries;
        report.reconnects += recorder.reconnects;
        report.warmup += recorder.warmup;
        report.cut |= recorder.cut;
        report.tally.merge(std::mem::take(&mut recorder.tally));
        let Report { scenarios, skips, errors, .. } = &mut report;
        recorder.merge_into(&shared.choice.names, scenarios, skips, errors);
    }
    report.planned = report.offered + report.dropped;
    report
}
