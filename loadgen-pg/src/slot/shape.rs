//! A table as its changes are sent, and as the verifier knows it.

use std::collections::HashMap;

use loadgen_core::{
    Schema, TableName,
    verify::{Cell, Observation, Seen, TableId, Verifier},
};

use super::{
    SlotError,
    cells::Cells,
    message::{Field, Old, Relation},
};

/// A table that the ledger has.
#[derive(Debug)]
pub(super) struct Shape {
    table: TableId,
    names: Vec<String>,
    cells: Vec<Cells>,
    /// The places of the key's columns, in its order.
    key: Vec<usize>,
}

/// The tables that were announced, by their numbers.
pub(super) type Shapes = HashMap<u32, Announced>;

/// A table that changes were announced of.
#[derive(Debug)]
pub(super) enum Announced {
    Known(Shape),
    /// One that the ledger does not have, by schema and name.
    Foreign(String),
}

/// A change of a row.
pub(super) struct Change<'a> {
    pub(super) seen: Seen,
    pub(super) key: Vec<String>,
    pub(super) columns: Vec<(&'a str, Cell)>,
}

impl Shape {
    pub(super) fn announced(
        relation: &Relation,
        schema: &Schema,
        verifier: &Verifier,
    ) -> Result<Announced, String> {
        let name = TableName::new(&relation.schema, &relation.name);
        let Some(table) = verifier.table(&relation.schema, &relation.name) else {
            return Ok(Announced::Foreign(name.to_string()));
        };
        let described = schema.table(&name);
        let cells = relation.columns.iter().map(|column| {
            let index = described.and_then(|table| table.column_index(&column.name));
            Cells::new(column.type_id, described.zip(index).map(|(table, index)| &table.columns[index]))
        });
        let names: Vec<String> = relation.columns.iter().map(|column| column.name.clone()).collect();
        let place = |name: &String| names.iter().position(|column| column == name);
        let key: Option<Vec<usize>> = verifier.key(table).iter().map(place).collect();
        // A key whose columns have got other names is still what rows are found by.
        let found: Vec<usize> = (0..names.len()).filter(|at| relation.columns[*at].is_key).collect();
        let key = key.or_else(|| Some(found).filter(|key| key.len() == verifier.key(table).len()));
        let key = key.ok_or_else(|| {
            format!("the changes of {}.{} come without its key", relation.schema, relation.name)
        })?;
        Ok(Announced::Known(Shape { table, cells: cells.collect(), names, key }))
    }

    pub(super) fn truncated(&self) -> Change<'_> {
        Change { seen: Seen::Truncate, key: Vec::new(), columns: Vec::new() }
    }

    pub(super) fn deleted(&self, old: &[Field<'_>]) -> Result<Change<'_>, String> {
        Ok(Change { seen: Seen::Delete, key: self.key(old)?, columns: Vec::new() })
    }

    pub(super) fn inserted(&self, new: &[Field<'_>]) -> Result<Change<'_>, String> {
        self.row(Seen::Insert, new)
    }

    /// A row that got another key is gone, and another one is there.
    pub(super) fn updated<'a>(
        &'a self,
        old: Option<&Old<'_>>,
        new: &[Field<'_>],
    ) -> Result<Vec<Change<'a>>, String> {
        let Some(old) = old else { return Ok(vec![self.row(Seen::Update, new)?]) };
        // What was not sent anew is in the row of before, as far as that is there.
        let is_there = |at: usize| matches!(old, Old::Row(_)) || self.key.contains(&at);
        let fill = |(at, field): (usize, &Field<'_>)| match (field, old.tuple().get(at)) {
            (Field::Unchanged, Some(before)) if is_there(at) => self.cells[at].read(*before),
            _ => self.cells[at].read(*field),
        };
        let cells = new.iter().enumerate().take(self.cells.len()).map(fill);
        let after = self.of(Seen::Update, cells)?;
        let before = self.deleted(old.tuple())?;
        if before.key == after.key {
            return Ok(vec![after]);
        }
        Ok(vec![before, Change { seen: Seen::Insert, ..after }])
    }

    fn row(&self, seen: Seen, fields: &[Field<'_>]) -> Result<Change<'_>, String> {
        self.of(seen, self.cells.iter().zip(fields).map(|(cells, field)| cells.read(*field)))
    }

    fn of(&self, seen: Seen, cells: impl Iterator<Item = Cell>) -> Result<Change<'_>, String> {
        let columns: Vec<(&str, Cell)> = self.names.iter().map(String::as_str).zip(cells).collect();
        if columns.len() != self.names.len() {
            return Err(format!("a row of {} columns instead of {}", columns.len(), self.names.len()));
        }
        let key = self.key.iter().map(|at| self.text(*at, &columns[*at].1)).collect::<Result<_, _>>()?;
        Ok(Change { seen, key, columns })
    }

    fn key(&self, fields: &[Field<'_>]) -> Result<Vec<String>, String> {
        let cell = |at: &usize| {
            let field = fields.get(*at).copied().unwrap_or(Field::Unchanged);
            self.text(*at, &self.cells[*at].read(field))
        };
        self.key.iter().map(cell).collect()
    }

    fn text(&self, at: usize, cell: &Cell) -> Result<String, String> {
        match cell {
            Cell::Value(value) => Ok(value.to_string()),
            _ => Err(format!("the value of {}, which is in the key, cannot be read", self.names[at])),
        }
    }

    pub(super) fn show(
        &self,
        change: &Change<'_>,
        transaction: u32,
        verifier: &mut Verifier,
    ) -> Result<(), SlotError> {
        let observation = Observation {
            table: self.table,
            seen: change.seen,
            key: &change.key,
            columns: &change.columns,
            transaction: Some(u64::from(transaction)),
            stream: 0,
        };
        Ok(verifier.observe(&observation)?)
    }
}
