//! Changes to the schema, as somebody else would make them.

use std::sync::Arc;

use super::{
    Memory,
    store::{Rows, Store},
};
use crate::{Table, Type, Value};

impl Memory {
    /// Adds a table. Does nothing where there is one of its name.
    pub fn create(&self, table: Table) {
        let mut store = self.lock();
        if !store.tables.iter().any(|rows| rows.table.name == table.name) {
            store.create(table);
        }
    }

    /// Takes a table away with its rows, whatever refers to it.
    pub fn drop_table(&self, name: &str) {
        let mut store = self.lock();
        store.changes += 1;
        store.tables.retain(|rows| rows.table.name.table != name);
    }

    /// Makes another table of one and keeps its rows: columns are those at the same places, whatever they are called now,
    /// and new ones come last. Does nothing where there is no such table.
    ///
    /// ```
    /// use loadgen_core::{Type, memory::{Memory, table}};
    ///
    /// let memory = Memory::new([table("t").serial("id").column("v", Type::Int(32)).primary_key(["id"])]);
    /// memory.alter("t", |t| t.nullable("note", Type::Int(64)));
    /// memory.alter("t", |t| t.without("v"));
    /// ```
    pub fn alter(&self, name: &str, change: impl FnOnce(Table) -> Table) {
        let mut store = self.lock();
        if let Some(index) = store.named(name) {
            let old = Arc::clone(&store.tables[index].table);
            let new = change((*old).clone());
            store.replace(index, new);
        }
    }
}

impl Store {
    pub(super) fn create(&mut self, mut table: Table) {
        self.changes += 1;
        table.special.identity.table = self.changes;
        self.number(&mut table);
        self.tables.push(Rows::new(Arc::new(table)));
    }

    /// Gives columns that have no number yet one of their own.
    fn number(&mut self, table: &mut Table) {
        for _ in table.special.identity.columns.len()..table.columns.len() {
            self.changes += 1;
            table.special.identity.columns.push(self.changes as u32);
        }
    }

    fn replace(&mut self, index: usize, mut table: Table) {
        self.changes += 1;
        self.number(&mut table);
        let old = std::mem::replace(&mut self.tables[index], Rows::new(Arc::new(table)));
        let new = &mut self.tables[index];
        new.sequence = old.sequence;
        let (name, table) = (new.table.name.clone(), Arc::clone(&new.table));
        let known = &old.table.special.identity.columns;
        let numbers = table.special.identity.columns.iter();
        let before: Vec<Option<usize>> =
            numbers.map(|number| known.iter().position(|known| known == number)).collect();
        for (id, row) in old.rows {
            let value = |(column, before): (usize, &Option<usize>)| {
                let column = &table.columns[column];
                match before.map(|before| row[before].clone()) {
                    Some(Value::Int(number)) if matches!(column.ty, Type::Text { .. }) => {
                        Value::Text(number.to_string())
                    }
                    Some(value) => value,
                    None if column.nullable => Value::Null,
                    None => Value::Int(0),
                }
            };
            new.index(id, before.iter().enumerate().map(value).collect());
        }
        for other in &mut self.tables {
            let keys = |table: &Table| table.foreign_keys.iter().any(|key| key.parent == old.table.name);
            if keys(&other.table) && name != old.table.name {
                let keys = &mut Arc::make_mut(&mut other.table).foreign_keys;
                keys.iter_mut()
                    .filter(|key| key.parent == old.table.name)
                    .for_each(|key| key.parent = name.clone());
            }
        }
    }
}
