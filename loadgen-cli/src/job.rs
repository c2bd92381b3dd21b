//! One job of a plan, with everything settled but what only its target knows.

use std::time::Duration;

use loadgen_core::{
    Pace, Run, RunError, Seed, Target,
    crud::{Crud, CrudConfig, CrudPlan},
    freshness::Freshness,
    ledger::{Header, Ledger},
};
use loadgen_pg::{PgSession, PgTarget};

use crate::{
    failed::{Code, Failed},
    flags::ENDLESS,
    plan_file::{JobConfig, WorkloadConfig},
};

/// One job.
#[derive(Clone, Debug)]
pub(crate) struct Job {
    pub(crate) name: String,
    pub(crate) target: PgTarget,
    /// Of its own where a plan has several jobs, which would collide on the same values otherwise.
    pub(crate) seed: Seed,
    pub(crate) config: JobConfig,
    /// Where the job stands in the file.
    pub(crate) index: usize,
}

impl Job {
    /// The configuration of its workload.
    pub(crate) fn crud(&self) -> CrudConfig {
        match &self.config.workload {
            Some(WorkloadConfig::Crud(crud)) => crud.clone(),
            None => CrudConfig::default(),
        }
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
    pub(crate) async fn connect(&self) -> Result<PgSession, Failed> {
        let failed = |source| {
            let error = RunError::Connect { target: self.target.describe(), source };
            Failed::because(Code::Run, &error)
        };
        self.target.connect().await.map_err(failed)
    }

    /// The run of this job.
    pub(crate) fn run(
        &self,
        planned: CrudPlan,
        ledger: Option<(Ledger, Header)>,
        freshness: Option<&Freshness>,
        check: bool,
    ) -> Run<Crud<PgTarget>> {
        let seed = planned.seed;
        let workload = Crud::planned(planned);
        let workload = match ledger {
            Some((ledger, header)) => workload.traced(ledger, header),
            None => workload,
        };
        let workload = match freshness {
            Some(freshness) => workload.followed(freshness),
            None => workload,
        };
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        let mut run = Run::new(self.target.clone(), workload)
            .seed(seed)
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
        if let Some(deadline) = self.config.deadline {
            // The target's own deadline comes first and says more.
            run = run.deadline(deadline.0.saturating_add(Duration::from_secs(2)));
        }
        if check { run.check() } else { run }
    }
}
