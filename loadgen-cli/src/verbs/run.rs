//! `loadgen run`: traffic.

use std::path::Path;

use loadgen_core::summary::Summary;

use crate::{
    args::{Format, TalkArgs},
    execute::{self, Manner},
    failed::{Code, Failed},
    flags::RunArgs,
    guard, output,
    plan::Plan,
    signals::Signals,
    style::Style,
    text,
};

pub(super) async fn run(args: &RunArgs, talk: &TalkArgs) -> Result<(), Failed> {
    let plan = Plan::resolve(&args.source, &args.load)?;
    for job in &plan.jobs {
        guard::check(&job.target, &args.source.reach.allow_host).await?;
    }
    if let Some(out) = &args.out {
        write(out, "plan.yaml", &plan.to_yaml()?)?;
    }
    let signals = Signals::listen(talk.quiet);
    let manner = Manner { check: args.check, progress: args.progress, quiet: talk.quiet };
    let summary = execute::execute(&plan, &manner, &signals).await?;
    if let Some(out) = &args.out {
        write(out, "summary.json", &output::pretty(&summary)?)?;
    }
    print(&summary, args.output.format)?;
    execute::verdict(&summary, &signals)
}

/// Writes a summary to the standard output.
pub(super) fn print(summary: &Summary, format: Format) -> Result<(), Failed> {
    match format {
        Format::Json => output::json(summary),
        Format::Text => output::result(&text::summary(summary, Style::new(output::colours()))),
    }
}

fn write(directory: &Path, name: &str, text: &str) -> Result<(), Failed> {
    let path = directory.join(name);
    let written = std::fs::create_dir_all(directory).and_then(|()| std::fs::write(&path, text));
    written.map_err(|error| Failed::new(Code::Run, format!("failed to write {}: {error}", path.display())))
}
