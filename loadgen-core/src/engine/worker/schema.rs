//! Workers and a schema that somebody changes.

use std::sync::Arc;

use tokio::time::Instant;

use super::{Worker, session::Lost};
use crate::{
    Action, Failure, Occasion, PrepareError, Session, Workload,
    engine::{
        follow::{Ask, Epoch},
        open::deadline_passed,
        schedule::Due,
    },
};

impl<W: Workload> Worker<W> {
    /// Whether the schema has become another one since `epoch` began. Where nothing is left to do in it, waits for a
    /// while whether that stays so.
    pub(super) async fn look(&mut self, epoch: &Epoch<W>, due: Due, is_guess: bool) -> Result<bool, Lost> {
        let (shared, since) = (Arc::clone(&self.shared), Instant::now());
        if !shared.workload.follows_schema() {
            return Ok(false);
        }
        for nth in 1.. {
            let Some(session) = self.session.as_mut() else { break };
            let (occasion, within) = (Occasion::Suspicion, shared.deadline);
            let ask = Ask { after: Some(epoch), since, is_guess, occasion, within };
            let failure = match shared.follower.look(&shared.workload, session, ask).await {
                Ok(found) => return Ok(found),
                Err(PrepareError::Target(failure)) => failure,
                Err(error) => Failure::aborted(Action::PauseThenFatal, "schema", error),
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
    pub(super) async fn catch_up(&mut self, epoch: &mut Arc<Epoch<W>>) {
        let Some(last) = epoch.last().map(Arc::clone) else { return };
        *epoch = last;
        self.recorder.reports(epoch.choice.names.len());
        self.forget_schema().await;
    }

    /// Has the session look at the schema anew; one that cannot is given up.
    pub(super) async fn forget_schema(&mut self) {
        let Some(session) = self.session.as_mut() else { return };
        let limit = self.shared.deadline;
        let forgot = self.deadline.bound(limit, Session::forget_schema(session)).await;
        if let Err(failure) = forgot.unwrap_or_else(|| Err(deadline_passed("answer", limit))) {
            self.recorder.failed(&failure);
            self.drop_session();
        }
    }
}

/// Keeps pauses between looks at the schema apart from those between attempts.
const LOOKS: u32 = 1 << 31;
