//! What is out of the ordinary about a table.

use std::collections::BTreeMap;

use crate::Statistics;

/// What a backend says about a table besides its columns, keys and references. Nothing of it holds for most tables.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Special {
    /// Where its rows are.
    pub storage: Storage,
    /// Unique rules that no row can be found by, because they cover part of the rows or of the values: in each, one
    /// of these columns has to differ from row to row.
    pub loose_keys: Vec<Vec<usize>>,
    /// Why the database may keep other values than it is sent, or refuse rows in silence: a trigger.
    pub rewrites: Option<String>,
    /// Why rows may come and go that no statement names: what else in the database writes the table.
    pub written_by: Option<String>,
    /// What a reader of the plan should know.
    pub notes: Vec<String>,
    /// Columns that this user may not do something to, where others of the table allow it.
    pub denied: Denied,
    /// What the database knows of the values of columns, by their indexes, where a plan asks for it.
    pub statistics: BTreeMap<usize, Statistics>,
}

/// Where the rows of a table are.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Storage {
    /// In the table.
    #[default]
    Plain,
    /// In the table; other tables inherit from it, and their rows are not taken for its own.
    Inherited,
    /// In partitions, which are reached through the table.
    Partitioned {
        /// Indexes of the columns that decide about the partition.
        by: Vec<usize>,
    },
}

/// Columns by what may not be done to them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names say it")]
pub struct Denied {
    pub insert: Vec<usize>,
    pub update: Vec<usize>,
    pub select: Vec<usize>,
}

/// Something that can be read like a table and is not written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Other {
    /// Schema and name.
    pub name: crate::TableName,
    /// What it is, in the singular: "view".
    pub kind: &'static str,
    /// Why it is not written, or what to write instead, to follow "it is a view".
    pub why: String,
}
