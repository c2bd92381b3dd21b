//! Runs the jobs of a plan at the same time, and sums up.

use std::{
    path::{Path, PathBuf},
    time::Instant,
};

use loadgen_core::{
    TableName,
    ledger::{Header, Ledger, LedgerSync},
    summary::{CheckSummary, RunSummary, Summary},
};
use tokio::task::JoinSet;

use crate::{
    args::ProgressMode,
    begun::{self, Begun},
    course::{Beside, Course},
    created,
    ends::{Ended, Ends, Joined, STOPPED, ended},
    failed::{Code, Failed},
    freshness::{self, Followed, Following},
    guard, ids,
    job::Job,
    ledger, output,
    plan::Plan,
    prepared::Prepared,
    progress::{self, Watched},
    signals::Signals,
    slot::{self, SlotWish},
    tenant,
    view::View,
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
    let planned = async {
        let begun = preflight(plan, manner).await?;
        let fitted = slot::fit(plan, &begun, manner).await?;
        Ok::<_, Failed>((begun, fitted))
    };
    let Some(planned) = signals.unless_stopped(planned).await else {
        return Ok(stopped(plan, manner, &clock, STOPPED));
    };
    let (begun, fitted) = planned?;
    let warned: Vec<String> = warnings(plan, &begun).chain(slot::warnings(fitted.as_ref())).collect();
    let said = if manner.quiet { 0 } else { warned.len() };
    warned[..said].iter().for_each(|warning| output::say(&format!("warning: {warning}")));
    let mut ends = Ends::new(plan, warned);
    let traced = ledgers(plan, begun, manner, &clock)?;
    // A slot waits for all transactions that are open in the database.
    let made = signals.unless_stopped(created::make(plan, &traced, manner, fitted.as_ref())).await;
    let made = match made {
        Some(Ok(made)) => made,
        unmade => {
            drop(traced);
            manner.ledger.iter().for_each(|out| ledger::take_back(out, plan));
            return match unmade.and_then(Result::err) {
                Some(failed) => Err(failed),
                None => Ok(stopped(plan, manner, &clock, &created::half_made(manner))),
            };
        }
    };
    let guard = slot::guard(plan, made, manner, signals);
    let following = freshness::begin(plan, &traced, manner)?;
    let (mut tasks, watched) = begin(plan, traced, following, manner, signals);
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

/// What comes of a plan that is stopped before its traffic.
fn stopped(plan: &Plan, manner: &Manner, clock: &Clock, why: &str) -> Execution {
    if !manner.quiet {
        output::say(why);
    }
    let mut summary = Summary::new(clock.run(plan), &[]);
    summary.warnings.push(why.to_owned());
    Execution { summary, said: 0, failed: None }
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

/// Whatever can be refused is refused before the first job begins. What is known of each job then: nothing yet of one that waits for
/// its database.
async fn preflight(plan: &Plan, manner: &Manner) -> Result<Vec<Begun>, Failed> {
    refuse_untraceable(plan, manner)?;
    for job in &plan.jobs {
        guard::check(&job.target, &manner.allow_host).await?;
    }
    if let Some(followed) = &manner.freshness {
        followed.check(plan, &manner.allow_host).await?;
    }
    let mut begun = Vec::with_capacity(plan.jobs.len());
    for job in &plan.jobs {
        begun.push(match job.is_tenant() {
            true => Begun::Later(tokio::spawn(tenant::attempt(job.clone(), manner.check))),
            false => Begun::Known(planned(plan, job, manner.check).await?),
        });
    }
    begun::settle(plan, &mut begun).await?;
    for (flag, _) in
        [("--check", manner.check), ("--ledger", manner.ledger.is_some())].iter().filter(|(_, on)| *on)
    {
        refuse_shared_tables(flag, plan, &begun)?;
    }
    if !manner.quiet && plan.seed_was_drawn {
        output::say(&format!("seed {} was drawn; --seed {} repeats this run", plan.seed, plan.seed));
    }
    Ok(begun)
}

/// A slot and what follows a sink are begun before the traffic, in a database and with tables that are there.
fn refuse_untraceable(plan: &Plan, manner: &Manner) -> Result<(), Failed> {
    let flags = [("--slot", manner.slot.is_some()), ("--freshness", manner.freshness.is_some())];
    let flag = flags.iter().find_map(|(flag, on)| on.then_some(*flag));
    let why = plan.jobs.iter().find_map(|job| match flag? {
        flag if job.is_tenant() => Some(format!(
            "{flag} does not go with `databases:`, which {} is one of: give it a job with a `target:` of its own",
            job.name
        )),
        "--slot" if job.orders().is_some() => Some(format!(
            "--slot does not go with the workload orders, which {} has: its tables may not be there yet",
            job.name
        )),
        _ => None,
    });
    why.map_or(Ok(()), |why| Err(Failed::new(Code::Usage, why)))
}

/// A job knows its own rows only: with those of another among them, no comparison could hold.
fn refuse_shared_tables(flag: &str, plan: &Plan, begun: &[Begun]) -> Result<(), Failed> {
    let known = |(job, begun): (_, &'_ Begun)| -> Option<(&Job, Vec<TableName>)> {
        Some((job, begun.known()?.tables().into_iter().cloned().collect()))
    };
    let jobs: Vec<_> = plan.jobs.iter().zip(begun).filter_map(known).collect();
    for (index, (job, tables)) in jobs.iter().enumerate() {
        for (other, others) in &jobs[..index] {
            let place = job.place();
            if other.place() != place {
                continue;
            }
            if let Some(table) = tables.iter().find(|table| others.contains(table)) {
                let (first, second) = (&other.name, &job.name);
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
fn warnings(plan: &Plan, begun: &[Begun]) -> impl Iterator<Item = String> {
    let left_out = begun.iter().filter_map(Begun::known).flat_map(Prepared::left_out);
    plan.warnings.iter().cloned().chain(plan.jobs.iter().filter_map(Job::warning)).chain(left_out)
}

/// What a job will do, and the ledger that it keeps, if any.
pub(crate) type Traced = (Begun, Option<(Ledger, Header)>);

/// Makes the ledgers, if there are to be any.
fn ledgers(plan: &Plan, begun: Vec<Begun>, manner: &Manner, clock: &Clock) -> Result<Vec<Traced>, Failed> {
    let traced = |(job, begun): (&Job, Begun)| {
        let create = |out: &PathBuf| ledger::create((out, manner.ledger_sync), &clock.id, plan, job);
        Ok((begun, manner.ledger.as_ref().map(create).transpose()?))
    };
    plan.jobs.iter().zip(begun).map(traced).collect()
}

/// Begins all jobs, and says how to look at them.
fn begin(
    plan: &Plan,
    traced: Vec<Traced>,
    mut following: Option<Following>,
    manner: &Manner,
    signals: &Signals,
) -> (JoinSet<Joined>, Vec<Watched>) {
    let check = manner.check;
    let (mut tasks, mut watched, began) = (JoinSet::new(), Vec::new(), Instant::now());
    for (index, (job, (begun, ledger))) in plan.jobs.iter().zip(traced).enumerate() {
        // There is one only where there is one job.
        let following = following.take();
        let freshness = following.as_ref().map(|following| following.freshness.clone());
        let view = View::new(begun.before(check || ledger.is_some()));
        let (duration, operations) = (job.duration(), job.operations());
        let (name, seen) = (job.name.clone(), freshness.clone());
        watched.push(Watched { name, view: view.clone(), duration, operations, freshness: seen });
        let course = Course { signals: signals.clone(), check, view, began };
        let (job, out) = (job.clone(), manner.ledger.clone());
        let created = created::path(out.as_deref().unwrap_or(Path::new("")), plan.name_among(&job));
        tasks.spawn(async move {
            let report = match begun {
                Begun::Known(prepared) if !job.is_tenant() => {
                    course.run(&job, prepared, Beside { ledger, freshness }).await
                }
                begun => tenant::run(job, begun, &course, ledger.map(|ledger| (created, ledger))).await,
            };
            let ended = ended(report, check);
            let freshness = match following {
                Some(following) => following.end().await,
                None => None,
            };
            (index, ended.map(|ended| Ended { freshness, ..ended }))
        });
    }
    (tasks, watched)
}

/// What a job would do, without doing it.
async fn planned(plan: &Plan, job: &Job, check: bool) -> Result<Prepared, Failed> {
    let mut session = job.connect().await?;
    let prepared = Prepared::of(job, &mut session, check).await;
    session.close().await;
    prepared.map_err(|error| plan.refused(job, error))
}

/// What a job would do, with the rows that its lanes would take over.
pub(crate) async fn adopted(plan: &Plan, job: &Job) -> Result<Prepared, Failed> {
    let mut prepared = planned(plan, job, false).await?;
    if let Prepared::Crud(planned) = &mut prepared {
        let adopted = planned.adopt(&mut job.connect().await?).await;
        adopted.map_err(|error| plan.refused(job, error))?;
    }
    Ok(prepared)
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
