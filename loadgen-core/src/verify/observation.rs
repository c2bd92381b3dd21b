//! What sinks hand over.

use crate::Value;

/// What a sink shows: rows, or what was done to them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sink {
    /// The rows as they are at the end, in any order. Every observation is a [`Seen::Row`].
    State,
    /// The changes, in the order in which they were delivered. A [`Seen::Row`] among them is a row of a snapshot.
    Changes,
}

/// A table of the ledger, as [`Verifier::table`](super::Verifier::table) found it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct TableId(pub(super) u32);

/// What was seen of a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Seen {
    /// The row as it is.
    Row,
    /// That it was inserted.
    Insert,
    /// That it was updated; the columns are those afterwards.
    Update,
    /// That it was deleted. Columns do not matter.
    Delete,
    /// That its whole table was emptied. Neither key nor columns matter.
    Truncate,
}

/// What a sink says of a column of a row.
#[derive(Clone, Debug, PartialEq)]
pub enum Cell {
    /// Its value, exactly.
    Value(Value),
    /// That the update left it as it was, and that it was not sent for that reason.
    Unchanged,
    /// A value that the sink cannot give exactly, such as a decimal that came as a double.
    Inexact,
}

/// One row, or one change of a row, as a sink shows it.
#[derive(Clone, Copy, Debug)]
pub struct Observation<'a> {
    /// Which table. Tables that the ledger does not know are not handed over.
    pub table: TableId,
    /// What was seen.
    pub seen: Seen,
    /// The values of the key's columns, in the order of the ledger's header, as [`Value`]s are displayed.
    pub key: &'a [String],
    /// All columns that came, with the key's, by name and in any order.
    pub columns: &'a [(&'a str, Cell)],
    /// The number of the source's transaction, if the sink knows it. It tells a repeated change from one that is done twice.
    pub transaction: Option<u64>,
    /// Which of the streams that are in order this came in: a topic, a partition, or 0 where there is one for everything. What
    /// belongs to one row always comes in the same.
    pub stream: u32,
}
