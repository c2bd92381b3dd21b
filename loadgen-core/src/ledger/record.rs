//! What a ledger is made of.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::form::Form;
use crate::{ChangeKind, TableName};

/// The version of the format that this code writes and reads.
pub const VERSION: u32 = 1;

/// One line of a ledger.
#[derive(Clone, Debug, PartialEq)]
pub enum Record {
    /// `H`: the run and its tables. The first record of the first journal; later ones add tables, when the schema has
    /// changed.
    Header(Header),
    /// `T`: what a transaction is about to commit.
    Transaction(TransactionRecord),
    /// `R`: how a transaction ended.
    Result(ResultRecord),
    /// `V`: what was found out about a transaction whose end nobody had seen.
    Resolution(ResultRecord),
    /// `W`: a transaction with no changes, after which all others are to be seen.
    Watermark(Watermark),
    /// `E`: the run ended and everything is settled.
    End(CleanEnd),
}

impl Record {
    pub(super) fn is_end(&self) -> bool {
        matches!(self, Record::End(_))
    }

    pub(super) fn is_transaction(&self) -> bool {
        matches!(self, Record::Transaction(_))
    }
}

/// The run.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Header {
    /// The version of the format.
    pub version: u32,
    /// The name of the run; the marker table has it as `run_id`.
    pub run: String,
    /// What every draw started from.
    pub seed: u64,
    /// How many lanes there are. The watermark has the number behind the last as its lane.
    pub lanes: u32,
    /// A hash of the plan as it was carried out, as 16 hexadecimal digits.
    pub plan: String,
    /// Where it went, without secrets.
    pub target: String,
    /// The marker table.
    pub marker: String,
    /// The database and its promises: product and version, identity, durability settings, by name.
    pub standing: Standing,
    /// The tables, by the numbers that transactions name them with.
    pub tables: BTreeMap<u32, TableHeader>,
    /// The numbers of tables that somebody has dropped during the run, or given a name that the run leaves alone.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub gone: Vec<u32>,
}

impl Header {
    /// The marker table, in the two parts of its name.
    pub fn marker_table(&self) -> Option<TableName> {
        TableName::read(&self.marker)
    }

    /// That of a run of this name; the run adds the rest.
    pub fn named(run: impl Into<String>) -> Self {
        Header { run: run.into(), ..Header::default() }
    }

    /// A table in its last form, and before that in those that it had under other names.
    pub fn forms<'a>(&'a self, table: &'a TableHeader) -> impl Iterator<Item = &'a TableHeader> {
        // Numbers only go down, whatever is in the file.
        let before = |(most, table): &(u32, &'a TableHeader)| {
            let was = table.was.filter(|was| was < most)?;
            Some((was, self.tables.get(&was)?))
        };
        std::iter::successors(Some((u32::MAX, table)), before).map(|(_, table)| table)
    }
}

/// What the target says of itself: settings by their names.
pub type Standing = BTreeMap<String, String>;

/// One table in one form. After a change of its columns it has another number.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TableHeader {
    /// Its schema.
    pub schema: String,
    /// Its name.
    pub table: String,
    /// The names of the columns that tell rows apart; empty if nothing does.
    pub key: Vec<String>,
    /// The columns that sums cover.
    pub columns: Vec<Covered>,
    /// Names of the columns that sums do not cover.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub uncovered: Vec<String>,
    /// Why nobody knows what is in the table, if others write there as well.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unchecked: Option<String>,
    /// The number that the table has under the name that it had before, if it has got another one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub was: Option<u32>,
    /// Rows that were there before the run.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub rows_before: u64,
    /// Their digest, as 32 hexadecimal digits.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub digest_before: String,
}

impl TableHeader {
    /// What it is called.
    pub fn name(&self) -> TableName {
        TableName::new(&self.schema, &self.table)
    }
}

fn is_zero(number: &u64) -> bool {
    *number == 0
}

/// A column with the type that the target gives it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Covered {
    /// Its name.
    pub name: String,
    /// Its type in the target's words.
    #[serde(rename = "type")]
    pub ty: String,
    /// What its values are.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub form: Option<Form>,
}

/// A transaction, before it is committed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TransactionRecord {
    /// Whose it is.
    pub lane: u32,
    /// The lane's own number of it, from 1 on without gaps. A number comes again when the transaction that had it
    /// was aborted.
    pub seq: u64,
    /// Its changes, row by row, in order.
    pub entries: Vec<Entry>,
}

/// One row of a transaction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The number of the table in the header.
    pub table: u32,
    /// What is done to the row.
    pub kind: ChangeKind,
    /// The key, column by column; empty where rows have none.
    pub key: Vec<String>,
    /// The sum of the hashes of the row as it will be (`docs/digest.md`, "The sum of a row"); none after a delete, and where
    /// the lane does not know the whole row.
    pub sum: Option<u64>,
    /// The sum of the row as it was, where it may be one from before the run.
    pub before: Option<u64>,
    /// Whether the statement did not find all of its rows, as somebody else writes there, so that nobody knows what became
    /// of this one.
    pub is_unsure: bool,
}

impl Entry {
    /// A row of which the statement has done what it should.
    pub fn new(table: u32, kind: ChangeKind, key: Vec<String>, sum: Option<u64>) -> Self {
        Entry { table, kind, key, sum, before: None, is_unsure: false }
    }
}

/// How a transaction ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ResultRecord {
    /// Whose it is.
    pub lane: u32,
    /// The lane's number of it.
    pub seq: u64,
    /// Whether it was committed; aborted otherwise.
    pub committed: bool,
}

/// A transaction without changes that says: everything up to here.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Watermark {
    /// The lane that only watermarks have.
    pub lane: u32,
    /// The number of the watermark.
    pub seq: u64,
    /// How far the target's own log had come when it was committed, if the target says so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub position: Option<String>,
}

/// What the whole ledger amounts to, to tell a complete one from one that lacks a journal.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CleanEnd {
    /// Transactions that were written down.
    pub transactions: u64,
    /// Those that were committed.
    pub committed: u64,
    /// Those that were aborted.
    pub aborted: u64,
}
