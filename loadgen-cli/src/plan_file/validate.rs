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
        let at = |key: &'static [&str]| {
            let path = ["jobs".to_owned(), index.to_string()].into_iter();
            path.chain(key.iter().map(|key| (*key).to_owned())).collect::<Vec<_>>()
        };
        check_job(job).map_err(|(key, message)| (at(key), message))?;
        let name = job.name();
        if names.contains(&name) {
            let message = format!("there are two jobs called {name:?}: give each a name of its own");
            return Err((at(&["name"]), message));
        }
        names.push(name);
        if let Some(WorkloadConfig::Crud(crud)) = &job.workload {
            check_crud(crud).map_err(|(key, message)| {
                let path = at(&["workload", "crud"]).into_iter().chain(key);
                (path.collect(), message)
            })?;
        }
    }
    Ok(())
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
