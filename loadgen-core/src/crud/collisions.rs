//! Unique keys in which NULL is a value like any other, so that it collides with itself.

use std::{borrow::Cow, collections::BTreeSet, sync::Arc};

use super::{
    accept::Accepted,
    room::SMALL,
    source::{Source, TableSources},
};
use crate::{Collision, Fill, Schema, Table, TableName};

/// The tables of which columns of such keys may be NULL for now.
pub(super) struct Opened<'a> {
    original: &'a Schema,
    tables: Vec<usize>,
    /// Those that were refused, and got as much room as there is.
    widely: BTreeSet<usize>,
}

impl<'a> Opened<'a> {
    pub(super) fn none(original: &'a Schema) -> Self {
        Opened { original, tables: Vec::new(), widely: BTreeSet::new() }
    }

    /// Opens what can be.
    pub(super) fn begin(&mut self, schema: &mut Cow<'_, Schema>) {
        (0..self.original.tables.len()).for_each(|at| {
            self.open(schema, at, false);
        });
    }

    /// Has tables as they were whose rows are not told apart so. True where there are such.
    pub(super) fn shut(&mut self, schema: &mut Cow<'_, Schema>, accepted: &[Accepted]) -> bool {
        let is_told = |at: &usize| are_told_apart(&self.original.tables[*at].name, accepted);
        let (told, shut): (Vec<usize>, Vec<usize>) = self.tables.iter().partition(|at| is_told(at));
        shut.iter().for_each(|at| schema.to_mut().tables[*at] = Arc::clone(&self.original.tables[*at]));
        self.tables = told;
        !shut.is_empty()
    }

    /// Opens tables that are refused, each once: all columns of a key but one. True where there are such.
    pub(super) fn open_more(
        &mut self,
        schema: &mut Cow<'_, Schema>,
        refused: &[(TableName, String)],
    ) -> bool {
        let mut is_new = false;
        for (name, _) in refused {
            let Some(at) = self.original.tables.iter().position(|table| table.name == *name) else {
                continue;
            };
            is_new |= self.widely.insert(at) && self.open(schema, at, true);
        }
        is_new
    }

    fn open(&mut self, schema: &mut Cow<'_, Schema>, at: usize, all_but_one: bool) -> bool {
        if self.original.tables[at].special.colliding.is_empty() {
            return false;
        }
        let mut table = Table::clone(&self.original.tables[at]);
        let is_open = open(&mut table, all_but_one);
        if is_open {
            schema.to_mut().tables[at] = Arc::new(table);
            self.tables.push(at);
        }
        is_open
    }
}

/// Lets columns of such keys be NULL that are said never to be so, as if the others told rows apart alone; whether there are such.
/// Where all columns of a key may be NULL, `all_but_one` lets all but one be so.
fn open(table: &mut Table, all_but_one: bool) -> bool {
    let is_whole = |collision: &Collision| {
        let most = collision.key.len() - usize::from(!all_but_one);
        table.uniques.contains(&collision.key) && collision.key.len() > 1 && collision.nullable.len() <= most
    };
    let collisions = table.special.colliding.clone();
    if collisions.is_empty() || !collisions.iter().all(is_whole) {
        return false;
    }
    for Collision { key, mut nullable } in collisions {
        // One of them tells rows apart, and is never NULL as before.
        if nullable.len() == key.len() {
            let is_own = |column: &&usize| !table.foreign_keys.iter().any(|own| own.columns.contains(column));
            let kept = nullable.iter().rev().find(is_own).or(nullable.last()).copied();
            nullable.retain(|column| Some(*column) != kept);
        }
        nullable.iter().for_each(|column| table.columns[*column].nullable = true);
        table.uniques.retain(|own| *own != key);
        // Rows that are there need not differ in so few columns: none is found by them.
        table.special.loose_keys.push(key.into_iter().filter(|column| !nullable.contains(column)).collect());
    }
    true
}

/// Whether one column of each such key of a table, which is never NULL, has values enough for all rows.
fn are_told_apart(name: &TableName, accepted: &[Accepted]) -> bool {
    let found = accepted.iter().find(|(table, ..)| table.name == *name);
    found.is_some_and(|(table, _, sources)| {
        let differs = |column: &usize| differs(table, sources, *column);
        table.special.colliding.iter().all(|Collision { key, .. }| key.iter().any(differs))
    })
}

fn differs(table: &Table, sources: &TableSources, column: usize) -> bool {
    let definition = &table.columns[column];
    match &sources.columns[column] {
        _ if definition.nullable => false,
        Source::Distinct(distinct) => distinct.is_alone() && distinct.capacity() > SMALL,
        Source::Server(_) => matches!(definition.fill, Fill::Sequence { .. }),
        _ => false,
    }
}
