//! Rows of a circle that nothing but each other refers to, deleted together.

use super::{
    Crud, CrudPlan,
    circle::Member,
    lane::CrudLane,
    live::{LiveRows, NO_SLOT, Slot, total},
    operation::{HAS_CHILDREN, Operation, push_key},
    parent::Parent,
    reference::{Part, Reference},
    table_plan::TablePlan,
};
use crate::{Applied, ChangeKind, Cx, Done, Failure, Rows, SessionOf, SqlSession, Target, row_hash};

/// More rows than this are not deleted together.
const MOST: usize = 16;

impl Operation {
    /// Deletes rows that refer to each other and that no other row refers to.
    pub(super) async fn run_group<T: Target>(
        &self,
        session: &mut SessionOf<Crud<T>>,
        lane: &mut CrudLane,
        cx: &mut Cx,
    ) -> Result<Done, Failure>
    where
        T::Session: SqlSession,
    {
        let live = &lane.tables[self.table].live;
        let start = cx.rng.below(live.len() as u64);
        let found = live.select(start, 1, |slot| self.group(lane, slot).is_some());
        let Some(group) = found.first().and_then(|slot| self.group(lane, *slot)) else {
            return Ok(Done::Skipped(HAS_CHILDREN.into()));
        };
        let mut changes = Vec::with_capacity(group.len());
        for (table, slot) in &group {
            let Some(shape) = &self.plan.tables[*table].delete else { continue };
            let mut change = TablePlan::change(shape, 1);
            push_key(&mut change, lane, *table, *slot);
            changes.push(change);
        }
        let member = |(table, slot)| Member { table, parents: Vec::new(), slot, start };
        lane.circle = Some(group.into_iter().map(member).collect());
        self.send_circle::<T>(session, lane, cx, changes).await
    }

    /// The row and those that it leads to along the circle, children first; none if another row refers to one of them, or one of
    /// them may not be deleted.
    fn group(&self, lane: &CrudLane, slot: Slot) -> Option<Vec<(usize, Slot)>> {
        let tables = &self.plan.tables;
        let parents = |(table, slot): (usize, Slot)| {
            let references = tables[table].references.iter();
            references.zip(lane.tables[table].live.parents(slot)).filter(|(_, slot)| **slot != NO_SLOT)
        };
        let (mut group, mut looked_at) = (vec![(self.table, slot)], 0);
        while let Some(row) = group.get(looked_at).copied() {
            if group.len() > MOST || !tables[row.0].gives_up_groups() {
                return None;
            }
            for (reference, parent) in parents(row).filter(|(reference, _)| reference.part != Part::None) {
                let parent = (reference.parent.planned()?, *parent);
                if !group.contains(&parent) {
                    group.push(parent);
                }
            }
            looked_at += 1;
        }
        let is_alone = |row: &(usize, Slot)| {
            let of = |(reference, slot): (&Reference, &Slot)| {
                (reference.parent, *slot) == (Parent::Lane(row.0), row.1)
            };
            let inside = group.iter().flat_map(|other| parents(*other)).filter(|edge| of(*edge)).count();
            lane.tables[row.0].live.has_exactly(row.1, inside as u32)
        };
        if !group.iter().all(is_alone) {
            return None;
        }
        let leads = |table: &usize| tables[*table].references.iter().any(|r| r.part == Part::Ahead);
        let first = group.iter().map(|(table, _)| *table).find(leads)?;
        let order = self.plan.circle_of(first);
        group.sort_by_key(|(table, _)| std::cmp::Reverse(order.iter().position(|own| own == table)));
        Some(group)
    }
}

impl TablePlan {
    /// Whether rows may be deleted together with others, whichever goes first.
    fn gives_up_groups(&self) -> bool {
        let waits = |reference: &Reference| reference.part != Part::Ahead || reference.delete_waits;
        self.operations.delete > 0
            && self.weight > 0
            && self.delete.is_some()
            && self.keeps_new_rows()
            && !self.reads_back
            && self.references.iter().all(waits)
    }
}

impl CrudPlan {
    /// Whether the first rows of a table can be deleted again.
    pub(super) fn lets_go_of_circle(&self, first: usize) -> bool {
        self.circle_of(first).into_iter().all(|table| self.tables[table].gives_up_groups())
    }
}

impl CrudLane {
    /// The rows of a group are gone, but for those that somebody else was faster with: of what became of them nobody knows.
    pub(super) fn commit_group(
        &mut self,
        plan: &CrudPlan,
        seq: u64,
        members: &[Member],
        applied: &[Applied],
    ) -> Rows {
        let mut parents = Vec::with_capacity(members.len());
        for (member, applied) in members.iter().zip(applied) {
            let table = &mut self.tables[member.table];
            table.rows.deleted += applied.rows;
            if applied.rows == 0 {
                table.missed += 1;
                self.forget(plan, member.table, &[member.slot]);
                continue;
            }
            table.count -= 1;
            table.digest.remove(row_hash(total(table.live.sums(member.slot))));
            parents.push((member.table, table.live.parents(member.slot).to_vec()));
            table.live.remove(member.start, &[member.slot]);
            self.record(seq, member.table, ChangeKind::Delete, (member.slot, 0));
        }
        for (table, parents) in parents {
            self.each_parent(plan, table, &parents, LiveRows::release);
        }
        Rows { deleted: applied.iter().map(|applied| applied.rows).sum(), ..Rows::default() }
    }
}

#[cfg(test)]
mod tests;
