//! `loadgen verify`: is everything at the far end that the ledger has?

use std::time::{Duration, Instant};

use loadgen_core::{
    Target,
    ledger::{Header, LedgerReader},
    verify::{Sink, Verdict, Verifier, VerifyOptions, observe_markers, observe_rows},
};
use loadgen_pg::PgSession;

use super::run::write;
use crate::{
    args::Format,
    failed::{Code, Failed},
    flags::VerifyArgs,
    output,
    run_target::RunTarget,
    sink::Sink as Place,
    style::Style,
    verify_text,
};

/// How often a sink that is behind is asked again.
const PAUSE: Duration = Duration::from_millis(100);

pub(super) async fn verify(args: &VerifyArgs) -> Result<(), Failed> {
    let target = RunTarget::find(&args.run)?;
    let target = match &args.sink {
        Place::Source => target,
        Place::Copy(address) => target.beside(address)?,
        Place::Slot(name) => return Err(Failed::new(Code::Usage, format!("slot:{name} cannot be read yet"))),
    };
    let ledger = LedgerReader::open(&target.directory).map_err(|error| Failed::because(Code::Run, &error))?;
    let verifier = Verifier::new(ledger, Sink::State, VerifyOptions::default());
    let mut verifier = verifier.map_err(|error| Failed::because(Code::Run, &error))?;
    let mut session = target.connect().await?;
    let observed = observe(&mut session, &target.header, args.wait.0, &mut verifier).await;
    session.close().await;
    observed?;
    let verification = verifier.finish().map_err(|error| Failed::because(Code::Run, &error))?;
    write(&args.run.run, "verify.json", &output::pretty(&verification)?)?;
    match args.output.format {
        Format::Json => output::json(&verification)?,
        Format::Text => {
            let (run, sink) = (&target.header.run, target.target.describe());
            let style = Style::new(output::colours());
            output::result(&verify_text::verification(&verification, (run, &sink), args.findings, style))?;
        }
    }
    match verification.verdict {
        Verdict::Pass => Ok(()),
        Verdict::Fail => Err(Failed::silent(Code::Check)),
        Verdict::Inconclusive => Err(Failed::silent(Code::Inconclusive)),
    }
}

/// Waits for the watermark, and hands the rows over.
async fn observe(
    session: &mut PgSession,
    header: &Header,
    wait: Duration,
    verifier: &mut Verifier,
) -> Result<(), Failed> {
    let begun = Instant::now();
    loop {
        let seen = observe_markers(session, header, verifier).await;
        seen.map_err(|error| Failed::because(Code::Run, &error))?;
        if verifier.is_complete() || begun.elapsed() >= wait {
            break;
        }
        tokio::time::sleep(PAUSE).await;
    }
    observe_rows(session, header, verifier).await.map_err(|error| Failed::because(Code::Run, &error))
}
