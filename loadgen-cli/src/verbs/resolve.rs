//! `loadgen resolve`: settles what a killed run left undecided.

use loadgen_core::ledger::{self, Settled};
use serde_json::json;

use crate::{
    args::Format,
    failed::{Code, Failed},
    flags::ResolveArgs,
    output,
    run_target::RunTarget,
    units::counted,
};

pub(super) async fn resolve(args: &ResolveArgs) -> Result<(), Failed> {
    let target = RunTarget::find(&args.run)?;
    let mut session = target.connect().await?;
    let settled = ledger::resolve(&mut session, &target.directory).await;
    session.close().await;
    let settled = settled.map_err(|error| Failed::because(Code::Run, &error))?;
    let Settled { committed, aborted, had_ended } = settled;
    if args.output.format == Format::Json {
        let run = &target.header.run;
        let document = json!({"version": 1, "run": run, "had_ended": had_ended, "committed": committed, "aborted": aborted});
        return output::json(&document);
    }
    output::result(&match had_ended {
        true => format!("run {} has its end already; nothing is left to settle\n", target.header.run),
        false => format!(
            "run {} is settled: {} turned out to be committed, {aborted} aborted\n",
            target.header.run,
            counted(committed, "transaction")
        ),
    })
}
