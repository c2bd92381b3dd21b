//! Transactions of several statements.

use std::time::Duration;

use loadgen_core::{Action, Applied, Change, Failure};
use sqlx::{Executor, PgConnection};

use super::PgSession;
use crate::classify::Place;

/// A ROLLBACK has nothing to wait for: a server that does not answer it at once is not worth staying with.
const ROLLBACK_DEADLINE: Duration = Duration::from_secs(2);

/// COMMIT of a failed transaction answers `ROLLBACK` and no error, and the driver hides the word. So a statement that
/// a failed transaction refuses goes before it in the same message: if it is refused, the server never looks at the
/// COMMIT; and it costs no round trip.
const COMMIT: &str = "select where false; commit";

impl PgSession {
    /// Opens a transaction, for scenarios that use the [driver](PgSession::driver).
    ///
    /// # Errors
    /// When the server refuses or does not answer; never indeterminate.
    pub async fn begin(&mut self) -> Result<(), Failure> {
        self.plain("begin", self.patience.limit, Place::Harmless).await
    }

    /// Commits the open transaction, and says so only if it did.
    ///
    /// # Errors
    /// When the transaction was not committed, also because it had failed before (25P02): it is then over. Or when
    /// nobody knows, which the failure says.
    pub async fn commit(&mut self) -> Result<(), Failure> {
        self.is_staging = false;
        match self.plain(COMMIT, self.patience.limit, Place::Commit).await {
            Err(failure) => Err(self.undo(failure).await),
            Ok(()) => Ok(()),
        }
    }

    /// Ends the open transaction without its changes.
    ///
    /// # Errors
    /// When the server does not answer; the transaction cannot commit any more all the same.
    pub async fn rollback(&mut self) -> Result<(), Failure> {
        self.is_staging = false;
        self.plain("rollback", self.patience.limit.min(ROLLBACK_DEADLINE), Place::Harmless).await
    }

    /// Carries out all of the changes as one transaction.
    pub(super) async fn transaction(&mut self, changes: &[Change]) -> Result<Vec<Applied>, Failure> {
        let applied = self.in_transaction(changes).await?;
        self.commit().await?;
        Ok(applied)
    }

    /// Carries out the changes in the open transaction, or in a new one, and leaves it open.
    pub(super) async fn in_transaction(&mut self, changes: &[Change]) -> Result<Vec<Applied>, Failure> {
        self.begin_staging().await?;
        let mut applied = Vec::with_capacity(changes.len());
        for change in changes {
            match self.change(change, Place::Harmless).await {
                Ok(one) => applied.push(one),
                Err(failure) => return Err(self.undo(failure).await),
            }
        }
        Ok(applied)
    }

    /// Has constraints checked at the end of the open transaction, or of a new one, as far as they can wait.
    pub(super) async fn defer_constraints(&mut self) -> Result<(), Failure> {
        self.begin_staging().await?;
        match self.plain("set constraints all deferred", self.patience.limit, Place::Harmless).await {
            Err(failure) => Err(self.undo(failure).await),
            Ok(()) => Ok(()),
        }
    }

    pub(super) async fn begin_staging(&mut self) -> Result<(), Failure> {
        if !self.is_staging {
            self.begin().await?;
            self.is_staging = true;
        }
        Ok(())
    }

    /// Gets the session out of a transaction that failed; a session that cannot get out is given up.
    pub(super) async fn undo(&mut self, failure: Failure) -> Failure {
        self.is_staging = false;
        if failure.breaks_session() || self.rollback().await.is_ok() {
            return failure;
        }
        self.is_sound = false;
        Failure { action: Action::Reconnect, ..failure }
    }

    async fn plain(&mut self, sql: &'static str, limit: Duration, place: Place) -> Result<(), Failure> {
        self.begin_call()?;
        let answer = self.patience.wait_up_to(limit, place, simple(&mut self.connection, sql)).await;
        self.settle(answer)
    }
}

async fn simple(connection: &mut PgConnection, sql: &'static str) -> sqlx::Result<()> {
    connection.execute(sqlx::raw_sql(sql)).await.map(|_| ())
}
