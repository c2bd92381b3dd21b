//! What a lane keeps of what it remembers when the schema has changed.
//!
//! Rows that cannot be found any more, or of which an update could not tell what it replaces, are let go: they stay where
//! they are and are not touched again, and so are the rows that they refer to.

use std::sync::Arc;

use super::{
    difference::{columns_before, has, is_same, keeps_values},
    held::TableDigest,
    lane::{CrudLane, LaneTable},
    live::{LiveRows, Moved},
    plan::CrudPlan,
    spares::Spares,
    table_plan::TablePlan,
};
use crate::{Digest, Rows, TableName, TableTally};

/// Tables that are gone and still reported each by its name.
const GONE: usize = 256;

impl CrudLane {
    /// Goes on with a new plan.
    pub(crate) fn migrate(&mut self, plan: &Arc<CrudPlan>) {
        let old = std::mem::replace(&mut self.plan, Arc::clone(plan));
        self.give_up(&old);
        let index = |table: &TablePlan| old.tables.iter().position(|old| is_same(&old.table, &table.table));
        let before: Vec<Option<usize>> = plan.tables.iter().map(index).collect();
        let gone = (0..old.tables.len()).filter(|index| !before.contains(&Some(*index)));
        gone.for_each(|index| self.leave(&old, index, plan));
        let mut tables: Vec<Option<LaneTable>> =
            std::mem::take(&mut self.tables).into_iter().map(Some).collect();
        let kept = |at: usize| {
            let was = before[at]?;
            plan.tables[at].keeps_rows(&old.tables[was]).then_some(was)
        };
        let kept: Vec<Option<usize>> = (0..plan.tables.len()).map(kept).collect();
        let moved = |(at, new): (usize, &TablePlan)| {
            let Some(mut table) = before[at].and_then(|was| tables[was].take()) else {
                return LaneTable { spares: plan.spares(at, self.id), ..LaneTable::new(new) };
            };
            table.live = match kept[at] {
                Some(was) => table.live.moved(&new.layout, &new.moves(&old.tables[was], &kept)),
                None => LiveRows::new(&new.layout),
            };
            table
        };
        self.tables = plan.tables.iter().enumerate().map(moved).collect();
        self.hold_on_to_parents(&old, plan, &kept);
        // What was left out and still there may be gone by now.
        for (name, last) in &mut self.gone {
            let is_called = |known: &TableName| known.to_string() == *name;
            let is_there = plan.refused.iter().any(|(refused, _)| is_called(refused))
                || plan.tables.iter().any(|planned| is_called(&planned.table.name));
            if !is_there {
                (last.live, last.digest) = (0, Digest::default());
            }
        }
    }

    /// What is left of a table that is not written any more.
    fn leave(&mut self, old: &CrudPlan, index: usize, new: &CrudPlan) {
        let (plan, table) = (&old.tables[index], &self.tables[index]);
        let name = plan.table.name.to_string();
        let is_there = new.refused.iter().any(|(refused, _)| *refused == plan.table.name);
        let rows = table.rows;
        let (live, digest) = if is_there { (table.count, table.digest) } else { (0, Digest::default()) };
        // Rows may have gone into another table of the same name before anybody knew.
        let is_replaced = new.tables.iter().any(|planned| planned.table.name == plan.table.name);
        let last =
            TableTally { rows, live, digest, unchecked: is_there || is_replaced, ..TableTally::default() };
        let is_full = self.gone.len() >= GONE && !self.gone.contains_key(&name);
        let name = if is_full { "(others that were dropped)".to_owned() } else { name };
        self.gone.entry(name).or_default().merge(last);
        if !is_there {
            let live = &self.tables[index].live;
            let parents: Vec<_> = (0..live.len()).flat_map(|at| live.parents(live.at(at)).to_vec()).collect();
            self.each_parent(old, index, &parents, LiveRows::release);
        }
    }

    /// Rows of a table that refers to another one since now, whichever lane they are of, may refer to any row of it.
    fn hold_on_to_parents(&mut self, old: &CrudPlan, plan: &CrudPlan, kept: &[Option<usize>]) {
        for new in &plan.tables {
            let Some(was) = old.of(&new.table) else { continue };
            let columns = columns_before(&was.table, &new.table);
            for reference in &new.references {
                let Some(parent) = reference.parent.planned() else { continue };
                let is_known = was.references.iter().any(|known| {
                    let same = known.columns.iter().copied().map(Some);
                    let known = known.parent.planned().map(|known| &old.tables[known].table);
                    same.eq(reference.columns.iter().map(|column| columns[*column]))
                        && known.is_some_and(|known| is_same(known, &plan.tables[parent].table))
                });
                if !is_known && kept[parent].is_some() {
                    self.tables[parent].live.pin_all();
                }
            }
        }
    }
}

impl TablePlan {
    /// Whether a lane can go on with rows that it remembers from the `old` plan.
    fn keeps_rows(&self, old: &TablePlan) -> bool {
        // A change may give every row another address.
        if self.by_address || old.by_address {
            return false;
        }
        let before = columns_before(&old.table, &self.table);
        let is_known = |column: &usize| {
            before[*column].is_some_and(|was| {
                old.remembered.contains(&was)
                    && keeps_values(&old.table.columns[was], &self.table.columns[*column])
            })
        };
        if self.remembered.is_empty() || !self.remembered.iter().all(is_known) {
            return false;
        }
        // Rows from before need not meet a check that is new, and could not be updated then.
        if !self.table.checks.iter().all(|check| has(&old.table.checks, check)) {
            return false;
        }
        // Without a digest to keep, what an update replaces does not matter.
        let part = |column: usize| before[column].map(|was| old.parts[was]);
        let has_parts = || self.known.iter().all(|column| part(*column) == Some(self.parts[*column]));
        self.generation > 0 || self.layout.parts == old.layout.parts && has_parts()
    }

    /// Where what is remembered of a row stood in the `old` plan; `kept` says for each table which one of the old plan
    /// it goes on with.
    fn moves(&self, old: &TablePlan, kept: &[Option<usize>]) -> Moved {
        let before = columns_before(&old.table, &self.table);
        let key = |column: &usize| old.remembered.iter().position(|known| Some(*known) == before[*column]);
        let reference = |new: &super::reference::Reference| {
            let parent = kept[new.parent.planned()?]?;
            old.references.iter().position(|known| {
                let columns = new.columns.iter().map(|column| before[*column]);
                known.parent.planned() == Some(parent) && known.columns.iter().copied().map(Some).eq(columns)
            })
        };
        Moved {
            keys: self.remembered.iter().filter_map(key).collect(),
            references: self.references.iter().map(reference).collect(),
        }
    }
}

impl LaneTable {
    pub(super) fn new(plan: &TablePlan) -> Self {
        LaneTable::with(LiveRows::new(&plan.layout))
    }

    /// Begins with rows that are there.
    pub(super) fn with(live: LiveRows) -> Self {
        let TableDigest { rows: count, digest } = live.digest();
        let (next, stride, rows, spares) = (0, 1, Rows::default(), Spares::default());
        let (unknown, missed, exhausted, vetoes) = (0, 0, 0, [0; 3]);
        LaneTable { live, next, spares, stride, rows, count, digest, unknown, missed, exhausted, vetoes }
    }
}
