//! A worker's session: opened, given up, opened again.

use std::{sync::Arc, time::Duration};

use tokio::time::Instant;

use super::Worker;
use crate::{
    Action, Failure, Session, Workload,
    engine::{
        open::{deadline_passed, open},
        schedule::Due,
        stop::Level,
    },
};

/// How a lost or missing session ended the wait for it.
pub(super) enum Lost {
    /// The run is being stopped.
    Stopping,
    /// The target will not come back.
    Fatal(Failure),
}

/// How long a lost target is waited for that is still away when the run should be over: a server is started again in that time.
const AFTER_THE_END: Duration = Duration::from_secs(30);

impl<W: Workload> Worker<W> {
    /// Opens the session. Failures that can pass, like a server that is still starting, are not waited out.
    pub(crate) async fn connect(&mut self) -> Result<(), Failure> {
        self.session = Some(open(&*self.shared.target, self.shared.deadline).await?);
        self.heard = self.now();
        self.counters().connected(true);
        Ok(())
    }

    pub(super) fn drop_session(&mut self) {
        self.session = None;
        self.counters().connected(false);
    }

    /// The session is of no use after such a failure.
    pub(super) fn give_up_session(&mut self, failure: &Failure) {
        tracing::info!(worker = self.index, %failure, "the connection is given up");
        self.drop_session();
    }

    /// Gives up a session that has been closed while it was idle: it would take an operation with it.
    pub(super) async fn ask_for_a_sign(&mut self) {
        let Worker { session, shared, deadline, .. } = self;
        let Some(session) = session else { return };
        let answer = tokio::select! {
            biased;
            () = shared.stop.reached(Level::Drain) => return self.drop_session(),
            answer = deadline.bound(shared.deadline, session.ping()) => answer,
        };
        let answer = answer.unwrap_or_else(|| Err(deadline_passed("answer", self.shared.deadline)));
        match answer {
            Ok(()) => self.heard = self.now(),
            Err(failure) => {
                self.recorder.failed(&failure);
                self.give_up_session(&failure);
            }
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
            tracing::info!(worker = self.index, attempt, %failure, "failed to connect");
            let overdue = self.schedule.end().map_or(Duration::ZERO, |end| self.now().saturating_sub(end));
            let is_in_vain = since.elapsed() > self.shared.retry.reconnect || overdue > AFTER_THE_END;
            if failure.action == Action::Fatal || is_in_vain {
                return Err(Lost::Fatal(failure));
            }
            let mut rng = self.pause_rng(due, attempt);
            let pause = self.shared.retry.pause(Action::Reconnect, attempt.saturating_add(3), &mut rng);
            self.sleep(pause).await;
        }
        self.recorder.counts.reconnects += 1;
        tracing::info!(worker = self.index, after = ?since.elapsed(), "connected again");
        Ok(())
    }

    pub(super) fn lose(&mut self, lost: Lost) {
        if let Lost::Fatal(failure) = lost {
            self.shared.fail(failure);
        }
    }
}
