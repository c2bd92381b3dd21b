//! One operation: its attempts, and what follows a failure.

use std::{sync::Arc, time::Duration};

use tokio::time::Instant;

use super::{Begun, Worker, session::Lost};
use crate::{
    Action, Cx, Done, Failure, Outcome, Rng, Workload,
    engine::{
        follow::Epoch, open::deadline_passed, recorder::Times, retry::Tries, schedule::Due, shared::Shared,
    },
    outcome::VETOED,
};

/// What follows a failure.
pub(super) enum Next {
    /// Another attempt.
    Again,
    /// Another attempt at whatever is drawn now that the schema is another one.
    Anew,
    /// Nothing: it is over.
    End(Result<Done, Outcome>),
}

impl<W: Workload> Worker<W> {
    /// Does one operation, with its retries, and counts how it ended. Says when that was.
    pub(super) async fn operate(
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
            self.give_up_session(failure);
        }
        if failure.action == Action::Fatal {
            return Err(Lost::Fatal(failure.clone()));
        }
        let is_last = nth > self.shared.retry.bound(failure.action);
        let is_news = self.shared.follower.is_news(failure);
        let suspects = is_news
            || failure.action == Action::RereadSchema
            || is_last && matches!(failure.action, Action::NewValues | Action::Skip);
        if suspects && self.look(epoch, due, is_last && !is_news).await? {
            return Ok(Next::Anew);
        }
        if is_last {
            let fatal = failure.action == Action::PauseThenFatal;
            let ended = match failure.vetoed {
                true => Ok(Done::Skipped(VETOED.into())),
                false => Err(failure.outcome()),
            };
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

    /// Pauses are drawn from a stream of their own, so that they do not shift the operation's values.
    pub(super) fn pause_rng(&self, due: Due, attempt: u32) -> Rng {
        Rng::keyed(self.shared.seed, [u64::from(due.lane.0), due.seq, PAUSES | u64::from(attempt)])
    }
}

/// Keeps the draws of pauses apart from those of values.
const PAUSES: u64 = 1 << 40;

/// How often one operation is begun anew because the schema has changed.
const MOST_PLANS: u32 = 10;
