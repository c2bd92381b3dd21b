//! A worker: one session, its share of the lanes, and nothing shared with other workers.

use std::{sync::Arc, time::Duration};

use tokio::time::Instant;

use super::{
    follow::{Ask, Epoch, Follower},
    open::{deadline_passed, open},
    progress::Counters,
    recorder::{Recorder, Times},
    retry::{RetryPolicy, Tries},
    schedule::{Due, Schedule},
    stop::{Level, Stop},
    timer::Timer,
};
use crate::{
    Action, Cx, Deadline, Done, Failure, LaneId, Occasion, Outcome, PrepareError, Progress, Rng, Rows, Seed,
    SessionOf, Workload,
};

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
    pub(crate) fatal: std::sync::OnceLock<Failure>,
}

impl<W: Workload> Shared<W> {
    /// Ends the run for a reason; the first reason counts.
    pub(crate) fn fail(&self, failure: Failure) {
        let _ = self.fatal.set(failure);
        self.stop.raise(Level::Drain);
    }
}

pub(crate) struct Worker<W: Workload> {
    index: u32,
    pub(super) shared: Arc<Shared<W>>,
    schedule: Schedule,
    pub(crate) lanes: Vec<(LaneId, W::Lane)>,
    pub(super) session: Option<SessionOf<W>>,
    pub(crate) recorder: Recorder,
    timer: Timer,
    pub(super) deadline: Deadline,
    start: Instant,
    begun: Option<Begun>,
}

/// The operation that has begun and not ended.
#[derive(Clone, Copy)]
struct Begun {
    /// Index of the scenario.
    group: usize,
    times: Times,
    /// How it ends if it is let go now: nothing is known while the target has it.
    outcome: Outcome,
}

/// What follows a failure.
pub(super) enum Next {
    /// Another attempt.
    Again,
    /// Another attempt at whatever is drawn now that the schema is another one.
    Anew,
    /// Nothing: it is over.
    End(Result<Done, Outcome>),
}

/// How a lost or missing session ended the wait for it.
pub(super) enum Lost {
    /// The run is being stopped.
    Stopping,
    /// The target will not come back.
    Fatal(Failure),
}

impl<W: Workload> Worker<W> {
    pub(crate) fn new(
        index: u32,
        shared: Arc<Shared<W>>,
        schedule: Schedule,
        ids: Vec<LaneId>,
        recorder: Recorder,
        timer: Timer,
    ) -> Self {
        let lanes = ids.into_iter().map(|id| (id, shared.workload.lane(id))).collect();
        let (session, deadline, start, begun) = (None, Deadline::default(), Instant::now(), None);
        Worker { index, shared, schedule, lanes, session, recorder, timer, deadline, start, begun }
    }

    /// Opens the session. Failures that can pass, like a server that is still starting, are not waited out.
    pub(crate) async fn connect(&mut self) -> Result<(), Failure> {
        self.session = Some(open(&*self.shared.target, self.shared.deadline).await?);
        self.counters().connected(true);
        Ok(())
    }

    /// Carries the lanes forward from `start` until they or the run come to an end.
    pub(crate) async fn run(&mut self, start: Instant) {
        self.start = start;
        let first = self.schedule.head().filter(|_| self.shared.open);
        self.counters().next(first.map(|due| due.at));
        let shared = Arc::clone(&self.shared);
        if shared.stop.unless(Level::Cut, self.drive(&shared)).await.is_none() {
            self.cut();
        }
        let undone = if self.shared.stop.is_raised() { self.pass_over().await } else { 0 };
        self.recorder.counts.undone = undone;
        self.drop_late(undone);
        self.recorder.counts.planned = self.schedule.planned();
        self.drop_session();
        self.counters().next(None);
    }

    async fn drive(&mut self, shared: &Shared<W>) {
        let mut since_yield = 0u32;
        // One operation begins when the one before has ended: the clock is asked once for both.
        let mut clock: Option<Duration> = None;
        let mut epoch = shared.follower.newest().await;
        self.recorder.reports(epoch.choice.names.len());
        while let Some(due) = self.schedule.head() {
            if shared.stop.is_raised() {
                return;
            }
            since_yield += 1;
            if since_yield == YIELD_EVERY {
                tokio::task::yield_now().await;
                (since_yield, clock) = (0, None);
            }
            let now = clock.take().unwrap_or_else(|| self.now());
            if due.at > now {
                self.sleep((due.at - now).max(shared.timer_floor)).await;
                since_yield = 0;
                continue;
            }
            if self.session.is_none() {
                if let Err(lost) = self.reconnect(due).await {
                    return self.lose(lost);
                }
                continue;
            }
            if shared.open && now - due.at > shared.max_lag {
                self.advance(now);
                self.drop_late(1);
                continue;
            }
            if epoch.next().is_some() {
                self.catch_up(&mut epoch).await;
                continue;
            }
            match self.operate(shared, &mut epoch, due, now).await {
                Ok(ended) => clock = Some(ended),
                Err(lost) => return self.lose(lost),
            }
        }
    }

    /// Does one operation, with its retries, and counts how it ended. Says when that was.
    async fn operate(
        &mut self,
        shared: &Shared<W>,
        epoch: &mut Arc<Epoch<W>>,
        due: Due,
        started: Duration,
    ) -> Result<Duration, Lost> {
        let mut rng = Rng::new(shared.seed, due.lane, due.seq);
        let (mut group, mut scenario) = epoch.choice.pick(&mut rng);
        let at = if shared.open { due.at } else { started };
        let times = Times { due: at, started, ended: started };
        self.begun = Some(Begun { group, times, outcome: Outcome::Aborted });
        self.recorder.counts.offered += 1;
        if shared.open {
            self.advance(started);
        }
        let mut cx = Cx { lane: due.lane, seq: due.seq, due: at, attempt: 0, rng: rng.clone() };
        let (mut redraws, mut tries, mut plans) = (0, Tries::default(), 0);
        let mut since = Some(self.start + started);
        let (ended, lost) = loop {
            let Some(session) = self.session.as_mut() else {
                match self.reconnect(due).await {
                    Ok(()) => continue,
                    Err(lost) => break (Err(Outcome::Aborted), Some(lost)),
                }
            };
            self.begun = Some(Begun { group, times, outcome: Outcome::Indeterminate });
            let lane = &mut self.lanes[due.slot].1;
            let work = scenario.run(session, lane, &mut cx);
            let since = since.take().unwrap_or_else(Instant::now);
            let tried = self.deadline.bound_from(since, shared.deadline, work).await;
            let failure = match tried {
                Some(Ok(done)) => break (Ok(done), None),
                Some(Err(failure)) => failure,
                None => deadline_passed("answer", shared.deadline),
            };
            self.begun = Some(Begun { group, times, outcome: failure.outcome() });
            if failure.action == Action::NewValues {
                redraws += 1;
                rng = Rng::redrawn(shared.seed, due.lane, due.seq, redraws);
            }
            cx.rng = rng.clone();
            cx.attempt += 1;
            let nth = tries.count(failure.action);
            let next = if failure.indeterminate {
                self.find_out(scenario, &failure, due, &mut cx, nth).await
            } else {
                self.mend(epoch, &failure, due, cx.attempt, nth).await
            };
            match next {
                Ok(Next::Again) => self.recorder.counts.retries += 1,
                Ok(Next::Anew) if plans < MOST_PLANS => {
                    self.catch_up(epoch).await;
                    (redraws, tries, plans) = (0, Tries::default(), plans + 1);
                    rng = Rng::new(shared.seed, due.lane, due.seq);
                    (group, scenario) = epoch.choice.pick(&mut rng);
                    cx.rng = rng.clone();
                    self.recorder.counts.retries += 1;
                }
                Ok(Next::Anew) => break (Err(failure.outcome()), None),
                Ok(Next::End(ended)) => break (ended, None),
                Err(lost) => break (Err(failure.outcome()), Some(lost)),
            }
        };
        let at = self.end(group, ended, times);
        lost.map_or(Ok(at), Err)
    }

    /// Deals with a failure of attempt number `attempt`, the `nth` with its action.
    async fn mend(
        &mut self,
        epoch: &Epoch<W>,
        failure: &Failure,
        due: Due,
        attempt: u32,
        nth: u32,
    ) -> Result<Next, Lost> {
        self.recorder.failed(failure);
        if failure.breaks_session() {
            self.drop_session();
        }
        if failure.action == Action::Fatal {
            return Err(Lost::Fatal(failure.clone()));
        }
        let is_last = nth > self.shared.retry.bound(failure.action);
        let suspects = failure.action == Action::RereadSchema
            || is_last && matches!(failure.action, Action::NewValues | Action::Skip);
        if suspects && self.look(epoch, due, is_last).await? {
            return Ok(Next::Anew);
        }
        if is_last {
            let fatal = failure.action == Action::PauseThenFatal;
            let ended = Err(failure.outcome());
            return if fatal { Err(Lost::Fatal(failure.clone())) } else { Ok(Next::End(ended)) };
        }
        if failure.action == Action::RereadSchema {
            self.forget_schema().await;
        }
        let pause = self.shared.retry.pause(failure.action, nth, &mut self.pause_rng(due, attempt));
        if !pause.is_zero() {
            self.sleep(pause).await;
        }
        if self.shared.stop.is_raised() { Err(Lost::Stopping) } else { Ok(Next::Again) }
    }

    /// Whether the schema has become another one since `epoch` began. Where nothing is left to do in it, waits for a
    /// while whether that stays so.
    async fn look(&mut self, epoch: &Epoch<W>, due: Due, is_guess: bool) -> Result<bool, Lost> {
        let (shared, since) = (Arc::clone(&self.shared), Instant::now());
        if !shared.workload.follows_schema() {
            return Ok(false);
        }
        for nth in 1.. {
            let Some(session) = self.session.as_mut() else { break };
            let ask = Ask { after: Some(epoch), since, is_guess, occasion: Occasion::Suspicion };
            let look = shared.follower.look(&shared.workload, session, ask);
            let failure = match self.deadline.bound(shared.deadline, look).await {
                Some(Ok(found)) => return Ok(found),
                Some(Err(PrepareError::Target(failure))) => failure,
                Some(Err(error)) => Failure::aborted(Action::PauseThenFatal, "schema", error),
                None => deadline_passed("answer", shared.deadline),
            };
            self.recorder.failed(&failure);
            if failure.breaks_session() {
                self.drop_session();
            }
            if failure.action != Action::PauseThenFatal {
                break;
            }
            if nth > shared.retry.pauses {
                return Err(Lost::Fatal(failure));
            }
            let pause = shared.retry.pause(failure.action, nth, &mut self.pause_rng(due, LOOKS | nth));
            self.sleep(pause).await;
            if shared.stop.is_raised() {
                return Err(Lost::Stopping);
            }
        }
        Ok(false)
    }

    /// Goes on to what is done by now.
    async fn catch_up(&mut self, epoch: &mut Arc<Epoch<W>>) {
        let Some(last) = epoch.last().map(Arc::clone) else { return };
        *epoch = last;
        self.recorder.reports(epoch.choice.names.len());
        self.forget_schema().await;
    }

    /// Has the session look at the schema anew; one that cannot is given up.
    async fn forget_schema(&mut self) {
        let Some(session) = self.session.as_mut() else { return };
        let limit = self.shared.deadline;
        let forgot = self.deadline.bound(limit, crate::Session::forget_schema(session)).await;
        if let Err(failure) = forgot.unwrap_or_else(|| Err(deadline_passed("answer", limit))) {
            self.recorder.failed(&failure);
            self.drop_session();
        }
    }

    pub(super) fn drop_session(&mut self) {
        self.session = None;
        self.counters().connected(false);
    }

    fn end(&mut self, group: usize, ended: Result<Done, Outcome>, times: Times) -> Duration {
        let (outcome, rows) = match ended {
            Ok(Done::Committed(rows)) => (Outcome::Committed, rows),
            Ok(Done::Skipped(reason)) => {
                self.recorder.skipped(reason, times.due);
                (Outcome::Skipped, Rows::default())
            }
            Err(outcome) => (outcome, Rows::default()),
        };
        let now = self.now();
        self.begun = None;
        self.recorder.ended(group, outcome, rows, Times { ended: now, ..times });
        self.counters().ended(outcome, rows.total(), (times.started - times.due).as_micros() as u64);
        if !self.shared.open {
            self.schedule.advance(now);
        }
        now
    }

    /// Passes over what is due and not begun, a bit at a time: it may be much.
    async fn pass_over(&mut self) -> u64 {
        let (now, mut all) = (self.now(), 0);
        loop {
            let passed = self.schedule.pass_over(now, PASSED_AT_ONCE);
            all += passed;
            if passed < PASSED_AT_ONCE {
                return all;
            }
            tokio::task::yield_now().await;
        }
    }

    /// Moves an open schedule on, as soon as the operation at its head is begun or dropped.
    fn advance(&mut self, now: Duration) {
        self.schedule.advance(now);
        self.counters().next(self.schedule.head().map(|due| due.at));
    }

    /// The operation that had begun is let go: nobody knows what became of it, unless it waited for another attempt.
    fn cut(&mut self) {
        if let Some(Begun { group, times, outcome }) = self.begun.take() {
            self.recorder.cut |= outcome == Outcome::Indeterminate;
            self.end(group, Err(outcome), times);
        }
    }

    /// Opens a session in place of a lost one, with growing pauses, until it succeeds or there is no hope.
    pub(super) async fn reconnect(&mut self, due: Due) -> Result<(), Lost> {
        let (shared, since) = (Arc::clone(&self.shared), Instant::now());
        for attempt in 1.. {
            let connected = tokio::select! {
                biased;
                () = shared.stop.reached(Level::Drain) => return Err(Lost::Stopping),
                connected = self.connect() => connected,
            };
            let Err(failure) = connected else { break };
            self.recorder.failed_to_reconnect(&failure);
            if failure.action == Action::Fatal || since.elapsed() > self.shared.retry.reconnect {
                return Err(Lost::Fatal(failure));
            }
            let mut rng = self.pause_rng(due, attempt);
            let pause = self.shared.retry.pause(Action::Reconnect, attempt.saturating_add(3), &mut rng);
            self.sleep(pause).await;
        }
        self.recorder.counts.reconnects += 1;
        Ok(())
    }

    fn lose(&mut self, lost: Lost) {
        if let Lost::Fatal(failure) = lost {
            self.shared.fail(failure);
        }
    }

    /// Sleeps, or less if the run is stopped.
    pub(super) async fn sleep(&mut self, span: Duration) {
        let Worker { timer, shared, .. } = self;
        tokio::select! {
            biased;
            () = timer.sleep(span) => {}
            () = shared.stop.reached(Level::Drain) => {}
        }
    }

    fn drop_late(&mut self, operations: u64) {
        self.recorder.counts.dropped += operations;
        self.counters().dropped(operations);
    }

    /// Pauses are drawn from a stream of their own, so that they do not shift the operation's values.
    pub(super) fn pause_rng(&self, due: Due, attempt: u32) -> Rng {
        Rng::keyed(self.shared.seed, [u64::from(due.lane.0), due.seq, PAUSES | u64::from(attempt)])
    }

    fn now(&self) -> Duration {
        self.start.elapsed()
    }

    fn counters(&self) -> &Counters {
        self.shared.progress.worker(self.index)
    }
}

/// Keeps the draws of pauses apart from those of values.
const PAUSES: u64 = 1 << 40;

/// Keeps pauses between looks at the schema apart from those between attempts.
const LOOKS: u32 = 1 << 31;

/// How often one operation is begun anew because the schema has changed.
const MOST_PLANS: u32 = 10;

/// Operations that are passed over before others have a turn.
const PASSED_AT_ONCE: u64 = 10_000;

/// A target that answers without waiting must not keep the runtime from everything else.
const YIELD_EVERY: u32 = 256;
