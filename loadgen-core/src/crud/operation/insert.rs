//! New rows: drawn one after the other, with the parents that they need.

use std::sync::Arc;

use super::{Drawn, EXHAUSTED, FULL, NO_VALUES, Operation, PARENT_TRIES};
use crate::{
    Change, Cx, Rng, Value,
    crud::{
        circle::CIRCLE,
        fitting::Fitting,
        lane::{CrudLane, Pending},
        live::{NO_SLOT, Slot},
        parent::Eligible,
        partial::is_apart,
        reference::{Part, Reference},
        row::Fit,
        source::Source,
        spares::{Lent, Number},
        table_plan::TablePlan,
        touch::Touch,
    },
};

impl Operation {
    /// The table itself, or the parent that it lacks, so that the first operations of a lane find their way.
    pub(in crate::crud) fn insertable(&self, lane: &CrudLane, table: usize) -> Result<usize, &'static str> {
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
    pub(in crate::crud) fn lacked(
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

    /// New rows of a table, or of a parent that it lacks.
    pub(super) fn draw_insert(&self, lane: &CrudLane, cx: &mut Cx, table: usize) -> Drawn {
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
    pub(in crate::crud) fn draw_value(
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
}
