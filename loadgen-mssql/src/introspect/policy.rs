//! Security policies, which ask a function of somebody's own about each row.

use loadgen_core::ChangeKind;

use super::{Cells, Drafts, Result};

/// Adds a row of `policies.sql` to its table.
pub(super) fn add(drafts: &mut Drafts, cells: &Cells<'_>) -> Result<()> {
    let Some(draft) = drafts.get_mut(&cells.number(0)?) else { return Ok(()) };
    let special = &mut draft.table.special;
    let (name, kind, predicate) = (cells.text(1)?, cells.text(2)?, cells.text(3)?);
    special.definitions.push(format!("{kind} POLICY {name} {predicate}"));
    if kind == "FILTER" {
        let why = format!("the security policy {name} may hide rows from this user");
        special.hidden.extend([ChangeKind::Update, ChangeKind::Delete].map(|kind| (kind, why.clone())));
    } else {
        special.notes.push(format!("the security policy {name} may refuse rows"));
    }
    Ok(())
}
