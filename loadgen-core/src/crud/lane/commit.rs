//! What a lane learns from a change that was committed.

use super::{CrudLane, Pending};
use crate::{
    Applied, Change, ChangeKind, Rows, column_hash,
    crud::{
        live::{LiveRows, NO_SLOT, NewRow, Slot, total},
        plan::CrudPlan,
        sampling::Sampling,
        table_plan::TablePlan,
    },
    row_hash,
};

impl CrudLane {
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
            let slot = self.reserve(crud, pending.table);
            self.tables[pending.table].live.fill(slot, NewRow { keys, sums, parents });
            if plan.partial.is_some() && !plan.is_in_part(change, row) {
                self.tables[pending.table].live.set_apart(slot);
            }
            if let Some(number) = pending.lent.numbers.get(row) {
                self.tables[pending.table].live.set_number(slot, *number);
            }
            self.arrived(crud, seq, pending.table, (slot, chosen));
        }
    }

    /// Records a new row, and lets go of it where new rows are left alone.
    pub(in crate::crud) fn arrived(
        &mut self,
        crud: &CrudPlan,
        seq: u64,
        table: usize,
        (slot, chosen): (Slot, u64),
    ) {
        self.record(seq, table, ChangeKind::Insert, (slot, chosen));
        if !crud.tables[table].keeps_new_rows() {
            self.forget(crud, table, &[slot]);
        }
    }

    pub(in crate::crud) fn record(
        &mut self,
        seq: u64,
        table: usize,
        kind: ChangeKind,
        (slot, chosen): (Slot, u64),
    ) {
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
}
