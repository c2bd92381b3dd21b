//! `loadgen health`: is each target there, and may we do what the plan needs.

use std::time::Instant;

use loadgen_core::{PrepareError, SqlSession, Target};
use serde_json::json;

use crate::{
    args::Format,
    failed::{Code, Failed},
    flags::{HealthArgs, LoadArgs},
    grid::Grid,
    guard::{self, Reach},
    job::Job,
    output,
    plan::Plan,
    prepared::Prepared,
    style::Style,
    units::millis,
};

/// One thing that was looked at.
struct Check {
    job: String,
    what: &'static str,
    ok: bool,
    detail: String,
}

pub(super) async fn health(args: &HealthArgs) -> Result<(), Failed> {
    let plan = Plan::resolve(&args.source, &LoadArgs::default())?;
    plan.say_warnings();
    let mut checks = Vec::new();
    for job in &plan.jobs {
        let reach = guard::reach(&job.target, &args.source.reach.allow_host).await;
        let mut push = |what, result: Result<String, String>| {
            let ok = result.is_ok();
            let detail = result.unwrap_or_else(|why| why);
            checks.push(Check { job: job.name.clone(), what, ok, detail });
            ok
        };
        push("host", host(job, reach));
        examine(&plan, job, &mut push).await;
    }
    let ok = checks.iter().all(|check| check.ok);
    print(&checks, ok, args.output.format)?;
    if ok { Ok(()) } else { Err(Failed::silent(Code::Run)) }
}

fn host(job: &Job, reach: Result<Reach, Failed>) -> Result<String, String> {
    let target = job.target.describe();
    match reach {
        Err(failed) => Err(failed.message().unwrap_or_default().to_owned()),
        Ok(Reach::Private) => Ok(format!("{target} is on this machine or in a private network")),
        Ok(Reach::Allowed) => Ok(format!("{target} is public and allowed")),
        Ok(Reach::Public) => {
            Err(format!("{target} is public: a run needs --allow-host {}", job.target.host()))
        }
    }
}

/// Each step needs the one before.
async fn examine(
    plan: &Plan,
    job: &Job,
    push: &mut impl FnMut(&'static str, Result<String, String>) -> bool,
) {
    let start = Instant::now();
    let connected = job.target.connect().await;
    let took = millis(start.elapsed().as_secs_f64() * 1e3);
    let mut session = match connected {
        Ok(session) => session,
        Err(failure) => {
            push("sign in", Err(failure.to_string()));
            return;
        }
    };
    push("sign in", Ok(format!("signed in after {took} ms")));
    if !push("server", session.server().await.map_err(|failure| failure.to_string())) {
        return;
    }
    match Prepared::of(job, &mut session, false).await {
        Ok(Prepared::Crud(planned)) => {
            push("rights", Ok("all that the plan needs".to_owned()));
            let (tables, refused) = (planned.tables.len(), planned.refused.len());
            push("plan", Ok(format!("{tables} tables to write, {refused} left out")));
        }
        Ok(Prepared::Orders(planned)) => {
            let (taken, pending) = (planned.taken.len(), planned.pending.len());
            push("plan", Ok(format!("{taken} migrations applied, {pending} to apply")));
        }
        Err(PrepareError::Rights(missing)) => {
            for (table, rights) in missing {
                push("rights", Err(format!("{table}: no {rights}; GRANT it, or exclude the table")));
            }
        }
        Err(error) => {
            let failed = plan.refused(job, error);
            push("plan", Err(failed.message().unwrap_or_default().to_owned()));
        }
    }
}

fn print(checks: &[Check], ok: bool, format: Format) -> Result<(), Failed> {
    if format == Format::Json {
        let rows = checks.iter().map(
            |check| json!({"job": check.job, "check": check.what, "ok": check.ok, "detail": check.detail}),
        );
        let document = json!({"version": 1, "checks": rows.collect::<Vec<_>>(), "ok": ok});
        return output::json(&document);
    }
    // What is wrong and what to do about it is never cut.
    let mut grid = Grid::new(["job", "check", "", "detail"]).uncut();
    for check in checks {
        let ok = if check.ok { "ok" } else { "FAILED" };
        grid.row([&check.job, check.what, ok, &check.detail]);
    }
    let mut text = String::new();
    grid.write(&mut text, 0, Style::new(output::colours()));
    output::result(&text)
}
