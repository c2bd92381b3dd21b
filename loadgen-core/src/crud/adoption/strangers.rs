//! Rows that nobody has taken over, and that refer to some that somebody has.

use super::{
    combined::Combined,
    deal::Dealt,
    found::key_of,
    link::{Finder, Links, NO_ROW, Places, are_alike},
    settled::hold_on,
};
use crate::{
    ForeignKey, PrepareError, Schema, SqlSession, Table, Value,
    crud::{Source, live::LiveRows, parent::Parent},
};

/// Looks for them.
pub(super) struct Strangers<'a> {
    pub(super) places: &'a Places<'a>,
    pub(super) links: &'a [Links],
    pub(super) dealt: &'a [Dealt],
}

/// Rows of each lane, table by table.
pub(super) type Lanes = Vec<Option<Vec<LiveRows>>>;

/// A foreign key by which rows that nobody has taken over may refer to some that somebody has.
struct Open<'a> {
    /// Where its columns stand among those that are read.
    at: Vec<usize>,
    finder: Finder<'a>,
    parent: usize,
    /// How many rows refer to each row of the parent, less those that are taken over.
    children: Vec<i64>,
}

impl Open<'_> {
    fn count(&mut self, row: &[Value]) {
        if let Some(parent) = self.finder.find(key_of(self.at.iter().map(|at| &row[*at]))) {
            self.children[parent as usize] += 1;
        }
    }
}

impl<'a> Strangers<'a> {
    /// Has no row deleted that a stranger refers to. Answers the tables of which it cannot be known, and why.
    pub(super) async fn hold_on(
        &self,
        session: &mut impl SqlSession,
        whole: &Schema,
        lanes: &mut Lanes,
    ) -> Result<Vec<(usize, String)>, PrepareError> {
        let mut spared = Vec::new();
        for child in &whole.tables {
            let (mut columns, mut open) = (Vec::new(), Vec::new());
            for key in &child.foreign_keys {
                match self.open(child, key, &mut columns) {
                    Ok(found) => open.extend(found),
                    Err(parent) => spared.push(parent),
                }
            }
            let mut combined = Combined::of(self, child, &mut columns);
            if open.is_empty() && combined.is_none() {
                continue;
            }
            let mut see = |row: &[Value]| {
                open.iter_mut().for_each(|key| key.count(row));
                combined.iter_mut().for_each(|combined| combined.take(row, lanes));
            };
            match session.scan(child, &columns, &mut see).await {
                Ok(_) => open.iter().for_each(|key| self.pin(key, lanes)),
                Err(failure) if failure.breaks_session() => return Err(failure.into()),
                Err(failure) => {
                    let (name, said) = (&child.name, failure.message);
                    let why = format!("{name} may refer to its rows and cannot be read ({said})");
                    spared.extend(open.iter().map(|key| (key.parent, why.clone())));
                }
            }
        }
        Ok(spared)
    }

    /// A foreign key with what is needed to find strangers, if there may be some. The error is the parent, and why it
    /// cannot be known.
    fn open(
        &self,
        child: &Table,
        key: &ForeignKey,
        columns: &mut Vec<usize>,
    ) -> Result<Option<Open<'a>>, (usize, String)> {
        let Places { plan, found } = *self.places;
        let is_parent = |parent: &usize| plan.tables[*parent].table.name == key.parent;
        let Some(parent) = (0..plan.tables.len()).find(is_parent) else { return Ok(None) };
        let Some(parents) = &found[parent] else { return Ok(None) };
        let name = &child.name;
        if child.special.covered.contains(&key.name) {
            return Err((parent, format!("{name} refers to spans that several of its rows may cover")));
        }
        let planned = self.planned(child);
        let followed = planned.and_then(|table| {
            let is_it = |r: &super::super::reference::Reference| {
                r.columns == key.columns && r.parent == Parent::Lane(parent)
            };
            plan.tables[table].references.iter().position(is_it)
        });
        if let (Some(table), None) = (planned, followed)
            && !key
                .columns
                .iter()
                .any(|column| matches!(plan.tables[table].sources[*column], Source::Null(_)))
        {
            return Err((parent, format!("new rows of {name} may refer to any of its rows")));
        }
        let finder = self.places.finder_in(parent, &key.parent_columns);
        let denied = &child.special.denied.select;
        if !finder.is_able() || key.columns.iter().any(|column| denied.contains(column)) {
            return Err((parent, format!("{name} may refer to its rows in columns that may not be read")));
        }
        let theirs = plan.tables[parent].table.indexes_of(&key.parent_columns).unwrap_or_default();
        let types = theirs.iter().map(|column| &plan.tables[parent].table.columns[*column].ty);
        if !types.zip(&key.columns).all(|(parent, column)| are_alike(parent, &child.columns[*column].ty)) {
            return Err((parent, format!("{name} refers to its rows with values of another type")));
        }
        let taken = planned.zip(followed);
        if taken.is_some_and(|(table, _)| found[table].as_ref().is_some_and(|found| found.is_whole)) {
            return Ok(None);
        }
        let mut children = vec![0; parents.len];
        if let Some((table, reference)) = taken {
            let links = &self.links[table];
            let linked = (0..links.len).map(|row| links.of(row)[reference]).filter(|row| *row != NO_ROW);
            linked.for_each(|row| children[row as usize] -= 1);
        }
        let at = key.columns.iter().map(|column| position(columns, *column)).collect();
        Ok(Some(Open { at, finder, parent, children }))
    }

    /// The index of a table's plan.
    pub(super) fn planned(&self, table: &Table) -> Option<usize> {
        self.places.plan.tables.iter().position(|planned| planned.table.name == table.name)
    }

    fn pin(&self, key: &Open<'_>, lanes: &mut Lanes) {
        let (Some(lanes), dealt) = (&mut lanes[key.parent], &self.dealt[key.parent]) else { return };
        for (row, _) in key.children.iter().enumerate().filter(|(_, children)| **children > 0) {
            hold_on(&mut lanes[dealt.lanes[row] as usize], dealt.slots[row], false);
        }
    }
}

/// Where a column stands among those that are read; put there if it is not.
pub(super) fn position(columns: &mut Vec<usize>, column: usize) -> usize {
    columns.iter().position(|known| *known == column).unwrap_or_else(|| {
        columns.push(column);
        columns.len() - 1
    })
}
