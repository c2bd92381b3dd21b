//! The workload: prepare, lanes, and the comparison at the end.

use std::{collections::BTreeMap, marker::PhantomData, sync::Arc};

use async_trait::async_trait;

use super::{
    config::CrudConfig, error::CrudPlanError, lane::CrudLane, live::LiveRows, operation::Operation,
    plan::CrudPlan, prepare::permitted_plan, table_plan::TablePlan,
};
use crate::{
    ChangeKind, CheckError, Digest, Failure, LaneId, Mix, PrepareError, Report, Seed, SessionOf, Setup,
    SqlSession, Tally, Target, Workload,
};

/// Weighted inserts, updates and deletes on the tables of any schema.
///
/// Every lane changes its own rows alone, so an update or delete always finds its row, and children are given parents
/// of their own lane.
#[derive(Debug)]
pub struct Crud<T> {
    /// What to plan from, unless there is a plan already.
    config: Option<CrudConfig>,
    plan: Arc<CrudPlan>,
    /// What the tables held before the traffic, by name.
    before: BTreeMap<String, TableDigest>,
    target: PhantomData<fn() -> T>,
}

/// The rows of a table, counted and hashed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TableDigest {
    /// How many there are.
    pub rows: u64,
    /// The sum of their hashes over the columns whose values loadgen knows.
    pub digest: Digest,
}

impl TableDigest {
    /// These rows without some of them.
    fn without(self, some: TableDigest) -> TableDigest {
        let mut digest = self.digest;
        digest.remove(some.digest.0);
        TableDigest { rows: self.rows.saturating_sub(some.rows), digest }
    }

    /// The rows of all lanes.
    pub(super) fn sum(lanes: &[LiveRows]) -> TableDigest {
        lanes.iter().map(LiveRows::digest).fold(TableDigest::default(), |mut all, lane| {
            all.rows += lane.rows;
            all.digest.merge(lane.digest);
            all
        })
    }
}

impl<T: Target> Crud<T>
where
    T::Session: SqlSession,
{
    /// The workload with this configuration; it becomes concrete when it has seen the schema.
    pub fn new(config: CrudConfig) -> Self {
        let (rows, lanes, seed) = (config.rows, 0, Seed(0));
        let (tables, refused, others, pools) = (Vec::new(), Vec::new(), BTreeMap::new(), Vec::new());
        let plan = CrudPlan { tables, refused, others, rows, lanes, seed, pools, adopted: None };
        Crud { config: Some(config), ..Crud::planned(plan) }
    }

    /// The workload with a plan that was made by [`permitted_plan`] before, for a run with the same seed and number of lanes.
    pub fn planned(plan: CrudPlan) -> Self {
        Crud { config: None, plan: Arc::new(plan), before: BTreeMap::new(), target: PhantomData }
    }
}

/// Counts and hashes the rows of a table, as [`Tally`] does for the rows of the lanes.
///
/// # Errors
/// When the table cannot be read.
pub async fn table_digest(session: &mut impl SqlSession, plan: &TablePlan) -> Result<TableDigest, Failure> {
    let mut digest = Digest::default();
    let rows = session
        .scan(&plan.table, plan.digested(), &mut |values| digest.add(plan.hash_of_row(values)))
        .await?;
    Ok(TableDigest { rows, digest })
}

#[async_trait]
impl<T: Target> Workload for Crud<T>
where
    T::Session: SqlSession,
{
    type Target = T;
    type Lane = CrudLane;

    async fn prepare(
        &mut self,
        session: &mut SessionOf<Self>,
        setup: &Setup,
    ) -> Result<Mix<Self>, PrepareError> {
        if let Some(config) = &self.config {
            self.plan = Arc::new(permitted_plan(session, config, setup).await?);
        }
        if (self.plan.seed, self.plan.lanes) != (setup.seed, setup.lanes) {
            return Err(CrudPlanError::OtherRun.into());
        }
        if let Some(plan) = Arc::get_mut(&mut self.plan) {
            plan.adopt(session).await?;
        }
        let mut mix = Mix::new();
        for (table, planned) in self.plan.tables.iter().enumerate() {
            if setup.check && planned.unchecked.is_none() {
                self.before.insert(planned.table.name.to_string(), table_digest(session, planned).await?);
            }
            let weights = planned.operations;
            let kinds = [
                (ChangeKind::Insert, weights.insert),
                (ChangeKind::Update, weights.update),
                (ChangeKind::Delete, weights.delete),
            ];
            for (kind, weight) in kinds {
                let weight = weight.saturating_mul(planned.weight);
                mix = mix.with(weight, Operation { plan: Arc::clone(&self.plan), table, kind });
            }
        }
        Ok(mix)
    }

    fn lane(&self, id: LaneId) -> CrudLane {
        CrudLane::new(id, &self.plan)
    }

    fn tally(&self, _: LaneId, lane: &CrudLane, tally: &mut Tally) {
        lane.tally(&self.plan, tally);
    }

    async fn check(&self, session: &mut SessionOf<Self>, report: &Report) -> Result<(), CheckError> {
        let (mut differences, mut doubts) = (Vec::new(), Vec::new());
        for (index, planned) in self.plan.tables.iter().enumerate() {
            let name = planned.table.name.to_string();
            let lanes = report.tally.tables.get(&name).copied().unwrap_or_default();
            if lanes.unknown > 0 {
                doubts.push(format!("{name}: {} operations of unknown outcome", lanes.unknown));
                continue;
            }
            if planned.unchecked.is_some() {
                continue;
            }
            let before = self.before.get(&name).copied().unwrap_or_default();
            let adopted = self.plan.adopted.as_ref().map(|adopted| adopted.digest_of(index));
            let mut expected = before.without(adopted.unwrap_or_default());
            expected.rows += lanes.live;
            expected.digest.merge(lanes.digest);
            let found = table_digest(session, planned).await?;
            if found.rows != expected.rows {
                differences.push(format!("{name}: {} rows instead of {}", found.rows, expected.rows));
            } else if found.digest != expected.digest {
                differences.push(format!("{name}: digest {} instead of {}", found.digest, expected.digest));
            }
        }
        match (differences.is_empty(), doubts.is_empty()) {
            (false, _) => Err(CheckError::Differs(differences)),
            (true, false) => Err(CheckError::Inconclusive(doubts)),
            (true, true) => Ok(()),
        }
    }
}
