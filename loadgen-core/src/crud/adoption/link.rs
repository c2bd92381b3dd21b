//! Which row refers to which.

use std::{borrow::Cow, collections::HashMap};

use super::found::{Found, Key, key_of};
use crate::{
    Type, Value,
    crud::{CrudPlan, fitting::Fitting, live::Slot, parent::Parent, pool::Pool, reference::Reference},
};

/// No row that was found.
pub(super) const NO_ROW: u32 = u32::MAX;

/// The parents of the rows of one table: for each row and reference the number of the parent among the rows that were
/// found, or its place in the pool.
#[derive(Debug, Default)]
pub(super) struct Links {
    parents: Vec<u32>,
    references: usize,
    /// The number of rows.
    pub(super) len: usize,
}

impl Links {
    pub(super) fn of(&self, row: usize) -> &[u32] {
        &self.parents[row * self.references..][..self.references]
    }
}

/// Finds rows by what refers to them.
pub(super) struct Places<'a> {
    pub(super) plan: &'a CrudPlan,
    pub(super) found: &'a [Option<Found>],
}

impl<'a> Places<'a> {
    /// The links of a table's rows.
    pub(super) fn links(&self, table: usize) -> Links {
        let Some(found) = &self.found[table] else { return Links::default() };
        let references = &self.plan.tables[table].references;
        let finders: Vec<Finder<'_>> = references.iter().map(|reference| self.finder(reference)).collect();
        let parent = |(at, key): (usize, &Key)| finders[at % finders.len()].find(*key).unwrap_or(NO_ROW);
        let parents = found.parents.iter().enumerate().map(parent).collect();
        Links { parents, references: references.len(), len: found.len }
    }

    /// What finds the parents of a reference; it finds none where they are not taken over.
    pub(super) fn finder(&self, reference: &Reference) -> Finder<'a> {
        match reference.parent {
            Parent::Pool(pool) => Finder(Some(Cow::Owned(self.plan.pools[pool].places()))),
            Parent::Lane(parent) => match &reference.fitting {
                Some(fitting) if fitting.turns() => self.finder_of(parent, reference, fitting),
                _ => self.finder_in(parent, &reference.parent_columns),
            },
        }
    }

    /// What finds rows of a table by their keys as those of another type.
    fn finder_of(&self, table: usize, reference: &Reference, fitting: &Fitting) -> Finder<'a> {
        let Some(found) = &self.found[table] else { return Finder(None) };
        let place = |row: usize| {
            let key = fitting.key(|position| found.keys[reference.positions[position]].get(row))?;
            Some((key_of(key.iter()), row as u32))
        };
        Finder(Some(Cow::Owned((0..found.len).filter_map(place).collect())))
    }

    /// What finds rows of a table by these columns.
    pub(super) fn finder_in(&self, table: usize, columns: &[String]) -> Finder<'a> {
        let columns = self.plan.tables[table].table.indexes_of(columns);
        let found = self.found[table].as_ref().zip(columns);
        Finder(found.and_then(|(found, columns)| found.places(&columns)).map(Cow::Borrowed))
    }
}

/// Finds the parents of one reference.
pub(super) struct Finder<'a>(Option<Cow<'a, HashMap<Key, u32>>>);

impl Finder<'_> {
    pub(super) fn find(&self, key: Key) -> Option<u32> {
        self.0.as_ref()?.get(&Some(key?)).copied()
    }

    /// Whether it could find anything.
    pub(super) fn is_able(&self) -> bool {
        self.0.is_some()
    }
}

impl Pool {
    fn places(&self) -> HashMap<Key, u32> {
        let place = |at: Slot| {
            let key: Vec<Value> = (0..self.columns.len()).map(|column| self.key(at, column)).collect();
            (key_of(key.iter()), at)
        };
        (0..self.len() as Slot).map(place).collect()
    }
}

/// Whether equal values of two columns have equal forms.
pub(super) fn are_alike(parent: &Type, child: &Type) -> bool {
    match (parent, child) {
        (Type::Int(_), Type::Int(_)) | (Type::Text { .. }, Type::Text { .. }) => true,
        (Type::Decimal { precision: Type::UNBOUNDED, .. }, _) => false,
        _ => parent == child,
    }
}
