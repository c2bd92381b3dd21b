//! A database schema as loadgen sees it, the same for every backend.

mod column;
mod name;

use std::{collections::BTreeSet, sync::Arc};

pub use column::{Column, Fill, NativeType, Type};
pub use name::TableName;

use crate::special::{Other, Special, Storage};

/// The tables of one or more schemas, and which schemas there are.
#[derive(Clone, Debug, Default)]
pub struct Schema {
    /// The names of all schemas that could be asked for, in order, whether or not they were.
    pub schemas: Vec<String>,
    /// In order of their names.
    pub tables: Vec<Arc<Table>>,
    /// What else there is in the schemas that were asked for, in order of their names.
    pub others: Vec<Other>,
    /// Where there is no table in the schemas that were asked for: the others that have some, and how many.
    pub elsewhere: Vec<(String, u64)>,
}

/// One base table.
#[derive(Clone, Debug)]
pub struct Table {
    /// Schema and name.
    pub name: TableName,
    /// In the order of the table.
    pub columns: Vec<Column>,
    /// Indexes into `columns`, in the order of the key; empty without a primary key.
    pub primary_key: Vec<usize>,
    /// Unique constraints and indexes other than the primary key, each as indexes into `columns`.
    pub uniques: Vec<Vec<usize>>,
    /// What the table refers to.
    pub foreign_keys: Vec<ForeignKey>,
    /// Conditions that every row has to meet.
    pub checks: Vec<Check>,
    /// What the backend saw and cannot honour yet (an exclusion, a partition); each with the columns that
    /// would have to be overridden to make the table writable, none if nothing helps.
    pub obstacles: Vec<Obstacle>,
    /// What is out of the ordinary.
    pub special: Special,
}

/// A foreign key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ForeignKey {
    /// The constraint's name.
    pub name: String,
    /// Indexes into the columns of the table that refers.
    pub columns: Vec<usize>,
    /// The table referred to.
    pub parent: TableName,
    /// The names of the columns referred to, in the order of `columns`.
    pub parent_columns: Vec<String>,
    /// Whether it may be checked as late as at the end of a transaction, where that is asked for.
    pub deferrable: bool,
    /// Whether, deferred, it lets a parent be deleted before the rows that refer to it: not if it does something then.
    pub delete_waits: bool,
}

/// A condition that every row of a table has to meet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Check {
    /// The constraint's name.
    pub name: String,
    /// The condition in SQL that is understood, if any is: `((price > 0) AND (price < max_price))`.
    pub condition: String,
    /// The same in the database's own SQL, where that is another.
    pub original: Option<String>,
    /// Indexes of the columns that it reads.
    pub columns: Vec<usize>,
}

impl Check {
    /// One whose condition is in the database's own SQL.
    pub fn new(name: impl Into<String>, condition: impl Into<String>, columns: Vec<usize>) -> Self {
        Check { name: name.into(), condition: condition.into(), original: None, columns }
    }

    /// The condition in the database's own SQL.
    pub fn words(&self) -> &str {
        self.original.as_deref().unwrap_or(&self.condition)
    }
}

/// Something in a table that loadgen cannot honour by itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Obstacle {
    /// What it is, for people: "CHECK (price > 0)".
    pub what: String,
    /// Indexes of the columns which have to be overridden to take responsibility; empty when nothing helps.
    pub columns: Vec<usize>,
}

impl Schema {
    /// These tables, in the schemas that they name.
    pub fn of(tables: impl IntoIterator<Item = impl Into<Arc<Table>>>) -> Self {
        let mut tables: Vec<Arc<Table>> = tables.into_iter().map(Into::into).collect();
        tables.sort_by(|a, b| a.name.cmp(&b.name));
        let schemas: BTreeSet<&String> = tables.iter().map(|table| &table.name.schema).collect();
        Schema { schemas: schemas.into_iter().cloned().collect(), tables, ..Schema::default() }
    }

    /// The table of that name.
    pub fn table(&self, name: &TableName) -> Option<&Arc<Table>> {
        self.tables.iter().find(|table| table.name == *name)
    }
}

impl Table {
    /// A table without columns.
    pub fn new(name: TableName) -> Self {
        Table {
            name,
            columns: Vec::new(),
            primary_key: Vec::new(),
            uniques: Vec::new(),
            foreign_keys: Vec::new(),
            checks: Vec::new(),
            obstacles: Vec::new(),
            special: Special::default(),
        }
    }

    /// What stands for a row's address among the indexes of columns, in a [`Shape`](crate::Shape)'s key and in what it
    /// returns: a text that the database gives, and another one after each update.
    pub fn address(&self) -> usize {
        self.columns.len()
    }

    /// The index of the column of that name.
    pub fn column_index(&self, name: &str) -> Option<usize> {
        self.columns.iter().position(|column| column.name == name)
    }

    /// The indexes of columns by their names; none when one is not there.
    pub(crate) fn indexes_of(&self, names: &[String]) -> Option<Vec<usize>> {
        names.iter().map(|name| self.column_index(name)).collect()
    }

    /// The columns that tell rows apart: the primary key, else the first unique key without nullable columns.
    pub fn key(&self) -> Option<&[usize]> {
        self.key_of(|column| !self.columns[column].nullable)
    }

    /// The first key that can be read and of whose columns none is ever NULL.
    pub(crate) fn key_of(&self, never_null: impl Fn(usize) -> bool) -> Option<&[usize]> {
        let finds = |key: &&Vec<usize>| {
            let usable = |column: &usize| never_null(*column) && !self.special.denied.select.contains(column);
            !key.is_empty() && key.iter().all(usable)
        };
        std::iter::once(&self.primary_key).chain(&self.uniques).find(finds).map(Vec::as_slice)
    }

    /// Every set of columns of which one has to differ from row to row: the primary key first, and the unique keys.
    pub fn unique_rules(&self) -> impl Iterator<Item = &Vec<usize>> + Clone {
        let primary = Some(&self.primary_key).filter(|key| !key.is_empty());
        primary.into_iter().chain(&self.uniques).chain(&self.special.loose_keys)
    }

    /// Columns that decide in which partition a row is; none where there are no partitions.
    pub fn partitioned_by(&self) -> &[usize] {
        match &self.special.storage {
            Storage::Partitioned { by } => by,
            Storage::Plain | Storage::Inherited => &[],
        }
    }
}
