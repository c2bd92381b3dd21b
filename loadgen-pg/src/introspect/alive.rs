//! Triggers and rules: what a table does by itself.

use std::collections::HashMap;

use loadgen_core::{Obstacle, Special, Table, TableName};
use sqlx::{
    Row,
    postgres::{PgRow, types::Oid},
};

use super::{Draft, draft, written};

/// Adds the rows of `triggers.sql` to the tables that they belong to, and to those that they write.
pub(super) fn triggers(drafts: &mut HashMap<u32, Draft>, rows: &[PgRow]) -> sqlx::Result<()> {
    let mut by_name: HashMap<String, Vec<u32>> = HashMap::new();
    if !rows.is_empty() {
        for (id, draft) in drafts.iter() {
            by_name.entry(draft.table.name.table.clone()).or_default().push(*id);
        }
    }
    for row in rows {
        let (Oid(owner), what): (Oid, String) = (row.try_get(0)?, row.try_get(1)?);
        let (rewrites, source, is_instead): (bool, String, bool) =
            (row.try_get(2)?, row.try_get(3)?, row.try_get(4)?);
        let table = &mut draft(drafts, row)?.table;
        let name = table.name.clone();
        if is_instead {
            let what = format!("{what} does something else instead of what it is told");
            table.obstacles.push(Obstacle { what, columns: Vec::new() });
            continue;
        }
        if rewrites {
            append(&mut table.special.rewrites, what.clone());
        } else {
            let note = format!("{what} runs with each change, and may refuse it");
            if !table.special.notes.contains(&note) {
                table.special.notes.push(note);
            }
        }
        for target in written::targets(&source) {
            for id in by_name.get(&target.table).into_iter().flatten() {
                let Some(other) = drafts.get_mut(id) else { continue };
                if target.schema.as_ref().is_none_or(|schema| *schema == other.table.name.schema) {
                    let who = if *id == owner { what.clone() } else { format!("{what} of {name}") };
                    written_by(&mut other.table, &name, who);
                }
            }
        }
    }
    Ok(())
}

fn written_by(table: &mut Table, by: &TableName, who: String) {
    let Special { written_by, .. } = &mut table.special;
    let is_known = written_by.as_ref().is_some_and(|known| known.contains(&who));
    if !is_known || table.name == *by {
        append(written_by, who);
    }
}

fn append(list: &mut Option<String>, item: String) {
    match list {
        Some(known) if known.split(", ").any(|one| one == item) => {}
        Some(known) => *known = format!("{known}, {item}"),
        None => *list = Some(item),
    }
}
