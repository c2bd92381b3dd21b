//! New values for rows that a lane has.

use super::{Drawn, NO_VALUES, Operation, push_key};
use crate::{
    Change, Cx, Value,
    crud::{
        lane::{CrudLane, Pending},
        live::Slot,
        source::Source,
        table_plan::TablePlan,
    },
};

impl Operation {
    pub(super) fn draw_update(&self, lane: &CrudLane, cx: &mut Cx) -> Drawn {
        let plan = &self.plan.tables[self.table];
        let live = &lane.tables[self.table].live;
        if live.len() == 0 {
            return Err("nothing live to update");
        }
        let count = plan.rows_at_once(self.plan.rows.update);
        let start = plan.pick.draw(&mut cx.rng, live.len(), count);
        let slots = live.select(start, count, |_| true);
        let mask = 1 + cx.rng.below(plan.updates.len() as u64) as usize;
        let mut change = TablePlan::change(&plan.updates[mask - 1], slots.len());
        for slot in &slots {
            push_key(&mut change, lane, self.table, *slot);
            let row = self.known_of(lane, *slot);
            self.push_new_values(cx, mask, &mut change, row)?;
        }
        Ok((change, Pending::of_rows(self.table, slots, start, mask)))
    }

    /// What is remembered of a row and decides about others of its columns.
    fn known_of(&self, lane: &CrudLane, slot: Slot) -> Vec<Value> {
        let plan = &self.plan.tables[self.table];
        let mut row = Vec::new();
        if !plan.leads.is_empty() {
            row.resize(plan.table.columns.len(), Value::Null);
        }
        for (column, place) in &plan.leads {
            row[*column] = lane.tables[self.table].live.key(slot, *place);
        }
        row
    }

    /// New values for the columns that one row of an update replaces, beside those that are known.
    pub(in crate::crud) fn push_new_values(
        &self,
        cx: &mut Cx,
        mask: usize,
        change: &mut Change,
        mut row: Vec<Value>,
    ) -> Result<(), &'static str> {
        let plan = &self.plan.tables[self.table];
        if let Some(ties) = &plan.ties {
            row.resize(plan.table.columns.len(), Value::Null);
            let wanted = |wanted: usize| plan.columns_of(mask).any(|column| column == wanted);
            if !ties.redraw(&mut row, &mut cx.rng, &wanted) {
                return Err(NO_VALUES);
            }
        }
        for column in plan.columns_of(mask) {
            change.values.push(match &plan.sources[column] {
                Source::Generated(generator) => generator.generate(&mut cx.rng),
                _ => row.get_mut(column).map(std::mem::take).unwrap_or_default(),
            });
        }
        Ok(())
    }
}
