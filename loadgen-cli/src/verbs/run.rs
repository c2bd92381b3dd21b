//! `loadgen run`: traffic.

use std::path::Path;

use crate::{
    args::{Format, TalkArgs},
    execute::{self, Execution, Manner},
    failed::{Code, Failed},
    flags::RunArgs,
    freshness::Followed,
    ledger, output,
    plan::Plan,
    signals::Signals,
    slot::SlotWish,
    style::Style,
    text,
};

pub(super) async fn run(args: &RunArgs, talk: &TalkArgs) -> Result<(), Failed> {
    let plan = Plan::resolve(&args.source, &args.load)?;
    let signals = Signals::listen(talk.quiet);
    if let Some(out) = &args.out {
        ledger::refuse_taken(out)?;
        write(out, "plan.yaml", &plan.to_yaml()?)?;
    }
    let allow_host = args.source.reach.allow_host.clone();
    let ledger = args.out.clone().filter(|_| args.ledger);
    let slot = args.slot.clone().map(|name| SlotWish { name, most: args.max_slot_wal.0 });
    let followed = |sink| Followed::new(sink, slot.as_ref(), &plan.environment);
    let freshness = args.freshness.as_ref().map(followed).transpose()?;
    let (check, progress, quiet) = (args.check, args.progress, talk.quiet);
    let ledger_sync = args.ledger_sync.into();
    let manner = Manner { check, progress, quiet, ledger, ledger_sync, slot, freshness, allow_host };
    let execution = execute::execute(&plan, &manner, &signals).await?;
    let summary = output::pretty(&execution.summary)?;
    // What a run came to is said even where it cannot be kept.
    let printed = print(&execution, args.output.format);
    let kept = args.out.as_deref().map_or(Ok(()), |out| write(out, "summary.json", &summary));
    printed.and(kept)?;
    execution.verdict(&signals)
}

/// Writes the summary to the standard output.
pub(super) fn print(execution: &Execution, format: Format) -> Result<(), Failed> {
    let (summary, style) = (&execution.summary, Style::new(output::colours()));
    match format {
        Format::Json => output::json(summary),
        Format::Text => output::result(&text::summary(summary, execution.unsaid(), style)),
    }
}

/// Writes a file of a run: whole, or as it was before.
pub(super) fn write(directory: &Path, name: &str, text: &str) -> Result<(), Failed> {
    let (path, beside) = (directory.join(name), directory.join(format!("{name}.new")));
    let failed = |error: std::io::Error| {
        let why = if directory.is_file() { "it is no directory".to_owned() } else { error.to_string() };
        Failed::new(Code::Run, format!("failed to write {}: {why}", path.display()))
    };
    std::fs::create_dir_all(directory).map_err(failed)?;
    let written = std::fs::write(&beside, text).and_then(|()| std::fs::rename(&beside, &path));
    written.map_err(|error| {
        // What is left of it may be all that there is room for.
        let _ = std::fs::remove_file(&beside);
        failed(error)
    })
}
