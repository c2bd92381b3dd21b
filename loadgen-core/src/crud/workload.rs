//! The workload: prepare, lanes, and what follows when the schema changes.

use std::{
    collections::{BTreeMap, BTreeSet},
    marker::PhantomData,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use async_trait::async_trait;

use super::{
    compare::compare,
    config::{CrudConfig, OperationWeights},
    error::CrudPlanError,
    held::{TableDigest, held},
    lane::CrudLane,
    operation::Operation,
    plan::CrudPlan,
    prepare::{filter, permitted_plan},
    replan::replan,
    table_plan::TablePlan,
};
use crate::{
    Action, ChangeKind, CheckError, Failure, LaneId, Mix, Occasion, PrepareError, Replanned, Report, Seed,
    SessionOf, Setup, SqlSession, Tally, Target, Workload,
    freshness::Freshness,
    ledger::{Header, Ledger, Tracer},
};

/// Weighted inserts, updates and deletes on the tables of any schema.
///
/// Every lane changes its own rows alone, so an update or delete always finds its row, and children are given parents
/// of their own lane.
#[derive(Debug)]
pub struct Crud<T> {
    /// What to plan from, unless there is a plan already.
    config: Option<CrudConfig>,
    /// The ledger that is not begun yet.
    ledger: Option<(Ledger, Header)>,
    /// Whoever follows a sink.
    freshness: Option<Freshness>,
    known: Mutex<Known>,
    target: PhantomData<fn() -> T>,
}

/// What is known of the target by now.
#[derive(Debug)]
struct Known {
    plan: Arc<CrudPlan>,
    /// The version of the schema when it was looked at last.
    version: Option<u64>,
    /// What the tables held before the traffic, by name.
    before: BTreeMap<String, TableDigest>,
    /// New tables that are being read; whoever finds some here knows that there was not enough time for it.
    being_read: BTreeSet<String>,
}

impl<T: Target> Crud<T>
where
    T::Session: SqlSession,
{
    /// The workload with this configuration; it becomes concrete when it has seen the schema.
    pub fn new(config: CrudConfig) -> Self {
        let plan = CrudPlan::empty(CrudConfig::default(), Seed(0), 0);
        Crud { config: Some(config), ..Crud::planned(plan) }
    }

    /// The workload with a plan that was made by [`permitted_plan`] before, for a run with the same seed and number of lanes.
    pub fn planned(plan: CrudPlan) -> Self {
        let (version, before) = (plan.version, BTreeMap::new());
        let plan = Arc::new(plan);
        let known = Mutex::new(Known { plan, version, before, being_read: BTreeSet::new() });
        Crud { config: None, ledger: None, freshness: None, known, target: PhantomData }
    }

    /// Keeps a ledger of every transaction. `header` says what the caller knows of the run: its name, which has to be new to the
    /// target, where it goes, and the hash of its plan; the rest is filled in.
    #[must_use]
    pub fn traced(mut self, ledger: Ledger, header: Header) -> Self {
        self.ledger = Some((ledger, header));
        self
    }

    /// Notes for whoever follows a sink when each transaction of the ledger was acknowledged. Without a ledger there is nothing to
    /// note.
    #[must_use]
    pub fn followed(mut self, freshness: &Freshness) -> Self {
        self.freshness = Some(freshness.clone());
        self
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn plan(&self) -> Arc<CrudPlan> {
        Arc::clone(&self.known().plan)
    }

    /// What the tables hold that are new. One that could not be read in the time that a look has is not read again, and not compared: or
    /// nothing else that happens to the schema would ever be followed.
    async fn held_by_new(
        &self,
        session: &mut T::Session,
        old: &CrudPlan,
        plan: &mut CrudPlan,
    ) -> Result<BTreeMap<String, TableDigest>, Failure> {
        let name = |table: &TablePlan| table.table.name.to_string();
        for table in &mut plan.tables {
            let is_too_large = match old.of(&table.table) {
                Some(before) => before.unchecked.as_deref() == Some(TOO_LARGE),
                None => self.known().being_read.contains(&name(table)),
            };
            if is_too_large {
                table.unchecked = Some(TOO_LARGE.to_owned());
            }
        }
        let new: Vec<&TablePlan> =
            plan.tables.iter().filter(|table| old.of(&table.table).is_none()).collect();
        // They stay in there if this comes to no end.
        self.known().being_read.extend(new.iter().map(|table| name(table)));
        let held = held(session, new.into_iter()).await;
        self.known().being_read.clear();
        held
    }
}

/// Why a table is not compared that appeared while the traffic went on.
const TOO_LARGE: &str = "it takes too long to be read beside the traffic";

/// The operations of a plan, by weight.
fn mix<T: Target>(plan: &Arc<CrudPlan>) -> Mix<Crud<T>>
where
    T::Session: SqlSession,
{
    let mut mix = Mix::new();
    for (table, planned) in plan.tables.iter().enumerate() {
        let weights = planned.operations;
        let kinds = [
            (ChangeKind::Insert, weights.insert),
            (ChangeKind::Update, weights.update),
            (ChangeKind::Delete, weights.delete),
        ];
        for (kind, weight) in kinds {
            let weight = weight.saturating_mul(planned.weight);
            mix = mix.with(weight, Operation { plan: Arc::clone(plan), table, kind });
        }
    }
    mix
}

/// A run never goes on untraced that was to keep a ledger.
fn in_use() -> Failure {
    Failure::aborted(Action::Defect, "ledger", "the plan is in use already, so no ledger can be kept of it")
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
        let known = self.known.get_mut().unwrap_or_else(PoisonError::into_inner);
        if let Some(config) = &self.config {
            known.plan = Arc::new(permitted_plan(session, config, setup).await?);
        }
        if (known.plan.seed, known.plan.lanes) != (setup.seed, setup.lanes) {
            return Err(CrudPlanError::OtherRun.into());
        }
        if let Some(plan) = Arc::get_mut(&mut known.plan) {
            plan.adopt(session).await?;
        }
        known.version = known.plan.version;
        let is_compared = setup.check || self.ledger.is_some();
        known.before = held(session, known.plan.tables.iter().filter(|_| is_compared)).await?;
        if let Some((ledger, header)) = self.ledger.take() {
            let header = Header { seed: setup.seed.0, lanes: setup.lanes, ..header };
            let tracer = Tracer::begin(session, ledger, header).await?;
            let tracer = Arc::new(tracer.followed(self.freshness.take()));
            let plan = Arc::get_mut(&mut known.plan).ok_or_else(in_use)?;
            plan.trace(&tracer, &known.before, None)?;
        }
        known.plan.leave_to_lanes(&mut known.before);
        Ok(mix(&known.plan))
    }

    fn lane(&self, id: LaneId) -> CrudLane {
        CrudLane::new(id, &self.plan())
    }

    fn tally(&self, _: LaneId, lane: &mut CrudLane, tally: &mut Tally) {
        let plan = self.plan();
        if !Arc::ptr_eq(&lane.plan, &plan) {
            lane.migrate(&plan);
        }
        lane.tally(&plan, tally);
    }

    fn is_traced(&self) -> bool {
        self.plan().trace.is_some()
    }

    async fn finish(&self, session: &mut SessionOf<Self>) -> Result<(), Failure> {
        match &self.plan().trace {
            Some(trace) => trace.tracer.finish(session).await.map(|_| ()),
            None => Ok(()),
        }
    }

    fn follows_schema(&self) -> bool {
        true
    }

    async fn look(
        &self,
        session: &mut SessionOf<Self>,
        setup: &Setup,
        occasion: Occasion,
    ) -> Result<Option<Replanned<Self>>, PrepareError> {
        let (old, seen) = (self.plan(), self.known().version);
        let mut version = session.schema_version(&filter(&old.config)).await?;
        let is_known = version.map_or(occasion == Occasion::Routine, |version| Some(version) == seen);
        if is_known {
            return Ok(None);
        }
        let mut replanned = replan(session, &old, setup).await?;
        // Of a schema that moves while it is read, one part is older than another.
        for _ in 1..READINGS {
            let now = session.schema_version(&filter(&old.config)).await?;
            if now == version {
                break;
            }
            version = now;
            replanned = replan(session, &old, setup).await?;
        }
        let (mut plan, changes) = replanned;
        if changes.is_empty() {
            self.known().version = version;
            return Ok(None);
        }
        let has_weight = |plan: &TablePlan| plan.weight > 0 && plan.operations != OperationWeights::NONE;
        if !plan.tables.iter().any(has_weight) {
            return Err(CrudPlanError::Nothing("what is left has no weight".to_owned()).into());
        }
        let is_compared = setup.check || old.trace.is_some();
        let new = match is_compared {
            true => self.held_by_new(session, &old, &mut plan).await?,
            false => BTreeMap::new(),
        };
        if let Some(trace) = &old.trace {
            plan.trace(&trace.tracer, &new, Some(&old))?;
        }
        let plan = Arc::new(plan);
        let mut known = self.known();
        let called = |table: &TablePlan| {
            let before = old.of(&table.table)?.table.name.to_string();
            Some((table.table.name.to_string(), *known.before.get(&before)?))
        };
        known.before = plan.tables.iter().filter_map(called).chain(new).collect();
        (known.plan, known.version) = (Arc::clone(&plan), version);
        Ok(Some(Replanned { mix: mix(&plan), changes }))
    }

    async fn check(&self, session: &mut SessionOf<Self>, report: &Report) -> Result<(), CheckError> {
        let (plan, before) = (self.plan(), self.known().before.clone());
        compare(&plan, &before, session, report).await
    }
}

/// How often a schema is read again that moves while it is read, before what was seen last has to do.
const READINGS: u32 = 4;
