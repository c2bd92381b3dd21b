//! Runs the jobs of a plan at the same time, and sums up.

use std::time::{Duration, Instant};

use loadgen_core::{
    CheckError, Report, RunError,
    crud::{self, CrudPlan},
    summary::{CheckSummary, EndedJob, RunSummary, Summary},
};
use tokio::task::JoinSet;

use crate::{
    args::ProgressMode,
    failed::{Code, Failed},
    ids,
    job::Job,
    output,
    plan::Plan,
    progress::{self, Watched},
    signals::Signals,
};

/// How the jobs are run.
#[derive(Clone, Debug)]
pub(crate) struct Manner {
    pub(crate) check: bool,
    pub(crate) progress: ProgressMode,
    pub(crate) quiet: bool,
}

/// A job that has a report.
#[derive(Debug)]
struct Ended {
    report: Report,
    check: Option<CheckSummary>,
}

/// Runs all jobs. The first that has no report ends the others and is the answer.
pub(crate) async fn execute(plan: &Plan, manner: &Manner, signals: &Signals) -> Result<Summary, Failed> {
    let started_at = jiff::Timestamp::now();
    let start = Instant::now();
    let plans = tokio::select! {
        biased;
        plans = preflight(plan, manner.quiet) => plans?,
        () = signals.reached(1) => {
            return Err(Failed::new(Code::Aborted, "stopped before the first operation"));
        }
    };
    let left_out: Vec<String> = plans.iter().flat_map(left_out).collect();
    let mut tasks = JoinSet::new();
    let mut watched = Vec::new();
    for (index, (job, planned)) in plan.jobs.iter().zip(plans).enumerate() {
        let mut run = job.run(planned, manner.check);
        let progress = run.progress();
        let (duration, operations) = (job.duration(), job.operations());
        watched.push(Watched { name: job.name.clone(), progress, duration, operations });
        let run = run.stop_on(signals.reached(1)).abort_on(signals.reached(2));
        let check = manner.check;
        tasks.spawn(async move { (index, ended(run.execute().await, check)) });
    }
    let shown = progress::show(watched, manner.progress, manner.quiet);
    let mut reports: Vec<Option<Ended>> = plan.jobs.iter().map(|_| None).collect();
    let mut failed = None;
    while let Some(joined) = join(&mut tasks, signals).await? {
        match joined {
            (index, Ok(ended)) => reports[index] = Some(ended),
            (index, Err(error)) => {
                let job = &plan.jobs[index];
                failed = failed.or_else(|| Some(refused(plan, job, *error)));
                signals.drain();
            }
        }
    }
    drop(shown);
    if let Some(failed) = failed {
        return Err(failed);
    }
    let run = RunSummary {
        id: ids::run(),
        seed: plan.seed.0,
        started_at: format!("{started_at:.3}"),
        duration_s: (start.elapsed().as_secs_f64() * 1e3).round() / 1e3,
        shard: "0/1".to_owned(),
        tool_version: env!("CARGO_PKG_VERSION").to_owned(),
    };
    let mut summary = sum_up(plan, run, &reports);
    summary.warnings.splice(..0, left_out);
    Ok(summary)
}

/// Whatever can be refused is refused before the first job begins.
async fn preflight(plan: &Plan, quiet: bool) -> Result<Vec<CrudPlan>, Failed> {
    let mut plans = Vec::with_capacity(plan.jobs.len());
    for job in &plan.jobs {
        plans.push(planned(plan, job).await?);
    }
    if !quiet {
        plans.iter().flat_map(left_out).for_each(|warning| output::say(&format!("warning: {warning}")));
        if plan.seed_was_drawn {
            output::say(&format!("seed {} was drawn; --seed {} repeats this run", plan.seed, plan.seed));
        }
    }
    Ok(plans)
}

/// The tables that cannot be written.
fn left_out(plan: &CrudPlan) -> impl Iterator<Item = String> {
    plan.refused.iter().map(|(name, why)| format!("{name} is left out: {why}"))
}

type Joined = (usize, Result<Ended, Box<RunError>>);

/// The next job that ends. After the second signal only for a moment.
async fn join(tasks: &mut JoinSet<Joined>, signals: &Signals) -> Result<Option<Joined>, Failed> {
    let aborted = async {
        signals.reached(2).await;
        tokio::time::sleep(Duration::from_secs(1)).await;
    };
    tokio::select! {
        biased;
        joined = tasks.join_next() => match joined.transpose() {
            Ok(joined) => Ok(joined),
            Err(error) => Err(Failed::because(Code::Run, &error)),
        },
        () = aborted => Err(Failed::new(Code::Aborted, "aborted: what had begun was not waited for")),
    }
}

fn ended(result: Result<Report, RunError>, check: bool) -> Result<Ended, Box<RunError>> {
    let summary = |result: &str, details: Vec<String>| CheckSummary { result: result.to_owned(), details };
    match result {
        // A run that ended early was not compared.
        Ok(report) => {
            let check = (check && report.fatal.is_none()).then(|| summary(CheckSummary::HELD, Vec::new()));
            Ok(Ended { report, check })
        }
        Err(RunError::Check { source, report, .. }) => {
            let check = match source {
                CheckError::Differs(lines) => summary(CheckSummary::DIFFERS, lines),
                CheckError::Inconclusive(lines) => summary(CheckSummary::INCONCLUSIVE, lines),
                other => summary(CheckSummary::INCONCLUSIVE, vec![other.to_string()]),
            };
            Ok(Ended { report: *report, check: Some(check) })
        }
        Err(error) => Err(Box::new(error)),
    }
}

fn refused(plan: &Plan, job: &Job, error: RunError) -> Failed {
    match error {
        RunError::Prepare { source, .. } => plan.refused(job, source),
        other => Failed::because(Code::Run, &other),
    }
}

fn sum_up(plan: &Plan, run: RunSummary, reports: &[Option<Ended>]) -> Summary {
    let jobs: Vec<EndedJob<'_>> = plan
        .jobs
        .iter()
        .zip(reports)
        .filter_map(|(job, ended)| {
            let Ended { report, check } = ended.as_ref()?;
            Some(EndedJob { name: &job.name, workload: job.workload(), report, check: check.as_ref() })
        })
        .collect();
    Summary::new(run, &jobs)
}

/// What a job would do, without doing it.
pub(crate) async fn planned(plan: &Plan, job: &Job) -> Result<CrudPlan, Failed> {
    let mut session = job.connect().await?;
    let planned = crud::plan(&mut session, &job.crud(), plan.seed, job.lanes()).await;
    planned.map_err(|error| plan.refused(job, error))
}

/// The end that a summary asks for.
pub(crate) fn verdict(summary: &Summary, signals: &Signals) -> Result<(), Failed> {
    if signals.count() > 1 {
        return Err(Failed::silent(Code::Aborted));
    }
    let fatal = summary.jobs.iter().find_map(|job| job.fatal.as_ref());
    let checks =
        |result: &str| summary.jobs.iter().filter_map(|job| job.check.as_ref()).any(|c| c.result == result);
    match fatal {
        Some(fatal) => Err(Failed::new(Code::Run, format!("the run ended early: {fatal}"))),
        None if checks(CheckSummary::DIFFERS) => Err(Failed::silent(Code::Check)),
        None if checks(CheckSummary::INCONCLUSIVE) => Err(Failed::silent(Code::Inconclusive)),
        None if !summary.ok => {
            Err(Failed::new(Code::Run, "nothing was committed, see the errors in the summary"))
        }
        None => Ok(()),
    }
}
