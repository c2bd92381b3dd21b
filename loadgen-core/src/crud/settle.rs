//! Which references can be followed, and which tables cannot do without one that cannot.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use super::{
    accept::Accepted, circles::Way, dealt::is_tangled, expected::Expected, outside::Outside,
    reference::Reference, source::TableSources, wishes::Wish,
};
use crate::{Seed, Table, TableName, Value};

/// What a table is surrounded by.
pub(super) struct Around<'a> {
    /// The tables of the plan.
    pub(super) planned: &'a BTreeSet<TableName>,
    /// Those of the plan of which nobody remembers rows.
    pub(super) picked: &'a BTreeSet<TableName>,
    /// Those of the plan of which there may be rows that the run does not insert.
    pub(super) found: &'a BTreeSet<TableName>,
    /// Tables that cannot be written, each for a reason of its own.
    pub(super) left_out: &'a BTreeSet<TableName>,
    /// Parents that are not in the plan.
    pub(super) outside: &'a Outside,
}

/// Drops references that cannot be followed and tables that cannot do without one, until nothing changes. Answers what tables
/// ask of parents that would not hold it by themselves.
pub(super) fn settle_references(
    accepted: &mut Vec<Accepted>,
    refused: &mut Vec<(TableName, String)>,
    (outside, picked, found, seed): (&Outside, &BTreeSet<TableName>, &BTreeSet<TableName>, Seed),
) -> Vec<Wish> {
    let mut wishes = Vec::new();
    loop {
        let planned = planned(accepted, picked);
        let before = refused.len();
        let left_out: BTreeSet<TableName> = refused.iter().map(|(name, _)| name.clone()).collect();
        let around = Around { planned: &planned, picked, found, left_out: &left_out, outside };
        let mut reasons: BTreeMap<usize, String> = BTreeMap::new();
        for at in parents_first(accepted) {
            if !accepted[at].2.is_settled() {
                wishes.extend(expect(accepted, at, &around));
            }
            let (table, config, sources) = &mut accepted[at];
            if let Err(why) = sources.settle(table, config, &around) {
                reasons.insert(at, why);
            }
        }
        for (at, why) in reasons.into_iter().rev() {
            let at_end = before.min(refused.len());
            refused.insert(at_end, (accepted.remove(at).0.name.clone(), why));
        }
        if refused.len() == before && !break_a_cycle(accepted, refused, (picked, seed)) {
            return wishes;
        }
    }
}

/// The places of the tables, those of parents before those of their children where that can be.
fn parents_first(accepted: &[Accepted]) -> Vec<usize> {
    let places: BTreeMap<&TableName, usize> =
        accepted.iter().enumerate().map(|(at, (table, ..))| (&table.name, at)).collect();
    let (mut order, mut seen) = (Vec::with_capacity(accepted.len()), vec![false; accepted.len()]);
    for first in 0..accepted.len() {
        // A table stands on the way twice: to look at its parents, and to come after them.
        let mut way = vec![(first, false)];
        while let Some((at, is_after)) = way.pop() {
            if is_after {
                order.push(at);
            } else if !std::mem::replace(&mut seen[at], true) {
                way.push((at, true));
                let parents = accepted[at].2.references.iter().map(|reference| &reference.parent_name);
                way.extend(parents.filter_map(|parent| Some((*places.get(parent)?, false))));
            }
        }
    }
    order
}

/// Finds out what the rows of a table will hold of their parents, where it matters. Answers what it asks of those of which no
/// row fits.
fn expect(accepted: &mut [Accepted], at: usize, around: &Around<'_>) -> Vec<Wish> {
    let outside = around.outside;
    let tables: Vec<Option<Arc<Table>>> = {
        let expected = Expected { accepted, outside, picked: around.picked };
        let parent = |reference: &Reference| match expected.place(reference) {
            Some(place) => Some(Arc::clone(&accepted[place].0)),
            None => outside.table(&reference.parent_name).map(Arc::clone),
        };
        accepted[at].2.references.iter().map(parent).collect()
    };
    let (table, _, sources) = &mut accepted[at];
    let table = Arc::clone(table);
    sources.fit(&table, &tables);
    let (mut wishes, mut found) = (Vec::new(), Vec::new());
    let expected = Expected { accepted, outside, picked: around.picked };
    for reference in &accepted[at].2.references {
        let mut is_rare = false;
        let keys = Expected::reads(&accepted[at].2, reference).then(|| expected.keys(reference));
        let unknown = || vec![vec![Value::Null; reference.columns.len()]];
        let keys = keys.and_then(|keys| match (keys, expected.place(reference)) {
            (Some(keys), Some(place)) if keys.is_empty() => {
                let is_known = place != at && accepted[place].2.is_settled();
                is_rare = around.found.contains(&reference.parent_name);
                if is_known && !is_rare {
                    wishes.extend(Wish::of(&table, reference, &accepted[place]));
                    return Some(keys);
                }
                Some(unknown())
            }
            // Rows that nobody has looked at yet may fit.
            (None, _) if reference.fitting.is_some() => Some(unknown()),
            (keys, _) => keys,
        });
        found.push((keys, is_rare));
    }
    for (reference, (keys, is_rare)) in accepted[at].2.references.iter_mut().zip(found) {
        (reference.examples, reference.is_rare) = (keys.map(Arc::from), is_rare);
    }
    wishes
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
            if is_planned(at) {
                return self.unfit(at).map(|(why, remedy)| (at, why, remedy));
            }
            let (why, remedy) = match around.left_out.contains(parent) {
                _ if around.picked.contains(parent) => (
                    "has its rows picked by the server",
                    "fill it first, or leave out its sampling".to_owned(),
                ),
                true => ("is left out", "see there for why".to_owned()),
                false => ("is not in the plan", format!("add {parent} to the tables")),
            };
            let why = match around.outside.obstacle(&self.references[at]) {
                Some(more) if more.is_empty() => why.to_owned(),
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

    /// What is wrong with a parent of which no row would fit, and what to do about it.
    fn unfit(&self, at: usize) -> Option<(String, String)> {
        let reference = &self.references[at];
        let fitting = reference.fitting.as_ref()?;
        reference.examples.as_ref().filter(|keys| keys.is_empty())?;
        let columns = fitting.particular().map(|at| reference.parent_columns[at].as_str());
        let (columns, parent) = (columns.collect::<Vec<_>>().join(", "), &reference.parent_name);
        let why = format!("gets no row that fits {}", fitting.words());
        Some((why, format!("say in the plan file what ({columns}) of {parent} holds, or exclude the table")))
    }
}
