//! Rows of a circle of references, inserted together.

use super::{
    Crud, CrudPlan,
    lane::CrudLane,
    live::{LiveRows, NO_SLOT, NewRow, Slot, total},
    operation::{EXHAUSTED, NO_VALUES, Operation, PARENT_TRIES},
    parent::Eligible,
    parents::{COMBINATION_TRIES, NO_COMBINATION},
    reference::{Part, Reference},
    row::Fit,
    source::Source,
    table_plan::TablePlan,
};
use crate::{
    Action, Applied, Change, Cx, Done, Failure, Rng, Rows, SessionOf, SqlSession, Target, Value, row_hash,
};

/// The row of one table in a circle.
#[derive(Debug)]
pub(crate) struct Member {
    pub(crate) table: usize,
    /// One for each reference; none yet where the parent is of the circle, too.
    pub(super) parents: Vec<Slot>,
    /// The row, if it is to be deleted.
    pub(super) slot: Slot,
    /// The position where the search for it begins: rows that were inserted together are not far from each other.
    pub(super) start: u64,
}

/// Why a row cannot be inserted alone.
pub(super) const CIRCLE: &str = "its first parents have to be inserted together with it";

/// The rows of a circle, or why there are none, and the table that has no row.
type Drawn = Result<(Vec<Change>, Box<[Member]>), (&'static str, Option<usize>)>;

impl Operation {
    /// Inserts a row of each table of the circle that the table is in, or leads to.
    pub(super) async fn run_circle<T: Target>(
        &self,
        session: &mut SessionOf<Crud<T>>,
        lane: &mut CrudLane,
        cx: &mut Cx,
    ) -> Result<Done, Failure>
    where
        T::Session: SqlSession,
    {
        let drawn = match self.beginning(lane) {
            Some(table) => self.draw_circle(lane, cx, table),
            None => Err((NO_COMBINATION, None)),
        };
        let (changes, members) = match drawn {
            Ok(drawn) => drawn,
            Err((reason, table)) => {
                if let Some(table) = table.filter(|_| reason == NO_VALUES) {
                    // The next distinct value may meet the checks where this one did not.
                    lane.tables[table].next += 1;
                }
                return Ok(Done::Skipped(reason.into()));
            }
        };
        lane.begin_circle(&self.plan, members);
        self.send_circle::<T>(session, lane, cx, changes).await
    }

    /// Carries out changes to rows of a circle as one transaction, with constraints deferred.
    pub(super) async fn send_circle<T: Target>(
        &self,
        session: &mut SessionOf<Crud<T>>,
        lane: &mut CrudLane,
        cx: &mut Cx,
        changes: Vec<Change>,
    ) -> Result<Done, Failure>
    where
        T::Session: SqlSession,
    {
        if lane.trace.is_some() {
            return self.run_traced(session, lane, cx, changes).await;
        }
        let answer = async {
            session.defer().await?;
            let applied = session.stage(&changes).await?;
            session.commit().await.map(|()| applied)
        };
        let answer = answer.await;
        self.learn_circle(lane, cx, &changes, answer)
    }

    /// What the answer to the rows of a circle says to the lane.
    pub(super) fn learn_circle(
        &self,
        lane: &mut CrudLane,
        cx: &Cx,
        changes: &[Change],
        answer: Result<Vec<Applied>, Failure>,
    ) -> Result<Done, Failure> {
        match answer {
            Ok(applied) => Ok(Done::Committed(lane.commit_circle(&self.plan, cx.seq, changes, &applied))),
            Err(failure) if failure.indeterminate => {
                lane.give_up(&self.plan);
                Err(failure)
            }
            Err(failure) => {
                let is_new = failure.action == Action::NewValues;
                lane.undo_circle(&self.plan, is_new.then_some(failure.taken));
                Err(failure.about_rows(changes))
            }
        }
    }

    /// The table of whose rows one reference is ahead of its parent.
    fn beginning(&self, lane: &CrudLane) -> Option<usize> {
        let mut table = self.table;
        for _ in 0..=self.plan.tables.len() {
            let references = &self.plan.tables[table].references;
            let along = || references.iter().find(|reference| reference.part == Part::Along);
            table = match self.lacked(lane, table, |part| part != Part::Ahead) {
                Some(parent) => parent,
                None if references.iter().any(|reference| reference.part == Part::Ahead) => {
                    return Some(table);
                }
                None => along()?.parent.planned()?,
            };
        }
        None
    }

    /// A parent from outside of the circle that one of its rows cannot be without and the lane has none of.
    pub(super) fn lacked_around(&self, lane: &CrudLane, table: usize) -> Option<usize> {
        let members = self.plan.circle_of(table);
        members.iter().find_map(|member| self.lacked(lane, *member, |part| part == Part::None))
    }

    fn draw_circle(&self, lane: &CrudLane, cx: &mut Cx, first: usize) -> Drawn {
        let members = self.plan.circle_of(first);
        if members.iter().any(|member| self.lacked(lane, *member, |part| part == Part::None).is_some()) {
            return Err(("a parent of the circle is missing", None));
        }
        let (mut changes, mut drawn) = (Vec::new(), Vec::new());
        for table in members {
            let plan = &self.plan.tables[table];
            let mut change = TablePlan::change(&plan.insert, 1);
            let parents = self.draw_member(lane, cx, table, &mut change);
            let parents = parents.map_err(|reason| (reason, Some(table)))?;
            changes.push(change);
            drawn.push(Member { table, parents, slot: NO_SLOT, start: 0 });
        }
        Ok((changes, drawn.into()))
    }

    /// The values of the one row of a table, and its parents.
    fn draw_member(
        &self,
        lane: &CrudLane,
        cx: &mut Cx,
        table: usize,
        change: &mut Change,
    ) -> Result<Vec<Slot>, &'static str> {
        let plan = &self.plan.tables[table];
        let (index, mut reason) = (self.index(lane, table), NO_VALUES);
        if index >= plan.room {
            return Err(EXHAUSTED);
        }
        for _ in 0..PARENT_TRIES {
            let (parents, line) = self.draw_outer_parents(lane, cx, table)?;
            let value = |column: usize, rng: &mut Rng| match self.inner_key(lane, table, column) {
                Some(key) => key.ok_or(EXHAUSTED),
                None => self.draw_value(lane, rng, (table, column), (index, line), &parents),
            };
            match plan.draw_row(&mut cx.rng, value)? {
                Fit::Row(row) => {
                    plan.take_written(row, &mut change.values);
                    return Ok(parents);
                }
                Fit::Unfit => reason = NO_VALUES,
                Fit::Ended => reason = EXHAUSTED,
            }
        }
        Err(reason)
    }

    /// The number of the lane's next row.
    fn index(&self, lane: &CrudLane, table: usize) -> u64 {
        lane.tables[table].next * u64::from(self.plan.lanes) + u64::from(lane.id.0)
    }

    /// What a row has of a parent in the same circle, if the column holds such: the key that the parent will have.
    fn inner_key(&self, lane: &CrudLane, table: usize, column: usize) -> Option<Option<Value>> {
        let plan = &self.plan.tables[table];
        let Source::Parent { reference, position } = plan.sources[column] else { return None };
        let reference = &plan.references[reference];
        let parent = reference.parent.planned().filter(|_| reference.part != Part::None)?;
        let theirs = &self.plan.tables[parent];
        let column = theirs.table.column_index(&reference.parent_columns[position])?;
        let Source::Distinct(distinct) = &theirs.sources[column] else { return Some(None) };
        Some(distinct.value(self.index(lane, parent)).map(|value| reference.held(position, value)))
    }

    /// Parents that are there; none yet where they are of the circle.
    fn draw_outer_parents(
        &self,
        lane: &CrudLane,
        cx: &mut Cx,
        table: usize,
    ) -> Result<(Vec<Slot>, u64), &'static str> {
        let references = &self.plan.tables[table].references;
        if self.plan.tables[table].dealt.is_some() {
            let mut parents = Vec::new();
            let line = self.deal_parents(lane, cx, (table, self.index(lane, table)), &mut parents)?;
            let inner = references.iter().map(|reference| reference.part != Part::None);
            inner.zip(&mut parents).filter(|(is_inner, _)| *is_inner).for_each(|(_, own)| *own = NO_SLOT);
            return Ok((parents, line));
        }
        for _ in 0..COMBINATION_TRIES {
            let mut parents = Vec::with_capacity(references.len());
            let agree = references.iter().all(|reference: &Reference| {
                let eligible = Eligible::of(&self.plan, lane, reference);
                let rows = eligible.len() as u64;
                let is_inner = reference.part != Part::None;
                let none = is_inner || rows == 0 || reference.optional && cx.rng.chance(reference.orphans);
                let parent =
                    if none { NO_SLOT } else { eligible.suitable(cx.rng.below(rows) as usize, reference) };
                parents.push(parent);
                is_inner
                    || (none || parent != NO_SLOT || reference.optional)
                        && (reference.shared.is_empty() || self.agree(lane, table, &mut parents))
            });
            // Where they do not agree, some have not been chosen.
            if !agree {
                continue;
            }
            if let Some(line) = lane.tables[table].live.combinations().line(&parents, &[]) {
                return Ok((parents, line));
            }
        }
        Err(NO_COMBINATION)
    }
}

impl CrudPlan {
    /// The tables of a circle, in the order in which their rows are inserted.
    pub(super) fn circle_of(&self, first: usize) -> Vec<usize> {
        let (mut members, mut ahead) = (Vec::new(), vec![first]);
        while let Some(table) = ahead.pop() {
            self.admit(table, &mut members, &mut ahead);
        }
        members
    }

    fn admit(&self, table: usize, members: &mut Vec<usize>, ahead: &mut Vec<usize>) {
        if members.contains(&table) {
            return;
        }
        let parents = |part: Part| {
            let references = self.tables[table].references.iter().filter(move |own| own.part == part);
            references.filter_map(|reference| reference.parent.planned())
        };
        parents(Part::Along).for_each(|parent| self.admit(parent, members, ahead));
        members.push(table);
        ahead.extend(parents(Part::Ahead));
    }
}

impl CrudLane {
    fn begin_circle(&mut self, plan: &CrudPlan, members: Box<[Member]>) {
        for member in &members {
            self.each_parent(plan, member.table, &member.parents, LiveRows::adopt);
        }
        self.circle = Some(members);
    }

    /// The rows were refused; whether because values were taken, if other values are the point.
    pub(super) fn undo_circle(&mut self, plan: &CrudPlan, is_taken: Option<bool>) {
        for member in self.circle.take().iter().flatten() {
            self.each_parent(plan, member.table, &member.parents, LiveRows::release);
            if let Some(is_taken) = is_taken.filter(|_| member.slot == NO_SLOT) {
                self.tables[member.table].refuse(1, is_taken);
            }
        }
    }

    /// Nobody knows what became of the rows.
    pub(super) fn give_up_circle(&mut self, plan: &CrudPlan) {
        for member in self.circle.take().iter().flatten() {
            let table = &mut self.tables[member.table];
            table.unknown += 1;
            if member.slot != NO_SLOT {
                self.forget(plan, member.table, &[member.slot]);
                continue;
            }
            table.next += 1;
            table.live.take_combinations(&member.parents);
            self.each_parent(plan, member.table, &member.parents, LiveRows::pin);
        }
    }

    /// The rows are there: each gets a place, and then each knows its parents.
    fn commit_circle(&mut self, plan: &CrudPlan, seq: u64, changes: &[Change], applied: &[Applied]) -> Rows {
        if let Some(members) =
            self.circle.take_if(|members| members.iter().any(|member| member.slot != NO_SLOT))
        {
            return self.commit_group(plan, seq, &members, applied);
        }
        let inserted = applied.iter().map(|applied| applied.rows).sum();
        let is_whole = changes.iter().zip(applied).all(|(change, applied)| {
            applied.rows == 1 && applied.returned.len() == change.shape.returning.len()
        });
        for (member, applied) in self.circle.iter().flatten().zip(applied) {
            self.tables[member.table].rows.inserted += applied.rows;
        }
        if !is_whole {
            self.give_up_circle(plan);
            return Rows { inserted, ..Rows::default() };
        }
        let mut members = self.circle.take().unwrap_or_default();
        for member in &members {
            let live = &mut self.tables[member.table].live;
            if let Some(surplus) = live.surplus().filter(|_| plan.tables[member.table].keeps_new_rows()) {
                self.make_room(plan, member.table, surplus);
            }
        }
        let slots: Vec<(usize, Slot)> =
            members.iter().map(|member| (member.table, self.reserve(plan, member.table))).collect();
        for member in &mut members {
            for (own, reference) in member.parents.iter_mut().zip(&plan.tables[member.table].references) {
                let inner = reference.parent.planned().filter(|_| reference.part != Part::None);
                let Some((parent, slot)) = slots.iter().find(|(table, _)| Some(*table) == inner) else {
                    continue;
                };
                *own = *slot;
                self.tables[*parent].live.adopt(*slot);
            }
        }
        let rows = members.iter().zip(&slots).zip(changes.iter().zip(applied));
        let chosen: Vec<u64> = rows
            .map(|((member, (_, slot)), (change, applied))| self.place(plan, member, *slot, change, applied))
            .collect();
        for ((table, slot), chosen) in slots.into_iter().zip(chosen) {
            self.arrived(plan, seq, table, (slot, chosen));
        }
        Rows { inserted, ..Rows::default() }
    }

    /// Remembers the row of a circle at its place; answers the sum of what was chosen.
    fn place(
        &mut self,
        plan: &CrudPlan,
        member: &Member,
        slot: Slot,
        change: &Change,
        applied: &Applied,
    ) -> u64 {
        let own = &plan.tables[member.table];
        let (shape, returned) = (&change.shape, &applied.returned);
        let keys = own.keys_of_insert(change, 0, returned);
        let (sums, chosen) =
            own.sums_of_insert(&shape.set, change.row(0), returned, &shape.returning, &member.parents);
        let sums = &sums[..own.layout.parts];
        let table = &mut self.tables[member.table];
        table.arrive(1);
        table.count += 1;
        table.digest.add(row_hash(total(sums)));
        table.live.fill(slot, NewRow { keys, sums, parents: &member.parents });
        chosen
    }
}
