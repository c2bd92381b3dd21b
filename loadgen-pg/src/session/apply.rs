//! Changes, carried out.

use futures_util::{TryStreamExt, stream::BoxStream};
use loadgen_core::{Action, Applied, Change, Failure, Value};
use sqlx::{
    Either, Executor, PgConnection, Row, ValueRef,
    postgres::{PgQueryResult, PgRow},
};

use super::{PgSession, patience::Patience};
use crate::{
    classify::Place,
    codec::{CodecError, Wire},
    statement::Statement,
};

impl PgSession {
    /// Carries out one change as one statement: a transaction of its own, or a part of one that is open.
    pub(super) async fn change(&mut self, change: &Change, place: Place) -> Result<Applied, Failure> {
        self.begin_call()?;
        let answer = match self.statements.of(change) {
            Ok(statement) => run(&mut self.connection, &mut self.patience, statement, change, place).await,
            Err(failure) => Err(failure),
        };
        self.settle(answer)
    }
}

async fn run(
    connection: &mut PgConnection,
    patience: &mut Patience,
    statement: &Statement,
    change: &Change,
    place: Place,
) -> Result<Applied, Failure> {
    let ready = statement.bind(change)?;
    let mut applied =
        Applied { rows: 0, returned: Vec::with_capacity(change.rows * statement.returning.len()) };
    let mut unreadable = None;
    let mut take = |row: &PgRow| {
        let read = read_row(row, &statement.returning, &mut applied.returned);
        unreadable = unreadable.take().or(read.err());
    };
    // A transaction of one statement commits after CommandComplete, so what counts is the end of the answer, which
    // the driver reaches with ReadyForQuery: a deferred constraint is an error that comes last.
    if change.rows == 1 && !statement.returning.is_empty() {
        // The driver has a shorter way for one row.
        let row = patience.wait(place, connection.fetch_optional(ready)).await?;
        applied.rows = u64::from(row.is_some());
        row.iter().for_each(take);
    } else {
        applied.rows = patience.wait(place, every_row(connection.fetch_many(ready), &mut take)).await?;
    }
    match unreadable {
        None => Ok(applied),
        Some(error) => Err(unread(&error, place)),
    }
}

/// Hands on each row, and returns the number of rows that the server says it changed.
async fn every_row(
    mut answers: BoxStream<'_, sqlx::Result<Either<PgQueryResult, PgRow>>>,
    take: &mut impl FnMut(&PgRow),
) -> sqlx::Result<u64> {
    let mut rows = 0;
    while let Some(answer) = answers.try_next().await? {
        match answer {
            Either::Left(done) => rows += done.rows_affected(),
            Either::Right(row) => take(&row),
        }
    }
    Ok(rows)
}

/// Appends the values of a row.
pub(super) fn read_row(row: &PgRow, wires: &[Wire], values: &mut Vec<Value>) -> Result<(), CodecError> {
    for (index, wire) in wires.iter().enumerate() {
        let raw = row.try_get_raw(index).map_err(|error| CodecError(error.to_string()))?;
        values.push(match raw.as_bytes() {
            _ if raw.is_null() => Value::Null,
            Ok(bytes) => wire.decode(bytes)?,
            Err(error) => return Err(CodecError(error.to_string())),
        });
    }
    Ok(())
}

/// The failure when an answer came that cannot be read: alone, the statement is already committed, and what it
/// returned is not known.
pub(super) fn unread(error: &CodecError, place: Place) -> Failure {
    match place {
        Place::Harmless => Failure::aborted(Action::Defect, "decode", error),
        Place::Autocommit | Place::Commit => Failure::indeterminate(Action::Resolve, "decode", error),
    }
}
