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
    let cycle = cycle(accepted, at, &grounded);
    let (table, ..) = accepted.remove(at);
    let why = format!(
        "its foreign keys lead in a circle ({cycle}) in which no column may be NULL, or a check asks for all of them: no \
         first row can be written, as parents come first even where a constraint is deferred; make a column of one of \
         them nullable, or exclude the table"
    );
    refused.push((table.name.clone(), why));
    true
}

/// The way from a table along parents that it cannot do without, up to one that was met before.
fn cycle(accepted: &[Accepted], from: usize, grounded: &BTreeSet<TableName>) -> String {
    let (mut way, mut at) = (vec![&accepted[from].0.name], from);
    loop {
        let next = accepted[at].2.required_parents().find(|parent| !grounded.contains(*parent));
        let Some(next) = next else { break };
        let met = way.contains(&next);
        way.push(next);
        match accepted.iter().position(|(table, ..)| table.name == *next) {
            Some(parent) if !met => at = parent,
            _ => break,
        }
    }
    way.into_iter().map(ToString::to_string).collect::<Vec<_>>().join(" → ")
}
