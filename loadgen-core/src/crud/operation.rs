//! One operation on one table: draw, apply, remember.

use std::sync::Arc;

use async_trait::async_trait;

use super::{
    Crud, CrudPlan,
    circle::CIRCLE,
    fitting::Fitting,
    lane::{CrudLane, Pending},
    live::{NO_SLOT, Slot},
    parent::Eligible,
    parents::NO_COMBINATION,
    partial::is_apart,
    reference::{Part, Reference},
    row::Fit,
    sampling::Sampling,
    source::Source,
    spares::{Lent, Number},
    table_plan::TablePlan,
    touch::Touch,
};
use crate::{
    Action, Applied, Change, ChangeKind, Cx, Done, Failure, Resolved, Rng, Scenario, SessionOf, SqlSession,
    Target, Value, outcome::VETOED,
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

    /// The table itself, or the parent that it lacks, so that the first operations of a lane find their way.
    pub(super) fn insertable(&self, lane: &CrudLane, table: usize) -> Result<usize, &'static str> {
        match self.lacked(lane, table, |part| part != Part::Ahead) {
            None if self.plan.has_circles
                && self.lacked(lane, table, |part| part == Part::Ahead).is_some() =>
            {
                self.lacked_around(lane, table).map_or(Err(CIRCLE), |parent| self.insertable(lane, parent))
            }
            None => Ok(table),
            Some(parent) if self.plan.tables[parent].layout.cap == 0 => {
                Err("the parent table has no key to refer to")
            }
            Some(parent) if self.plan.tables[parent].touch == Touch::Existing => {
                Err("the lane has no parent among the rows that were there")
            }
            Some(parent) => self.insertable(lane, parent),
        }
    }

    /// The first parent that a row of a table cannot be without and of which the lane has no row.
    pub(super) fn lacked(
        &self,
        lane: &CrudLane,
        table: usize,
        wanted: impl Fn(Part) -> bool,
    ) -> Option<usize> {
        let references = self.plan.tables[table].references.iter();
        let required = references.filter(|reference| !reference.optional && wanted(reference.part));
        let is_lacking = |reference: &Reference, parent: &usize| {
            let live = &lane.tables[*parent].live;
            // Where none fits, the next that is inserted may.
            let may_fit =
                |_: &Arc<Fitting>| live.len() < self.plan.tables[*parent].layout.cap && !reference.is_rare;
            live.len() == 0
                || reference.fitting.as_ref().is_some_and(may_fit)
                    && Eligible::Live(live).suitable(0, reference) == NO_SLOT
        };
        let parent =
            |reference: &Reference| reference.parent.planned().filter(|parent| is_lacking(reference, parent));
        required.filter_map(parent).next()
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

    /// New rows of a table, or of a parent that it lacks.
    fn draw_insert(&self, lane: &CrudLane, cx: &mut Cx, table: usize) -> Drawn {
        let table = self.insertable(lane, table)?;
        let plan = &self.plan.tables[table];
        let combinations = lane.tables[table].live.combinations();
        if combinations.is_out() && !combinations.is_partial() {
            return Err(FULL);
        }
        let rows = plan.rows_at_once(self.plan.rows.insert);
        let mut change = TablePlan::change(&plan.insert, rows);
        let mut parents: Vec<Slot> = Vec::with_capacity(rows * plan.references.len());
        let (own, mut lent) = (&lane.tables[table], Lent::default());
        for row in 0..rows {
            let number = own.number(row as u64, &lent, self.plan.lanes, lane.id);
            match self.draw_row(lane, cx, (table, number, &lent), &mut parents, &mut change) {
                Ok(number) if own.has_spares() => lent.give(number),
                Ok(_) => {}
                Err(reason) if row == 0 => return Err(reason),
                // Those that there are go all the same.
                Err(_) => {
                    change.rows = row;
                    change.values.truncate(row * plan.insert.width());
                    parents.truncate(row * plan.references.len());
                    break;
                }
            }
        }
        let (slots, inserted) = (Vec::new(), change.rows as u64);
        Ok((change, Pending { table, slots, parents, inserted, lent, start: 0, mask: 0 }))
    }

    /// One row more of a statement; its number, which is another one where it needs that.
    fn draw_row(
        &self,
        lane: &CrudLane,
        cx: &mut Cx,
        (table, number, lent): (usize, Number, &Lent),
        parents: &mut Vec<Slot>,
        change: &mut Change,
    ) -> Result<Number, &'static str> {
        let plan = &self.plan.tables[table];
        if number.value >= plan.room {
            return Err(EXHAUSTED);
        }
        if plan.is_tied() {
            return self.draw_tied(lane, cx, (table, number, lent), parents, change);
        }
        let mine = parents.len();
        let line = self.draw_parents(lane, cx, (table, number.value), parents)?;
        for column in &plan.insert.set {
            let (at, parents) = ((table, *column), &parents[mine..]);
            change.values.push(self.draw_value(lane, &mut cx.rng, at, (number.value, line), parents)?);
        }
        Ok(number)
    }

    /// The value of a column of a new row with its parents.
    #[inline]
    pub(super) fn draw_value(
        &self,
        lane: &CrudLane,
        rng: &mut Rng,
        (table, column): (usize, usize),
        (index, line): (u64, u64),
        parents: &[Slot],
    ) -> Result<Value, &'static str> {
        match &self.plan.tables[table].sources[column] {
            Source::Generated(generator) => Ok(generator.generate(rng)),
            source => self.make_value(lane, (table, source), (index, line), parents),
        }
    }

    /// The value of a column that is not drawn on its own.
    fn make_value(
        &self,
        lane: &CrudLane,
        (table, source): (usize, &Source),
        (index, line): (u64, u64),
        parents: &[Slot],
    ) -> Result<Value, &'static str> {
        Ok(match source {
            Source::Distinct(distinct) => distinct.value(index).ok_or(EXHAUSTED)?,
            Source::Line(distinct) => distinct.value(line).ok_or(EXHAUSTED)?,
            Source::Parent { reference, position } => {
                let slot = parents[*reference];
                if slot == NO_SLOT && self.plan.tables[table].references[*reference].to_itself {
                    self.own_key(table, *reference, *position, index).ok_or(EXHAUSTED)?
                } else {
                    self.parent_key(lane, table, *reference, *position, slot)
                }
            }
            Source::Generated(_)
            | Source::Checked(_)
            | Source::Related(_)
            | Source::Null(_)
            | Source::Server(_) => Value::Null,
        })
    }

    /// A new row of a table whose columns depend on each other. Where it does not fit, other parents may do; and where it needs
    /// a value of which there are no new ones, the number of a row that is gone.
    fn draw_tied(
        &self,
        lane: &CrudLane,
        cx: &mut Cx,
        (table, first, lent): (usize, Number, &Lent),
        parents: &mut Vec<Slot>,
        change: &mut Change,
    ) -> Result<Number, &'static str> {
        let (plan, own) = (&self.plan.tables[table], &lane.tables[table]);
        let combinations = own.live.combinations();
        let (mine, mut number, mut reason) = (parents.len(), first, NO_VALUES);
        let is_varied = !plan.references.is_empty() || !plan.loose.is_empty();
        for _ in 0..if is_varied { PARENT_TRIES } else { 1 } {
            parents.truncate(mine);
            let line = self.draw_parents(lane, cx, (table, number.value), parents)?;
            let (before, mine) = parents.split_at(mine);
            let value = |column: usize, rng: &mut Rng| {
                self.draw_value(lane, rng, (table, column), (number.value, line), mine)
            };
            let row = match plan.draw_row(&mut cx.rng, value)? {
                Fit::Row(row) => row,
                Fit::Unfit => continue,
                Fit::Ended => {
                    (number, reason) = (own.number_inside(lent).unwrap_or(number), EXHAUSTED);
                    continue;
                }
            };
            let is_out = combinations.is_out();
            if !is_apart(plan, &row, || !is_out && combinations.line(mine, before).is_some()) {
                reason = if is_out { FULL } else { reason };
            } else if number == first || plan.needs_one_of(&row, |_| true) {
                plan.take_written(row, &mut change.values);
                return Ok(number);
            }
        }
        Err(reason)
    }

    fn draw_update(&self, lane: &CrudLane, cx: &mut Cx) -> Drawn {
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
    pub(super) fn push_new_values(
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

    fn draw_delete(&self, lane: &CrudLane, cx: &mut Cx) -> Drawn {
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
