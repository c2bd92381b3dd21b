//! `loadgen demo`: the whole product in half a minute, on a PostgreSQL of its own.

use loadgen_core::{
    Seed, SqlSession,
    crud::OperationWeights,
    units::{Count, Span},
};
use loadgen_pg::server::{Server, ServerError};

use crate::{
    args::{ProgressMode, TalkArgs},
    execute::{self, Execution, Manner},
    failed::{Code, Failed},
    flags::{DemoArgs, FileArgs, LoadArgs, ReachArgs, SourceArgs, TableArgs},
    output,
    plan::Plan,
    signals::Signals,
    units::count,
};

const SHOP: &str = include_str!("../../demo/shop.sql");

pub(super) async fn demo(args: DemoArgs, talk: &TalkArgs) -> Result<(), Failed> {
    let signals = Signals::listen(talk.quiet);
    let quiet = talk.quiet;
    let say = move |line: &str| {
        if !quiet {
            output::say(line)
        }
    };
    say("starting a throw-away PostgreSQL");
    let started = Server::builder().notice(say).start();
    let Some(started) = signals.unless_stopped(started).await else { return Ok(()) };
    let server = started.map_err(|error| broken(&error))?;
    say(&format!("PostgreSQL {} is up; making a shop of four tables in it", server.version()));
    let done = on(&server, &args, &signals, &say, quiet).await;
    let stopped = server.stop().await;
    let execution = done?;
    super::run::print(&execution, args.output.format)?;
    stopped.map_err(|error| broken(&error))?;
    say("the server and everything in it are gone again");
    execution.verdict(&signals)
}

async fn on(
    server: &Server,
    args: &DemoArgs,
    signals: &Signals,
    say: &impl Fn(&str),
    quiet: bool,
) -> Result<Execution, Failed> {
    let url = server.create_database("shop").await.map_err(|error| broken(&error))?;
    let (source, load) = filling(&url, args.seed);
    let filling = Plan::resolve(&source, &load)?;
    create(&filling).await?;
    let (progress, allow_host) = (ProgressMode::None, Vec::new());
    let ledger_sync = loadgen_core::ledger::LedgerSync::None;
    let manner = Manner {
        check: false,
        progress,
        quiet,
        ledger: None,
        ledger_sync,
        slot: None,
        freshness: None,
        allow_host,
    };
    let filled = execute::execute(&filling, &manner, signals).await?;
    if signals.count() > 0 {
        return Ok(filled);
    }
    let rows: u64 = filled.summary.jobs.iter().map(|job| job.rows.inserted).sum();
    filled.verdict(signals)?;
    say(&format!("filled it with {} rows", count(rows)));
    let (source, load) = traffic(&url, args);
    let traffic = Plan::resolve(&source, &load)?;
    say(&format!(
        "inserts, updates and deletes for {}, {} on {} connections, seed {}; Ctrl+C ends it early",
        args.duration, args.rate, args.connections, args.seed
    ));
    let manner = Manner { check: true, progress: args.progress, ..manner };
    execute::execute(&traffic, &manner, signals).await
}

async fn create(plan: &Plan) -> Result<(), Failed> {
    for job in &plan.jobs {
        let mut session = job.connect().await?;
        session.execute(SHOP).await.map_err(|error| Failed::because(Code::Run, &error))?;
    }
    Ok(())
}

/// Rows to begin with. The seed differs, or the traffic would insert the same rows again.
fn filling(url: &str, seed: Seed) -> (SourceArgs, LoadArgs) {
    let tables = TableArgs {
        mix: Some(OperationWeights { insert: 1, update: 0, delete: 0 }),
        insert_rows: Some(20),
        ..TableArgs::default()
    };
    let load = LoadArgs { operations: Some(Count(500)), ..LoadArgs::default() };
    (source(url, Seed(!seed.0), tables), load)
}

fn traffic(url: &str, args: &DemoArgs) -> (SourceArgs, LoadArgs) {
    let load = LoadArgs {
        connections: Some(args.connections),
        rate: Some(args.rate),
        duration: Some(Span(args.duration.0)),
        ..LoadArgs::default()
    };
    (source(url, args.seed, TableArgs::default()), load)
}

fn source(url: &str, seed: Seed, tables: TableArgs) -> SourceArgs {
    SourceArgs {
        plan: FileArgs { seed: Some(seed), set: vec!["jobs.0.name=shop".to_owned()], ..FileArgs::default() },
        reach: ReachArgs { url: Some(url.to_owned()), ..ReachArgs::default() },
        tables,
    }
}

fn broken(error: &ServerError) -> Failed {
    let why = Failed::because(Code::Run, error);
    Failed::new(Code::Run, format!("the throw-away PostgreSQL: {}", why.message().unwrap_or_default()))
}
