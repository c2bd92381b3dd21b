//! From arguments, environment and file to jobs that can be run.

use std::{io::Read, path::Path};

use loadgen_core::{
    PrepareError, Rng, RunError, Seed, Target,
    crud::{CrudPlanError, Part},
    migration::Migration,
    orders::OrdersPlanError,
};

use crate::{
    backend::{Backend, database_url},
    environment::Environment,
    failed::{Code, Failed},
    flags::{ENDLESS, LoadArgs, SourceArgs, TableArgs},
    ids,
    job::Job,
    migrations,
    outages::Outages,
    output,
    places::Places,
    plan_file::{JobConfig, Lookup, PlanError, PlanFile, Written},
    secrets, tenants,
};

/// A plan with everything settled but what only the targets know.
#[derive(Debug)]
pub(crate) struct Plan {
    pub(crate) seed: Seed,
    /// Whether nobody gave the seed.
    pub(crate) seed_was_drawn: bool,
    pub(crate) jobs: Vec<Job>,
    /// What is done otherwise than was written.
    pub(crate) warnings: Vec<String>,
    /// What variables were looked up in.
    pub(crate) environment: Environment,
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
        let seed = given.unwrap_or_else(ids::seed);
        let layers = Layers {
            written: &written,
            source,
            layer: load.layer(&source.reach),
            lookup: &lookup,
            seed,
            places: Places::default(),
        };
        let (mut jobs, mut warnings) = (Vec::new(), Vec::new());
        for (index, config) in written.plan.jobs.iter().enumerate() {
            warnings.extend(tenants::warnings(config));
            let mut server = None;
            for (database, config) in tenants::apart(config, &source.plan.job) {
                jobs.push(layers.job(index, (database, &mut server), config, &mut warnings)?);
            }
        }
        unknown_job(source, &written.plan)?;
        let resolved =
            PlanFile { seed: None, jobs: jobs.iter().map(|job: &Job| job.config.clone()).collect() };
        resolved.validate().map_err(|message| Failed::new(Code::Usage, message))?;
        let seed_was_drawn = given.is_none() && jobs.iter().any(|job| job.config.seed.is_none());
        // Then that is what repeats the run.
        let seed =
            if let [Job { config: JobConfig { seed: Some(own), .. }, .. }] = *jobs { own } else { seed };
        let tables = source.tables.clone();
        Ok(Plan { seed, seed_was_drawn, jobs, warnings, environment, written, tables })
    }

    /// The plan as resolved, to be run again: passwords are left out.
    pub(crate) fn to_yaml(&self) -> Result<String, Failed> {
        let jobs = self.jobs.iter().enumerate().map(|(place, job)| {
            let mut config = job.config.clone();
            config.name = Some(job.name.clone());
            if !job.is_tenant() && job.seed != seed_of(self.seed, place) {
                config.seed = Some(job.seed);
            }
            config.target = config.target.map(|target| secrets::without_password(&target));
            config.operations = config.operations.filter(|operations| *operations != ENDLESS);
            config
        });
        let plan = PlanFile { seed: Some(self.seed), jobs: jobs.collect() };
        let yaml = plan.to_yaml()?;
        Ok(format!(
            "# The plan of a run. Passwords are left out: give them in PGPASSWORD or ~/.pgpass, or in SQLCMDPASSWORD.\n{yaml}"
        ))
    }

    /// Says what is done otherwise than was written, for whoever has no summary to say it in.
    pub(crate) fn say_warnings(&self) {
        self.warnings.iter().for_each(|warning| output::say(&format!("warning: {warning}")));
    }

    /// What tells a job from the others of the plan, if there are any.
    pub(crate) fn name_among<'a>(&self, job: &'a Job) -> Option<&'a str> {
        (self.jobs.len() > 1).then_some(job.name.as_str())
    }

    /// Why a job has no report.
    pub(crate) fn no_report(&self, job: &Job, error: RunError) -> Failed {
        match error {
            RunError::Prepare { source, .. } => self.refused(job, source),
            other => Failed::because(Code::Run, &other),
        }
    }

    /// What stood in the way of a job: a mistake in the plan only if it is about a name that the plan has.
    pub(crate) fn refused(&self, job: &Job, source: PrepareError) -> Failed {
        let PrepareError::Plan(error) = source else {
            let target = job.target.describe();
            return Failed::because(Code::Run, &RunError::Prepare { target, source });
        };
        // Which database that is may have been decided far from here.
        let place = match error.downcast_ref() {
            Some(CrudPlanError::Nothing(_)) => format!(" (in {})", job.target.describe()),
            _ => String::new(),
        };
        let message = format!("{error}{place}");
        if matches!(error.downcast_ref(), Some(OrdersPlanError::Schema(_)))
            && let Some(mistake) = self.mistake_below(job, &["orders"], "schema", &message)
        {
            return Failed::from(mistake);
        }
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
        let crud = job.crud();
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
        self.mistake_below(job, &[&["crud"], below.as_slice()].concat(), name, message)
    }

    /// A mistake in an entry below a job's workload, if the plan has it.
    fn mistake_below(&self, job: &Job, below: &[&str], name: &str, message: &str) -> Option<PlanError> {
        let index = job.index.to_string();
        let whose = tenants::path(job, &self.written.plan);
        let path = [&["jobs", index.as_str()], whose.as_slice(), &["workload"], below].concat();
        self.written.mistake_at(&path, name, message)
    }
}

/// What a job is made of: the plan and what is laid over it.
struct Layers<'a> {
    written: &'a Written,
    source: &'a SourceArgs,
    layer: JobConfig,
    lookup: Lookup<'a>,
    seed: Seed,
    places: Places,
}

impl Layers<'_> {
    /// A job of the file, or that of one of its databases: they share what signs in to their server.
    fn job(
        &self,
        index: usize,
        (database, server): (Option<String>, &mut Option<Backend>),
        config: JobConfig,
        warnings: &mut Vec<String>,
    ) -> Result<Job, Failed> {
        let Layers { written, source, lookup, .. } = self;
        let mistake =
            |key: &str, why: String| Failed::from(written.mistake(&["jobs", &index.to_string(), key], why));
        let mut config = config.merge(self.layer.clone());
        source.tables.lay_over(config.workload.get_or_insert_default())?;
        named(&config, lookup)?;
        let known = server.take().map_or_else(|| Backend::resolve(config.target.as_deref(), lookup), Ok);
        let known = known.map_err(|failed| match source.reach.url {
            None if written.plan.jobs[index].target.is_some() => {
                mistake("target", failed.message().unwrap_or_default().to_owned())
            }
            _ => failed,
        })?;
        let mut target = server.insert(known).clone();
        if let Some(name) = &database {
            target = target.with_database(name);
        }
        if let Some(deadline) = config.deadline {
            target = target.with_statement_deadline(deadline.0);
        }
        config.target = config.target.or_else(|| database_url(lookup));
        // A flag goes before the file, here too.
        config.seed = config.seed.filter(|_| self.source.plan.seed.is_none());
        let seed = match &database {
            Some(name) => tenants::seed_of(config.seed.unwrap_or(self.seed), name),
            None => config.seed.unwrap_or_else(|| seed_of(self.seed, index)),
        };
        let migrations = further_steps(&config, &target.orders_steps(), warnings)
            .map_err(|why| mistake("migrations", why))?;
        let (name, outages) = (config.name().to_owned(), database.map(|_| Outages::default()));
        let places = self.places.clone();
        Ok(Job { name, target, seed, config, migrations, index, outages, places })
    }
}

/// The steps in the directory of a plan. One that is not there has none, which is said: the same plan goes with and without.
fn further_steps(
    config: &JobConfig,
    known: &[Migration],
    warnings: &mut Vec<String>,
) -> Result<Vec<Migration>, String> {
    let Some(directory) = steps_of(config) else {
        return Ok(Vec::new());
    };
    let Some(why) = missing_steps(config) else {
        return migrations::read(Path::new(directory), known);
    };
    let warning = format!("{why}, so the only migrations are those that come with the workload");
    if !warnings.contains(&warning) {
        warnings.push(warning);
    }
    Ok(Vec::new())
}

/// The directory of a job's own steps; an empty name is none.
fn steps_of(config: &JobConfig) -> Option<&str> {
    config.migrations.as_deref().filter(|directory| !directory.is_empty())
}

/// That the directory of a job's steps is not there, if so.
pub(crate) fn missing_steps(config: &JobConfig) -> Option<String> {
    let directory = steps_of(config)?;
    (!Path::new(directory).exists()).then(|| format!("there is no {directory}"))
}

/// Traffic never goes to a database that nobody named, be it the default of libpq.
fn named(job: &JobConfig, lookup: Lookup<'_>) -> Result<(), Failed> {
    if job.target.is_some() || Backend::is_named(lookup) {
        return Ok(());
    }
    let name = job.name();
    let message = format!(
        "{name} has no target: give --url, DATABASE_URL, PGHOST or SQLCMDSERVER, or write `target:` in a plan"
    );
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
    let names: Vec<&str> = plan.jobs.iter().flat_map(tenants::all_names).collect();
    let unknown = source.plan.job.iter().find(|name| !names.contains(&name.as_str()));
    unknown.map_or(Ok(()), |name| {
        let message = format!("there is no job {name}; the plan has {}", names.join(", "));
        Err(Failed::new(Code::Usage, message))
    })
}

#[cfg(test)]
mod tests;
