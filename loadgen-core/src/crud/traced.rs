//! Operations of a run that keeps a ledger.

use std::{collections::BTreeMap, sync::Arc};

use super::{
    lane::{CrudLane, Pending},
    live::total,
    operation::Operation,
    plan::CrudPlan,
    sampling::Sampling,
    table_plan::TablePlan,
    workload::TableDigest,
};
use crate::{
    Applied, Change, ChangeKind, Cx, Done, Failure, Resolved, Rows, SqlSession, Value,
    ledger::{Covered, Entry, TableHeader, Tracer},
};

/// A plan's part of the ledger.
#[derive(Debug)]
pub(crate) struct PlanTrace {
    pub(super) tracer: Arc<Tracer>,
    /// The number of each table in the ledger.
    numbers: Vec<u32>,
}

/// A change whose transaction is about to be committed.
#[derive(Debug)]
pub(super) struct Sent {
    change: Change,
    applied: Vec<Applied>,
}

impl CrudPlan {
    /// Enters the tables in the ledger, with what was in them before.
    pub(super) fn trace(
        &mut self,
        tracer: &Arc<Tracer>,
        before: &BTreeMap<String, TableDigest>,
    ) -> Result<(), Failure> {
        let header = |plan: &TablePlan| plan.header(before.get(&plan.table.name.to_string()));
        let numbers = tracer.numbers(self.tables.iter().map(header).collect())?;
        self.trace = Some(PlanTrace { tracer: Arc::clone(tracer), numbers });
        Ok(())
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
        };
        let key = self.own_key();
        let uncovered = (0..self.table.columns.len()).filter(|index| !self.known.contains(index));
        let picked = (self.sampling == Sampling::Server)
            .then(|| "the server picks the rows that are updated and deleted".to_owned());
        TableHeader {
            schema: self.table.name.schema.clone(),
            table: self.table.name.table.clone(),
            key: key.iter().map(column).collect(),
            columns: self.known.iter().map(covered).collect(),
            uncovered: uncovered.map(|index| column(&index)).collect(),
            unchecked: self.unchecked.clone().or(picked),
            rows_before: before.map_or(0, |before| before.rows),
            digest_before: before.map_or_else(String::new, |before| before.digest.to_string()),
        }
    }
}

impl Operation {
    /// Carries out a change under the lane's marker.
    pub(super) async fn run_traced(
        &self,
        session: &mut impl SqlSession,
        lane: &mut CrudLane,
        cx: &mut Cx,
        change: Change,
    ) -> Result<Done, Failure> {
        lane.sent = Some(Sent { change, applied: Vec::new() });
        let answer = lane.transact(session, &self.plan).await;
        match (answer, lane.sent.take()) {
            (Err(failure), sent) if failure.indeterminate => {
                lane.sent = sent;
                Err(failure)
            }
            (answer, Some(Sent { change, applied })) => {
                self.learn(lane, cx, &change, answer.map(|()| applied))
            }
            (answer, None) => answer.map(|()| Done::Committed(Rows::default())),
        }
    }

    /// Finds out how the change ended that `run_traced` left open.
    pub(super) async fn find_out(
        &self,
        session: &mut impl SqlSession,
        lane: &mut CrudLane,
        cx: &Cx,
    ) -> Result<Resolved, Failure> {
        let Some(trace) = &mut lane.trace else { return Ok(Resolved::Unknown) };
        let committed = trace.resolve(session).await?;
        match lane.sent.take() {
            Some(Sent { change, applied }) if committed => {
                self.learn(lane, cx, &change, Ok(applied)).map(Resolved::Done)
            }
            _ => {
                lane.undo(&self.plan);
                Ok(Resolved::Aborted)
            }
        }
    }
}

impl CrudLane {
    /// Carries out what is to be sent, as a transaction of the ledger.
    async fn transact(&mut self, session: &mut impl SqlSession, plan: &CrudPlan) -> Result<(), Failure> {
        let (Some(trace), Some(sent)) = (&mut self.trace, &mut self.sent) else { return Ok(()) };
        trace.begin(session).await?;
        sent.applied = session.stage(std::slice::from_ref(&sent.change)).await?;
        let entries = self.entries(plan);
        match &mut self.trace {
            Some(trace) => trace.commit(session, entries).await,
            None => Ok(()),
        }
    }

    /// What the ledger says of the change that is to be committed, row by row.
    fn entries(&self, plan: &CrudPlan) -> Vec<Entry> {
        let (Some(pending), Some(sent), Some(trace)) = (&self.pending, &self.sent, &plan.trace) else {
            return Vec::new();
        };
        let table = &plan.tables[pending.table];
        let (change, Some(applied)) = (&sent.change, sent.applied.first()) else { return Vec::new() };
        // A trigger that keeps the database from doing anything leaves nothing to be seen.
        if applied.rows == 0 {
            return Vec::new();
        }
        let entry = |row| {
            let (key, sum) = self.image(table, pending, (change, applied), row);
            Entry { table: trace.numbers[pending.table], kind: change.shape.kind, key, sum }
        };
        (0..change.rows).map(entry).collect()
    }

    /// The key of a row and the sum of what it will be.
    fn image(
        &self,
        plan: &TablePlan,
        pending: &Pending,
        (change, applied): (&Change, &Applied),
        row: usize,
    ) -> (Vec<String>, Option<u64>) {
        let (shape, values) = (&change.shape, change.row(row));
        let key = plan.own_key();
        let returned =
            applied.returned.chunks_exact(shape.returning.len().max(1)).nth(row).unwrap_or_default();
        let is_whole = applied.rows == change.rows as u64;
        let parts = &plan.layout.parts;
        match shape.kind {
            ChangeKind::Insert => {
                let references = plan.references.len();
                let parents = &pending.parents[row * references..][..references];
                let (sums, _) = plan.sums_of_insert(&shape.set, values, returned, &shape.returning, parents);
                let value = |column: &usize| {
                    let given = shape.returning.iter().position(|given| given == column);
                    let written = || shape.set.binary_search(column).ok().map(|at| &values[at]);
                    given.and_then(|at| returned.get(at)).or_else(written).unwrap_or(&Value::Null).to_string()
                };
                (key.iter().map(value).collect(), is_whole.then(|| total(&sums[..*parts])))
            }
            ChangeKind::Update | ChangeKind::Delete => {
                let key = values[..key.len()].iter().map(Value::to_string).collect();
                let is_known = is_whole && shape.kind == ChangeKind::Update;
                let slot = pending.slots.get(row).filter(|_| is_known);
                let sum = slot.map(|slot| {
                    let before = self.tables[pending.table].live.sums(*slot);
                    let (sums, _) = plan.sums_of_update(before, pending.mask, change, applied, row);
                    total(&sums[..*parts])
                });
                (key, sum)
            }
        }
    }
}
