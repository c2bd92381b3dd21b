//! Columns that this user may not do something to.

use super::{Cells, Drafts, Result};

/// Adds a row of `denied.sql` to its table.
pub(super) fn add(drafts: &mut Drafts, cells: &Cells<'_>) -> Result<()> {
    let Some(draft) = drafts.get_mut(&cells.number(0)?) else { return Ok(()) };
    let Some(column) = draft.column(cells.number(1)?) else { return Ok(()) };
    let denied = &mut draft.table.special.denied;
    for (place, list) in [(2, &mut denied.update), (3, &mut denied.select)] {
        if cells.flag(place)? {
            list.push(column);
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_database_whose_name_has_dots_is_asked_for_by_one_name() {
        for question in [include_str!("denied.sql"), include_str!("../session/policies.sql")] {
            assert!(
                question.contains("quotename(db_name())") && !question.contains("name(db_name(), N'DATA")
            );
        }
    }
}
