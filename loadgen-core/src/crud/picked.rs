//! Updates and deletes of rows that the server picks.

use super::{
    lane::Pending,
    operation::{Drawn, Operation},
    table_plan::TablePlan,
};
use crate::{ChangeKind, Cx, Failure, SqlSession};

impl Operation {
    /// An update or delete of rows from a random point of the key on. Between the choice and the change they may be gone.
    pub(super) async fn draw_picked(
        &self,
        session: &mut impl SqlSession,
        cx: &mut Cx,
    ) -> Result<Drawn, Failure> {
        let plan = &self.plan.tables[self.table];
        let is_update = self.kind == ChangeKind::Update;
        let Some(delete) = &plan.delete else { return Ok(Err("nothing there to delete")) };
        let wanted = if is_update { self.plan.rows.update } else { self.plan.rows.delete };
        let (point, most) = (cx.rng.bits(), plan.rows_at_once(wanted) as u64);
        let keys = session.pick(&plan.table, delete.key[0], point, most).await?;
        if keys.is_empty() {
            return Ok(Err(if is_update { "nothing there to update" } else { "nothing there to delete" }));
        }
        let mask = if is_update { 1 + cx.rng.below(plan.updates.len() as u64) as usize } else { 0 };
        let shape = if is_update { &plan.updates[mask - 1] } else { delete };
        let mut change = TablePlan::change(shape, keys.len());
        for key in keys {
            change.values.push(key);
            if let (true, Err(why)) = (is_update, self.push_new_values(cx, mask, &mut change, Vec::new())) {
                return Ok(Err(why));
            }
        }
        Ok(Ok((change, Pending::of_rows(self.table, Vec::new(), 0, mask))))
    }
}
