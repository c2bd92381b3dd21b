//! The statements of shapes: their texts, and the values that go with them.

use std::{collections::BTreeMap, sync::Arc};

use loadgen_core::{Action, Change, Failure, Shape, Value};
use tiberius::{ColumnData, IntoSql, Query};

use crate::{
    codec::{CodecError, Kind, encode},
    dialect::Dialect,
};

mod batch;
mod marked;
mod sql;

pub(crate) use batch::{fits_one, pieces};
pub(crate) use marked::{SHORT, UNMOVED, WHOLE};
pub(crate) use sql::{DONE, FIRST, Form};

/// One text with its parameters, and how the answer is read.
#[derive(Debug)]
pub(crate) struct Statement {
    text: Arc<str>,
    params: Vec<Param>,
    /// How many of the first of them are the marker's.
    of_marker: usize,
    /// How the columns that each row is answered with are read.
    pub(crate) returning: Vec<Kind>,
    /// Whether the number of rows comes as a row.
    pub(crate) says_rows: bool,
}

/// What fills one `@P` of a text.
#[derive(Clone, Copy, Debug)]
struct Param {
    /// The place of the value among those of the change.
    at: usize,
    kind: Kind,
}

/// Digits of a second in parameters: those of the types that the driver declares for them.
const DIGITS: u8 = 7;

/// A value that the driver binds as it is.
struct Ready<'a>(ColumnData<'a>);

impl<'a> IntoSql<'a> for Ready<'a> {
    fn into_sql(self) -> ColumnData<'a> {
        self.0
    }
}

impl Statement {
    /// The statement with the values of a change.
    pub(crate) fn bind<'a>(&self, change: &'a Change) -> Result<Query<'a>, Failure> {
        self.bind_marked(change, change)
    }

    /// The same where some of the values are those of a marker.
    pub(crate) fn bind_marked<'a>(
        &self,
        marker: &'a Change,
        change: &'a Change,
    ) -> Result<Query<'a>, Failure> {
        let mut query = Query::new(String::from(&*self.text));
        for (at, param) in self.params.iter().enumerate() {
            let change = if at < self.of_marker { marker } else { change };
            let value = change.values.get(param.at).unwrap_or(&Value::Null);
            let data = encode(param.kind, value, DIGITS).map_err(|error| unsent(change, param.at, &error))?;
            query.bind(Ready(data));
        }
        Ok(query)
    }
}

/// The failure when a value is none of its column's.
pub(crate) fn unsent(change: &Change, at: usize, error: &CodecError) -> Failure {
    let table = &change.shape.table;
    let index = change.shape.columns().nth(at % change.shape.width().max(1));
    let column =
        index.and_then(|index| table.columns.get(index)).map_or("its address", |column| &column.name);
    Failure::aborted(Action::Defect, "encode", format!("{}.{column}: {error}", table.name))
}

/// The statements of a session, by shape.
#[derive(Debug, Default)]
pub(crate) struct Statements {
    entries: Vec<Option<Entry>>,
}

/// The statements of a shape, each made when it is first needed.
#[derive(Debug)]
struct Entry {
    shape: Arc<Shape>,
    texts: BTreeMap<(usize, Form), Statement>,
    marked: BTreeMap<usize, (Arc<Shape>, Statement)>,
    /// One that no other change will have.
    passing: Option<Statement>,
}

impl Statements {
    /// The statement that carries out a change.
    pub(crate) fn of(
        &mut self,
        change: &Change,
        form: Form,
        dialect: Dialect,
    ) -> Result<&Statement, Failure> {
        let entry = self.entry(change);
        if sql::has_literal(change, dialect) {
            return Ok(entry.passing.insert(sql::build(change, form, dialect)?));
        }
        Ok(match entry.texts.entry((change.rows, form)) {
            std::collections::btree_map::Entry::Occupied(known) => known.into_mut(),
            std::collections::btree_map::Entry::Vacant(place) => {
                place.insert(sql::build(change, form, dialect)?)
            }
        })
    }

    /// The statement that carries out a change under a marker.
    pub(crate) fn marked(
        &mut self,
        marker: &Change,
        change: &Change,
        dialect: Dialect,
    ) -> Result<&Statement, Failure> {
        let entry = self.entry(change);
        if sql::has_literal(change, dialect) {
            return Ok(entry.passing.insert(marked::build(marker, change, dialect)?));
        }
        let is_known =
            entry.marked.get(&change.rows).is_some_and(|(shape, _)| Arc::ptr_eq(shape, &marker.shape));
        if !is_known {
            let built = marked::build(marker, change, dialect)?;
            entry.marked.insert(change.rows, (Arc::clone(&marker.shape), built));
        }
        let known = entry.marked.get(&change.rows).map(|(_, statement)| statement);
        known.ok_or_else(|| Failure::aborted(Action::Defect, "encode", "no statement"))
    }

    /// Forgets all of them.
    pub(crate) fn clear(&mut self) {
        self.entries.clear();
    }

    fn entry(&mut self, change: &Change) -> &mut Entry {
        let at = change.shape.id as usize;
        if self.entries.len() <= at {
            self.entries.resize_with(at + 1, || None);
        }
        let slot = &mut self.entries[at];
        if slot.as_ref().is_none_or(|entry| !Arc::ptr_eq(&entry.shape, &change.shape)) {
            *slot = None;
        }
        slot.get_or_insert_with(|| Entry {
            shape: Arc::clone(&change.shape),
            texts: BTreeMap::new(),
            marked: BTreeMap::new(),
            passing: None,
        })
    }
}

#[cfg(test)]
mod tests;
