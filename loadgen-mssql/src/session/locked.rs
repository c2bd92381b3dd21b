//! Changes to rows that somebody else may have locked.

use loadgen_core::{Applied, Change, Failure};

use super::MssqlSession;
use crate::classify::Place;

impl MssqlSession {
    /// Carries out one change as a transaction of its own, and waits for locks only half as long as for an answer: the deadline
    /// would cost the session, and leave on the server who waits for the lock.
    pub(super) async fn before_long(&mut self, change: &Change) -> Result<Applied, Failure> {
        let limit = (self.patience.limit / 2).as_millis().clamp(1, i32::MAX as u128);
        self.statement(&format!("set lock_timeout {limit}")).await?;
        let answer = self.change(change, Place::Autocommit).await;
        let is_lost = answer.as_ref().is_err_and(Failure::breaks_session);
        // What is known is known, whatever becomes of the session.
        if !is_lost && self.statement("set lock_timeout -1").await.is_err() {
            self.is_sound = false;
        }
        answer
    }
}
