//! What tables refer to.

use loadgen_core::{ForeignKey, TableName};

use super::{Cells, Drafts, Result};

/// What happens to rows whose parent goes or gets another key, as the catalog numbers it.
const ACTIONS: [&str; 4] = ["NO ACTION", "CASCADE", "SET NULL", "SET DEFAULT"];

/// Adds a row of `references.sql` to its table: the next column of the reference before it, or a new one.
pub(super) fn add(drafts: &mut Drafts, cells: &Cells<'_>) -> Result<()> {
    let Some(draft) = drafts.get_mut(&cells.number(0)?) else { return Ok(()) };
    let Some(column) = draft.column(cells.number(5)?) else { return Ok(()) };
    let (name, parent_column) = (cells.text(2)?, cells.text(6)?);
    // The name of a constraint is the only one of its kind in a schema.
    if let Some(last) = draft.table.foreign_keys.last_mut().filter(|last| last.name == name) {
        last.columns.push(column);
        last.parent_columns.push(parent_column);
        return Ok(());
    }
    if cells.flag(7)? {
        draft.table.special.unenforced.push(name.clone());
    }
    let does: String = [("DELETE", cells.number(8)?), ("UPDATE", cells.number(9)?)]
        .iter()
        .filter_map(|(when, action)| {
            Some(format!(" ON {when} {}", ACTIONS.get(usize::try_from(*action).ok()?)?))
        })
        .filter(|does| !does.ends_with("NO ACTION"))
        .collect();
    if !does.is_empty() {
        draft.table.special.definitions.push(format!("FOREIGN KEY {name}{does}"));
    }
    let parent = TableName::new(cells.text(3)?, cells.text(4)?);
    draft.table.foreign_keys.push(ForeignKey {
        name,
        columns: vec![column],
        parent,
        parent_columns: vec![parent_column],
        deferrable: false,
        delete_waits: false,
    });
    Ok(())
}
