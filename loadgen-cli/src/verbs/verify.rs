//! `loadgen verify`: is everything at the far end that the ledger has?

use std::time::Duration;

use loadgen_core::{
    Target,
    ledger::LedgerReader,
    verify::{Sink, Verdict, Verifier, VerifyOptions, observe_copy, observe_source},
};
use loadgen_pg::slot::{SlotEnd, SlotError, observe_slot, source_of};

use crate::{
    args::Format,
    capture, created,
    failed::{Code, Failed},
    flags::VerifyArgs,
    output,
    run_target::RunTarget,
    sink::{Capture, Sink as Place},
    slot::SLOTS,
    style::Style,
    verify_file::{self, Subject},
    verify_text,
};

pub(super) async fn verify(args: &VerifyArgs) -> Result<(), Failed> {
    let target = RunTarget::find(&args.run)?;
    let run = target.header.run.clone();
    let (verifier, sink) = match &args.sink {
        Place::Source => rows(args, target).await?,
        Place::Copy(address) => rows(args, target.beside(address)?).await?,
        Place::Slot(name) => slot(args, name, &target).await?,
        Place::Debezium(capture) => {
            let mut verifier = verifier(&target, Sink::Changes, options(args))?;
            let wait = patience(args.wait.0, &verifier);
            capture::observe(capture, &target.header, wait, &mut verifier).await?;
            (verifier, capture.to_string())
        }
    };
    let (mut verification, evidence) =
        verifier.judge().map_err(|error| Failed::because(Code::Run, &error))?;
    let subject = Subject { run, job: args.run.job.clone(), sink: name(&args.sink, &sink) };
    let (path, findings) = verify_file::write(&args.run.run, &subject, &verification, evidence, FINDINGS)?;
    verification.findings = findings;
    match args.output.format {
        Format::Json => output::json(&verification)?,
        Format::Text => {
            let style = Style::new(output::colours());
            let words = (subject.run.as_str(), sink.as_str(), path.as_deref());
            output::result(&verify_text::verification(&verification, words, args.findings, style))?;
        }
    }
    match verification.verdict {
        Verdict::Pass => Ok(()),
        Verdict::Fail => Err(Failed::silent(Code::Check)),
        Verdict::Inconclusive => Err(Failed::silent(Code::Inconclusive)),
    }
}

/// How many findings of each check the document on the standard output has; the file has all.
const FINDINGS: usize = 1_000;

/// What a sink is called in files: as it was asked for, but for an address, which may hold a password.
fn name(place: &Place, described: &str) -> String {
    match place {
        Place::Source => "source".to_owned(),
        Place::Copy(_) => described.to_owned(),
        Place::Slot(name) => format!("slot:{name}"),
        Place::Debezium(Capture::Input) => "debezium".to_owned(),
        Place::Debezium(Capture::File(path)) => format!("debezium:{}", path.display()),
    }
}

/// How long a sink may take. What has no watermark is waited for in vain.
fn patience(wait: Duration, verifier: &Verifier) -> Duration {
    verifier.watermark().map_or(Duration::ZERO, |_| wait)
}

/// What a slot of the source shows, and what to call it.
async fn slot(args: &VerifyArgs, name: &str, target: &RunTarget) -> Result<(Verifier, String), Failed> {
    let failed = |error: SlotError| Failed::because(Code::Run, &error);
    let created = created::read(&args.run.run, args.run.job.as_deref())?.map(|file| file.created);
    let mut session = target.connect().await?;
    let postgres = session.postgres(SLOTS, &target.target.describe())?;
    let found = source_of(postgres, name, args.publication.as_deref(), created.as_ref(), &target.header);
    let (source, absent) = found.await.map_err(failed)?;
    let options = VerifyOptions { absent, ..options(args) };
    let mut verifier = verifier(target, Sink::Changes, options)?;
    let end = SlotEnd { wait: patience(args.wait.0, &verifier), consume: args.consume };
    let observed = observe_slot(postgres, &target.header, &source, end, &mut verifier).await;
    session.close().await;
    observed.map_err(failed)?;
    Ok((verifier, format!("slot {name} of {}", target.target.describe())))
}

fn options(args: &VerifyArgs) -> VerifyOptions {
    VerifyOptions { temporary: args.temporary.clone(), ..VerifyOptions::default() }
}

fn verifier(target: &RunTarget, sink: Sink, options: VerifyOptions) -> Result<Verifier, Failed> {
    let ledger = LedgerReader::open(&target.directory).map_err(|error| Failed::because(Code::Run, &error))?;
    let verifier = Verifier::new(ledger, sink, options);
    verifier.map_err(|error| Failed::because(Code::Run, &error))
}

/// A verifier that has seen the rows of a database, and the name of that.
async fn rows(args: &VerifyArgs, target: RunTarget) -> Result<(Verifier, String), Failed> {
    let mut session = target.connect().await?;
    let mut verifier = verifier(&target, Sink::State, options(args))?;
    let observed = match &args.sink {
        Place::Source => observe_source(&mut session, &mut verifier).await,
        _ => observe_copy(&mut session, args.wait.0, &mut verifier).await,
    };
    session.close().await;
    observed.map_err(|error| Failed::because(Code::Run, &error))?;
    Ok((verifier, target.target.describe()))
}
