//! Which references can be followed, and which tables cannot do without one that cannot.

use std::collections::BTreeSet;

use super::{accept::Accepted, circles::Way, dealt::is_tangled, outside::Outside, source::TableSources};
use crate::{Seed, TableName};

/// What a table is surrounded by.
pub(super) struct Around<'a> {
    /// The tables of the plan.
    pub(super) planned: &'a BTreeSet<TableName>,
    /// Those of the plan of which nobody remembers rows.
    pub(super) picked: &'a BTreeSet<TableName>,
    /// Tables that cannot be written, each for a reason of its own.
    pub(super) left_out: &'a BTreeSet<TableName>,
    /// Parents that are not in the plan.
    pub(super) outside: &'a Outside,
}

/// Drops references that cannot be followed and tables that cannot do without one, until nothing changes.
pub(super) fn settle_references(
    accepted: &mut Vec<Accepted>,
    refused: &mut Vec<(TableName, String)>,
    (outside, picked, seed): (&Outside, &BTreeSet<TableName>, Seed),
) {
    loop {
        let planned = planned(accepted, picked);
        let before = refused.len();
        let left_out: BTreeSet<TableName> = refused.iter().map(|(name, _)| name.clone()).collect();
        let around = Around { planned: &planned, picked, left_out: &left_out, outside };
        accepted.retain_mut(|(table, config, sources)| match sources.settle(table, config, &around) {
            Ok(()) => true,
            Err(why) => {
                refused.push((table.name.clone(), why));
                false
            }
        });
        if refused.len() == before && !break_a_cycle(accepted, refused, (picked, seed)) {
            return;
        }
    }
}

/// The tables of whose rows the lanes know some.
fn planned(accepted: &[Accepted], picked: &BTreeSet<TableName>) -> BTreeSet<TableName> {
    let names = accepted.iter().map(|(table, ..)| table.name.clone());
    names.filter(|name| !picked.contains(name)).collect()
}

/// Refuses one table of a cycle of references of which none may be NULL: no first row could be written.
fn break_a_cycle(
    accepted: &mut Vec<Accepted>,
    refused: &mut Vec<(TableName, String)>,
    (picked, seed): (&BTreeSet<TableName>, Seed),
) -> bool {
    let planned = planned(accepted, picked);
    let mut grounded: BTreeSet<TableName> = BTreeSet::new();
    loop {
        let before = grounded.len();
        for (table, _, sources) in accepted.iter() {
            if sources.required_parents().all(|parent| grounded.contains(parent) || !planned.contains(parent))
            {
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
    let way = Way::from(accepted, at, &grounded);
    let Err(obstacle) = way.open(accepted, seed) else { return true };
    let cycle = way.words(accepted);
    let (table, ..) = accepted.remove(way.end());
    let why = format!(
        "its foreign keys lead in a circle ({cycle}) in which no column may be NULL, or a check asks for all of them: no \
         first row can be written; {obstacle}"
    );
    refused.push((table.name.clone(), why));
    true
}

impl TableSources {
    /// A reference that cannot be followed, one that rows can do without if there is such, with what is wrong with its
    /// parent and what to do about it.
    pub(super) fn astray(&self, around: &Around<'_>) -> Option<(usize, String, String)> {
        let (combined, _) = self.combined();
        let is_planned = |at: usize| around.planned.contains(&self.references[at].parent_name);
        let is_tangled =
            !combined.iter().any(|at| is_planned(*at)) && is_tangled(&self.references, &combined);
        let obstacle = |at: usize| {
            let parent = &self.references[at].parent_name;
            let (why, remedy) = match around.left_out.contains(parent) {
                _ if is_planned(at) => return None,
                _ if around.picked.contains(parent) => (
                    "has its rows picked by the server",
                    "fill it first, or leave out its sampling".to_owned(),
                ),
                true => ("is left out", "see there for why".to_owned()),
                false => ("is not in the plan", format!("add {parent} to the tables")),
            };
            let why = match around.outside.obstacle(&self.references[at]) {
                Some("") => why.to_owned(),
                Some(more) => format!("{why} and {more}"),
                // Combinations of rows of which one has to agree with several are not numbered.
                None if is_tangled && combined.contains(&at) => {
                    format!("{why} and shares columns of a key with several others that are not")
                }
                None => return None,
            };
            Some((at, why, remedy))
        };
        let all = (0..self.references.len()).filter_map(obstacle);
        all.min_by_key(|(at, ..)| !self.references[*at].optional)
    }
}
