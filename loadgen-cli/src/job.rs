//! From arguments, environment and file to jobs that can be run.

use std::{io::Read, path::Path, time::Duration};

use loadgen_core::{
    Pace, PrepareError, Run, RunError, Seed, Target,
    crud::{Crud, CrudConfig},
};
use loadgen_pg::{PgSettings, PgTarget};

use crate::{
    environment::Environment,
    failed::{Code, Failed},
    flags::{ENDLESS, SourceArgs, TableArgs},
    ids,
    plan_file::{JobConfig, PlanFile, WorkloadConfig, Written},
    secrets,
};

/// A plan with everything settled but what only the targets know.
#[derive(Debug)]
pub(crate) struct Plan {
    pub(crate) seed: Seed,
    /// Whether nobody gave the seed.
    pub(crate) seed_was_drawn: bool,
    pub(crate) jobs: Vec<Job>,
    written: Written,
    from_file: bool,
}

/// One job.
#[derive(Clone, Debug)]
pub(crate) struct Job {
    pub(crate) name: String,
    pub(crate) target: PgTarget,
    pub(crate) config: JobConfig,
    /// Where the job stands in the file.
    index: usize,
}

impl Plan {
    /// Reads the file, if there is one, and lays the flags over it.
    pub(crate) fn resolve(source: &SourceArgs) -> Result<Plan, Failed> {
        let environment = Environment::with_file(source.env_file.as_deref())?;
        let lookup = |name: &str| environment.get(name);
        let (file, text) = read(source.file.as_deref())?;
        let written = Written::read(&file, &text, &lookup, &source.set)?;
        let layer = source.load.layer(&source.reach);
        let mut jobs = Vec::new();
        for (index, config) in written.plan.jobs.iter().enumerate() {
            if !source.job.is_empty() && !source.job.iter().any(|name| name == config.name()) {
                continue;
            }
            let name = config.name().to_owned();
            let mut config = config.clone().merge(layer.clone());
            let WorkloadConfig::Crud(crud) = config.workload.get_or_insert_default();
            apply(&source.tables, crud);
            let settings = PgSettings::resolve(config.target.as_deref(), &lookup);
            let target = settings.map_err(|error| match source.reach.url {
                None if written.plan.jobs[index].target.is_some() => {
                    Failed::from(written.mistake(&["jobs", &index.to_string(), "target"], error.to_string()))
                }
                _ => Failed::because(Code::Usage, &error),
            })?;
            let mut target = PgTarget::new(target);
            if let Some(deadline) = config.deadline {
                target = target.with_statement_deadline(deadline.0);
            }
            config.target = config.target.or_else(|| lookup("DATABASE_URL"));
            jobs.push(Job { name, target, config, index });
        }
        unknown_job(source, &written.plan)?;
        let given = source.seed.or(written.plan.seed);
        let (seed, seed_was_drawn) = (given.unwrap_or_else(ids::seed), given.is_none());
        Ok(Plan { seed, seed_was_drawn, jobs, written, from_file: source.file.is_some() })
    }

    /// The plan as resolved, to be run again: passwords are left out.
    pub(crate) fn to_yaml(&self) -> Result<String, Failed> {
        let jobs = self.jobs.iter().map(|job| {
            let mut config = job.config.clone();
            config.name = Some(job.name.clone());
            config.target = config.target.map(|target| secrets::without_password(&target));
            config.operations = config.operations.filter(|operations| *operations != ENDLESS);
            config
        });
        let plan = PlanFile { seed: Some(self.seed), jobs: jobs.collect() };
        let yaml = serde_saphyr::to_string(&plan).map_err(|error| Failed::because(Code::Run, &error))?;
        Ok(format!(
            "# The plan of a run. Passwords are left out: give them in PGPASSWORD or ~/.pgpass.\n{yaml}"
        ))
    }

    /// What stood in the way of a job: a mistake in the plan if the plan said so.
    pub(crate) fn refused(&self, job: &Job, source: PrepareError) -> Failed {
        let message = match source {
            PrepareError::Plan(message) => message,
            source => {
                let target = job.target.describe();
                return Failed::because(Code::Run, &RunError::Prepare { target, source });
            }
        };
        if !self.from_file {
            return Failed::new(Code::Run, format!("{}: {message}", job.name));
        }
        let index = job.index.to_string();
        let path = ["jobs", &index, "workload"];
        // Core quotes the name it stumbled over; columns come as `table.column`.
        let quoted = message.split('"').nth(1).unwrap_or_default().to_owned();
        let names = [quoted.as_str(), quoted.rsplit('.').next().unwrap_or(&quoted)];
        self.written.mistake_at(&path, &names, message).into()
    }
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

    /// Connections that carry them.
    pub(crate) fn connections(&self) -> u32 {
        self.config.connections.unwrap_or(4)
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

    /// The run of this job.
    pub(crate) fn run(&self, seed: Seed, check: bool) -> Run<Crud<PgTarget>> {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        let mut run = Run::new(self.target.clone(), Crud::new(self.crud()))
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

/// What messages call the plan, and its text.
fn read(file: Option<&Path>) -> Result<(String, String), Failed> {
    match file {
        None => Ok(("the plan".into(), "jobs: [{}]".into())),
        Some(path) if path == Path::new("-") => {
            let mut text = String::new();
            let read = std::io::stdin().read_to_string(&mut text);
            read.map_err(|error| Failed::new(Code::Plan, format!("failed to read the plan: {error}")))?;
            Ok(("<stdin>".into(), text))
        }
        Some(path) => {
            let name = path.display().to_string();
            let text = std::fs::read_to_string(path)
                .map_err(|error| Failed::new(Code::Plan, format!("failed to read {name}: {error}")))?;
            Ok((name, text))
        }
    }
}

fn unknown_job(source: &SourceArgs, plan: &PlanFile) -> Result<(), Failed> {
    let names: Vec<&str> = plan.jobs.iter().map(JobConfig::name).collect();
    let unknown = source.job.iter().find(|name| !names.contains(&name.as_str()));
    unknown.map_or(Ok(()), |name| {
        let message = format!("there is no job {name:?}; there are {}", names.join(", "));
        Err(Failed::new(Code::Usage, message))
    })
}

/// Lays the flags about tables over the configuration of the workload.
pub(crate) fn apply(flags: &TableArgs, crud: &mut CrudConfig) {
    if !flags.schema.is_empty() {
        crud.schemas.clone_from(&flags.schema);
    }
    if !flags.table.is_empty() {
        let known = std::mem::take(&mut crud.tables);
        for flag in &flags.table {
            let mut table = known.get(&flag.name).cloned().unwrap_or_default();
            table.weight = flag.weight.or(table.weight);
            crud.tables.insert(flag.name.clone(), table);
        }
    }
    crud.exclude.extend(flags.exclude.iter().cloned());
    crud.operations = flags.mix.or(crud.operations);
    crud.rows.insert = flags.insert_rows.unwrap_or(crud.rows.insert);
    crud.rows.update = flags.update_rows.unwrap_or(crud.rows.update);
    crud.rows.delete = flags.delete_rows.unwrap_or(crud.rows.delete);
}
