//! What a plan of the right shape can still get wrong.

use std::time::Duration;

use loadgen_core::{
    Pace,
    crud::{CrudConfig, OperationWeights},
};

use super::{JobConfig, PlanFile, WorkloadConfig};

/// A mistake, and the path to it.
pub(super) type Mistake = (Vec<String>, String);

/// The first mistake in the plan.
pub(super) fn validate(plan: &PlanFile) -> Result<(), Mistake> {
    if plan.jobs.is_empty() {
        return Err((vec!["jobs".into()], "jobs is empty: a plan needs at least one".into()));
    }
    let mut names = Vec::new();
    for (index, job) in plan.jobs.iter().enumerate() {
        let below = |path: &[&str], key: Vec<String>| {
            let place = ["jobs".to_owned(), index.to_string()].into_iter();
            place.chain(path.iter().map(|key| (*key).to_owned())).chain(key).collect::<Vec<_>>()
        };
        check_part(job).map_err(|(key, message)| (below(&[], key), message))?;
        for (database, part) in &job.per_database {
            let path = |key| below(&["per_database", database], key);
            let part = &job.clone().merge(part.clone());
            check_overrides(&job.per_database[database]).map_err(|(key, message)| (path(key), message))?;
            check_part(part).map_err(|(key, message)| (path(key), message))?;
        }
        check_databases(job).map_err(|(key, message)| (below(&[], key), message))?;
        for name in job.names() {
            if names.contains(&name) {
                let message = format!("there are two jobs called {name:?}: give each a name of its own");
                let key = if job.databases.is_some() { "databases" } else { "name" };
                return Err((below(&[], vec![key.to_owned()]), message));
            }
            names.push(name);
        }
    }
    Ok(())
}

/// A mistake in a job, and the path to it from there.
type Part = (Vec<String>, String);

fn check_part(job: &JobConfig) -> Result<(), Part> {
    let owned = |key: &[&str]| key.iter().map(|key| (*key).to_owned()).collect::<Vec<_>>();
    check_job(job).map_err(|(key, message)| (owned(key), message))?;
    let is_orders = matches!(job.workload, Some(WorkloadConfig::Orders(_)));
    if job.migrations.is_some() && !is_orders {
        return Err((
            owned(&["migrations"]),
            "migrations go with the workload orders: another has no steps".into(),
        ));
    }
    if let Some(WorkloadConfig::Orders(orders)) = &job.workload
        && orders.weights.each().iter().all(|(_, weight)| *weight == 0)
    {
        let message = "all weights of operations are zero: at least one has to be above".to_owned();
        return Err((owned(&["workload", "orders", "weights"]), message));
    }
    if let Some(WorkloadConfig::Crud(crud)) = &job.workload {
        let inside =
            |(key, message): Part| (owned(&["workload", "crud"]).into_iter().chain(key).collect(), message);
        check_crud(crud).map_err(inside)?;
    }
    Ok(())
}

/// What belongs to all databases of a job is not said of one.
fn check_overrides(part: &JobConfig) -> Result<(), Part> {
    let given = [
        ("name", part.name.is_some()),
        ("target", part.target.is_some()),
        ("databases", part.databases.is_some()),
        ("per_database", !part.per_database.is_empty()),
    ];
    match given.iter().find(|(_, is_given)| *is_given) {
        Some((key, _)) => {
            Err((vec![(*key).to_owned()], format!("{key} goes beside per_database, not below it")))
        }
        None => Ok(()),
    }
}

fn check_databases(job: &JobConfig) -> Result<(), Part> {
    match &job.databases {
        Some(databases) if databases.names.is_empty() => Err((
            vec!["databases".into()],
            "databases is empty: name at least one, or leave the key out".into(),
        )),
        None if !job.per_database.is_empty() => {
            Err((vec!["per_database".into()], "per_database needs databases beside it".into()))
        }
        _ => Ok(()),
    }
}

fn check_job(job: &JobConfig) -> Result<(), (&'static [&'static str], String)> {
    let above_zero = |key: &str| format!("{key} has to be above zero");
    if job.rate.is_some() && job.pace.is_some() {
        return Err((&["rate"], "rate is short for a constant pace: give rate or pace, not both".into()));
    }
    if job.name.as_deref().is_some_and(|name| name.trim().is_empty()) {
        return Err((&["name"], "name is empty".into()));
    }
    if job.deadline.is_some_and(|deadline| deadline.0 == Duration::ZERO) {
        return Err((&["deadline"], above_zero("deadline")));
    }
    if let (Some(warmup), Some(duration)) = (job.warmup, job.duration)
        && warmup >= duration
    {
        return Err((
            &["warmup"],
            format!("a warmup of {warmup} leaves nothing of a duration of {duration}"),
        ));
    }
    if let Some(Pace::ThinkBetween(between)) = job.pace
        && between.least > between.most
    {
        let message =
            format!("the shortest pause, {}, is longer than the longest, {}", between.least, between.most);
        return Err((&["pace", "think_between"], message));
    }
    if let Some(Pace::Bursts(bursts)) = job.pace {
        if bursts.operations.0 == 0 {
            return Err((&["pace", "bursts", "operations"], above_zero("operations")));
        }
        if bursts.pause.0 == Duration::ZERO {
            return Err((&["pace", "bursts", "pause"], above_zero("pause")));
        }
    }
    Ok(())
}

/// Whether no operation can be chosen. The sum of weights may be beyond what a number holds.
pub(crate) fn all_zero(weights: OperationWeights) -> bool {
    (weights.insert, weights.update, weights.delete) == (0, 0, 0)
}

fn check_crud(crud: &CrudConfig) -> Result<(), (Vec<String>, String)> {
    let path = |keys: &[&str]| keys.iter().map(|key| (*key).to_owned()).collect::<Vec<_>>();
    let zero = |what: &str| format!("all {what} are zero: at least one has to be above");
    if crud.operations.is_some_and(all_zero) {
        return Err((path(&["operations"]), zero("weights of operations")));
    }
    if !crud.tables.is_empty() && crud.tables.values().all(|table| table.weight == Some(0)) {
        return Err((path(&["tables"]), zero("weights of tables")));
    }
    for (name, table) in &crud.tables {
        if table.operations.is_some_and(all_zero) {
            let message =
                format!("{}; to leave the table alone write weight: 0", zero("weights of operations"));
            return Err((path(&["tables", name, "operations"]), message));
        }
    }
    Ok(())
}
