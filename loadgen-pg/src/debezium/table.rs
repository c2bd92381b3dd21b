//! What the ledger says of a table, for whoever reads its events.

use std::collections::HashMap;

use loadgen_core::ledger::{Form, Header, MARKER_TABLE, TableHeader};

use super::schema::LastSchema;

/// A table of the ledger, in all forms that it had.
#[derive(Debug, Default)]
pub(super) struct Table {
    /// Its schema and its name.
    pub(super) name: (String, String),
    /// For each column of the key, the names that it had.
    pub(super) key: Vec<Vec<String>>,
    /// The columns whose values count; none of those that have come to hold something else.
    columns: HashMap<String, Option<Column>>,
    /// The schema parts of values and of keys.
    pub(super) schemas: [LastSchema; 2],
}

/// A column whose values count.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Column {
    pub(super) form: Form,
    /// Its type in the words of the server.
    pub(super) ty: String,
}

impl Table {
    /// The tables of a ledger, and behind them its marker table.
    pub(super) fn all(header: &Header) -> Vec<Table> {
        let mut tables: Vec<Table> = Vec::new();
        for form in header.tables.values() {
            let is_same = |table: &Table| table.name.0 == form.schema && table.name.1 == form.table;
            let at = tables.iter().position(is_same).unwrap_or_else(|| {
                let name = (form.schema.clone(), form.table.clone());
                tables.push(Table { name, ..Table::default() });
                tables.len() - 1
            });
            tables[at].add(form);
        }
        tables.extend(header.marker_table().map(|name| Table::marker(&name.schema)));
        tables
    }

    fn marker(schema: &str) -> Table {
        let column = |name: &str, form| (name.to_owned(), Some(Column { form, ty: String::new() }));
        let columns = [("run_id", Form::Text), ("lane", Form::Integer), ("last_seq", Form::Integer)];
        Table {
            name: (schema.to_owned(), MARKER_TABLE.to_owned()),
            columns: columns.into_iter().map(|(name, form)| column(name, form)).collect(),
            ..Table::default()
        }
    }

    fn add(&mut self, form: &TableHeader) {
        // Nobody compares a table that others write as well, so its rows need no key.
        let key = if form.unchecked.is_none() { &form.key[..] } else { &[] };
        self.key.resize(key.len().max(self.key.len()), Vec::new());
        for (names, name) in self.key.iter_mut().zip(key) {
            if !names.contains(name) {
                names.push(name.clone());
            }
        }
        for column in &form.columns {
            let new = column.form.clone().map(|form| Column { form, ty: column.ty.clone() });
            let known = self.columns.entry(column.name.clone()).or_insert_with(|| new.clone());
            if known.as_ref().map(|known| &known.form) != new.as_ref().map(|new| &new.form) {
                *known = None;
            }
        }
    }

    /// A column whose values count.
    pub(super) fn column(&self, name: &str) -> Option<&Column> {
        self.columns.get(name)?.as_ref()
    }
}
