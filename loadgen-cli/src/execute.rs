//! Runs the jobs of a plan at the same time, and sums up.

use std::{path::PathBuf, time::Instant};

use loadgen_core::{
    Setup, Target,
    crud::{self, CrudPlan, TablePlan},
    ledger::{Header, Ledger, LedgerSync},
    summary::{CheckSummary, RunSummary, Summary},
};
use tokio::task::JoinSet;

use crate::{
    args::ProgressMode,
    created,
    ends::{Ended, Ends, Joined, STOPPED, ended},
    failed::{Code, Failed},
    freshness::{self, Followed, Following},
    guard, ids,
    job::Job,
    ledger, output,
    plan::Plan,
    progress::{self, Watched},
    signals::Signals,
    slot::{self, SlotWish},
};

/// How the jobs are run.
#[derive(Clone, Debug)]
pub(crate) struct Manner {
    pub(crate) check: bool,
    pub(crate) progress: ProgressMode,
    pub(crate) quiet: bool,
    /// The directory of the run, if it keeps a ledger.
    pub(crate) ledger: Option<PathBuf>,
    /// What its transactions wait for.
    pub(crate) ledger_sync: LedgerSync,
    /// The slot that it makes, if it makes one.
    pub(crate) slot: Option<SlotWish>,
    /// The sink that it follows, if it follows one.
    pub(crate) freshness: Option<Followed>,
    /// Hosts that may be public.
    pub(crate) allow_host: Vec<String>,
}

/// What came of a plan.
#[derive(Debug)]
pub(crate) struct Execution {
    pub(crate) summary: Summary,
    /// How many of the warnings, from the first, have been said when it began.
    pub(crate) said: usize,
    /// Why a job has no report.
    pub(crate) failed: Option<Failed>,
}

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
        return Ok(Execution { summary, said: 0, failed: None });
    };
    let plans = plans?;
    let fitted = slot::fit(plan, &plans, manner).await?;
    let warned: Vec<String> = warnings(plan, &plans).chain(slot::warnings(fitted.as_ref())).collect();
    let said = if manner.quiet { 0 } else { warned.len() };
    warned[..said].iter().for_each(|warning| output::say(&format!("warning: {warning}")));
    let mut ends = Ends::new(plan, warned);
    let traced = ledgers(plan, plans, manner, &clock)?;
    let made = created::make(plan, &traced, manner, fitted.as_ref()).await?;
    let guard = slot::guard(plan, made, manner, signals);
    let following = freshness::begin(plan, &traced, manner)?;
    let (mut tasks, watched) = begin(plan, traced, following, manner.check, signals);
    let shown = progress::show(watched, manner.progress, manner.quiet);
    ends.collect(&mut tasks, signals).await;
    drop(shown);
    if let Some(out) = &manner.ledger {
        ends.look_at_ledgers(out);
    }
    if let Some(why) = guard.end().await {
        ends.fail(&why);
    }
    ends.sum_up(clock.run(plan), said)
}

/// When it began.
pub(crate) struct Clock {
    /// The name of the run.
    id: String,
    started_at: jiff::Timestamp,
    start: Instant,
}

impl Clock {
    pub(crate) fn start() -> Self {
        Clock { id: ids::run(), started_at: jiff::Timestamp::now(), start: Instant::now() }
    }

    /// The run up to now.
    pub(crate) fn run(&self, plan: &Plan) -> RunSummary {
        RunSummary {
            id: self.id.clone(),
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
    if let Some(followed) = &manner.freshness {
        followed.check(plan, &manner.allow_host).await?;
    }
    let mut plans = Vec::with_capacity(plan.jobs.len());
    for job in &plan.jobs {
        plans.push(planned(plan, job, manner.check).await?);
    }
    for (flag, _) in
        [("--check", manner.check), ("--ledger", manner.ledger.is_some())].iter().filter(|(_, on)| *on)
    {
        refuse_shared_tables(flag, plan, &plans)?;
    }
    if !manner.quiet && plan.seed_was_drawn {
        output::say(&format!("seed {} was drawn; --seed {} repeats this run", plan.seed, plan.seed));
    }
    Ok(plans)
}

/// A job knows its own rows only: with those of another among them, no comparison could hold.
fn refuse_shared_tables(flag: &str, plan: &Plan, plans: &[CrudPlan]) -> Result<(), Failed> {
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
                    "{flag}: the jobs {first} and {second} both write {table} of {place}, and neither knows the \
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

/// What a job will do, and the ledger that it keeps, if any.
pub(crate) type Traced = (CrudPlan, Option<(Ledger, Header)>);

/// Makes the ledgers, if there are to be any.
fn ledgers(plan: &Plan, plans: Vec<CrudPlan>, manner: &Manner, clock: &Clock) -> Result<Vec<Traced>, Failed> {
    let traced = |(job, planned): (&Job, CrudPlan)| {
        let create = |out: &PathBuf| ledger::create((out, manner.ledger_sync), &clock.id, plan, job);
        Ok((planned, manner.ledger.as_ref().map(create).transpose()?))
    };
    plan.jobs.iter().zip(plans).map(traced).collect()
}

/// Begins all jobs, and says how to look at them.
fn begin(
    plan: &Plan,
    plans: Vec<Traced>,
    mut following: Option<Following>,
    check: bool,
    signals: &Signals,
) -> (JoinSet<Joined>, Vec<Watched>) {
    let (mut tasks, mut watched) = (JoinSet::new(), Vec::new());
    for (index, (job, (planned, ledger))) in plan.jobs.iter().zip(plans).enumerate() {
        // There is one only where there is one job.
        let following = following.take();
        let freshness = following.as_ref().map(|following| following.freshness.clone());
        let before = before(&planned, check || ledger.is_some());
        let mut run = job.run(planned, ledger, freshness.as_ref(), check);
        let progress = run.progress();
        let (duration, operations) = (job.duration(), job.operations());
        let name = job.name.clone();
        watched.push(Watched { name, progress, duration, operations, before, freshness });
        let run = run.stop_on(signals.reached(1)).abort_on(signals.reached(2));
        tasks.spawn(async move {
            let ended = ended(run.execute().await, check);
            let freshness = match following {
                Some(following) => following.end().await,
                None => None,
            };
            (index, ended.map(|ended| Ended { freshness, ..ended }))
        });
    }
    (tasks, watched)
}

/// What takes the time before the first operation, where tables are large.
fn before(planned: &CrudPlan, is_compared: bool) -> &'static str {
    if planned.tables.iter().any(TablePlan::adopts) {
        "reading the rows that are there, to take them over; no traffic yet"
    } else if is_compared {
        "counting the rows that are there, to compare them at the end; no traffic yet"
    } else {
        "looking at the tables; no traffic yet"
    }
}

/// What a job would do, without doing it.
async fn planned(plan: &Plan, job: &Job, check: bool) -> Result<CrudPlan, Failed> {
    let mut session = job.connect().await?;
    let setup = Setup { seed: job.seed, lanes: job.lanes(), check };
    let planned = crud::permitted_plan(&mut session, &job.crud(), &setup).await;
    session.close().await;
    planned.map_err(|error| plan.refused(job, error))
}

/// What a job would do, with the rows that its lanes would take over.
pub(crate) async fn adopted(plan: &Plan, job: &Job) -> Result<CrudPlan, Failed> {
    let mut planned = planned(plan, job, false).await?;
    let adopted = planned.adopt(&mut job.connect().await?).await;
    adopted.map_err(|error| plan.refused(job, error))?;
    Ok(planned)
}

impl Execution {
    /// The warnings that nobody has seen yet.
    pub(crate) fn unsaid(&self) -> &[String] {
        &self.summary.warnings[self.said..]
    }

    /// The end that it asks for.
    pub(crate) fn verdict(self, signals: &Signals) -> Result<(), Failed> {
        let Execution { summary, failed, .. } = self;
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
            None if summary.jobs.iter().any(|job| job.cut) => Err(Failed::new(
                Code::Run,
                "operations were cut off: the target may still have carried them out",
            )),
            None if !summary.ok => {
                Err(Failed::new(Code::Run, "nothing was committed, see the errors in the summary"))
            }
            None => Ok(()),
        }
    }
}
