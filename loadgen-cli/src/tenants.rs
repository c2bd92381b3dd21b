//! One job for each of several databases.

use loadgen_core::{Rng, Seed, column_salt};

use crate::{
    job::Job,
    plan_file::{JobConfig, PlanFile},
};

/// What a job of the file becomes: itself, or one job for each of its databases, with what is said of that one. `chosen` names those
/// that are wanted, unless all are.
pub(crate) fn apart(config: &JobConfig, chosen: &[String]) -> Vec<(Option<String>, JobConfig)> {
    let is_chosen = |name: &str| chosen.is_empty() || chosen.iter().any(|chosen| chosen == name);
    let Some(databases) = &config.databases else {
        return if is_chosen(config.name()) { vec![(None, config.clone())] } else { Vec::new() };
    };
    let all = config.name.as_deref().is_some_and(is_chosen);
    let wanted = databases.names.iter().filter(|name| all || is_chosen(name));
    wanted.map(|name| (Some(name.clone()), tenant(config, name))).collect()
}

fn tenant(config: &JobConfig, name: &str) -> JobConfig {
    let own = config.per_database.get(name).cloned().unwrap_or_default();
    let mut config = config.clone().merge(own);
    config.per_database.clear();
    config.databases = Some(crate::plan_file::Databases::new([name]));
    config.name = Some(name.to_owned());
    config
}

/// What `--job` may name.
pub(crate) fn all_names(config: &JobConfig) -> Vec<&str> {
    let whole = config.name.as_deref().filter(|_| config.databases.is_some());
    whole.into_iter().chain(config.names()).collect()
}

/// The seed of a database's job, whichever others there are.
pub(crate) fn seed_of(seed: Seed, database: &str) -> Seed {
    Seed(Rng::keyed(seed, [column_salt(database), 0, 1]).bits())
}

/// What is done otherwise than the file says.
pub(crate) fn warnings(config: &JobConfig) -> Vec<String> {
    let Some(databases) = &config.databases else { return Vec::new() };
    let is_idle = |name: &&String| !databases.names.contains(name);
    let idle = config.per_database.keys().filter(is_idle).map(|name| {
        let known = databases.names.join(", ");
        format!("per_database has {name}, which is none of the databases {known}: nothing is done with it")
    });
    databases.warning().into_iter().chain(idle).collect()
}

/// Where the file says what is done to a job's database, below the job.
pub(crate) fn path<'a>(job: &'a Job, plan: &PlanFile) -> Vec<&'a str> {
    let of =
        |config: &JobConfig| config.per_database.get(&job.name).is_some_and(|own| own.workload.is_some());
    match plan.jobs.get(job.index) {
        Some(config) if job.is_tenant() && of(config) => vec!["per_database", job.name.as_str()],
        _ => Vec::new(),
    }
}
