//! What is out of the ordinary about a table.

use std::collections::BTreeMap;

use crate::{ChangeKind, Statistics, Type};

/// What a backend says about a table besides its columns, keys and references. Nothing of it holds for most tables.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Special {
    /// Where its rows are.
    pub storage: Storage,
    /// Unique rules that no row can be found by, because they cover part of the rows or of the values: in each, one
    /// of these columns has to differ from row to row.
    pub loose_keys: Vec<Vec<usize>>,
    /// Those of the loose keys that hold for some rows alone.
    pub partial: Vec<Partial>,
    /// Unique rules in which NULL is a value like any other.
    pub colliding: Vec<Vec<usize>>,
    /// Columns of texts that have to differ in more than case.
    pub folded: Vec<usize>,
    /// Columns of spans that may not overlap from row to row.
    pub apart: Vec<Apart>,
    /// The names of references by whose last column a row refers to spans of its parents: it lies within theirs and need
    /// not be equal to one.
    pub covered: Vec<String>,
    /// The names of checks and references that the database knows and holds nobody to.
    pub unenforced: Vec<String>,
    /// What the database computes columns from, by their indexes, in its own SQL.
    pub computed: BTreeMap<usize, String>,
    /// Whether the database tells where each row is, for those that nothing else finds; see [`Table::address`](crate::Table::address).
    pub is_addressed: bool,
    /// Why the database may keep other values than it is sent, or refuse rows in silence: a trigger.
    pub rewrites: Option<String>,
    /// Why rows may come and go that no statement names: what else in the database writes the table.
    pub written_by: Option<String>,
    /// What a reader of the plan should know.
    pub notes: Vec<String>,
    /// Keys, references and the like that the lists of columns do not say in full, in words of the database.
    pub definitions: Vec<String>,
    /// Columns that this user may not do something to, where others of the table allow it.
    pub denied: Denied,
    /// Kinds of changes that this user may not make, where the plan goes without them.
    pub withheld: Vec<ChangeKind>,
    /// What is asked of what is inside the values of columns, by their indexes, where those may do without a value.
    pub inside: BTreeMap<usize, String>,
    /// What stays when the table or a column of it is renamed.
    pub identity: Identity,
    /// How many values are left of the sequences that fill columns, by their indexes, where they come to an end.
    pub sequences: BTreeMap<usize, u64>,
    /// Columns that were added while traffic was going on: new rows get values in them, updates leave them alone, and
    /// no digest covers them, as the rows from before have values that nobody knows.
    pub late: Vec<usize>,
    /// Columns of which lanes that went by a plan from before do not remember what their rows hold.
    pub unremembered: Vec<usize>,
    /// What the database knows of the values of columns, by their indexes, where a plan asks for it.
    pub statistics: BTreeMap<usize, Statistics>,
    /// How the database gives back texts that plan file and checks hold against a column, or why it refuses them.
    pub spellings: BTreeMap<(usize, String), Result<String, String>>,
    /// Values of columns, by their indexes, that the database took when they were tried, where checks are not solved.
    pub learnt: BTreeMap<usize, Learnt>,
}

/// Values that the database took.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Learnt {
    /// As a plan file would write them.
    pub values: Vec<String>,
    /// How many were tried.
    pub tried: usize,
    /// The checks that they were tried against.
    pub checks: Vec<String>,
}

/// The backend's own numbers: the same after a rename, and others when something is made anew under its old name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Identity {
    /// Of the table; 0 where the backend has none and names count.
    pub table: u64,
    /// Of its columns, in their order; empty where names count.
    pub columns: Vec<u32>,
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

/// A column of spans of which no two may overlap.
#[derive(Clone, Debug, PartialEq)]
pub struct Apart {
    /// Its index.
    pub column: usize,
    /// What its spans lie between.
    pub bounds: Type,
    /// How one is written from a bound to another that it does not reach: `[{low},{high})`.
    pub text: String,
}

/// A unique rule for some of the rows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Partial {
    /// One of these columns has to differ from row to row.
    pub columns: Vec<usize>,
    /// Which rows it holds for, in the database's own SQL.
    pub condition: String,
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
