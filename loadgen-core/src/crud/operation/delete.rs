//! Rows of a lane that go.

use super::{Drawn, HAS_CHILDREN, Operation, push_key};
use crate::{
    Cx,
    crud::{
        lane::{CrudLane, Pending},
        table_plan::TablePlan,
    },
};

impl Operation {
    pub(super) fn draw_delete(&self, lane: &CrudLane, cx: &mut Cx) -> Drawn {
        let plan = &self.plan.tables[self.table];
        let live = &lane.tables[self.table].live;
        let Some(shape) = &plan.delete else { return Err("nothing live to delete") };
        let start = cx.rng.below(live.len() as u64);
        let count = plan.rows_at_once(self.plan.rows.delete);
        let slots = live.select(start, count, |slot| !live.has_children(slot));
        if slots.is_empty() {
            return Err(if live.len() == 0 { "nothing live to delete" } else { HAS_CHILDREN });
        }
        let mut change = TablePlan::change(shape, slots.len());
        slots.iter().for_each(|slot| push_key(&mut change, lane, self.table, *slot));
        Ok((change, Pending::of_rows(self.table, slots, start, 0)))
    }
}
