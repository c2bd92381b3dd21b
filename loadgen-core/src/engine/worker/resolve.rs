//! Finding out what became of an operation whose answer was lost.

use std::{sync::Arc, time::Duration};

use tokio::time::{Instant, sleep};

use super::{Worker, attempt::Next, session::Lost};
use crate::{
    Action, Cx, Failure, Outcome, Resolved, Scenario, Workload,
    engine::{open::deadline_passed, schedule::Due, stop::Level},
};

impl<W: Workload> Worker<W> {
    /// Deals with a failure after which nobody knows whether the operation was carried out, the `nth` with its action.
    pub(super) async fn find_out(
        &mut self,
        scenario: &dyn Scenario<W>,
        failure: &Failure,
        due: Due,
        cx: &mut Cx,
        nth: u32,
    ) -> Result<Next, Lost> {
        self.recorder.failed(failure);
        self.give_up_session(failure);
        if failure.action == Action::Fatal {
            return Err(Lost::Fatal(failure.clone()));
        }
        if !self.shared.workload.is_traced() {
            return Ok(Next::End(Err(Outcome::Indeterminate)));
        }
        Ok(match self.resolve(scenario, due, cx).await? {
            Resolved::Done(done) => Next::End(Ok(done)),
            Resolved::Unknown => Next::End(Err(Outcome::Indeterminate)),
            Resolved::Aborted if nth > self.shared.retry.bound(Action::Reconnect) => {
                Next::End(Err(Outcome::Aborted))
            }
            Resolved::Aborted => Next::Again,
        })
    }

    /// Asks until there is an answer. A run that is being stopped waits for it a while longer, so that it ends with nothing
    /// unknown that could be known.
    async fn resolve(&mut self, scenario: &dyn Scenario<W>, due: Due, cx: &mut Cx) -> Result<Resolved, Lost> {
        let shared = Arc::clone(&self.shared);
        let last_call = async {
            shared.stop.reached(Level::Drain).await;
            sleep(LAST_CALL).await;
        };
        tokio::select! {
            biased;
            resolved = self.ask_on(scenario, due, cx) => resolved,
            () = last_call => Err(Lost::Stopping),
        }
    }

    async fn ask_on(&mut self, scenario: &dyn Scenario<W>, due: Due, cx: &mut Cx) -> Result<Resolved, Lost> {
        let mut lost = Instant::now();
        for nth in 1.. {
            let failure = match self.ask(scenario, due, cx).await {
                Ok(resolved) => return Ok(resolved),
                Err(failure) => failure,
            };
            if self.session.is_some() {
                lost = Instant::now();
            }
            if failure.breaks_session() {
                self.drop_session();
            }
            if failure.action == Action::Fatal || lost.elapsed() > self.shared.retry.reconnect {
                return Err(Lost::Fatal(failure));
            }
            let pause =
                self.shared.retry.pause(Action::Reconnect, nth, &mut self.pause_rng(due, RESOLVES | nth));
            sleep(pause).await;
        }
        Ok(Resolved::Unknown)
    }

    /// Asks once, on a new session if there is none.
    async fn ask(&mut self, scenario: &dyn Scenario<W>, due: Due, cx: &mut Cx) -> Result<Resolved, Failure> {
        if self.session.is_none() {
            let connected = self.connect().await;
            connected.inspect_err(|failure| self.recorder.failed_to_reconnect(failure))?;
            self.recorder.counts.reconnects += 1;
        }
        let limit = self.shared.deadline;
        let Worker { session, lanes, deadline, recorder, .. } = self;
        let (Some(session), lane) = (session.as_mut(), &mut lanes[due.slot].1) else {
            return Ok(Resolved::Unknown);
        };
        let answer = deadline.bound(limit, scenario.resolve(session, lane, cx)).await;
        let answer = answer.unwrap_or_else(|| Err(deadline_passed("answer", limit)));
        answer.inspect_err(|failure| recorder.failed(failure))
    }
}

/// How long a run that is being stopped goes on to ask: less than it may take to end.
const LAST_CALL: Duration = Duration::from_secs(2);

/// Keeps pauses between these attempts apart from others.
const RESOLVES: u32 = 1 << 30;
