//! One operation on one table: draw, apply, remember.

mod delete;
mod insert;
mod update;

use std::sync::Arc;

use async_trait::async_trait;

use super::{
    Crud, CrudPlan,
    circle::CIRCLE,
    lane::{CrudLane, Pending},
    live::Slot,
    parents::NO_COMBINATION,
    sampling::Sampling,
};
use crate::{
    Action, Applied, Change, ChangeKind, Cx, Done, Failure, Resolved, Scenario, SessionOf, SqlSession,
    Target, outcome::VETOED,
};

/// Inserts into, updates or deletes from one table.
#[derive(Debug)]
pub(crate) struct Operation {
    pub(crate) plan: Arc<CrudPlan>,
    pub(crate) table: usize,
    pub(crate) kind: ChangeKind,
}

/// A change that has been drawn, or the reason why there is none.
pub(super) type Drawn = Result<(Change, Pending), &'static str>;

#[async_trait]
impl<T: Target> Scenario<Crud<T>> for Operation
where
    T::Session: SqlSession,
{
    fn name(&self) -> &str {
        self.kind.name()
    }

    async fn run(
        &self,
        session: &mut SessionOf<Crud<T>>,
        lane: &mut CrudLane,
        cx: &mut Cx,
    ) -> Result<Done, Failure> {
        if !Arc::ptr_eq(&lane.plan, &self.plan) {
            lane.migrate(&self.plan);
        }
        lane.give_up(&self.plan);
        let picks = self.plan.tables[self.table].sampling == Sampling::Server;
        let drawn = match self.kind {
            // On the heap, so that the future of the common case stays small.
            ChangeKind::Update | ChangeKind::Delete if picks => {
                Box::pin(self.draw_picked(session, cx)).await?
            }
            ChangeKind::Insert => match self.draw_insert(lane, cx, self.table) {
                Err(CIRCLE | NO_COMBINATION) if self.plan.has_circles => {
                    return Box::pin(self.run_circle::<T>(session, lane, cx)).await;
                }
                drawn => drawn,
            },
            ChangeKind::Update => self.draw_update(lane, cx),
            ChangeKind::Delete => match self.draw_delete(lane, cx) {
                Err(HAS_CHILDREN) if self.plan.has_circles => {
                    return Box::pin(self.run_group::<T>(session, lane, cx)).await;
                }
                drawn => drawn,
            },
        };
        let (change, pending) = match drawn {
            Ok(drawn) => drawn,
            Err(reason) => {
                if self.kind == ChangeKind::Insert {
                    self.find_wanting(lane, reason);
                }
                return Ok(Done::Skipped(reason.into()));
            }
        };
        lane.begin(&self.plan, pending);
        if lane.trace.is_some() {
            // On the heap, so that the future of the common case stays small.
            return Box::pin(self.run_traced(session, lane, cx, vec![change])).await;
        }
        let answer = session.apply_one(&change).await;
        self.learn(lane, cx, &change, answer)
    }

    async fn resolve(
        &self,
        session: &mut SessionOf<Crud<T>>,
        lane: &mut CrudLane,
        cx: &mut Cx,
    ) -> Result<Resolved, Failure> {
        self.find_out(session, lane, cx).await
    }
}

impl Operation {
    /// What the answer to a change says to the lane.
    pub(super) fn learn(
        &self,
        lane: &mut CrudLane,
        cx: &Cx,
        change: &Change,
        answer: Result<Applied, Failure>,
    ) -> Result<Done, Failure> {
        let table = lane.pending_table().unwrap_or(self.table);
        let picks = self.plan.tables[self.table].sampling == Sampling::Server;
        match answer {
            Ok(applied) => {
                if applied.rows == 0 && picks && self.kind != ChangeKind::Insert {
                    lane.undo(&self.plan);
                    return Ok(Done::Skipped("the rows that were picked are gone".into()));
                }
                if applied.rows == 0 && self.plan.tables[table].reads_back {
                    lane.refused(&self.plan, table, change);
                    return Ok(Done::Skipped(VETOED.into()));
                }
                lane.tables[table].vetoes[change.shape.kind as usize] = 0;
                Ok(Done::Committed(self.remember(lane, cx, table, change, &applied)))
            }
            Err(failure) if failure.indeterminate => {
                lane.give_up(&self.plan);
                Err(failure)
            }
            Err(failure) => {
                lane.undo(&self.plan);
                if failure.action == Action::NewValues && self.kind == ChangeKind::Insert {
                    lane.tables[table].refuse(change.rows as u64, failure.taken);
                }
                if failure.vetoed && lane.tables[table].veto(change.shape.kind) {
                    return Ok(Done::Skipped(VETOED.into()));
                }
                Err(failure.about_rows(std::slice::from_ref(change)))
            }
        }
    }

    fn remember(
        &self,
        lane: &mut CrudLane,
        cx: &Cx,
        table: usize,
        change: &Change,
        applied: &Applied,
    ) -> crate::Rows {
        if change.shape.kind == ChangeKind::Insert {
            lane.tables[table].arrive(change.rows as u64);
        }
        lane.commit(&self.plan, cx.seq, change, applied)
    }

    /// Notes that there is no row for an insert. The next distinct value may meet the checks where this one did not.
    fn find_wanting(&self, lane: &mut CrudLane, reason: &str) {
        if let Ok(table) = self.insertable(lane, self.table) {
            match reason {
                NO_VALUES => lane.tables[table].pass_over(),
                EXHAUSTED => lane.tables[table].exhausted += 1,
                _ => {}
            }
        }
    }
}

/// The key columns come first among what is remembered.
pub(super) fn push_key(change: &mut Change, lane: &CrudLane, table: usize, slot: Slot) {
    for column in 0..change.shape.key.len() {
        change.values.push(lane.tables[table].live.key(slot, column));
    }
}

/// Why no row is deleted.
pub(super) const HAS_CHILDREN: &str = "every row looked at has children";

/// Why an operation is skipped where a column of the new row has no more values.
pub(super) const EXHAUSTED: &str = "domain exhausted";

/// Why an operation is skipped where no combination of parents may be taken that is not remembered.
const FULL: &str = "no more combinations of parents are remembered";

/// Why an operation is skipped where checks leave no values for it.
pub(super) const NO_VALUES: &str = "no values found that meet the checks";

/// How often parents are drawn again when no row with them meets the checks.
pub(super) const PARENT_TRIES: u32 = 32;
