//! The `loadgen` command.

mod args;
mod backend;
mod begun;
mod capture;
mod course;
mod created;
mod ends;
mod environment;
mod execute;
mod failed;
mod flags;
mod freshness;
mod grid;
mod guard;
mod ids;
mod job;
mod ledger;
mod log;
mod markers;
mod migrations;
mod news;
mod outages;
mod output;
mod places;
mod plan;
mod plan_file;
mod prepared;
mod progress;
mod run_target;
mod secrets;
mod seed_progress;
mod seed_text;
mod signals;
mod sink;
mod slot;
mod style;
mod tenant;
mod tenants;
mod text;
mod units;
mod verbs;
mod verify_file;
mod verify_text;
mod view;

use std::process::ExitCode;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

use args::{Args, TalkArgs, Verb};
use clap::Parser;
use failed::{Code, Failed};

fn main() -> ExitCode {
    let Args { verb, talk } = Args::parse();
    log::start(&talk);
    match run(verb, &talk) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failed) => {
            if let Some(message) = failed.message() {
                output::say(&format!("error: {message}"));
            }
            failed.exit_code()
        }
    }
}

/// Workers have runtimes of their own; this one only supervises.
fn run(verb: Verb, talk: &TalkArgs) -> Result<(), Failed> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime =
        runtime.map_err(|error| Failed::new(Code::Run, format!("failed to start a runtime: {error}")))?;
    let done = runtime.block_on(verbs::dispatch(verb, talk));
    runtime.shutdown_background();
    done
}
