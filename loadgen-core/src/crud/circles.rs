//! Circles of references of which none may be NULL, and how the first rows get in.
//!
//! Where a constraint can wait until the end of a transaction, and keys are known before they are inserted, a row of each
//! table of the circle is inserted in one transaction. From then on there are parents.

use std::collections::BTreeSet;

use super::{
    accept::Accepted,
    plan::CrudPlan,
    reference::{Part, Reference},
    source::{FIRST, Source, names},
};
use crate::{Fill, Seed, TableName, generate::Distinct};

/// A way from table to table along parents that rows cannot be without, up to one that was met before.
pub(super) struct Way {
    /// The table and its reference to the next.
    steps: Vec<(usize, usize)>,
    /// The table that was met before.
    end: usize,
}

impl Way {
    pub(super) fn from(accepted: &[Accepted], from: usize, grounded: &BTreeSet<TableName>) -> Self {
        let (mut steps, mut at) = (Vec::<(usize, usize)>::new(), from);
        while !steps.iter().any(|(table, _)| *table == at) {
            let leads_on =
                |reference: &Reference| is_required(reference) && !grounded.contains(&reference.parent_name);
            let Some(next) = accepted[at].2.references.iter().position(leads_on) else { break };
            steps.push((at, next));
            let Some(parent) = parent_of(accepted, (at, next)) else { break };
            at = parent;
        }
        Way { steps, end: at }
    }

    /// The circle that the way comes to.
    fn circle(&self) -> impl Iterator<Item = &(usize, usize)> + Clone {
        self.steps.iter().skip_while(|(table, _)| *table != self.end)
    }

    /// A table in the circle.
    pub(super) fn end(&self) -> usize {
        self.end
    }

    /// The tables of the circle in words.
    pub(super) fn words(&self, accepted: &[Accepted]) -> String {
        let tables = self.circle().map(|(table, _)| *table).chain([self.end]);
        tables.map(|table| accepted[table].0.name.to_string()).collect::<Vec<_>>().join(" → ")
    }

    /// Has the rows of the circle be inserted together, one reference ahead of its parent; otherwise why that cannot be, and
    /// what to do.
    pub(super) fn open(&self, accepted: &mut [Accepted], seed: Seed) -> Result<(), String> {
        let circle = self.circle();
        let deferrable = |step: &&(usize, usize)| reference_of(accepted, **step).deferrable;
        let Some(&ahead) = circle.clone().find(deferrable) else {
            let constraints: Vec<String> =
                circle.map(|step| reference_of(accepted, *step).name.clone()).collect();
            return Err(format!(
                "make a column of one of them nullable, or one of the constraints {} DEFERRABLE, or exclude the table",
                constraints.join(", ")
            ));
        };
        let around = edges_around(accepted, self.end);
        let mut given = BTreeSet::new();
        for edge in &around {
            known_before(accepted, *edge, &mut given).map_err(|why| {
                format!("constraint {} can wait, but {why}", reference_of(accepted, ahead).name)
            })?;
        }
        for (table, column) in given {
            give(&mut accepted[table], column, seed)?;
        }
        for (table, reference) in around {
            let part = &mut accepted[table].2.references[reference].part;
            if *part == Part::None {
                *part = Part::Along;
            }
        }
        accepted[ahead.0].2.references[ahead.1].part = Part::Ahead;
        Ok(())
    }
}

fn is_required(reference: &Reference) -> bool {
    !reference.optional && reference.part != Part::Ahead
}

fn reference_of(accepted: &[Accepted], (table, reference): (usize, usize)) -> &Reference {
    &accepted[table].2.references[reference]
}

fn parent_of(accepted: &[Accepted], edge: (usize, usize)) -> Option<usize> {
    let name = &reference_of(accepted, edge).parent_name;
    accepted.iter().position(|(table, ..)| table.name == *name)
}

/// All references that rows cannot be without between the tables that lead to one and to which it leads.
fn edges_around(accepted: &[Accepted], table: usize) -> Vec<(usize, usize)> {
    let required = |at: usize| {
        let references = accepted[at].2.references.iter().enumerate();
        references.filter(|(_, reference)| !reference.optional).map(move |(reference, _)| (at, reference))
    };
    let edges: Vec<(usize, usize, usize)> = (0..accepted.len())
        .flat_map(required)
        .filter_map(|edge| Some((edge.0, edge.1, parent_of(accepted, edge)?)))
        .collect();
    let reached = |forth: bool| {
        let mut reached = BTreeSet::from([table]);
        loop {
            let before = reached.len();
            for (from, _, to) in &edges {
                let (from, to) = if forth { (from, to) } else { (to, from) };
                if reached.contains(from) {
                    reached.insert(*to);
                }
            }
            if reached.len() == before {
                return reached;
            }
        }
    };
    let (after, before) = (reached(true), reached(false));
    let is_inside = |table: &usize| after.contains(table) && before.contains(table);
    let inside = edges.iter().filter(|(from, _, to)| is_inside(from) && is_inside(to));
    inside.map(|(from, reference, _)| (*from, *reference)).collect()
}

/// Whether what a reference holds is known before either row is inserted, or would be if columns were `given` that take their
/// values from a sequence; otherwise why not, and what to do.
fn known_before(
    accepted: &[Accepted],
    edge: (usize, usize),
    given: &mut BTreeSet<(usize, usize)>,
) -> Result<(), String> {
    let reference = reference_of(accepted, edge);
    let Some(at) = parent_of(accepted, edge) else { return Ok(()) };
    let (parent, _, sources) = &accepted[at];
    let own = &accepted[edge.0];
    if parent.name == own.0.name {
        return Err(format!(
            "{} of {} refers to the table itself; exclude the table",
            reference.name, own.0.name
        ));
    }
    let is_tangled = |other: &Reference| other.shared.iter().any(|shared| shared.from == edge.1);
    if !reference.shared.is_empty() || own.2.references.iter().any(is_tangled) {
        let columns = names(&own.0, &reference.columns);
        return Err(format!("other references share ({columns}) of {}; exclude the table", own.0.name));
    }
    for column in reference.parent_columns.iter().filter_map(|name| parent.column_index(name)) {
        if matches!(sources.columns[column], Source::Distinct(_)) {
            continue;
        }
        if parent.columns[column].fill == (Fill::Sequence { always: false })
            && matches!(sources.columns[column], Source::Server(_))
            && parent.unique_rules().any(|key| *key == [column])
        {
            given.insert((at, column));
            continue;
        }
        let name = &parent.columns[column].name;
        let is_referring = parent.foreign_keys.iter().any(|key| key.columns.contains(&column));
        let remedy = match parent.columns[column].fill {
            // A reference is given as a whole or not at all.
            _ if is_referring => "exclude the table".to_owned(),
            Fill::Sequence { always: false } | Fill::None | Fill::Constant(_) | Fill::Volatile(_) => {
                format!("give it in the plan file ({name}: {{sequence: {{start: 1}}}}), or exclude the table")
            }
            Fill::Sequence { always: true } | Fill::Generated => "exclude the table".to_owned(),
        };
        return Err(format!(
            "{name:?} of {}, which {} refers to, is not known before its row is inserted; {remedy}",
            parent.name, reference.name
        ));
    }
    Ok(())
}

/// Has the values of a column come from the lanes and not from its sequence.
fn give((table, _, sources): &mut Accepted, column: usize, seed: Seed) -> Result<(), String> {
    let definition = &table.columns[column];
    let numbers =
        Distinct::new(definition, None, seed, FIRST).map_err(|unfillable| unfillable.to_string())?;
    sources.columns[column] = Source::Distinct(numbers.in_table(&table.name, &definition.name));
    let name = &definition.name;
    sources.notes.push(format!(
        "{name:?} is written, as rows of a circle refer to it before they are there; its sequence is not moved on"
    ));
    Ok(())
}

impl CrudPlan {
    /// Notes which tables have rows that have to be inserted together with others.
    pub(super) fn note_circles(&mut self) {
        for at in 0..self.tables.len() {
            let ahead = self.tables[at].references.iter().filter(|reference| reference.part == Part::Ahead);
            let end = if self.lets_go_of_circle(at) {
                "they are deleted together, too, when no other row refers to them"
            } else {
                "they stay: deletes cannot wait for each other in all of these tables"
            };
            let note = |reference: &Reference| {
                format!(
                    "the first rows are inserted together with those of {}, with {} deferred; {end}",
                    reference.parent_name, reference.name
                )
            };
            let notes: Vec<String> = ahead.map(note).collect();
            self.has_circles |= !notes.is_empty();
            self.tables[at].notes.extend(notes);
        }
    }
}
