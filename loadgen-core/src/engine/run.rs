//! A run: the builder, and the supervision of its workers.

use std::{future::Future, sync::Arc, time::Duration};

use tokio::time::Instant;

use super::{
    conclude::conclude,
    crew::{Crew, on_own_thread},
    follow::{Ask, Follower},
    open::{DEADLINE_CODE, deadline_passed, open},
    progress::Progress,
    retry::RetryPolicy,
    schedule::Timetable,
    stop::{Level, Stop},
    supervise::{Signal, listen, supervise},
    worker::Shared,
};
use crate::{
    Action, CheckError, Failure, Limit, Mix, Occasion, Pace, PrepareError, Report, Seed, SessionOf, Setup,
    Target, WeightsError, Workload, mix::Choice,
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
    look_every: Duration,
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
    /// The pace is none that can be held.
    #[error("{0}")]
    Pace(&'static str),
    /// A worker was gone before the first operation: a panic while it connected, or no runtime for it.
    #[error("a worker was gone before it was connected: it panicked, or it got no thread or no runtime")]
    Worker,
    /// A stop was asked for before the first operation.
    #[error("stopped before the first operation")]
    Stopped,
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
            look_every: Duration::from_secs(5),
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

    /// Has the workload compare the target with the report at the end.
    pub fn check(mut self) -> Self {
        self.check = true;
        self
    }

    /// Drains the run when this future is ready: what has begun is finished, nothing else is begun. Before the first
    /// operation it ends the run with [`RunError::Stopped`]; a check that is under way is given up.
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
        self.progress.get_or_insert_with(Progress::new).clone()
    }

    fn workers(&self) -> u32 {
        self.connections.min(self.lanes)
    }

    /// Prepares, connects, runs to the end and reports.
    ///
    /// Must be awaited on a tokio runtime that has time and, unless [`Run::coarse_timer`] was asked for, I/O enabled
    /// (`enable_all`): the fine timer is a file descriptor. Dropping the future cuts the run off.
    ///
    /// # Errors
    /// When no traffic could be sent, or a check was asked for and did not hold. A run that was ended by a failure
    /// later on has a report, with [`Report::fatal`] set.
    pub async fn execute(mut self) -> Result<Report, RunError> {
        self.validate()?;
        let asked = Stop::new();
        let nothing = || -> Signal { Box::pin(std::future::pending()) };
        let stop = std::mem::replace(&mut self.stop, nothing());
        let abort = std::mem::replace(&mut self.abort, nothing());
        tokio::select! {
            biased;
            never = listen(&asked, stop, abort) => match never {},
            result = self.stages(&asked) => result,
        }
    }

    fn validate(&self) -> Result<(), RunError> {
        if self.workers() == 0 {
            return Err(RunError::Empty);
        }
        match self.pace {
            Pace::Bursts(bursts) if bursts.operations.0 == 0 => {
                Err(RunError::Pace("a burst needs at least one operation"))
            }
            Pace::Bursts(bursts) if bursts.pause.0.is_zero() => {
                Err(RunError::Pace("bursts need a pause between them"))
            }
            _ => Ok(()),
        }
    }

    async fn stages(mut self, asked: &Stop) -> Result<Report, RunError> {
        let (mix, session) = unless_stopped(asked, self.prepare()).await?;
        let progress = self.progress();
        let choice = mix.build()?;
        let (check, deadline) = (self.check, self.deadline);
        let (shared, report) = self.traffic(choice, session, progress, asked).await?;
        if !check || report.fatal.is_some() {
            return Ok(report);
        }
        // A stop that ended the traffic does not forbid the check; what is asked for after that does.
        let enough = if asked.is_raised() { Level::Cut } else { Level::Drain };
        let compared = tokio::select! {
            biased;
            () = asked.reached(enough) => {
                Err(CheckError::Inconclusive(vec!["stopped before it was compared".to_owned()]))
            }
            compared = compare(&shared, deadline, &report) => compared,
        };
        match compared {
            Ok(()) => Ok(report),
            Err(source) => {
                Err(RunError::Check { target: shared.target.describe(), source, report: Box::new(report) })
            }
        }
    }

    async fn prepare(&mut self) -> Result<(Mix<W>, SessionOf<W>), RunError> {
        let session = open(&*self.target, self.deadline).await;
        let mut session =
            session.map_err(|source| RunError::Connect { target: self.target.describe(), source })?;
        let mix = self.workload.prepare(&mut session, &self.setup()).await;
        let mix = mix.map_err(|source| RunError::Prepare { target: self.target.describe(), source })?;
        Ok((mix, session))
    }

    fn setup(&self) -> Setup {
        Setup { seed: self.seed, lanes: self.lanes, check: self.check }
    }

    async fn traffic(
        self,
        choice: Choice<W>,
        session: SessionOf<W>,
        progress: Progress,
        asked: &Stop,
    ) -> Result<(Arc<Shared<W>>, Report), RunError> {
        let workers = self.workers();
        progress.watch(workers);
        let timetable = Timetable { seed: self.seed, lanes: self.lanes, pace: self.pace, limit: self.limit };
        let follower = Follower::new(choice, self.setup(), progress.clone());
        let (looks, grace, check) = ((self.look_every, self.deadline), self.grace, self.check);
        let shared = Arc::new(Shared {
            target: self.target,
            workload: self.workload,
            follower,
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
        let _cut = shared.stop.cut_on_drop();
        let (posts, mut crew) = Crew::new(workers);
        let crews = if self.threads == 0 { 1 } else { self.threads.min(workers as usize) };
        for crew_index in 0..crews {
            let indexes: Vec<u32> = (0..workers).filter(|i| *i as usize % crews == crew_index).collect();
            let job = posts.job(&shared, &timetable, indexes, self.warmup, self.fine_timer);
            if self.threads == 0 {
                tokio::spawn(job);
            } else {
                on_own_thread(job);
            }
        }
        drop(posts);
        let started = unless_stopped(asked, crew.start(&shared)).await?;
        let handed = tokio::select! {
            biased;
            handed = supervise(&shared.stop, asked, grace, crew.handed_in()) => handed,
            never = shared.follower.poll((&*shared.target, &shared.workload), Some(session), looks) => match never {},
        };
        let elapsed = started.elapsed();
        if (check || shared.workload.is_traced()) && shared.fatal.get().is_none() {
            let enough = if asked.is_raised() { Level::Cut } else { Level::Drain };
            tokio::select! {
                biased;
                () = asked.reached(enough) => {}
                () = last_look(&shared) => {}
            }
        }
        let mut report = conclude(&shared, &timetable, workers, handed, elapsed).await;
        if shared.workload.is_traced() {
            // Who has stopped a run that does not end by itself is not kept waiting for a target that does not answer.
            let patience = if report.cut { grace } else { shared.retry.reconnect };
            let finished = tokio::select! {
                biased;
                () = asked.reached(Level::Cut) => {
                    let why = Failure::aborted(Action::Fatal, "stopped", UNFINISHED);
                    if report.cut { Ok(()) } else { Err(why) }
                }
                finished = finish(&shared, patience) => finished,
            };
            report.fatal = report.fatal.or(finished.err());
        }
        Ok((shared, report))
    }
}

/// Goes on with what comes before the first operation until a stop is asked for.
async fn unless_stopped<T>(
    asked: &Stop,
    stage: impl Future<Output = Result<T, RunError>>,
) -> Result<T, RunError> {
    tokio::select! {
        biased;
        () = asked.reached(Level::Drain) => Err(RunError::Stopped),
        result = stage => result,
    }
}

/// What is compared is what is there now, and a ledger says what it has come to. A look that fails is left to the comparison to explain.
async fn last_look<W: Workload>(shared: &Shared<W>) {
    if !shared.workload.follows_schema() {
        return;
    }
    let looked = tokio::time::timeout(shared.deadline, async {
        let mut session = open(&*shared.target, shared.deadline).await?;
        let (since, occasion) = (Instant::now(), Occasion::Suspicion);
        let ask = Ask { after: None, since, is_guess: false, occasion };
        shared.follower.look(&shared.workload, &mut session, ask).await
    });
    if let Ok(Err(error)) = looked.await {
        tracing::debug!(%error, "failed to look at the schema before the check");
    }
}

/// Settles what is left, on one session after the other. A target that is on its way back is waited for.
async fn finish<W: Workload>(shared: &Shared<W>, patience: Duration) -> Result<(), Failure> {
    let (limit, since, mut pause) = (shared.deadline.min(patience), Instant::now(), shared.retry.base);
    loop {
        let finished = tokio::time::timeout(limit, async {
            let mut session = open(&*shared.target, limit).await?;
            shared.workload.finish(&mut session).await
        });
        match finished.await.unwrap_or_else(|_| Err(deadline_passed("answer", limit))) {
            Err(failure) if may_pass(&failure) && since.elapsed() + pause < patience => {
                tracing::debug!(%failure, "failed to settle what is left; tried again");
                tokio::time::sleep(pause).await;
                pause = (pause * 2).min(shared.retry.cap);
            }
            finished => return finished,
        }
    }
}

fn may_pass(failure: &Failure) -> bool {
    let waits = matches!(failure.action, Action::Retry | Action::RetryThenSkip | Action::PauseThenFatal);
    waits || failure.breaks_session()
}

/// Why the end of a traced run is missing in its ledger.
const UNFINISHED: &str = "stopped before everything was settled";

/// How often a comparison is begun again whose connection was lost.
const COMPARISONS: u32 = 5;

/// Compares. What is lost on the way, as when the server is started again, is begun anew; silence is not waited out twice.
async fn compare<W: Workload>(
    shared: &Shared<W>,
    deadline: Duration,
    report: &Report,
) -> Result<(), CheckError> {
    for _ in 1..COMPARISONS {
        match compare_once(shared, deadline, report).await {
            Err(CheckError::Target(failure)) if failure.breaks_session() && failure.code != DEADLINE_CODE => {
                tracing::debug!(%failure, "failed to compare; begun again");
                tokio::time::sleep(shared.retry.cap).await;
            }
            compared => return compared,
        }
    }
    compare_once(shared, deadline, report).await
}

async fn compare_once<W: Workload>(
    shared: &Shared<W>,
    deadline: Duration,
    report: &Report,
) -> Result<(), CheckError> {
    let mut session = open(&*shared.target, deadline).await?;
    shared.workload.check(&mut session, report).await
}

/// Below this distance a worker waits for several operations at once: waking up for each would cost more than it gains.
fn timer_floor(pace: &Pace) -> Duration {
    match pace.rate() {
        Some(rate) if rate >= 20_000.0 => Duration::from_micros(100),
        _ => Duration::ZERO,
    }
}
