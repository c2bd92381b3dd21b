//! The statements of shapes: their texts, and the values that go with them.

use std::sync::Arc;

use loadgen_core::{Action, Change, Failure, Shape, Value};
use sqlx::{
    AssertSqlSafe, Execute, SqlSafeStr, SqlStr,
    error::BoxDynError,
    postgres::{PgArguments, PgStatement, Postgres},
};

use crate::codec::Wire;

mod batch;
mod marked;
mod param;
mod sql;

use batch::Batch;
pub(crate) use marked::{Form, SHORT};
use param::{BoundParam, Param};
pub(crate) use sql::{goes_as_text, readable};

/// One text with one declared type for each parameter, and how the answer is read.
#[derive(Debug)]
pub(crate) struct Statement {
    text: Arc<str>,
    params: Vec<Param>,
    /// How many of the first of them are the marker's.
    of_marker: usize,
    /// The formats of the columns that each row is answered with.
    pub(crate) returning: Vec<Wire>,
}

impl Statement {
    /// The text of the statement with the values of a change.
    pub(crate) fn bind(&self, change: &Change) -> Result<Ready, Failure> {
        self.bind_marked(change, change)
    }

    /// The same where some of the values are those of a marker.
    pub(crate) fn bind_marked(&self, marker: &Change, change: &Change) -> Result<Ready, Failure> {
        let mut arguments = PgArguments::default();
        sqlx::Arguments::reserve(&mut arguments, self.params.len(), size(change) + 64);
        for (at, param) in self.params.iter().enumerate() {
            let change = if at < self.of_marker { marker } else { change };
            sqlx::Arguments::add(&mut arguments, BoundParam { param, change }).map_err(|error| {
                let table = &change.shape.table;
                let column = table.columns.get(param.column).map_or("its address", |column| &column.name);
                Failure::aborted(Action::Defect, "encode", format!("{}.{column}: {error}", table.name))
            })?;
        }
        Ok(Ready { text: Arc::clone(&self.text), arguments: Some(arguments) })
    }
}

/// A statement that can be sent: no more than the driver needs, as it is moved about a good deal.
pub(crate) struct Ready {
    text: Arc<str>,
    arguments: Option<PgArguments>,
}

impl Execute<'_, Postgres> for Ready {
    fn sql(self) -> SqlStr {
        AssertSqlSafe(self.text).into_sql_str()
    }

    fn statement(&self) -> Option<&PgStatement> {
        None
    }

    fn take_arguments(&mut self) -> Result<Option<PgArguments>, BoxDynError> {
        Ok(self.arguments.take())
    }

    fn persistent(&self) -> bool {
        true
    }
}

/// About how many bytes the values of a change take, so that the buffer need not grow.
fn size(change: &Change) -> usize {
    let of_value = |value: &Value| match value {
        Value::Text(text) => text.len(),
        Value::Bytes(bytes) => bytes.len(),
        Value::Json(_) => 128,
        Value::Array(items) => 24 * items.len(),
        _ => 16,
    };
    change.values.iter().map(|value| 8 + of_value(value)).sum()
}

/// The statements of a session, by shape.
#[derive(Debug, Default)]
pub(crate) struct Statements {
    entries: Vec<Option<Entry>>,
    marked: marked::Statements,
}

/// The statements of a shape, each made when it is first needed.
#[derive(Debug)]
struct Entry {
    shape: Arc<Shape>,
    texts: [Option<Box<Statement>>; Batch::KINDS],
}

impl Statements {
    /// The statement that carries out a change.
    pub(crate) fn of(&mut self, change: &Change) -> Result<&Statement, Failure> {
        let at = change.shape.id as usize;
        if self.entries.len() <= at {
            self.entries.resize_with(at + 1, || None);
        }
        let slot = &mut self.entries[at];
        if slot.as_ref().is_none_or(|entry| !Arc::ptr_eq(&entry.shape, &change.shape)) {
            *slot = None;
        }
        let entry =
            slot.get_or_insert_with(|| Entry { shape: Arc::clone(&change.shape), texts: Default::default() });
        let batch = Batch::of(change.shape.kind, change.rows);
        let text = &mut entry.texts[batch.index()];
        if text.is_none() {
            *text = Some(Box::new(sql::build(&change.shape, batch)?));
        }
        text.as_deref().ok_or_else(|| Failure::aborted(Action::Defect, "encode", "no statement"))
    }

    /// The statement that carries out a change under a marker.
    pub(crate) fn marked(
        &mut self,
        marker: &Change,
        change: &Change,
        form: Form,
    ) -> Result<&Statement, Failure> {
        self.marked.of(marker, change, form)
    }

    /// Forgets all of them.
    pub(crate) fn clear(&mut self) {
        self.entries.clear();
        self.marked.clear();
    }
}

#[cfg(test)]
mod tests;
