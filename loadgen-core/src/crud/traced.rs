//! Operations of a run that keeps a ledger.

use std::{collections::BTreeMap, sync::Arc};

use super::{
    circle::Member,
    difference::is_same,
    held::TableDigest,
    lane::{CrudLane, Pending},
    live::{Slot, total},
    operation::Operation,
    plan::CrudPlan,
    table_plan::TablePlan,
};
use crate::{
    Applied, Change, ChangeKind, Cx, Done, Failure, Resolved, Rows, Schema, SqlSession, Value,
    ledger::{Covered, Entry, Form, TableHeader, Tracer},
};

/// A plan's part of the ledger.
#[derive(Debug)]
pub(crate) struct PlanTrace {
    pub(super) tracer: Arc<Tracer>,
    /// The number of each table in the ledger.
    numbers: Vec<u32>,
}

/// Changes whose transaction is about to be committed: one, or the rows of a circle.
#[derive(Debug)]
pub(super) struct Sent {
    changes: Vec<Change>,
    applied: Vec<Applied>,
}

impl CrudPlan {
    /// Enters the tables in the ledger, with what was in them before; those of an `old` plan are there already.
    pub(super) fn trace(
        &mut self,
        tracer: &Arc<Tracer>,
        before: &BTreeMap<String, TableDigest>,
        old: Option<&CrudPlan>,
    ) -> Result<(), Failure> {
        let known = || old.into_iter().flat_map(CrudPlan::traced);
        let header = |plan: &TablePlan| {
            let number = known().find(|(_, known)| is_same(&known.table, &plan.table));
            (number.map(|(number, _)| number), plan.header(before.get(&plan.table.name.to_string())))
        };
        let is_gone = |(_, known): &(u32, &TablePlan)| {
            self.of(&known.table).is_none()
                && self.refused.iter().all(|(refused, _)| *refused != known.table.name)
        };
        let gone = known().filter(is_gone).map(|(number, _)| number).collect();
        let numbers = tracer.numbers(self.tables.iter().map(header).collect(), gone)?;
        self.trace = Some(PlanTrace { tracer: Arc::clone(tracer), numbers });
        Ok(())
    }

    /// The numbers of tables that are not there any more.
    pub(super) fn gone_from(&self, schema: &Schema) -> Vec<u32> {
        let is_there = |known: &TablePlan| schema.tables.iter().any(|table| is_same(&known.table, table));
        self.traced().filter(|(_, known)| !is_there(known)).map(|(number, _)| number).collect()
    }

    /// Tells the ledger of tables that are gone, where no plan follows that would.
    pub(super) fn let_go(&self, gone: Vec<u32>) -> Result<(), Failure> {
        self.trace.as_ref().map_or(Ok(()), |trace| trace.tracer.numbers(Vec::new(), gone).map(|_| ()))
    }

    /// The tables with their numbers in the ledger, if there is one.
    fn traced(&self) -> impl Iterator<Item = (u32, &TablePlan)> {
        self.trace.iter().flat_map(|trace| trace.numbers.iter().copied().zip(&self.tables))
    }
}

impl TablePlan {
    /// The columns by which anybody can find a row; nothing where there are none.
    fn own_key(&self) -> &[usize] {
        self.delete.as_ref().filter(|_| !self.by_address).map_or(&[][..], |delete| &delete.key)
    }

    fn header(&self, before: Option<&TableDigest>) -> TableHeader {
        let column = |index: &usize| self.table.columns[*index].name.clone();
        let covered = |index: &usize| Covered {
            name: column(index),
            ty: self.table.columns[*index].native.name.clone(),
            form: Some(Form::of(&self.table.columns[*index].ty)),
        };
        let key = self.own_key();
        let uncovered = (0..self.table.columns.len()).filter(|index| !self.known.contains(index));
        TableHeader {
            schema: self.table.name.schema.clone(),
            table: self.table.name.table.clone(),
            key: key.iter().map(column).collect(),
            columns: self.known.iter().map(covered).collect(),
            uncovered: uncovered.map(|index| column(&index)).collect(),
            unchecked: self.unchecked.clone(),
            was: None,
            rows_before: before.map_or(0, |before| before.rows),
            digest_before: before.map_or_else(String::new, |before| before.digest.to_string()),
        }
    }
}

impl Operation {
    /// Carries out changes under the lane's marker.
    pub(super) async fn run_traced(
        &self,
        session: &mut impl SqlSession,
        lane: &mut CrudLane,
        cx: &mut Cx,
        changes: Vec<Change>,
    ) -> Result<Done, Failure> {
        lane.sent = Some(Sent { changes, applied: Vec::new() });
        let answer = lane.transact(session, &self.plan).await;
        match (answer, lane.sent.take()) {
            (Err(failure), sent) if failure.indeterminate => {
                lane.sent = sent;
                Err(failure)
            }
            (answer, Some(Sent { changes, applied })) => {
                self.learn_sent(lane, cx, &changes, answer.map(|()| applied))
            }
            (answer, None) => answer.map(|()| Done::Committed(Rows::default())),
        }
    }

    fn learn_sent(
        &self,
        lane: &mut CrudLane,
        cx: &Cx,
        changes: &[Change],
        answer: Result<Vec<Applied>, Failure>,
    ) -> Result<Done, Failure> {
        match changes {
            [change] if lane.circle.is_none() => {
                let first = |applied: Vec<Applied>| applied.into_iter().next().unwrap_or_default();
                self.learn(lane, cx, change, answer.map(first))
            }
            changes => self.learn_circle(lane, cx, changes, answer),
        }
    }

    /// Finds out how the changes ended that `run_traced` left open.
    pub(super) async fn find_out(
        &self,
        session: &mut impl SqlSession,
        lane: &mut CrudLane,
        cx: &Cx,
    ) -> Result<Resolved, Failure> {
        let Some(trace) = &mut lane.trace else { return Ok(Resolved::Unknown) };
        let committed = trace.resolve(session).await?;
        match lane.sent.take() {
            Some(Sent { changes, applied }) if committed => {
                self.learn_sent(lane, cx, &changes, Ok(applied)).map(Resolved::Done)
            }
            _ => {
                lane.undo(&self.plan);
                lane.undo_circle(&self.plan, None);
                Ok(Resolved::Aborted)
            }
        }
    }
}

/// What the ledger says of one change to one table.
struct Told<'a> {
    table: usize,
    change: &'a Change,
    applied: &'a Applied,
    /// Parents of new rows, row after row.
    parents: &'a [Slot],
    /// Rows that are updated, and the groups of columns that are replaced.
    slots: &'a [Slot],
    mask: usize,
}

impl CrudLane {
    /// Carries out what is to be sent, as a transaction of the ledger.
    async fn transact(&mut self, session: &mut impl SqlSession, plan: &CrudPlan) -> Result<(), Failure> {
        if self.is_foretold(plan) && self.transact_at_once(session, plan).await? {
            return Ok(());
        }
        let (Some(trace), Some(sent)) = (&mut self.trace, &mut self.sent) else { return Ok(()) };
        sent.applied.clear();
        match sent.changes.as_slice() {
            [change] if self.circle.is_none() => {
                sent.applied.push(trace.begin_with(session, change).await?);
            }
            changes => {
                trace.begin(session).await?;
                if self.circle.is_some() {
                    session.defer().await?;
                }
                sent.applied = session.stage(changes).await?;
            }
        }
        let entries = self.entries(plan);
        match &mut self.trace {
            Some(trace) => trace.commit(session, entries).await,
            None => Ok(()),
        }
    }

    /// Whether all that the ledger has to say is known before anything is sent, if every row is changed: nothing has to come back
    /// for that, and no trigger is known to have a say in it.
    fn is_foretold(&self, plan: &CrudPlan) -> bool {
        let (Some(sent), Some(pending), None) = (&self.sent, &self.pending, &self.circle) else {
            return false;
        };
        let is_alone = sent.changes.len() == 1;
        is_alone && sent.changes[0].shape.returning.is_empty() && !plan.tables[pending.table].reads_back
    }

    /// Carries out the one change as a statement that commits by itself. Whether it did; if not, it goes another way.
    async fn transact_at_once(
        &mut self,
        session: &mut impl SqlSession,
        plan: &CrudPlan,
    ) -> Result<bool, Failure> {
        let Some(Sent { changes, applied }) = &mut self.sent else { return Ok(false) };
        applied
            .extend(changes.iter().map(|change| Applied { rows: change.rows as u64, returned: Vec::new() }));
        let entries = self.entries(plan);
        match (&mut self.trace, &self.sent) {
            (Some(trace), Some(sent)) => trace.commit_at_once(session, &sent.changes[0], entries).await,
            _ => Ok(false),
        }
    }

    /// What the ledger says of what is to be committed, row by row.
    fn entries(&self, plan: &CrudPlan) -> Vec<Entry> {
        let Some(sent) = &self.sent else { return Vec::new() };
        let sent = || sent.changes.iter().zip(&sent.applied);
        let mut entries = Vec::new();
        if let Some(Pending { table, parents, slots, mask, .. }) = &self.pending {
            for (change, applied) in sent() {
                let told = Told { table: *table, change, applied, parents, slots, mask: *mask };
                self.tell(plan, &told, &mut entries);
            }
        }
        for (Member { table, parents, .. }, (change, applied)) in self.circle.iter().flatten().zip(sent()) {
            self.tell(
                plan,
                &Told { table: *table, change, applied, parents, slots: &[], mask: 0 },
                &mut entries,
            );
        }
        entries
    }

    fn tell(&self, plan: &CrudPlan, told: &Told<'_>, entries: &mut Vec<Entry>) {
        let (planned, kind) = (&plan.tables[told.table], told.change.shape.kind);
        let Some(trace) = &plan.trace else { return };
        // A trigger that keeps the database from doing anything leaves nothing to be seen.
        if told.applied.rows == 0 && (kind == ChangeKind::Insert || planned.reads_back) {
            return;
        }
        let is_unsure = told.applied.rows != told.change.rows as u64;
        // Only where rows are taken over does it matter what they were.
        let was = |slot: &Slot| self.sum_before(planned, told.table, *slot);
        let before = |row: usize| told.slots.get(row).filter(|_| planned.touch.adopts()).and_then(was);
        entries.extend((0..told.change.rows).map(|row| {
            let (key, sum) = self.image(planned, told, row);
            Entry { before: before(row), is_unsure, ..Entry::new(trace.numbers[told.table], kind, key, sum) }
        }));
    }

    /// The sum of a row as it is, if that is known.
    fn sum_before(&self, plan: &TablePlan, table: usize, slot: Slot) -> Option<u64> {
        (plan.generation == 0).then(|| total(self.tables[table].live.sums(slot)))
    }

    /// The key of a row and the sum of what it will be.
    fn image(&self, plan: &TablePlan, told: &Told<'_>, row: usize) -> (Vec<String>, Option<u64>) {
        let Told { change, applied, .. } = told;
        let (shape, values, key) = (&change.shape, change.row(row), plan.own_key());
        let returned =
            applied.returned.chunks_exact(shape.returning.len().max(1)).nth(row).unwrap_or_default();
        let is_whole = applied.rows == change.rows as u64;
        let parts = plan.layout.parts;
        if shape.kind == ChangeKind::Insert {
            let references = plan.references.len();
            let parents = &told.parents[row * references..][..references];
            let (sums, _) = plan.sums_of_insert(&shape.set, values, returned, &shape.returning, parents);
            // The key comes first among what is remembered.
            let key = plan.keys_of_insert(change, row, returned).take(key.len());
            return (key.map(Value::to_string).collect(), is_whole.then(|| total(&sums[..parts])));
        }
        // What is remembered of rows is not kept up any more once their columns have become others.
        let is_known = is_whole && shape.kind == ChangeKind::Update && plan.generation == 0;
        let sum = told.slots.get(row).filter(|_| is_known).map(|slot| {
            let before = self.tables[told.table].live.sums(*slot);
            total(&plan.sums_of_update(before, told.mask, change, applied, row).0[..parts])
        });
        (values[..key.len()].iter().map(Value::to_string).collect(), sum)
    }
}
