//! Triggers: what a table does by itself.

use loadgen_core::{Table, TableName};

use super::{Cells, Drafts, Result, written};

/// A trigger that runs.
pub(super) struct Trigger {
    owner: i32,
    name: String,
    is_instead: bool,
    source: Option<String>,
    events: String,
}

/// What the definition of a trigger begins with.
const TRIGGER: &str = "TRIGGER ";

/// Whether something runs by itself when rows of a table are written: then what a statement returns has to go into a variable
/// before it can be sent, or the server refuses it.
pub(crate) fn returns_into(table: &Table) -> bool {
    table.special.definitions.iter().any(|definition| definition.starts_with(TRIGGER))
}

/// Reads a row of `triggers.sql`.
pub(super) fn read(cells: &Cells<'_>) -> Result<Trigger> {
    Ok(Trigger {
        owner: cells.number(0)?,
        name: cells.text(1)?,
        is_instead: cells.flag(2)?,
        source: cells.maybe(3)?.map(str::to_owned),
        events: cells.text(4)?,
    })
}

/// Adds a trigger to its table, and to those that it writes.
pub(super) fn add(drafts: &mut Drafts, trigger: &Trigger) {
    let Some(draft) = drafts.get_mut(&trigger.owner) else { return };
    let (table, what) = (&mut draft.table, format!("trigger {}", trigger.name));
    let owner = table.name.clone();
    let when = if trigger.is_instead { "INSTEAD OF" } else { "AFTER" };
    table.special.definitions.push(format!("{TRIGGER}{} {when}{}", trigger.name, trigger.events));
    match &trigger.source {
        Some(_) if !trigger.is_instead => {
            table.special.notes.push(format!("{what} runs with each change, and may refuse it"));
        }
        Some(_) => append(&mut table.special.rewrites, what.clone()),
        None => {
            append(&mut table.special.rewrites, what.clone());
            append(&mut table.special.written_by, what.clone());
        }
    }
    let targets = trigger.source.as_deref().map(written::targets).unwrap_or_default();
    for (schema, name) in targets {
        let is_meant = |own: &TableName| {
            let same = |own: &str, other: &str| own.to_lowercase() == other.to_lowercase();
            same(&own.table, &name) && same(&own.schema, schema.as_deref().unwrap_or(&owner.schema))
        };
        for draft in drafts.values_mut().filter(|draft| is_meant(&draft.table.name)) {
            let is_own = draft.table.name == owner;
            // What stands in for a statement may well write the rows that the statement would have written.
            if !(is_own && trigger.is_instead) {
                let who = if is_own { what.clone() } else { format!("{what} of {owner}") };
                append(&mut draft.table.special.written_by, who);
            }
        }
    }
}

fn append(list: &mut Option<String>, item: String) {
    match list {
        Some(known) if known.split(", ").any(|one| one == item) => {}
        Some(known) => *known = format!("{known}, {item}"),
        None => *list = Some(item),
    }
}
