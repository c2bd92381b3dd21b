//! A worker: one session, its share of the lanes, and nothing shared with other workers.

use std::{sync::Arc, time::Duration};

use tokio::time::Instant;

use super::{
    progress::Counters,
    recorder::{Recorder, Times},
    schedule::Schedule,
    shared::Shared,
    stop::Level,
    timer::Timer,
};
use crate::{Deadline, Done, LaneId, Outcome, Rows, SessionOf, Workload};

mod attempt;
mod resolve;
mod schema;
mod session;

pub(crate) struct Worker<W: Workload> {
    index: u32,
    pub(super) shared: Arc<Shared<W>>,
    schedule: Schedule,
    pub(crate) lanes: Vec<(LaneId, W::Lane)>,
    pub(super) session: Option<SessionOf<W>>,
    /// When the session was last of use.
    heard: Duration,
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
        let (session, heard, begun) = (None, Duration::ZERO, None);
        let (deadline, start) = (Deadline::default(), Instant::now());
        Worker { index, shared, schedule, lanes, session, heard, recorder, timer, deadline, start, begun }
    }

    /// Carries the lanes forward from `start` until they or the run come to an end.
    pub(crate) async fn run(&mut self, start: Instant) {
        (self.start, self.heard) = (start, Duration::ZERO);
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
            if now.saturating_sub(self.heard) > LONG_IDLE {
                self.ask_for_a_sign().await;
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
        (self.begun, self.heard) = (None, now);
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

    fn now(&self) -> Duration {
        self.start.elapsed()
    }

    fn counters(&self) -> &Counters {
        self.shared.progress.worker(self.index)
    }
}

/// Operations that are passed over before others have a turn.
const PASSED_AT_ONCE: u64 = 10_000;

/// A session of which nothing was asked for so long may have been closed meanwhile.
const LONG_IDLE: Duration = Duration::from_secs(1);

/// A target that answers without waiting must not keep the runtime from everything else.
const YIELD_EVERY: u32 = 256;
