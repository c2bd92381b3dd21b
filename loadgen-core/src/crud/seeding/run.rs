//! A seeding: the builder, and table after table.

use std::{future::Future, sync::Arc};

use super::{
    crew::Crew,
    order::order,
    progress::SeedProgress,
    report::{SeedReport, SeededTable},
    wave::Wave,
    worker::Shared,
};
use crate::{
    BulkSession, Failure, PrepareError, Rights, RunError, Seed, Setup, SqlSession, TableName, Target,
    crud::{CrudConfig, CrudPlan, OperationWeights, TablePlan, parent::Parent, permitted_plan},
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
    let missing = session.missing_rights(&wanted).await?;
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
        let Seeding { target, plan, rows, connections, stop, abort, progress } = self;
        if connections == 0 {
            return Err(RunError::Empty);
        }
        let asked = Stop::new();
        let _cut = asked.cut_on_drop();
        let shared = Arc::new(Shared { target, stop: asked.clone(), progress, connections });
        let work = asked.unless(Level::Cut, fill(&shared, &plan, rows));
        tokio::select! {
            // Who has been asked to stop before it began does not begin.
            biased;
            never = listen(&asked, stop, abort) => match never {},
            done = work => done.unwrap_or(Err(RunError::Stopped)),
        }
    }
}

async fn fill<T: Target>(
    shared: &Arc<Shared<T>>,
    plan: &Arc<CrudPlan>,
    rows: Option<u64>,
) -> Result<SeedReport, RunError>
where
    T::Session: BulkSession,
{
    let target = || shared.target.describe();
    let connected = shared.target.connect().await;
    let mut session = connected.map_err(|source| RunError::Connect { target: target(), source })?;
    let mut report = SeedReport::default();
    let mut indexes = Vec::new();
    for index in order(plan) {
        let table = &plan.tables[index];
        let Some(goal) = plan.goal(table, rows) else { continue };
        let counted = session.count(&table.table, goal).await;
        let before =
            counted.map_err(|source| RunError::Prepare { target: target(), source: source.into() })?;
        let name = table.table.name.clone();
        let seeded = SeededTable { name, goal, before, inserted: 0, short: None };
        shared.progress.want(seeded.missing());
        report.tables.push(seeded);
        indexes.push(index);
    }
    let crew = Crew::new(shared, plan.seed);
    for (index, seeded) in indexes.into_iter().zip(&mut report.tables) {
        let turn = Turn { shared, plan, crew: &crew, index };
        let mut filled = turn.fill(&mut session, seeded).await;
        if let Some(failure) = failure_of(&filled)
            && failure.breaks_session()
            && let Ok(another) = shared.target.connect().await
        {
            // It may have been idle for longer than somebody on the way likes.
            session = another;
            filled = turn.fill(&mut session, seeded).await;
        }
        if let Some(failure) = failure_of(&filled) {
            report.fatal = Some((seeded.name.clone(), failure.clone()));
            break;
        }
        filled?;
    }
    shared.progress.at(String::new());
    report.stopped = shared.stop.is_raised();
    Ok(report)
}

/// What the target refused, if that is what went wrong.
fn failure_of<T>(done: &Result<T, RunError>) -> Option<&Failure> {
    match done {
        Err(RunError::Prepare { source: PrepareError::Target(failure), .. }) => Some(failure),
        _ => None,
    }
}

/// One table's turn.
struct Turn<'a, T> {
    shared: &'a Shared<T>,
    plan: &'a Arc<CrudPlan>,
    crew: &'a Crew,
    index: usize,
}

/// Of a table that refers to itself, one row in so many is written before the others, which then have something to
/// refer to.
const ROOTS: u64 = 10;

impl<T: Target> Turn<'_, T>
where
    T::Session: BulkSession,
{
    async fn fill(&self, session: &mut T::Session, seeded: &mut SeededTable) -> Result<(), RunError> {
        let planned = &self.plan.tables[self.index];
        let refers_to_itself = planned.references.iter().any(|r| r.parent == Parent::Lane(self.index));
        let broken =
            |source: PrepareError| RunError::Prepare { target: self.shared.target.describe(), source };
        let mut swept = false;
        while seeded.missing() > 0 && seeded.short.is_none() && !self.shared.stop.is_raised() {
            self.shared.progress.at(seeded.name.to_string());
            // Of a seeding that went well, rows have the numbers below their count.
            let first = if swept { 0 } else { seeded.before + seeded.inserted };
            let mut rows = seeded.missing();
            if refers_to_itself && seeded.before + seeded.inserted == 0 {
                rows = rows.div_ceil(ROOTS);
            }
            let wave = Wave::read(session, self.plan, self.index, (first, rows)).await.map_err(broken)?;
            if let Some(why) = wave.obstacle() {
                seeded.short = Some(why);
                break;
            }
            let wave = Arc::new(wave);
            let failed = self.crew.write(&wave, rows).await?;
            let dealt = wave.deal.dealt();
            seeded.inserted += dealt.inserted;
            if dealt.unclear {
                let counted = session.count(&planned.table, seeded.goal).await;
                let found = counted.map_err(|failure| broken(failure.into()))?;
                seeded.inserted = found.saturating_sub(seeded.before);
            }
            if let Some(failure) = failed {
                return Err(broken(failure.into()));
            }
            // Where values run out, there may be free ones among the lower numbers.
            swept |= dealt.short.is_some();
            seeded.short = dealt.short.filter(|_| first == 0);
        }
        Ok(())
    }
}
