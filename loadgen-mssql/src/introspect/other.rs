//! What can be read like a table and is not written.

use loadgen_core::{Other, TableName};

use super::{Cells, Result};

/// Reads a row of `others.sql`.
pub(super) fn read(cells: &Cells<'_>) -> Result<Other> {
    Ok(of(TableName::new(cells.text(0)?, cells.text(1)?), cells.maybe(2)?.unwrap_or_default()))
}

/// Something of a kind.
pub(super) fn of(name: TableName, kind: &str) -> Other {
    let (kind, why) = match kind {
        "view" => ("view", "what it shows is written through its tables"),
        "synonym" => ("synonym", "the table that it stands for is written under its own name"),
        "external table" => {
            ("external table", "its rows are another server's, which can be a job of its own")
        }
        "file table" => ("file table", "its rows are files"),
        "history table" => ("history table", "the database fills it when rows of its table change"),
        _ => ("edge table", "its rows connect nodes, and need the numbers that the database gives those"),
    };
    Other { name, kind, why: why.to_owned() }
}
