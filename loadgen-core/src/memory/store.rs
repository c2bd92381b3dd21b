//! The rows, with the checks of a database.

use std::{
    borrow::Cow,
    collections::{BTreeSet, HashMap},
    sync::Arc,
};

use crate::{
    Action, Applied, Change, ChangeKind, Check, Failure, Fill, Schema, Table, TableName, Taken, Value,
    canonical::Canonical,
    check::{Condition, holds, parse},
};

/// What "now" is to checks: a day in 2026, in microseconds since 1970.
const TODAY: i64 = 1_780_000_000_000_000;

/// The code of a failure over a unique value that is taken.
const TAKEN: &str = "unique";

/// The hash of a key, which stands for the key.
type Key = u128;

#[derive(Debug)]
pub(crate) struct Store {
    pub(super) tables: Vec<Rows>,
    /// Counts changes to the schema, and numbers tables and columns.
    pub(super) changes: u64,
    /// The steps that are recorded.
    pub(super) steps: BTreeSet<String>,
}

#[derive(Debug)]
pub(super) struct Rows {
    pub(super) table: Arc<Table>,
    pub(super) rows: HashMap<u64, Box<[Value]>>,
    /// Those that are understood.
    checks: Vec<Condition>,
    /// By the columns of each key: the primary key, if any, and then the unique ones.
    indexes: Vec<Index>,
    /// Rows of this table by the columns of each of its foreign keys.
    references: Vec<HashMap<Key, u32>>,
    next_row: u64,
    pub(super) sequence: i64,
}

#[derive(Debug)]
struct Index {
    columns: Vec<usize>,
    rows: HashMap<Key, u64>,
}

/// How to take a change back.
#[derive(Debug)]
pub(crate) enum Undo {
    Remove(usize, u64),
    Restore(usize, u64, Box<[Value]>),
}

impl Store {
    pub(crate) fn new(tables: Vec<Arc<Table>>) -> Self {
        let mut store = Store { tables: Vec::new(), changes: 0, steps: BTreeSet::new() };
        tables.into_iter().for_each(|table| store.create(Arc::unwrap_or_clone(table)));
        store
    }

    pub(crate) fn version(&self) -> u64 {
        self.changes
    }

    pub(crate) fn schema(&self) -> Schema {
        Schema::of(self.tables.iter().map(|rows| Arc::clone(&rows.table)))
    }

    pub(crate) fn named(&self, table: &str) -> Option<usize> {
        self.tables.iter().position(|rows| rows.table.name.table == table)
    }

    /// Where columns of a table as it was are now.
    pub(crate) fn placed<'a>(
        &self,
        index: usize,
        table: &Table,
        columns: &'a [usize],
    ) -> Result<Cow<'a, [usize]>, Failure> {
        let now = &*self.tables[index].table;
        if std::ptr::eq(now, table) {
            return Ok(Cow::Borrowed(columns));
        }
        let place = |column: &usize| {
            let name = &table.columns[*column].name;
            let missing = || {
                let message = format!("{} has no column {name}", now.name);
                Failure::aborted(Action::RereadSchema, "no column", message)
            };
            now.column_index(name).ok_or_else(missing)
        };
        columns.iter().map(place).collect::<Result<Vec<usize>, Failure>>().map(Cow::Owned)
    }

    pub(crate) fn rows(&self, table: usize) -> impl Iterator<Item = &[Value]> {
        self.tables[table].rows.values().map(|row| &**row)
    }

    #[cfg(test)]
    pub(crate) fn forget(&mut self, table: usize, which: impl Fn(&[Value]) -> bool) {
        let rows = self.tables[table].rows.iter();
        let gone: Vec<u64> = rows.filter(|(_, row)| which(row)).map(|(id, _)| *id).collect();
        for id in gone {
            let row = self.tables[table].rows[&id].clone();
            if self.unreferenced(table, &row).is_ok() {
                drop(self.remove(table, id));
            }
        }
    }

    pub(crate) fn has(&self, name: &TableName) -> bool {
        self.tables.iter().any(|rows| rows.table.name == *name)
    }

    pub(crate) fn index_of(&self, table: &Table) -> Result<usize, Failure> {
        let found = self.tables.iter().position(|rows| rows.table.name == table.name);
        let missing = || {
            Failure::aborted(Action::RereadSchema, "no table", format!("there is no table {}", table.name))
        };
        found.ok_or_else(missing)
    }

    /// All of the changes or none, but for rows with a unique value that is taken, where those are left out, and rows that
    /// are refused, where those are, of which the answer is that no row was changed. A change that may be left out has one
    /// row. `undo` gets what takes them back.
    pub(crate) fn apply(
        &mut self,
        changes: &[Change],
        taken: Taken,
        undo: &mut Vec<Undo>,
    ) -> Result<Vec<Applied>, Failure> {
        let before = undo.len();
        let mut applied = Vec::with_capacity(changes.len());
        for change in changes {
            match self.apply_one(change, undo) {
                Ok(done) => applied.push(done),
                Err(failure) if taken != Taken::Refuse && failure.taken => {}
                Err(failure) if taken == Taken::SkipRefused && failure.action == Action::NewValues => {
                    applied.push(Applied::default());
                }
                Err(failure) => {
                    self.take_back(undo.drain(before..));
                    return Err(failure);
                }
            }
        }
        Ok(applied)
    }

    fn apply_one(&mut self, change: &Change, undo: &mut Vec<Undo>) -> Result<Applied, Failure> {
        let shape = &change.shape;
        let table = self.index_of(&shape.table)?;
        let placed = |columns| self.placed(table, &shape.table, columns);
        let (key_columns, set_columns) = (placed(&shape.key)?, placed(&shape.set)?);
        let returning = placed(&shape.returning)?;
        let mut applied = Applied::default();
        for row in 0..change.rows {
            let (key, set) = change.row(row).split_at(change.shape.key.len());
            match change.shape.kind {
                ChangeKind::Insert => {
                    let new = self.tables[table].complete(&set_columns, set);
                    applied.returned.extend(returning.iter().map(|column| new[*column].clone()));
                    let id = self.put(table, None, new)?;
                    undo.push(Undo::Remove(table, id));
                    applied.rows += 1;
                }
                ChangeKind::Update | ChangeKind::Delete => {
                    let Some(id) = self.tables[table].find(&key_columns, key) else { continue };
                    let old = self.remove(table, id)?;
                    undo.push(Undo::Restore(table, id, old.clone()));
                    if change.shape.kind == ChangeKind::Update {
                        let mut new = old;
                        set_columns.iter().zip(set).for_each(|(column, value)| new[*column] = value.clone());
                        applied.returned.extend(returning.iter().map(|column| new[*column].clone()));
                        self.put(table, Some(id), new)?;
                    } else {
                        self.unreferenced(table, &old)?;
                    }
                    applied.rows += 1;
                }
            }
        }
        Ok(applied)
    }

    /// Takes changes back, the last first.
    pub(crate) fn take_back(&mut self, undo: impl DoubleEndedIterator<Item = Undo>) {
        for undo in undo.rev() {
            match undo {
                Undo::Remove(table, id) => drop(self.remove(table, id)),
                Undo::Restore(table, id, row) => {
                    if self.tables[table].rows.contains_key(&id) {
                        drop(self.remove(table, id));
                    }
                    self.tables[table].index(id, row);
                }
            }
        }
    }

    /// Adds a row after all checks.
    fn put(&mut self, table: usize, id: Option<u64>, row: Box<[Value]>) -> Result<u64, Failure> {
        let rows = &self.tables[table];
        for (column, value) in rows.table.columns.iter().zip(&row) {
            if value.is_null() && !column.nullable {
                return Err(refused(
                    "not null",
                    format!("column {} of {} is null", column.name, rows.table.name),
                ));
            }
        }
        if let Some(check) = rows.checks.iter().find(|check| !holds(&check.expr, &row, TODAY)) {
            return Err(refused("check", format!("a row of {} fails {}", rows.table.name, check.text)));
        }
        let taken =
            |index: &&Index| key_of(&index.columns, &row).is_some_and(|key| index.rows.contains_key(&key));
        if rows.indexes.iter().any(|index| taken(&index)) {
            return Err(refused(TAKEN, format!("a key of {} is taken", rows.table.name)));
        }
        for foreign in &rows.table.foreign_keys {
            let Some(key) = key_of(&foreign.columns, &row) else { continue };
            let parent = self.tables.iter().find(|parent| parent.table.name == foreign.parent);
            let itself = parent.is_some_and(|p| std::ptr::eq(p, rows))
                && parent.and_then(|p| p.named(foreign, &row)) == Some(key);
            if !itself && !parent.is_some_and(|parent| parent.has(&foreign.parent_columns, key)) {
                return Err(refused(
                    "foreign key",
                    format!("{} refers to a row that is not there", rows.table.name),
                ));
            }
        }
        let rows = &mut self.tables[table];
        let id = id.unwrap_or_else(|| {
            rows.next_row += 1;
            rows.next_row
        });
        rows.index(id, row);
        Ok(id)
    }

    fn remove(&mut self, table: usize, id: u64) -> Result<Box<[Value]>, Failure> {
        let rows = &mut self.tables[table];
        let row = rows.rows.remove(&id).ok_or_else(|| refused("gone", "the row is not there".to_owned()))?;
        for index in &mut rows.indexes {
            if let Some(key) = key_of(&index.columns, &row) {
                index.rows.remove(&key);
            }
        }
        for (foreign, counts) in rows.table.foreign_keys.iter().zip(&mut rows.references) {
            if let Some(key) = key_of(&foreign.columns, &row)
                && let Some(count) = counts.get_mut(&key)
            {
                *count -= 1;
                if *count == 0 {
                    counts.remove(&key);
                }
            }
        }
        Ok(row)
    }

    /// Refuses to leave children behind.
    fn unreferenced(&self, table: usize, row: &[Value]) -> Result<(), Failure> {
        let parent = &self.tables[table];
        for child in &self.tables {
            for (foreign, counts) in child.table.foreign_keys.iter().zip(&child.references) {
                let key = (foreign.parent == parent.table.name).then(|| parent.named(foreign, row)).flatten();
                if key.is_some_and(|key| counts.contains_key(&key)) {
                    let message =
                        format!("{} still refers to the row of {}", child.table.name, parent.table.name);
                    return Err(refused("foreign key", message));
                }
            }
        }
        Ok(())
    }
}

impl Rows {
    pub(super) fn new(table: Arc<Table>) -> Self {
        let check = |check: &Check| {
            let expr = parse(&check.condition, &table).ok()?;
            Some(Condition { text: check.condition.clone(), expr })
        };
        Rows {
            checks: table.checks.iter().filter_map(check).collect(),
            rows: HashMap::new(),
            indexes: table
                .unique_rules()
                .map(|columns| Index { columns: columns.clone(), rows: HashMap::new() })
                .collect(),
            references: table.foreign_keys.iter().map(|_| HashMap::new()).collect(),
            next_row: 0,
            sequence: 0,
            table,
        }
    }

    /// A full row out of the values of some columns.
    fn complete(&mut self, set: &[usize], values: &[Value]) -> Box<[Value]> {
        let mut row: Vec<Value> = vec![Value::Null; self.table.columns.len()];
        set.iter().zip(values).for_each(|(column, value)| row[*column] = value.clone());
        for (index, column) in self.table.columns.iter().enumerate() {
            if matches!(column.fill, Fill::Sequence { .. }) && !set.contains(&index) {
                self.sequence += 1;
                row[index] = Value::Int(self.sequence);
            }
        }
        row.into()
    }

    pub(super) fn index(&mut self, id: u64, row: Box<[Value]>) {
        self.next_row = self.next_row.max(id);
        for index in &mut self.indexes {
            if let Some(key) = key_of(&index.columns, &row) {
                index.rows.insert(key, id);
            }
        }
        for (foreign, counts) in self.table.foreign_keys.iter().zip(&mut self.references) {
            if let Some(key) = key_of(&foreign.columns, &row) {
                *counts.entry(key).or_default() += 1;
            }
        }
        self.rows.insert(id, row);
    }

    /// The row with these values in these columns, among which is a key.
    fn find(&self, columns: &[usize], values: &[Value]) -> Option<u64> {
        let place = |column: &usize| columns.iter().position(|named| named == column);
        let index = self.indexes.iter().find(|index| index.columns.iter().all(|c| place(c).is_some()))?;
        let key = index.columns.iter().filter_map(place).map(|at| &values[at]);
        let id = *index.rows.get(&hash(key))?;
        let row = &self.rows[&id];
        columns.iter().zip(values).all(|(column, value)| row[*column] == *value).then_some(id)
    }

    /// The key of a row of this table, in the order in which a foreign key names its columns.
    fn named(&self, foreign: &crate::ForeignKey, row: &[Value]) -> Option<Key> {
        let columns: Option<Vec<usize>> =
            foreign.parent_columns.iter().map(|name| self.table.column_index(name)).collect();
        key_of(&columns?, row)
    }

    fn has(&self, columns: &[String], key: Key) -> bool {
        let columns: Option<Vec<usize>> = columns.iter().map(|name| self.table.column_index(name)).collect();
        let index = columns.and_then(|columns| self.indexes.iter().find(|index| index.columns == columns));
        index.is_some_and(|index| index.rows.contains_key(&key))
    }
}

/// The hash of a key; none when a part of it is null.
fn key_of(columns: &[usize], row: &[Value]) -> Option<Key> {
    let parts = columns.iter().map(|column| &row[*column]);
    (!parts.clone().any(Value::is_null)).then(|| hash(parts))
}

fn hash<'a>(values: impl Iterator<Item = &'a Value>) -> Key {
    let mut canonical = Canonical::new(0);
    values.for_each(|value| canonical.value(value));
    canonical.finish_wide()
}

fn refused(code: &'static str, message: String) -> Failure {
    let failure = Failure::aborted(Action::NewValues, code, message);
    if code == TAKEN { failure.over_taken_value() } else { failure }
}
