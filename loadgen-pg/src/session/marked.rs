//! Changes that are carried out together with their markers.

use futures_util::TryStreamExt;
use loadgen_core::{Applied, Change, Failure, Marked};
use sqlx::{Either, Executor, PgConnection, Row, ValueRef, postgres::PgRow};

use super::{
    PgSession,
    apply::{read_row, unread},
    patience::Patience,
};
use crate::{
    classify::Place,
    codec::CodecError,
    statement::{Form, SHORT, Statement},
};

impl PgSession {
    /// A marker and all of a change as a statement that commits by itself.
    pub(super) async fn whole(&mut self, marker: &Change, change: &Change) -> Result<Marked, Failure> {
        self.begin_call()?;
        let statement = self.statements.marked(marker, change, Form::Whole);
        let answer = match statement.and_then(|statement| statement.bind_marked(marker, change)) {
            // The driver reads on until the server is ready again, which is after the commit.
            Ok(ready) => self.patience.wait(Place::Autocommit, self.connection.fetch_optional(ready)).await,
            Err(failure) => Err(failure),
        };
        match self.settle(answer) {
            Ok(row) => Ok(row.map_or(Marked::Unmoved, |_| Marked::Done)),
            Err(failure) if is_short(&failure) => Ok(Marked::Short),
            Err(failure) => Err(failure),
        }
    }

    /// A marker and a change in a transaction that is left open; none, and the transaction is over, if the marker is not in its
    /// place.
    pub(super) async fn part(
        &mut self,
        marker: &Change,
        change: &Change,
    ) -> Result<Option<Applied>, Failure> {
        self.begin_staging().await?;
        self.begin_call()?;
        let answer = match self.statements.marked(marker, change, Form::Part) {
            Ok(statement) => {
                part(&mut self.connection, &mut self.patience, statement, (marker, change)).await
            }
            Err(failure) => Err(failure),
        };
        match self.settle(answer) {
            Ok(Some(applied)) => Ok(Some(applied)),
            Ok(None) => self.rollback().await.map(|()| None),
            Err(failure) => Err(self.undo(failure).await),
        }
    }
}

/// Whether it is the failure of a statement that would have changed fewer rows than it should have.
fn is_short(failure: &Failure) -> bool {
    !failure.indeterminate && failure.code == "22P02" && failure.message.contains(SHORT)
}

async fn part(
    connection: &mut PgConnection,
    patience: &mut Patience,
    statement: &Statement,
    (marker, change): (&Change, &Change),
) -> Result<Option<Applied>, Failure> {
    let ready = statement.bind_marked(marker, change)?;
    let (mut applied, mut unreadable) = (None, None);
    let mut take = |row: &PgRow| {
        let read = take(row, statement, applied.get_or_insert_default());
        unreadable = unreadable.take().or(read.err());
    };
    if change.rows == 1 || statement.returning.is_empty() {
        // The driver has a shorter way for one row.
        let row = patience.wait(Place::Harmless, connection.fetch_optional(ready)).await?;
        row.iter().for_each(take);
    } else {
        let mut answers = connection.fetch_many(ready);
        let every_row = async {
            while let Some(answer) = answers.try_next().await? {
                if let Either::Right(row) = answer {
                    take(&row);
                }
            }
            Ok(())
        };
        patience.wait(Place::Harmless, every_row).await?;
    }
    unreadable.map_or(Ok(applied), |error| Err(unread(&error, Place::Harmless)))
}

/// Adds a row of the answer.
fn take(row: &PgRow, statement: &Statement, applied: &mut Applied) -> Result<(), CodecError> {
    let last = statement.returning.len();
    if last == 0 {
        let rows: i64 = row.try_get(0).map_err(|error| CodecError(error.to_string()))?;
        applied.rows = rows.unsigned_abs();
        return Ok(());
    }
    let is_there = row.try_get_raw(last).map_err(|error| CodecError(error.to_string()))?;
    if is_there.is_null() {
        return Ok(());
    }
    applied.rows += 1;
    read_row(row, &statement.returning, &mut applied.returned)
}
