//! From arguments, environment and file to jobs that can be run.

use std::{io::Read, path::Path};

use loadgen_core::{
    PrepareError, Rng, RunError, Seed, Target,
    crud::{CrudPlanError, Part},
};
use loadgen_pg::{PgSettings, PgTarget};

use crate::{
    environment::Environment,
    failed::{Code, Failed},
    flags::{ENDLESS, LoadArgs, SourceArgs, TableArgs},
    ids,
    job::Job,
    plan_file::{JobConfig, Lookup, PlanError, PlanFile, WorkloadConfig, Written},
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
    /// The flags about tables, which may be to blame for what does not fit.
    tables: TableArgs,
}

impl Plan {
    /// Reads the file, if there is one, and lays the flags over it.
    pub(crate) fn resolve(source: &SourceArgs, load: &LoadArgs) -> Result<Plan, Failed> {
        let environment = Environment::with_file(source.plan.env_file.as_deref())?;
        let lookup = |name: &str| environment.get(name);
        let (file, text) = read(source.plan.file.as_deref())?;
        let written = Written::read(&file, &text, &lookup, &source.plan.set)?;
        let given = source.plan.seed.or(written.plan.seed);
        let (seed, seed_was_drawn) = (given.unwrap_or_else(ids::seed), given.is_none());
        let layer = load.layer(&source.reach);
        let mut jobs = Vec::new();
        for (index, config) in written.plan.jobs.iter().enumerate() {
            if !source.plan.job.is_empty() && !source.plan.job.iter().any(|name| name == config.name()) {
                continue;
            }
            let name = config.name().to_owned();
            let mut config = config.clone().merge(layer.clone());
            let WorkloadConfig::Crud(crud) = config.workload.get_or_insert_default();
            source.tables.apply(crud);
            named(&config, &lookup)?;
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
            let seed = seed_of(seed, index);
            jobs.push(Job { name, target, seed, config, index });
        }
        unknown_job(source, &written.plan)?;
        let resolved =
            PlanFile { seed: None, jobs: jobs.iter().map(|job: &Job| job.config.clone()).collect() };
        resolved.validate().map_err(|message| Failed::new(Code::Usage, message))?;
        Ok(Plan { seed, seed_was_drawn, jobs, written, tables: source.tables.clone() })
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

    /// What stood in the way of a job: a mistake in the plan only if it is about a name that the plan has.
    pub(crate) fn refused(&self, job: &Job, source: PrepareError) -> Failed {
        let PrepareError::Plan(error) = source else {
            let target = job.target.describe();
            return Failed::because(Code::Run, &RunError::Prepare { target, source });
        };
        let message = error.to_string();
        let part = error.downcast_ref::<CrudPlanError>().and_then(CrudPlanError::part);
        let flag = part.and_then(|part| self.tables.flag_of(part));
        // The schemas of the file do not count beside those of the flags; its tables do.
        let is_flag_alone = flag.is_some() && matches!(part, Some(Part::Schema(_)));
        let in_file = part.filter(|_| !is_flag_alone).and_then(|part| self.mistake_at(job, part, &message));
        in_file.map_or_else(
            || Failed::new(Code::Run, format!("{}: {message}", flag.unwrap_or_else(|| job.name.clone()))),
            Failed::from,
        )
    }

    /// A mistake in a part of a job's workload, if the plan says anything of it.
    fn mistake_at(&self, job: &Job, part: &Part, message: &str) -> Option<PlanError> {
        let (crud, index) = (job.crud(), job.index.to_string());
        let (below, name): (Vec<&str>, _) = match part {
            Part::Schema(name) => (vec!["schemas"], name.as_str()),
            Part::Table(name) => (vec!["tables"], name.as_str()),
            Part::Excluded(name) => (vec!["exclude"], name.as_str()),
            Part::Column { table, column } => {
                (vec!["tables", crud.key_of(table)?, "columns"], column.as_str())
            }
            Part::Sampling(None) => (Vec::new(), "sampling"),
            Part::Sampling(Some(table)) => (vec!["tables", crud.key_of(table)?], "sampling"),
            _ => return None,
        };
        let path = [&["jobs", index.as_str(), "workload", "crud"], below.as_slice()].concat();
        self.written.mistake_at(&path, name, message)
    }
}

/// Traffic never goes to a database that nobody named, be it the default of libpq.
fn named(job: &JobConfig, lookup: Lookup<'_>) -> Result<(), Failed> {
    const NAMES: [&str; 5] = ["DATABASE_URL", "PGHOST", "PGHOSTADDR", "PGPORT", "PGDATABASE"];
    let is_set = |name: &str| lookup(name).is_some_and(|value| !value.is_empty());
    if job.target.is_some() || NAMES.iter().any(|name| is_set(name)) {
        return Ok(());
    }
    let name = job.name();
    let message =
        format!("{name} has no target: give --url, DATABASE_URL or PGHOST, or write `target:` in a plan");
    Err(Failed::new(Code::Usage, message))
}

/// The seed of a job by its place in the plan, whichever others are run: the first has the plan's own.
fn seed_of(seed: Seed, place: usize) -> Seed {
    if place == 0 { seed } else { Seed(Rng::keyed(seed, [place as u64, 0, 0]).bits()) }
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
        Some(path) if path.to_string_lossy().contains("://") => {
            Err(Failed::new(Code::Usage, "FILE is a plan: an address of a database goes to --url"))
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
    let unknown = source.plan.job.iter().find(|name| !names.contains(&name.as_str()));
    unknown.map_or(Ok(()), |name| {
        let message = format!("there is no job {name}; the plan has {}", names.join(", "));
        Err(Failed::new(Code::Usage, message))
    })
}

#[cfg(test)]
mod tests;
