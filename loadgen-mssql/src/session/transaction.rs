//! Transactions of several statements.

use std::time::Duration;

use futures_util::TryStreamExt;
use loadgen_core::{Action, Applied, Change, Failure};

use super::{MssqlSession, apply::gather};
use crate::{classify::Place, connect::Connection};

/// A transaction that is over, or cannot commit any more, answers COMMIT with an error or, inside another, with nothing. So it is
/// asked first, and says what it did.
const COMMIT: &str = "if xact_state() = 1 and @@trancount = 1 begin commit transaction; select 1 as loadgen_done; end \
                      else begin if @@trancount > 0 rollback transaction; select 0 as loadgen_done; end";

/// Whatever ended the transaction may have been the server. It takes about as long as what is undone has taken.
const ROLLBACK: &str = "if @@trancount > 0 rollback transaction";

impl MssqlSession {
    /// Opens a transaction.
    ///
    /// # Errors
    /// When the server refuses or does not answer; never indeterminate.
    pub(crate) async fn begin(&mut self) -> Result<(), Failure> {
        self.plain("begin transaction", self.patience.limit, Place::Harmless).await
    }

    /// Commits the open transaction, and says so only if it did.
    pub(crate) async fn commit(&mut self) -> Result<(), Failure> {
        self.is_staging = false;
        self.begin_call()?;
        let connection = &mut self.connection;
        let work = async { gather(connection.simple_query(COMMIT).await?, &[]).await };
        let answer = self.patience.wait(Place::Commit, work).await;
        match self.settle(answer) {
            Ok(answer) if answer.done == Some(1) => Ok(()),
            Ok(_) => Err(Failure::aborted(
                Action::Defect,
                "3930",
                "the transaction had ended before its commit, and nothing of it stays",
            )),
            Err(failure) => Err(self.undo(failure).await),
        }
    }

    /// Ends the open transaction without its changes.
    pub(crate) async fn rollback(&mut self) -> Result<(), Failure> {
        self.is_staging = false;
        self.plain(ROLLBACK, self.patience.limit, Place::Harmless).await
    }

    /// Carries out all of the changes as one transaction.
    pub(super) async fn transaction(&mut self, changes: &[Change]) -> Result<Vec<Applied>, Failure> {
        let applied = self.in_transaction(changes).await?;
        self.commit().await?;
        Ok(applied)
    }

    /// Carries out the changes in the open transaction, or in a new one, and leaves it open.
    pub(super) async fn in_transaction(&mut self, changes: &[Change]) -> Result<Vec<Applied>, Failure> {
        if !self.is_staging {
            self.begin().await?;
            self.is_staging = true;
        }
        let mut applied = Vec::with_capacity(changes.len());
        for change in changes {
            match Box::pin(self.change(change, Place::Harmless)).await {
                Ok(one) => applied.push(one),
                Err(failure) => return Err(self.undo(failure).await),
            }
        }
        Ok(applied)
    }

    /// Gets the session out of a transaction that failed; a session that cannot get out is given up, and what was wrong is still the
    /// failure.
    pub(super) async fn undo(&mut self, failure: Failure) -> Failure {
        self.is_staging = false;
        if !failure.breaks_session() && self.rollback().await.is_err() {
            self.is_sound = false;
        }
        failure
    }

    /// Runs a batch without parameters.
    pub(crate) async fn plain(&mut self, sql: &str, limit: Duration, place: Place) -> Result<(), Failure> {
        self.begin_call()?;
        let answer = self.patience.wait_up_to(limit, place, batch(&mut self.connection, sql)).await;
        self.settle(answer)
    }

    /// The same, within the usual time, in an open transaction or where nothing could be lost.
    pub(super) async fn statement(&mut self, sql: &str) -> Result<(), Failure> {
        self.plain(sql, self.patience.limit, Place::Harmless).await
    }
}

/// Runs a batch to its end. What it selects is read and let go.
pub(super) async fn batch(connection: &mut Connection, sql: &str) -> tiberius::Result<()> {
    let mut answer = connection.simple_query(sql).await?;
    while answer.try_next().await?.is_some() {}
    Ok(())
}
