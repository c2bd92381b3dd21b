//! The stages of a run, one after the other.

use std::{
    future::{Future, pending},
    mem::replace,
    sync::{Arc, OnceLock},
    time::Duration,
};

use super::{
    afterwards::{UNFINISHED, compare, finish, last_look},
    conclude::conclude,
    crew::{Crew, on_own_thread},
    error::RunError,
    follow::Follower,
    open::open,
    run::Run,
    schedule::Timetable,
    shared::Shared,
    stop::{Level, Stop},
    supervise::{Signal, listen, supervise},
};
use crate::{
    Action, CheckError, Failure, Mix, Pace, Report, SessionOf, Setup, Target, Workload, mix::Choice,
};

impl<W: Workload> Run<W> {
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
        let nothing = || -> Signal { Box::pin(pending()) };
        let stop = replace(&mut self.stop, nothing());
        let abort = replace(&mut self.abort, nothing());
        tokio::select! {
            biased;
            never = listen(&asked, stop, abort) => match never {},
            result = self.stages(&asked) => result,
        }
    }

    fn workers(&self) -> u32 {
        self.connections.min(self.lanes)
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
            Pace::ThinkBetween(between) if between.least > between.most => {
                Err(RunError::Pace("the shortest pause is longer than the longest"))
            }
            _ => Ok(()),
        }
    }

    async fn stages(mut self, asked: &Stop) -> Result<Report, RunError> {
        let (mix, session) = unless_stopped(asked, self.prepare()).await?;
        let choice = mix.build()?;
        let (check, deadline) = (self.check, self.deadline);
        let (shared, report) = self.traffic(choice, session, asked).await?;
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
        asked: &Stop,
    ) -> Result<(Arc<Shared<W>>, Report), RunError> {
        let workers = self.workers();
        self.progress.watch(workers);
        let timetable = Timetable { seed: self.seed, lanes: self.lanes, pace: self.pace, limit: self.limit };
        let follower = Follower::new(choice, self.setup(), self.progress.clone());
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
            progress: self.progress,
            fatal: OnceLock::new(),
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
            let (patience, within) = (shared.retry.reconnect, report.cut.then_some(grace));
            let finished = tokio::select! {
                biased;
                () = asked.reached(Level::Cut) => {
                    let why = Failure::aborted(Action::Fatal, "stopped", UNFINISHED);
                    if report.cut { Ok(()) } else { Err(why) }
                }
                finished = finish(&shared, patience, within) => finished,
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

/// Below this distance a worker waits for several operations at once: waking up for each would cost more than it gains.
fn timer_floor(pace: &Pace) -> Duration {
    match pace.rate() {
        Some(rate) if rate >= 20_000.0 => Duration::from_micros(100),
        _ => Duration::ZERO,
    }
}
