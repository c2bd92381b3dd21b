//! Runs the jobs of a plan at the same time, and sums up.

use std::time::{Duration, Instant};

use loadgen_core::{
    CheckError, Report, RunError, Target,
    crud::{self, CrudPlan, TablePlan},
    summary::{CheckSummary, EndedJob, RunSummary, Summary},
};
use tokio::task::JoinSet;

use crate::{
    args::ProgressMode,
    failed::{Code, Failed},
    guard, ids,
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
    /// Hosts that may be public.
    pub(crate) allow_host: Vec<String>,
}

/// What came of a plan.
#[derive(Debug)]
pub(crate) struct Execution {
    pub(crate) summary: Summary,
    /// Why a job has no report.
    failed: Option<Failed>,
}

/// A job that has a report.
#[derive(Debug)]
struct Ended {
    report: Report,
    check: Option<CheckSummary>,
}

/// What is said of a run or a job that was stopped too early to have figures.
const STOPPED: &str = "stopped before the first operation";

/// Runs all jobs. The first that has no report ends the others.
///
/// # Errors
/// When no job has a report.
pub(crate) async fn execute(plan: &Plan, manner: &Manner, signals: &Signals) -> Result<Execution, Failed> {
    let clock = Clock::start();
    let Some(plans) = signals.unless_stopped(preflight(plan, manner)).await else {
        if !manner.quiet {
            output::say(STOPPED);
        }
        let mut summary = Summary::new(clock.run(plan), &[]);
        summary.warnings.push(STOPPED.to_owned());
        return Ok(Execution { summary, failed: None });
    };
    let plans = plans?;
    let mut ends = Ends::new(plan, warnings(plan, &plans).collect());
    let (mut tasks, watched) = begin(plan, plans, manner.check, signals);
    let shown = progress::show(watched, manner.progress, manner.quiet);
    ends.collect(&mut tasks, signals).await;
    drop(shown);
    ends.sum_up(clock.run(plan))
}

/// When it began.
struct Clock {
    started_at: jiff::Timestamp,
    start: Instant,
}

impl Clock {
    fn start() -> Self {
        Clock { started_at: jiff::Timestamp::now(), start: Instant::now() }
    }

    /// The run up to now.
    fn run(&self, plan: &Plan) -> RunSummary {
        RunSummary {
            id: ids::run(),
            seed: plan.seed.0,
            started_at: format!("{:.3}", self.started_at),
            duration_s: (self.start.elapsed().as_secs_f64() * 1e3).round() / 1e3,
            shard: "0/1".to_owned(),
            tool_version: env!("CARGO_PKG_VERSION").to_owned(),
        }
    }
}

/// Whatever can be refused is refused before the first job begins.
async fn preflight(plan: &Plan, manner: &Manner) -> Result<Vec<CrudPlan>, Failed> {
    for job in &plan.jobs {
        guard::check(&job.target, &manner.allow_host).await?;
    }
    let mut plans = Vec::with_capacity(plan.jobs.len());
    for job in &plan.jobs {
        plans.push(planned(plan, job).await?);
    }
    if manner.check {
        refuse_shared_tables(plan, &plans)?;
    }
    if !manner.quiet {
        warnings(plan, &plans).for_each(|warning| output::say(&format!("warning: {warning}")));
        if plan.seed_was_drawn {
            output::say(&format!("seed {} was drawn; --seed {} repeats this run", plan.seed, plan.seed));
        }
    }
    Ok(plans)
}

/// A job knows its own rows only: with those of another among them, no comparison could hold.
fn refuse_shared_tables(plan: &Plan, plans: &[CrudPlan]) -> Result<(), Failed> {
    let jobs: Vec<_> = plan.jobs.iter().zip(plans).collect();
    for (index, (job, planned)) in jobs.iter().enumerate() {
        for (other, others) in &jobs[..index] {
            let is_shared =
                |table: &&TablePlan| others.tables.iter().any(|theirs| theirs.table.name == table.table.name);
            let place = job.target.describe();
            if other.target.describe() != place {
                continue;
            }
            if let Some(table) = planned.tables.iter().find(is_shared) {
                let (first, second, table) = (&other.name, &job.name, &table.table.name);
                let message = format!(
                    "--check: the jobs {first} and {second} both write {table} of {place}, and neither knows the \
                     other's rows; give them different tables, or run one with --job"
                );
                return Err(Failed::new(Code::Usage, message));
            }
        }
    }
    Ok(())
}

/// What is not done as it was asked for, and the tables that cannot be written.
fn warnings(plan: &Plan, plans: &[CrudPlan]) -> impl Iterator<Item = String> {
    let left_out = |plan: &CrudPlan| {
        let lines = plan.refused.iter().map(|(name, why)| format!("{name} is left out: {why}"));
        lines.collect::<Vec<_>>()
    };
    plan.jobs.iter().filter_map(Job::warning).chain(plans.iter().flat_map(left_out))
}

/// Begins all jobs, and says how to look at them.
fn begin(
    plan: &Plan,
    plans: Vec<CrudPlan>,
    check: bool,
    signals: &Signals,
) -> (JoinSet<Joined>, Vec<Watched>) {
    let (mut tasks, mut watched) = (JoinSet::new(), Vec::new());
    for (index, (job, planned)) in plan.jobs.iter().zip(plans).enumerate() {
        let mut run = job.run(planned, check);
        let progress = run.progress();
        let (duration, operations) = (job.duration(), job.operations());
        watched.push(Watched { name: job.name.clone(), progress, duration, operations });
        let run = run.stop_on(signals.reached(1)).abort_on(signals.reached(2));
        tasks.spawn(async move { (index, ended(run.execute().await, check)) });
    }
    (tasks, watched)
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

/// How the jobs of a plan ended.
struct Ends<'a> {
    plan: &'a Plan,
    /// One for each job; none of a job that has no report.
    reports: Vec<Option<Ended>>,
    warnings: Vec<String>,
    failed: Option<Failed>,
}

impl<'a> Ends<'a> {
    fn new(plan: &'a Plan, warnings: Vec<String>) -> Self {
        Ends { plan, reports: plan.jobs.iter().map(|_| None).collect(), warnings, failed: None }
    }

    /// Waits for all jobs, or for the user to give up.
    async fn collect(&mut self, tasks: &mut JoinSet<Joined>, signals: &Signals) {
        loop {
            match join(tasks, signals).await {
                Ok(None) => return,
                Ok(Some((index, Ok(ended)))) => self.reports[index] = Some(ended),
                Ok(Some((index, Err(error)))) => self.missing(index, *error, signals),
                Err(failed) => {
                    self.warnings.extend(failed.message().map(str::to_owned));
                    self.failed = Some(failed);
                    return;
                }
            }
        }
    }

    /// A job ended without a report, which ends the others as well.
    fn missing(&mut self, index: usize, error: RunError, signals: &Signals) {
        let job = &self.plan.jobs[index];
        let failed = match error {
            RunError::Stopped => None,
            RunError::Prepare { source, .. } => Some(self.plan.refused(job, source)),
            other => Some(Failed::because(Code::Run, &other)),
        };
        let why = failed.as_ref().and_then(Failed::message).unwrap_or(STOPPED);
        self.warnings.push(format!(
            "{} has no figures: {}",
            job.name,
            why.lines().next().unwrap_or_default()
        ));
        if let Some(failed) = failed {
            self.failed.get_or_insert(failed);
            signals.drain();
        }
    }

    fn sum_up(self, run: RunSummary) -> Result<Execution, Failed> {
        let Ends { plan, reports, warnings, failed } = self;
        let jobs: Vec<EndedJob<'_>> = plan
            .jobs
            .iter()
            .zip(&reports)
            .filter_map(|(job, ended)| {
                let Ended { report, check } = ended.as_ref()?;
                Some(EndedJob { name: &job.name, workload: job.workload(), report, check: check.as_ref() })
            })
            .collect();
        let failed = match failed {
            Some(failed) if jobs.is_empty() => return Err(failed),
            failed => failed,
        };
        let mut summary = Summary::new(run, &jobs);
        summary.warnings.splice(..0, warnings);
        summary.ok &= failed.is_none();
        Ok(Execution { summary, failed })
    }
}

/// What a job would do, without doing it.
pub(crate) async fn planned(plan: &Plan, job: &Job) -> Result<CrudPlan, Failed> {
    let mut session = job.connect().await?;
    let planned = crud::plan(&mut session, &job.crud(), job.seed, job.lanes()).await;
    planned.map_err(|error| plan.refused(job, error))
}

impl Execution {
    /// The end that it asks for.
    pub(crate) fn verdict(self, signals: &Signals) -> Result<(), Failed> {
        let Execution { summary, failed } = self;
        if signals.count() > 1 {
            return Err(Failed::silent(Code::Aborted));
        }
        if let Some(failed) = failed {
            return Err(failed);
        }
        let fatal = summary.jobs.iter().find_map(|job| job.fatal.as_ref());
        let checks = |result: &str| {
            summary.jobs.iter().filter_map(|job| job.check.as_ref()).any(|c| c.result == result)
        };
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
}
