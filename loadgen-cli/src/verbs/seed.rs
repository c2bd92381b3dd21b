//! `loadgen seed`: tables filled up to a number of rows.

use loadgen_core::{
    RunError, Target,
    crud::{self, CrudPlan, SeedReport, Seeding},
};

use super::migrate;
use crate::{
    args::{Format, TalkArgs},
    ends::STOPPED,
    execute::Clock,
    failed::{Code, Failed},
    flags::SeedArgs,
    guard,
    job::Job,
    output,
    plan::Plan,
    seed_progress,
    seed_text::{Seeded, document, text},
    signals::Signals,
    style::Style,
};

pub(super) async fn seed(args: &SeedArgs, talk: &TalkArgs) -> Result<(), Failed> {
    let plan = Plan::resolve(&args.source(), &args.load())?;
    let (made, filled): (Vec<&Job>, Vec<&Job>) = plan.jobs.iter().partition(|job| job.orders().is_some());
    let jobs: Vec<&Job> = filled.into_iter().filter(|job| is_asked_for(args, job)).collect();
    if let (Some(job), true) = (made.first(), args.rows.is_some()) {
        let message = format!(
            "--rows does not go with the workload orders, which {} has: its tables fill as it runs",
            job.name
        );
        return Err(Failed::new(Code::Usage, message));
    }
    if jobs.is_empty() && made.is_empty() {
        let message = "how many rows is not said: give --rows 100k or --table NAME=ROWS, or write `seed: 100k` below \
                       `crud:` or one of its tables in the plan";
        return Err(Failed::new(Code::Usage, message));
    }
    let (signals, clock) = (Signals::listen(talk.quiet), Clock::start());
    let mut warnings = plan.warnings.clone();
    let say = |line: &str| {
        if !talk.quiet {
            output::say(line);
        }
    };
    warnings.iter().for_each(|warning| say(&format!("warning: {warning}")));
    let planned = signals.unless_stopped(preflight(&plan, &jobs, args)).await.transpose()?;
    if planned.is_none() {
        say(STOPPED);
        warnings.push(STOPPED.to_owned());
    }
    if planned.is_some() && !made.is_empty() {
        let (done, failed) = migrate::take_all(&plan, &made, false, &args.reach.allow_host, &signals).await?;
        // The result is one document, and where rows are asked for as well, it is about those.
        if jobs.is_empty() || failed.is_some() {
            migrate::print(&done, false, args.output.format)?;
            return failed.map_or(Ok(()), Err);
        }
        say(migrate::text(&done, false).trim_end());
    }
    if plan.seed_was_drawn && !jobs.is_empty() {
        say(&format!("seed {} was drawn; --seed {} writes the same rows", plan.seed, plan.seed));
    }
    let (mut seeded, mut failed) = (Vec::new(), None);
    for (job, planned) in jobs.into_iter().zip(planned.into_iter().flatten()) {
        for (name, why) in &planned.refused {
            warnings.push(format!("{name} is left out: {why}"));
            say(&format!("warning: {name} is left out: {why}"));
        }
        match fill(&plan, job, planned, args, talk, &signals).await {
            Ok(report) => seeded.push(Seeded { job, connections: connections(job), report }),
            Err(why) => {
                failed = Some(why);
                break;
            }
        }
    }
    // What other jobs have filled is said all the same.
    let failed = match failed {
        Some(failed) if seeded.is_empty() => return Err(failed),
        failed => failed,
    };
    warnings.extend(failed.as_ref().and_then(Failed::message).map(str::to_owned));
    let (run, is_whole) = (clock.run(&plan), failed.is_none());
    match args.output.format {
        Format::Json => output::json(&document(&run, &seeded, is_whole, &warnings))?,
        Format::Text => output::result(&text(&run, &seeded, is_whole, Style::new(output::colours())))?,
    }
    failed.map_or_else(|| verdict(&seeded), Err)
}

/// Whether a job is told how many rows to fill in.
fn is_asked_for(args: &SeedArgs, job: &Job) -> bool {
    let mut crud = job.crud();
    args.apply(&mut crud);
    crud.seed.is_some() || crud.tables.values().any(|table| table.seed.is_some())
}

/// Connections carry no lanes here.
fn connections(job: &Job) -> u32 {
    job.config.connections.unwrap_or(4)
}

/// Whatever can be refused is refused before the first row.
async fn preflight(plan: &Plan, jobs: &[&Job], args: &SeedArgs) -> Result<Vec<CrudPlan>, Failed> {
    for job in jobs {
        guard::check(&job.target, &args.reach.allow_host).await?;
    }
    let mut plans = Vec::with_capacity(jobs.len());
    for job in jobs {
        let (mut crud, mut session) = (job.crud(), job.connect().await?);
        args.apply(&mut crud);
        let planned = crud::seeding_plan(&mut session, &crud, job.seed).await;
        session.close().await;
        plans.push(planned.map_err(|error| plan.refused(job, error))?);
    }
    Ok(plans)
}

async fn fill(
    plan: &Plan,
    job: &Job,
    planned: CrudPlan,
    args: &SeedArgs,
    talk: &TalkArgs,
    signals: &Signals,
) -> Result<SeedReport, Failed> {
    let rows = args.rows.or(job.crud().seed).map(|count| count.0);
    let seeding = Seeding::new(job.target.clone(), planned, rows)
        .connections(connections(job))
        .stop_on(signals.reached(1))
        .abort_on(signals.reached(2));
    let shown = seed_progress::show(job.name.clone(), seeding.progress(), args.progress, talk.quiet);
    let done = seeding.execute().await;
    drop(shown);
    done.map_err(|error| match error {
        RunError::Stopped => Failed::new(
            Code::Aborted,
            "aborted: what is committed stays, and what had begun was not waited for",
        ),
        RunError::Prepare { source, .. } => plan.refused(job, source),
        other => Failed::because(Code::Run, &other),
    })
}

/// The end that the reports ask for. A table that has run out of values is no failure; one that got nothing at all is.
fn verdict(seeded: &[Seeded<'_>]) -> Result<(), Failed> {
    for Seeded { job, report, .. } in seeded {
        if let Some((table, failure)) = &report.fatal {
            let message = format!("the seeding of {} failed at {table}: {failure}", job.target.describe());
            return Err(Failed::new(Code::Run, message));
        }
        let empty = report.tables.iter().find(|table| table.is_left_empty());
        if let Some((name, why)) = empty.and_then(|table| Some((&table.name, table.short.as_ref()?))) {
            return Err(Failed::new(Code::Run, format!("{name} could not be filled: {why}")));
        }
    }
    Ok(())
}
