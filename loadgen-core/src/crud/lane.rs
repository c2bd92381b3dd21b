//! What one lane remembers, and what it learns from each change.

use std::{collections::BTreeMap, sync::Arc};

use super::{
    circle::Member,
    live::{LiveRows, NO_SLOT, NewRow, Slot, total},
    parent::Parent,
    plan::CrudPlan,
    sampling::Sampling,
    spares::Spares,
    table_plan::{TablePlan, UNREAD, columns_of},
    touch::Touch,
    traced::Sent,
};
use crate::{
    Applied, Change, ChangeKind, Digest, History, LaneId, Rows, TableTally, Tally, Value, column_hash,
    ledger::LaneTrace, row_hash,
};

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

/// One table as a lane sees it.
#[derive(Debug)]
pub(crate) struct LaneTable {
    pub(crate) live: LiveRows,
    /// The lane's next number for values that have to be distinct.
    pub(crate) next: u64,
    /// The numbers of rows that are gone.
    pub(super) spares: Spares,
    /// How far to go when the next number is taken.
    pub(super) stride: u64,
    pub(super) rows: Rows,
    pub(super) count: u64,
    pub(super) digest: Digest,
    pub(super) unknown: u64,
    pub(super) missed: u64,
    /// Inserts for which no values were left.
    pub(super) exhausted: u64,
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
    /// The number of each, where numbers are used again.
    pub(crate) numbers: Vec<u64>,
    /// Where the search for the rows began.
    pub(crate) start: u64,
    /// For updates, the groups of columns that are replaced.
    pub(crate) mask: usize,
}

impl Pending {
    /// Rows that are updated or deleted.
    pub(super) fn of_rows(table: usize, slots: Vec<Slot>, start: u64, mask: usize) -> Self {
        Pending { table, slots, parents: Vec::new(), inserted: 0, numbers: Vec::new(), start, mask }
    }
}

/// Bounds the numbers that are given up at once when values are taken.
const LONGEST_STRIDE: u64 = 1 << 16;

impl LaneTable {
    /// These rows were refused: goes on behind them. If their values are taken, by whom is not known, each time twice as
    /// far, because an earlier run with the same seed has left any number of rows.
    pub(crate) fn refuse(&mut self, rows: u64, is_taken: bool) {
        self.pass(rows);
        self.next += rows * if is_taken { self.stride - 1 } else { 0 };
        if is_taken {
            self.stride = (self.stride * 2).min(LONGEST_STRIDE);
        }
    }

    /// The values of these rows were free.
    pub(crate) fn arrive(&mut self, rows: u64) {
        self.pass(rows);
        self.stride = 1;
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

    /// The change was committed: takes it into the digests and among the live rows.
    pub(crate) fn commit(&mut self, plan: &CrudPlan, seq: u64, change: &Change, applied: &Applied) -> Rows {
        let Some(pending) = self.pending.take() else { return Rows::default() };
        let table = &plan.tables[pending.table];
        let rows = match change.shape.kind {
            ChangeKind::Insert => Rows { inserted: applied.rows, ..Rows::default() },
            ChangeKind::Update => Rows { updated: applied.rows, ..Rows::default() },
            ChangeKind::Delete => Rows { deleted: applied.rows, ..Rows::default() },
        };
        self.tables[pending.table].rows += rows;
        if table.sampling == Sampling::Server && change.shape.kind != ChangeKind::Insert {
            self.changed_elsewhere(table, seq, change, pending.table);
            return rows;
        }
        let returned = change.rows * change.shape.returning.len();
        if applied.rows != change.rows as u64 || applied.returned.len() != returned {
            // Somebody else changed or removed rows of ours, or a trigger did.
            let is_missed = change.shape.kind != ChangeKind::Insert && applied.rows < change.rows as u64;
            let own = &mut self.tables[pending.table];
            *(if is_missed { &mut own.missed } else { &mut own.unknown }) += 1;
            self.disown(plan, &pending);
            return rows;
        }
        match change.shape.kind {
            ChangeKind::Insert => self.inserted(plan, seq, change, applied, &pending),
            ChangeKind::Update => self.updated(table, seq, change, applied, &pending),
            ChangeKind::Delete => self.deleted(plan, seq, &pending),
        }
        rows
    }

    fn inserted(&mut self, crud: &CrudPlan, seq: u64, change: &Change, applied: &Applied, pending: &Pending) {
        let plan = &crud.tables[pending.table];
        let references = plan.references.len();
        let returning = &change.shape.returning;
        for row in 0..change.rows {
            let returned = &applied.returned[row * returning.len()..][..returning.len()];
            let parents = &pending.parents[row * references..][..references];
            let keys = plan.keys_of_insert(change, row, returned);
            let (sums, chosen) =
                plan.sums_of_insert(&change.shape.set, change.row(row), returned, returning, parents);
            let table = &mut self.tables[pending.table];
            table.count += 1;
            let sums = &sums[..plan.layout.parts];
            table.digest.add(row_hash(total(sums)));
            if let Some(surplus) = table.live.surplus().filter(|_| plan.keeps_new_rows()) {
                self.make_room(crud, pending.table, surplus);
            }
            let slot = self.tables[pending.table].live.push(NewRow { keys, sums, parents });
            if plan.partial.is_some() && !plan.is_in_part(change, row) {
                self.tables[pending.table].live.give_back(parents);
            }
            if let Some(number) = pending.numbers.get(row) {
                self.tables[pending.table].live.set_number(slot, *number);
            }
            self.arrived(crud, seq, pending.table, (slot, chosen));
        }
    }

    /// Records a new row, and lets go of it where new rows are left alone.
    pub(super) fn arrived(&mut self, crud: &CrudPlan, seq: u64, table: usize, (slot, chosen): (Slot, u64)) {
        self.record(seq, table, ChangeKind::Insert, (slot, chosen));
        if !crud.tables[table].keeps_new_rows() {
            self.forget(crud, table, &[slot]);
        }
    }

    pub(super) fn record(&mut self, seq: u64, table: usize, kind: ChangeKind, (slot, chosen): (Slot, u64)) {
        self.history.record(seq, table as u32, kind, u64::from(slot), chosen);
    }

    fn updated(&mut self, plan: &TablePlan, seq: u64, change: &Change, applied: &Applied, pending: &Pending) {
        let table = &mut self.tables[pending.table];
        for (row, slot) in pending.slots.iter().enumerate() {
            let before = table.live.sums(*slot);
            table.digest.remove(row_hash(total(before)));
            let (sums, chosen) = plan.sums_of_update(before, pending.mask, change, applied, row);
            (0..plan.layout.parts).for_each(|part| table.live.set_sum(*slot, part, sums[part]));
            if plan.by_address {
                table.live.set_key(*slot, 0, &applied.returned[row]);
            }
            table.digest.add(row_hash(total(table.live.sums(*slot))));
            self.history.record(seq, pending.table as u32, ChangeKind::Update, u64::from(*slot), chosen);
        }
    }

    /// Rows that nobody remembers were changed: what the lane chose itself counts, and not which rows those were.
    fn changed_elsewhere(&mut self, plan: &TablePlan, seq: u64, change: &Change, table: usize) {
        let shape = &change.shape;
        for row in 0..change.rows {
            let values = shape.set.iter().zip(&change.row(row)[shape.key.len()..]);
            let hashes = values.map(|(column, value)| column_hash(plan.salts[*column], value));
            let chosen = hashes.fold(0, u64::wrapping_add);
            self.history.record(seq, table as u32, shape.kind, u64::from(NO_SLOT), chosen);
        }
    }

    fn deleted(&mut self, plan: &CrudPlan, seq: u64, pending: &Pending) {
        let table_plan = &plan.tables[pending.table];
        let mut parents = Vec::with_capacity(pending.slots.len() * table_plan.references.len());
        let table = &mut self.tables[pending.table];
        for slot in &pending.slots {
            table.count -= 1;
            table.digest.remove(row_hash(total(table.live.sums(*slot))));
            parents.extend_from_slice(table.live.parents(*slot));
            if let Some(number) = table.live.number(*slot) {
                table.spare_number(number);
            }
            self.history.record(seq, pending.table as u32, ChangeKind::Delete, u64::from(*slot), 0);
        }
        table.live.remove(pending.start, &pending.slots);
        self.each_parent(plan, pending.table, &parents, LiveRows::release);
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

/// The sums of the parts of a row, of which the first `layout.parts` are in the digest.
pub(super) type Sums = [u64; UNREAD + 1];

impl TablePlan {
    /// Whether lanes touch rows that they have inserted.
    pub(super) fn keeps_new_rows(&self) -> bool {
        self.touch != Touch::Existing && self.sampling != Sampling::Server
    }

    /// What is remembered of a new row.
    pub(super) fn keys_of_insert<'a>(
        &'a self,
        change: &'a Change,
        row: usize,
        returned: &'a [Value],
    ) -> impl Iterator<Item = &'a Value> + Clone {
        let (shape, values) = (&change.shape, change.row(row));
        self.remembered.iter().map(move |column| {
            let given = shape.returning.iter().position(|given| given == column).map(|at| &returned[at]);
            let written = || shape.set.binary_search(column).ok().map(|at| &values[at]);
            given.or_else(written).unwrap_or(&Value::Null)
        })
    }

    /// The sums of a new row, part by part, and the sum of what the lane chose itself: a parent counts by its place
    /// in the lane or the pool, because its key may be the database's choice.
    pub(super) fn sums_of_insert(
        &self,
        set: &[usize],
        values: &[Value],
        returned: &[Value],
        returning: &[usize],
        parents: &[Slot],
    ) -> (Sums, u64) {
        let mut sums = self.sums_of_returned(returning, returned);
        let mut chosen = 0u64;
        for (column, value) in set.iter().zip(values) {
            let hash = column_hash(self.salts[*column], value);
            let part = self.parts[*column];
            // A trigger may have changed it: then what came back counts alone.
            if !self.reads_back {
                sums[part] = sums[part].wrapping_add(hash);
            }
            let own = match &self.sources[*column] {
                super::Source::Parent { reference, .. } => {
                    column_hash(self.salts[*column], &Value::Int(i64::from(parents[*reference])))
                }
                _ => hash,
            };
            chosen = chosen.wrapping_add(own);
        }
        (sums, chosen)
    }

    /// The sums of a row after an update, part by part, and the sum of what the lane chose itself.
    pub(super) fn sums_of_update(
        &self,
        before: &[u64],
        mask: usize,
        change: &Change,
        applied: &Applied,
        row: usize,
    ) -> (Sums, u64) {
        let (mut sums, mut chosen): (Sums, u64) = ([0; UNREAD + 1], 0);
        sums[..before.len()].copy_from_slice(before);
        let mut values = change.row(row)[change.shape.key.len()..].iter();
        for (group, columns) in self.groups.iter().enumerate().filter(|(group, _)| mask >> group & 1 == 1) {
            let hash =
                |column: &usize| values.next().map_or(0, |value| column_hash(self.salts[*column], value));
            sums[group + 1] = columns.iter().map(hash).fold(0, u64::wrapping_add);
            chosen = chosen.wrapping_add(sums[group + 1]);
        }
        if self.reads_back {
            let returning = &change.shape.returning;
            sums = self.sums_of_returned(returning, &applied.returned[row * returning.len()..]);
        }
        (sums, chosen)
    }

    /// The sums of what came back of one row.
    fn sums_of_returned(&self, returning: &[usize], returned: &[Value]) -> Sums {
        let mut sums = [0u64; UNREAD + 1];
        for (column, value) in returning.iter().zip(returned) {
            let part = self.parts[*column];
            sums[part] = sums[part].wrapping_add(column_hash(self.salts[*column], value));
        }
        sums
    }

    /// The hash of a row that was read, out of the values of [`TablePlan::digested`].
    pub(crate) fn hash_of_row(&self, values: &[Value]) -> u128 {
        let hashes =
            self.known.iter().zip(values).map(|(column, value)| column_hash(self.salts[*column], value));
        row_hash(hashes.fold(0, u64::wrapping_add))
    }

    /// The columns of a bit mask of groups.
    pub(crate) fn columns_of(&self, mask: usize) -> impl Iterator<Item = usize> + '_ {
        columns_of(mask, &self.groups, &self.late)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crud::live::Layout;

    #[test]
    fn only_values_that_are_taken_are_gone_past_in_growing_strides() {
        let mut table = LaneTable::with(LiveRows::new(&Layout::default()));
        (0..20).for_each(|_| table.refuse(1, false));
        assert_eq!((table.next, table.stride), (20, 1), "no value was taken by anybody");
        (0..4).for_each(|_| table.refuse(1, true));
        assert_eq!(table.next, 20 + 1 + 2 + 4 + 8);
        table.arrive(1);
        assert_eq!(table.stride, 1);
    }
}
