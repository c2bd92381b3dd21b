//! `loadgen cleanup`: removes what a run has made beside its rows.

use std::fmt::Write;

use loadgen_core::ledger::{self as ledgers, LedgerState};
use loadgen_pg::slot::Removed;
use serde_json::json;

use crate::{
    args::Format,
    created,
    failed::{Code, Failed},
    flags::CleanupArgs,
    ledger, output,
    run_target::RunTarget,
};

pub(super) async fn cleanup(args: &CleanupArgs) -> Result<(), Failed> {
    let (run, job) = (&args.run.run, args.run.job.as_deref());
    let Some(mut file) = created::read(run, job)? else {
        if let Some(which) = ledger::no_such_job(run, job) {
            return Err(which);
        }
        let message = format!(
            "{} does not say what the run has made; name the directory of a run that was made with --ledger",
            created::path(run, job).display()
        );
        return Err(Failed::new(Code::Usage, message));
    };
    let directory = ledger::find(run, job);
    let state = ledgers::state(&directory).map_err(|error| Failed::because(Code::Run, &error))?;
    let place = run.display();
    match state {
        LedgerState::Busy => {
            return Err(Failed::new(Code::Run, format!("the run in {place} has not ended; stop it first")));
        }
        LedgerState::Unsettled if !args.force => {
            let message = format!(
                "the markers are needed to find out how the last transactions of the run ended; `loadgen resolve {place}{}` \
                 does that, and --force removes them all the same",
                ledger::which(job)
            );
            return Err(Failed::new(Code::Run, message));
        }
        LedgerState::Settled | LedgerState::Unsettled => {}
    }
    let target = RunTarget::without_header(&args.run, directory)?;
    let mut session = target.connect().await?;
    let removed = created::remove(&mut session, &mut file).await;
    session.close().await;
    let removed = removed.map_err(|error| Failed::because(Code::Run, &error))?;
    let name = &file.created.run;
    match args.output.format {
        Format::Json => {
            let Removed { slot, publication, markers, marker_table, kept, .. } = &removed;
            output::json(&json!({"version": 1, "run": name, "slot": slot, "publication": publication,
                "markers": markers, "marker_table": marker_table, "kept": kept}))
        }
        Format::Text => output::result(&text(name, &removed)),
    }
}

fn text(run: &str, removed: &Removed) -> String {
    let mut text = String::new();
    let mut line = |what: &str, name: &Option<String>| {
        if let Some(name) = name {
            let _ = writeln!(text, "removed the {what} {name}");
        }
    };
    line("slot", &removed.slot);
    line("publication", &removed.publication);
    line("table", &removed.marker_table);
    if removed.markers > 0 {
        let _ = writeln!(text, "removed {} markers of the run {run}", removed.markers);
    }
    if text.is_empty() {
        let _ = writeln!(text, "nothing that the run {run} has made is there any more");
    }
    removed.kept.iter().for_each(|kept| text.extend([kept.as_str(), "\n"]));
    text
}
