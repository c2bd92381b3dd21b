//! Unique keys in which NULL is a value like any other, so that it collides with itself.

use super::{
    accept::Accepted,
    room::SMALL,
    source::{Source, TableSources},
};
use crate::{Collision, Fill, Table, TableName};

/// Lets columns of such keys be NULL that are said never to be so, as if the others told rows apart alone; whether there are such.
/// Where all columns of a key may be NULL, `all_but_one` lets all but one be so.
pub(super) fn open(table: &mut Table, all_but_one: bool) -> bool {
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
pub(super) fn are_told_apart(name: &TableName, accepted: &[Accepted]) -> bool {
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
