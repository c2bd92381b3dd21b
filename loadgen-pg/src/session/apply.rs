//! Changes, carried out.

use futures_util::TryStreamExt;
use loadgen_core::{Action, Applied, Change, Failure, Value};
use sqlx::{Either, Executor, PgConnection, Row, ValueRef, postgres::PgRow};

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
    let query = statement.bind(change)?;
    let mut applied = Applied::default();
    let mut unreadable = None;
    // A transaction of one statement commits after CommandComplete, so what counts is the end of the stream, which
    // the driver reaches with ReadyForQuery: a deferred constraint is an error that comes last.
    patience
        .wait(place, async {
            let mut answers = connection.fetch_many(query);
            while let Some(answer) = answers.try_next().await? {
                match answer {
                    Either::Left(done) => applied.rows += done.rows_affected(),
                    Either::Right(row) => {
                        let read = read_row(&row, &statement.returning, &mut applied.returned);
                        unreadable = unreadable.take().or(read.err());
                    }
                }
            }
            Ok(())
        })
        .await?;
    match unreadable {
        None => Ok(applied),
        Some(error) => Err(unread(&error, place)),
    }
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
fn unread(error: &CodecError, place: Place) -> Failure {
    match place {
        Place::Harmless => Failure::aborted(Action::Defect, "decode", error),
        Place::Autocommit | Place::Commit => Failure::indeterminate(Action::Resolve, "decode", error),
    }
}
