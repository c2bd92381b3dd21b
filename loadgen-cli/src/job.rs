//! One job of a plan, with everything settled but what only its target knows.

use std::time::Duration;

use loadgen_core::{
    Failure, Pace, Run, RunError, Seed, Target, Workload, crud::CrudConfig, migration::Migration,
    orders::OrdersConfig,
};

use crate::{
    backend::{Backend, BackendSession},
    failed::{Code, Failed},
    flags::ENDLESS,
    outages::{Endpoint, Outages},
    places::Places,
    plan_file::{JobConfig, WorkloadConfig},
};

/// One job.
#[derive(Clone, Debug)]
pub(crate) struct Job {
    pub(crate) name: String,
    pub(crate) target: Backend,
    /// Of its own where a plan has several jobs, which would collide on the same values otherwise.
    pub(crate) seed: Seed,
    pub(crate) config: JobConfig,
    /// Further steps of its schema.
    pub(crate) migrations: Vec<Migration>,
    /// Where the job stands in the file.
    pub(crate) index: usize,
    /// When its database could not be reached, of a job that waits for it then: one of several databases.
    pub(crate) outages: Option<Outages>,
    /// Where the jobs of the plan turned out to be.
    pub(crate) places: Places,
}

impl Job {
    /// Whether it is that of one of several databases, each by itself.
    pub(crate) fn is_tenant(&self) -> bool {
        self.outages.is_some()
    }

    /// The configuration of its workload; where that is another than `crud`, the one with its schema.
    pub(crate) fn crud(&self) -> CrudConfig {
        match &self.config.workload {
            Some(WorkloadConfig::Crud(crud)) => crud.clone(),
            Some(WorkloadConfig::Orders(orders)) => {
                CrudConfig { schemas: orders.schema.iter().cloned().collect(), ..CrudConfig::default() }
            }
            None => CrudConfig::default(),
        }
    }

    /// The configuration of its workload, if that is `orders`.
    pub(crate) fn orders(&self) -> Option<&OrdersConfig> {
        match &self.config.workload {
            Some(WorkloadConfig::Orders(orders)) => Some(orders),
            _ => None,
        }
    }

    /// The steps of its schema: those that the workload brings, then those of the plan.
    pub(crate) fn steps(&self) -> Vec<Migration> {
        let own = self.orders().map(|_| self.target.orders_steps());
        own.into_iter().flatten().chain(self.migrations.iter().cloned()).collect()
    }

    /// The name of its workload.
    pub(crate) fn workload(&self) -> &'static str {
        self.config.workload.as_ref().map_or("crud", WorkloadConfig::name)
    }

    /// Virtual actors.
    pub(crate) fn lanes(&self) -> u32 {
        self.config.lanes.unwrap_or(64)
    }

    /// Connections that carry them: each at least one.
    pub(crate) fn connections(&self) -> u32 {
        self.config.connections.unwrap_or(4).min(self.lanes())
    }

    /// What is done otherwise than was asked for.
    pub(crate) fn warning(&self) -> Option<String> {
        let (lanes, asked) = (self.lanes(), self.config.connections?);
        let said = || {
            format!(
                "{}: {lanes} connections are opened instead of {asked}: each carries at least one lane, and there are \
                 {lanes} lanes; ask for more lanes or for fewer connections",
                self.name
            )
        };
        (asked > lanes).then(said)
    }

    /// When operations are due.
    pub(crate) fn pace(&self) -> Pace {
        self.config.rate.map(Pace::Constant).or(self.config.pace).unwrap_or_default()
    }

    /// The bound on operations, if there is one.
    pub(crate) fn operations(&self) -> Option<u64> {
        self.config.operations.filter(|operations| *operations != ENDLESS).map(|operations| operations.0)
    }

    /// The bound on time, if there is one.
    pub(crate) fn duration(&self) -> Option<Duration> {
        self.config.duration.map(|duration| duration.0)
    }

    /// A session of its target, or why there is none.
    pub(crate) async fn connect(&self) -> Result<BackendSession, Failed> {
        let failed = |source| {
            let error = RunError::Connect { target: self.target.describe(), source };
            Failed::because(Code::Run, &error)
        };
        let mut session = self.target.connect().await.map_err(failed)?;
        self.locate(&mut session).await.map_err(failed)?;
        Ok(session)
    }

    /// Notes what the server calls its database, and refuses one of several that is another of them by another spelling.
    pub(crate) async fn locate(&self, session: &mut BackendSession) -> Result<(), Failure> {
        let name = session.database().await?;
        let place = match &name {
            Some(name) => self.target.clone().with_database(name).describe(),
            None => self.target.describe(),
        };
        self.places.note(&self.name, place, self.is_tenant())
    }

    /// Where its database is: what the server calls it, as soon as that is known.
    pub(crate) fn place(&self) -> String {
        self.places.of(&self.name).unwrap_or_else(|| self.target.describe())
    }

    /// Its target, where it is noted when that could not be reached.
    pub(crate) fn endpoint(&self) -> Endpoint {
        Endpoint { backend: self.target.clone(), outages: self.outages.clone() }
    }

    /// The run of this job.
    pub(crate) fn run<W: Workload<Target = Endpoint>>(&self, workload: W) -> Run<W> {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        let mut run = Run::new(self.endpoint(), workload)
            .seed(self.seed)
            .lanes(self.lanes())
            .connections(self.connections())
            .threads(cores)
            .pace(self.pace());
        if let Some(operations) = self.operations() {
            run = run.operations(operations);
        }
        if let Some(duration) = self.duration() {
            run = run.duration(duration);
        }
        if let Some(warmup) = self.config.warmup {
            run = run.warmup(warmup.0);
        }
        if let Some(max_lag) = self.config.max_lag {
            run = run.max_lag(max_lag.0);
        }
        match self.config.deadline {
            // The target's own deadline comes first and says more.
            Some(deadline) => run.deadline(deadline.0.saturating_add(Duration::from_secs(2))),
            None => run,
        }
    }
}
