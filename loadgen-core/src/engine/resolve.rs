//! Finding out what became of an operation whose answer was lost.

use super::{
    open::deadline_passed,
    schedule::Due,
    worker::{Lost, Next, Worker},
};
use crate::{Action, Cx, Failure, Outcome, Resolved, Scenario, Workload};

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
        self.drop_session();
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

    /// Asks until there is an answer, or the run is stopped.
    async fn resolve(&mut self, scenario: &dyn Scenario<W>, due: Due, cx: &mut Cx) -> Result<Resolved, Lost> {
        for nth in 1.. {
            let limit = self.shared.deadline;
            if self.session.is_none() {
                self.reconnect(due).await?;
            }
            let Worker { session, lanes, deadline, .. } = self;
            let (Some(session), lane) = (session.as_mut(), &mut lanes[due.slot].1) else { continue };
            let failure = match deadline.bound(limit, scenario.resolve(session, lane, cx)).await {
                Some(Ok(resolved)) => return Ok(resolved),
                Some(Err(failure)) => failure,
                None => deadline_passed("answer", limit),
            };
            self.recorder.failed(&failure);
            if failure.breaks_session() {
                self.drop_session();
            }
            if failure.action == Action::Fatal {
                return Err(Lost::Fatal(failure));
            }
            let pause =
                self.shared.retry.pause(Action::Reconnect, nth, &mut self.pause_rng(due, RESOLVES | nth));
            self.sleep(pause).await;
            if self.shared.stop.is_raised() {
                return Err(Lost::Stopping);
            }
        }
        Ok(Resolved::Unknown)
    }
}

/// Keeps pauses between these attempts apart from others.
const RESOLVES: u32 = 1 << 30;
