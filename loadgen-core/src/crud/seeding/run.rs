//! A seeding: the builder, and table after table.

use std::{future::Future, sync::Arc, time::Duration};

use super::{fill::fill, progress::SeedProgress, report::SeedReport, worker::Shared};
use crate::{
    BulkSession, PrepareError, Rights, RunError, Seed, Setup, SqlSession, TableName, Target,
    crud::{CrudConfig, CrudPlan, OperationWeights, TablePlan, permitted_plan, planning::denied},
    engine::{Level, Signal, Stop, listen},
};

/// Fills tables up to a number of rows, parents first.
///
/// Rows that are there count, whoever wrote them; none is changed. Nothing happens before [`Seeding::execute`].
///
/// ```
/// use loadgen_core::{Seed, Target, Type, crud::{CrudConfig, Seeding, seeding_plan}, memory::{Memory, table}};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let orders = table("orders").column("id", Type::Int(64)).column("quantity", Type::Int(32));
/// let shop = Memory::new([orders.primary_key(["id"])]);
/// for inserted in [100, 0] {
///     let plan = seeding_plan(&mut shop.connect().await?, &CrudConfig::default(), Seed(42)).await?;
///     let report = Seeding::new(shop.clone(), plan, Some(100)).connections(2).execute().await?;
///     assert_eq!(report.inserted(), inserted);
/// }
/// assert_eq!(shop.rows("orders").len(), 100);
/// # Ok(())
/// # }
/// ```
#[must_use = "a seeding does nothing before it is executed"]
pub struct Seeding<T> {
    target: Arc<T>,
    plan: Arc<CrudPlan>,
    rows: Option<u64>,
    connections: u32,
    deadline: Duration,
    stop: Signal,
    abort: Signal,
    progress: SeedProgress,
}

/// Like [`permitted_plan`], for a session that only inserts and counts.
///
/// # Errors
/// As [`permitted_plan`], and when a table must not be read.
pub async fn seeding_plan(
    session: &mut impl SqlSession,
    config: &CrudConfig,
    seed: Seed,
) -> Result<CrudPlan, PrepareError> {
    let mut config = config.clone();
    config.operations = Some(OperationWeights { insert: 1, update: 0, delete: 0 });
    (config.touch, config.sampling) = (None, None);
    for table in config.tables.values_mut() {
        (table.operations, table.touch, table.sampling) = (None, None, None);
    }
    let plan = permitted_plan(session, &config, &Setup { seed, lanes: 1, check: false }).await?;
    let count = Rights { select: true, ..Rights::default() };
    let wanted: Vec<(TableName, Rights)> =
        plan.tables.iter().map(|plan| (plan.table.name.clone(), count)).collect();
    let missing = denied(session.missing_rights(&wanted).await?)?;
    if missing.is_empty() { Ok(plan) } else { Err(PrepareError::Rights(missing)) }
}

impl CrudPlan {
    /// How many rows a seeding fills a table up to, where `rows` is for all that the configuration has no number for. A table
    /// of weight 0 is left alone.
    pub fn goal(&self, table: &TablePlan, rows: Option<u64>) -> Option<u64> {
        let own = table.config.seed.map(|count| count.0);
        own.or_else(|| rows.filter(|_| table.weight > 0))
    }
}

impl<T: Target> Seeding<T>
where
    T::Session: BulkSession,
{
    /// A seeding on one connection, with a plan of [`seeding_plan`]; `rows` is for tables without a number of their own.
    pub fn new(target: T, plan: CrudPlan, rows: Option<u64>) -> Self {
        Seeding {
            target: Arc::new(target),
            plan: Arc::new(plan),
            rows,
            connections: 1,
            deadline: Duration::from_secs(60),
            stop: Box::pin(std::future::pending()),
            abort: Box::pin(std::future::pending()),
            progress: SeedProgress::default(),
        }
    }

    /// Connections that write at the same time, each on a thread of its own; of no influence on what is written.
    pub fn connections(mut self, connections: u32) -> Self {
        self.connections = connections;
        self
    }

    /// The longest wait for a connection; 60 s unless set. What is asked on one has the deadlines of the target.
    pub fn deadline(mut self, deadline: Duration) -> Self {
        self.deadline = deadline;
        self
    }

    /// Ends it when this is done: what has begun is finished.
    pub fn stop_on(mut self, stop: impl Future<Output = ()> + Send + 'static) -> Self {
        self.stop = Box::pin(stop);
        self
    }

    /// Ends it at once when this is done; [`Seeding::execute`] then answers [`RunError::Stopped`].
    pub fn abort_on(mut self, abort: impl Future<Output = ()> + Send + 'static) -> Self {
        self.abort = Box::pin(abort);
        self
    }

    /// A view of how far it has come.
    pub fn progress(&self) -> SeedProgress {
        self.progress.clone()
    }

    /// Counts, and writes what is missing.
    ///
    /// # Errors
    /// When the target cannot be reached or read, before the first row is written. What goes wrong later stands in the report.
    pub async fn execute(self) -> Result<SeedReport, RunError> {
        let Seeding { target, plan, rows, connections, deadline, stop, abort, progress } = self;
        if connections == 0 {
            return Err(RunError::Empty);
        }
        let asked = Stop::new();
        let _cut = asked.cut_on_drop();
        let shared = Arc::new(Shared { target, stop: asked.clone(), progress, connections, deadline });
        let work = asked.unless(Level::Cut, fill(&shared, &plan, rows));
        tokio::select! {
            // Who has been asked to stop before it began does not begin.
            biased;
            never = listen(&asked, stop, abort) => match never {},
            done = work => done.unwrap_or(Err(RunError::Stopped)),
        }
    }
}
