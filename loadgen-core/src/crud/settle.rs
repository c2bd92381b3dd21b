//! Which references can be followed, and which tables cannot do without one that cannot.

use std::collections::BTreeSet;

use super::plan::Accepted;
use crate::TableName;

/// Drops references that cannot be followed and tables that cannot do without one, until nothing changes.
pub(super) fn settle_references(accepted: &mut Vec<Accepted>, refused: &mut Vec<(TableName, String)>) {
    loop {
        let names: BTreeSet<TableName> = accepted.iter().map(|(table, ..)| table.name.clone()).collect();
        let before = refused.len();
        let left_out: BTreeSet<TableName> = refused.iter().map(|(name, _)| name.clone()).collect();
        accepted.retain_mut(|(table, config, sources)| {
            match sources.settle(table, config, &names, &left_out) {
                Ok(()) => true,
                Err(why) => {
                    refused.push((table.name.clone(), why));
                    false
                }
            }
        });
        if refused.len() == before && !break_a_cycle(accepted, refused) {
            return;
        }
    }
}

/// Refuses one table of a cycle of references of which none may be NULL: no first row could be written.
fn break_a_cycle(accepted: &mut Vec<Accepted>, refused: &mut Vec<(TableName, String)>) -> bool {
    let mut grounded: BTreeSet<TableName> = BTreeSet::new();
    loop {
        let before = grounded.len();
        for (table, _, sources) in accepted.iter() {
            if sources.required_parents().all(|parent| grounded.contains(parent)) {
                grounded.insert(table.name.clone());
            }
        }
        if grounded.len() == before {
            break;
        }
    }
    let Some(at) = accepted.iter().position(|(table, ..)| !grounded.contains(&table.name)) else {
        return false;
    };
    let (table, ..) = accepted.remove(at);
    let why = "its foreign keys form a cycle in which no column may be NULL (or a check asks for all of them), so that \
               no first row can be written; make one of them nullable, or exclude the table";
    refused.push((table.name.clone(), why.to_owned()));
    true
}
