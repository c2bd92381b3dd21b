//! Changes, carried out.

use std::cmp::Ordering;

use futures_util::TryStreamExt;
use loadgen_core::{Action, Applied, Change, ChangeKind, Failure, Table, Value};
use tiberius::{ColumnData, QueryItem, QueryStream, Row};

use super::{MssqlSession, patience::Patience};
use crate::{
    classify::Place,
    codec::{CodecError, Kind, decode},
    connect::Connection,
    introspect::{falls, returns_into},
    statement::{DONE, FIRST, Form, Statement, pieces},
};

impl MssqlSession {
    /// Carries out one change: as a transaction of its own, or as a part of one that is open. It is one statement, unless it has more
    /// rows than go into one.
    pub(super) async fn change(&mut self, change: &Change, place: Place) -> Result<Applied, Failure> {
        let pieces = pieces(change);
        if pieces.len() <= 1 {
            return self.piece(change, place).await;
        }
        let changes: Vec<Change> = pieces.into_iter().map(|rows| change.part(rows)).collect();
        let parts = match place {
            Place::Harmless => self.pieces(&changes).await?,
            Place::Autocommit | Place::Caught | Place::Commit => self.transaction(&changes).await?,
        };
        Ok(parts.into_iter().fold(Applied::default(), |mut all, mut part| {
            all.rows += part.rows;
            all.returned.append(&mut part.returned);
            all
        }))
    }

    async fn pieces(&mut self, changes: &[Change]) -> Result<Vec<Applied>, Failure> {
        let mut applied = Vec::with_capacity(changes.len());
        for change in changes {
            applied.push(self.piece(change, Place::Harmless).await?);
        }
        Ok(applied)
    }

    async fn piece(&mut self, change: &Change, place: Place) -> Result<Applied, Failure> {
        let was_watched = self.is_watched(&change.shape.table);
        match self.attempt(change, place).await {
            // Somebody made a trigger since, or this user cannot see it. The server says so before it does anything.
            Err(failure) if failure.code == TRIGGERED && !failure.indeterminate && !was_watched => {
                self.watched.insert(change.shape.table.name.clone());
                if place == Place::Autocommit { self.attempt(change, place).await } else { Err(failure) }
            }
            answer => answer,
        }
    }

    fn is_watched(&self, table: &Table) -> bool {
        returns_into(table) || self.watched.contains(&table.name)
    }

    async fn attempt(&mut self, change: &Change, place: Place) -> Result<Applied, Failure> {
        self.begin_call()?;
        // What triggers say with RAISERROR would leave a statement committed.
        let is_watched = self.is_watched(&change.shape.table);
        let (form, place) = match place {
            Place::Autocommit if is_watched => (Form::Caught, Place::Caught),
            place if is_watched => (Form::Beside, place),
            place => (Form::Plain, place),
        };
        let answer = match self.statements.of(change, form, self.dialect) {
            Ok(statement) => run(&mut self.connection, &mut self.patience, statement, change, place).await,
            Err(failure) => Err(failure),
        };
        match self.settle(answer) {
            // A batch does not catch what is found when a statement of it is compiled anew.
            Err(failure) if form == Form::Caught => Err(self.undo(failure).await),
            answer => answer,
        }
    }
}

/// What the server says of a statement that returns something, where there are triggers.
const TRIGGERED: &str = "334";

/// Whether a change takes several statements.
pub(super) fn is_several(change: &Change) -> bool {
    pieces(change).len() > 1
}

async fn run(
    connection: &mut Connection,
    patience: &mut Patience,
    statement: &Statement,
    change: &Change,
    place: Place,
) -> Result<Applied, Failure> {
    let query = statement.bind(change)?;
    if statement.returning.is_empty() && !statement.says_rows {
        let done = patience.wait(place, query.execute(connection)).await?;
        // What triggers have counted stands before the statement's own.
        let rows = done.rows_affected().last().copied().unwrap_or_default();
        return Ok(Applied { rows, returned: Vec::new() });
    }
    let work = async { gather(query.query(connection).await?, &statement.returning).await };
    let mut answer = patience.wait(place, work).await?;
    if let Some(error) = answer.unreadable {
        return Err(unread(&error, place));
    }
    if statement.says_rows {
        let rows = answer.done.unwrap_or_default().unsigned_abs();
        return Ok(Applied { rows, returned: Vec::new() });
    }
    if change.rows > 1 && change.shape.kind == ChangeKind::Insert {
        // Numbers are given in the order of the rows, and come back in any.
        answer.returned.sort_unstable_by(by_number);
        if change.shape.returning.first().is_some_and(|&index| falls(&change.shape.table, index)) {
            answer.returned.reverse();
        }
    }
    Ok(Applied { rows: answer.rows, returned: answer.returned })
}

/// What came of a statement.
#[derive(Default)]
pub(super) struct Answer {
    rows: u64,
    returned: Vec<Value>,
    pub(super) done: Option<i64>,
    unreadable: Option<CodecError>,
}

/// Reads an answer to its end, which is where an error would be. What triggers select is passed over.
pub(super) async fn gather(mut stream: QueryStream<'_>, kinds: &[Kind]) -> tiberius::Result<Answer> {
    let mut answer = Answer::default();
    while let Some(item) = stream.try_next().await? {
        let QueryItem::Row(row) = item else { continue };
        match row.columns().first().map(|column| column.name()) {
            Some(FIRST) => {
                answer.rows += 1;
                let read = read_row(&row, kinds, &mut answer.returned);
                answer.unreadable = answer.unreadable.take().or(read.err());
            }
            Some(DONE) => answer.done = number(&row),
            _ => {}
        }
    }
    Ok(answer)
}

/// An integer that comes first in a row.
pub(super) fn number(row: &Row) -> Option<i64> {
    match row.cells().next()?.1 {
        ColumnData::U8(x) => x.map(i64::from),
        ColumnData::I16(x) => x.map(i64::from),
        ColumnData::I32(x) => x.map(i64::from),
        ColumnData::I64(x) => *x,
        _ => None,
    }
}

fn by_number(a: &Value, b: &Value) -> Ordering {
    match (a, b) {
        (Value::Int(a), Value::Int(b)) => a.cmp(b),
        (Value::Decimal(a), Value::Decimal(b)) => a.unscaled.cmp(&b.unscaled),
        _ => Ordering::Equal,
    }
}

/// Appends the values of a row.
pub(super) fn read_row(row: &Row, kinds: &[Kind], values: &mut Vec<Value>) -> Result<(), CodecError> {
    let mut cells = row.cells();
    for kind in kinds {
        let (_, data) = cells.next().ok_or_else(|| CodecError("a column is missing".to_owned()))?;
        values.push(decode(*kind, data)?);
    }
    Ok(())
}

/// The failure when an answer came that cannot be read: alone, the statement is already committed, and what it
/// returned is not known.
fn unread(error: &CodecError, place: Place) -> Failure {
    match place {
        Place::Harmless => Failure::aborted(Action::Defect, "decode", error),
        Place::Autocommit | Place::Caught | Place::Commit => {
            Failure::indeterminate(Action::Resolve, "decode", error)
        }
    }
}
