//! A table: its name, and what is out of the ordinary about it.

use loadgen_core::{ChangeKind, Other, Special, Table, TableName};

use super::{Cells, Draft, Drafts, Result, other};

/// Reads a row of `tables.sql`: a table to write, or something else.
pub(super) fn add(drafts: &mut Drafts, others: &mut Vec<Other>, cells: &Cells<'_>) -> Result<()> {
    let name = TableName::new(cells.text(1)?, cells.text(2)?);
    if let Some(kind) = cells.maybe(3)? {
        others.push(other::of(name, kind));
        return Ok(());
    }
    let mut special = Special::default();
    if cells.flag(4)? {
        special
            .notes
            .push("is kept in memory: the database has to raise transactions to SNAPSHOT".to_owned());
    }
    if cells.flag(5)? {
        special.withheld = vec![ChangeKind::Update, ChangeKind::Delete];
        special.notes.push("is a ledger that rows are only added to".to_owned());
    }
    if cells.flag(6)? {
        special.notes.push("keeps what its rows were before in a history table".to_owned());
    }
    let table = Table { special, ..Table::new(name) };
    let (numbers, computed) = Default::default();
    drafts.insert(cells.number(0)?, Draft { table, numbers, computed });
    Ok(())
}
