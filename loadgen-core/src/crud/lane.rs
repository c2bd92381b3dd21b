//! What one lane remembers, and what it learns from each change.

use std::{collections::BTreeMap, sync::Arc};

use super::{
    circle::Member,
    live::{LiveRows, NO_SLOT, Slot},
    parent::Parent,
    plan::CrudPlan,
    sampling::Sampling,
    spares::Lent,
    table_plan::TablePlan,
    traced::Sent,
};
use crate::{Change, ChangeKind, History, LaneId, TableTally, Tally, ledger::LaneTrace};

mod commit;
mod sums;
mod table;

pub(crate) use table::LaneTable;

/// The memory of one lane.
#[derive(Debug)]
pub struct CrudLane {
    pub(crate) id: LaneId,
    pub(crate) tables: Box<[LaneTable]>,
    /// What everything else here is about.
    pub(crate) plan: Arc<CrudPlan>,
    /// What is left of tables that are not written any more.
    pub(super) gone: BTreeMap<String, TableTally>,
    history: History,
    /// The change that was sent and not answered yet. Found set at the start of another operation, it means that
    /// nobody knows what became of it.
    pub(super) pending: Option<Pending>,
    /// The lane's part of the ledger, if the run has one.
    pub(super) trace: Option<LaneTrace>,
    /// What was sent of `pending`, in a traced run, and may have been committed.
    pub(super) sent: Option<Sent>,
    /// The same for rows of a circle.
    pub(super) circle: Option<Box<[Member]>>,
}

/// What a change is about, while its answer is awaited.
#[derive(Debug)]
pub(crate) struct Pending {
    pub(crate) table: usize,
    /// Rows that are updated or deleted.
    pub(crate) slots: Vec<Slot>,
    /// Parents of rows that are inserted, row after row.
    pub(crate) parents: Vec<Slot>,
    /// Rows that are inserted.
    pub(crate) inserted: u64,
    /// What numbers they have.
    pub(crate) lent: Lent,
    /// Where the search for the rows began.
    pub(crate) start: u64,
    /// For updates, the groups of columns that are replaced.
    pub(crate) mask: usize,
}

impl Pending {
    /// Rows that are updated or deleted.
    pub(super) fn of_rows(table: usize, slots: Vec<Slot>, start: u64, mask: usize) -> Self {
        Pending { table, slots, parents: Vec::new(), inserted: 0, lent: Lent::default(), start, mask }
    }
}

impl CrudLane {
    pub(crate) fn new(id: LaneId, plan: &Arc<CrudPlan>) -> Self {
        let table = |(index, table): (usize, &TablePlan)| {
            let adopted = plan.adopted.as_ref().and_then(|adopted| adopted.rows_of(id, index));
            let begun = adopted.map_or_else(|| LaneTable::new(table), LaneTable::with);
            LaneTable { spares: plan.spares(index, id), ..begun }
        };
        let tables = plan.tables.iter().enumerate().map(table).collect();
        let trace = plan.trace.as_ref().map(|trace| trace.tracer.lane(id.0));
        let (plan, gone, history) = (Arc::clone(plan), BTreeMap::new(), History::default());
        CrudLane { id, tables, plan, gone, history, pending: None, circle: None, trace, sent: None }
    }

    /// The table of the change that is under way.
    pub(super) fn pending_table(&self) -> Option<usize> {
        self.pending.as_ref().map(|pending| pending.table)
    }

    /// Notes what is about to be sent. Parents of new rows are held on to from now on, so that whatever becomes of
    /// the rows, no parent that they may refer to is deleted.
    pub(crate) fn begin(&mut self, plan: &CrudPlan, pending: Pending) {
        self.each_parent(plan, pending.table, &pending.parents, LiveRows::adopt);
        self.tables[pending.table].lend(&pending.lent);
        self.pending = Some(pending);
    }

    /// The change certainly did not happen.
    pub(crate) fn undo(&mut self, plan: &CrudPlan) {
        if let Some(pending) = self.pending.take() {
            self.each_parent(plan, pending.table, &pending.parents, LiveRows::release);
        }
    }

    /// A trigger kept the database from doing anything; the numbers of the rows are not used again.
    pub(crate) fn refused(&mut self, plan: &CrudPlan, table: usize, change: &Change) {
        self.undo(plan);
        if change.shape.kind == ChangeKind::Insert {
            self.tables[table].arrive(change.rows as u64);
        }
    }

    /// Lets go of the rows of a change of which nobody knows whether it happened.
    pub(crate) fn give_up(&mut self, plan: &CrudPlan) {
        if let Some(pending) = self.pending.take() {
            self.tables[pending.table].pass(pending.inserted);
            self.tables[pending.table].unknown += 1;
            self.disown(plan, &pending);
        }
        if self.circle.is_some() {
            self.give_up_circle(plan);
        }
    }

    /// Whatever became of these rows, they are not ours to know any more.
    fn disown(&mut self, plan: &CrudPlan, pending: &Pending) {
        self.each_parent(plan, pending.table, &pending.parents, LiveRows::pin);
        self.forget(plan, pending.table, &pending.slots);
        self.tables[pending.table].live.take_combinations(&pending.parents);
    }

    /// Forgets rows that may still be there, and refer to their parents for as long as they are.
    pub(super) fn forget(&mut self, plan: &CrudPlan, table: usize, slots: &[Slot]) {
        let live = &mut self.tables[table].live;
        let parents: Vec<Slot> = slots.iter().flat_map(|slot| live.parents(*slot)).copied().collect();
        live.forget(slots);
        self.each_parent(plan, table, &parents, LiveRows::pin);
    }

    /// A place for a new row, to be filled in.
    pub(super) fn reserve(&mut self, plan: &CrudPlan, table: usize) -> Slot {
        let slot = self.tables[table].live.reserve();
        plan.tables[table].one_to_one.iter().for_each(|child| self.tables[*child].live.renew(slot));
        slot
    }

    /// Forgets the row at a position, which is there and is not touched again.
    pub(super) fn make_room(&mut self, plan: &CrudPlan, table: usize, position: usize) {
        let live = &mut self.tables[table].live;
        let parents = live.parents(live.at(position)).to_vec();
        live.forget_at(position);
        self.each_parent(plan, table, &parents, LiveRows::pin);
    }

    /// Does something to each parent of rows of a table, row after row.
    pub(super) fn each_parent(
        &mut self,
        plan: &CrudPlan,
        table: usize,
        parents: &[Slot],
        act: impl Fn(&mut LiveRows, Slot),
    ) {
        let references = &plan.tables[table].references;
        for (at, slot) in parents.iter().enumerate().filter(|(_, slot)| **slot != NO_SLOT) {
            if let Parent::Lane(parent) = references[at % references.len()].parent {
                act(&mut self.tables[parent].live, *slot);
            }
        }
    }

    pub(crate) fn tally(&self, plan: &CrudPlan, tally: &mut Tally) {
        tally.history.merge(self.history.digest(self.id));
        for (index, (table, plan)) in self.tables.iter().zip(&plan.tables).enumerate() {
            let is_of_circle = || self.circle.iter().flatten().any(|member| member.table == index);
            let lost = self.pending.as_ref().is_some_and(|pending| pending.table == index) || is_of_circle();
            let sums = TableTally {
                rows: table.rows,
                live: table.count,
                digest: table.digest,
                unknown: table.unknown + u64::from(lost),
                missed: table.missed,
                exhausted: table.exhausted,
                unchecked: plan.unchecked.is_some(),
                counted_only: plan.generation > 0,
                picked: plan.sampling == Sampling::Server,
            };
            tally.tables.entry(plan.table.name.to_string()).or_default().merge(sums);
        }
        for (name, sums) in &self.gone {
            tally.tables.entry(name.clone()).or_default().merge(*sums);
        }
    }
}
