//! `loadgen migrate`: the steps of a schema, taken or taken back.

use loadgen_core::{
    PrepareError, Target,
    migration::{Migrated as Taken, apply_possible, revert},
    orders,
};
use serde_json::json;

use crate::{
    args::Format,
    failed::{Code, Failed},
    flags::{LoadArgs, MigrateArgs},
    guard,
    job::Job,
    output,
    plan::{Plan, missing_steps},
    signals::Signals,
};

/// What was done to the schema of a job.
pub(super) struct Migrated<'a> {
    job: &'a Job,
    steps: Vec<String>,
    /// What the database refused and the traffic goes on without.
    left: Vec<String>,
}

pub(super) async fn migrate(args: &MigrateArgs, quiet: bool) -> Result<(), Failed> {
    let plan = Plan::resolve(&args.source(), &LoadArgs::default())?;
    if let Some(job) = plan.jobs.iter().find(|job| job.steps().is_empty()) {
        let message = format!("{} has no migrations: the workload orders has some", job.name);
        return Err(Failed::new(Code::Usage, message));
    }
    let missing = |job: &Job| missing_steps(&job.config).map(|why| format!("{}: {why}", job.name));
    if let (true, Some(why)) = (args.revert, plan.jobs.iter().find_map(missing)) {
        let message = format!(
            "{why}, so the steps in it cannot be taken back, and what they build upon must not be; say where they are in `migrations:`"
        );
        return Err(Failed::new(Code::Usage, message));
    }
    plan.say_warnings();
    let (signals, jobs) = (Signals::listen(quiet), plan.jobs.iter().collect::<Vec<_>>());
    let (done, failed) = take_all(&plan, &jobs, args.revert, &args.reach.allow_host, &signals).await?;
    print(&done, args.revert, args.output.format)?;
    failed.map_or(Ok(()), Err)
}

/// Takes the steps of all jobs, or takes them back, and says why one could not. A database that is away keeps no other from its schema.
pub(super) async fn take_all<'a>(
    plan: &Plan,
    jobs: &[&'a Job],
    back: bool,
    allow_host: &[String],
    signals: &Signals,
) -> Result<(Vec<Migrated<'a>>, Option<Failed>), Failed> {
    for job in jobs {
        guard::check(&job.target, allow_host).await?;
    }
    let (mut done, mut failed) = (Vec::new(), None);
    for job in jobs.iter().copied() {
        let Some(taken) = signals.unless_stopped(take(plan, job, back)).await else { break };
        match taken {
            Ok(Taken { taken, refused }) => {
                let said = |(step, why)| {
                    format!("migration {step} was not taken, and the traffic goes on without it: {why}")
                };
                let left: Vec<String> = refused.into_iter().map(said).collect();
                for why in &left {
                    output::say(&format!("warning: {}: {why}", job.target.describe()));
                }
                done.push(Migrated { job, steps: taken, left });
            }
            Err(why) if jobs.len() == 1 => return Err(why),
            Err(why) => {
                output::say(&format!("error: {}", why.message().unwrap_or_default()));
                failed = Some(Failed::silent(Code::Run));
            }
        }
    }
    Ok((done, failed))
}

async fn take(plan: &Plan, job: &Job, back: bool) -> Result<Taken, Failed> {
    let mut session = job.connect().await?;
    let steps = job.steps();
    let failed = |failure| Failed::new(Code::Run, format!("{}: {failure}", job.target.describe()));
    let taken = match job.orders() {
        _ if back => {
            let taken = revert(&mut session, &steps).await.map_err(failed);
            taken.map(|taken| Taken { taken, ..Taken::default() })
        }
        Some(config) => match orders::migrate(&mut session, config, &steps).await {
            Ok(taken) => Ok(taken),
            Err(PrepareError::Target(failure)) => Err(failed(failure)),
            Err(why) => Err(plan.refused(job, why)),
        },
        None => apply_possible(&mut session, &steps).await.map_err(failed),
    };
    session.close().await;
    taken
}

pub(super) fn print(done: &[Migrated<'_>], back: bool, format: Format) -> Result<(), Failed> {
    match format {
        Format::Json => {
            let jobs = done.iter().map(|Migrated { job, steps, left }| {
                json!({"name": job.name, "target": job.target.describe(), word(back): steps, "warnings": left})
            });
            output::json(&json!({"version": 1, "jobs": jobs.collect::<Vec<_>>()}))
        }
        Format::Text => output::result(&text(done, back)),
    }
}

/// A line a database.
pub(super) fn text(done: &[Migrated<'_>], back: bool) -> String {
    let line = |Migrated { job, steps, .. }: &Migrated<'_>| match steps.is_empty() {
        true => format!("{}: nothing to do\n", job.target.describe()),
        false => format!("{}: {} {}\n", job.target.describe(), word(back), steps.join(", ")),
    };
    done.iter().map(line).collect()
}

fn word(back: bool) -> &'static str {
    if back { "reverted" } else { "applied" }
}
