//! What a run with a ledger makes before its traffic, and the file that says so.

use std::path::{Path, PathBuf};

use loadgen_core::{PrepareError, RunError, Target, ledger::Header};
use loadgen_pg::{
    PgSession,
    slot::{self, Created, CreatedFile, Removed, SlotError, SlotPlan},
};

use crate::{
    backend::BackendSession,
    ends::STOPPED,
    execute::{Manner, Traced},
    failed::{Code, Failed},
    job::Job,
    ledger, markers,
    plan::Plan,
};

/// The version of the format.
const VERSION: u32 = 1;

/// Where a run says what it has made; one file for each of several jobs.
pub(crate) fn path(run: &Path, job: Option<&str>) -> PathBuf {
    run.join(job.map_or("created.json".to_owned(), |job| format!("created-{}.json", ledger::file_name(job))))
}

/// What a run has made, if that is known.
pub(crate) fn read(run: &Path, job: Option<&str>) -> Result<Option<CreatedFile>, Failed> {
    CreatedFile::read(path(run, job)).map_err(|error| Failed::because(Code::Run, &error))
}

/// Makes the markers of each job whose database has to be there, and the slot. The file of the job that has the slot.
pub(crate) async fn make(
    plan: &Plan,
    traced: &[Traced],
    manner: &Manner,
    fitted: Option<&SlotPlan>,
) -> Result<Option<CreatedFile>, Failed> {
    let mut made = None;
    for (job, (_, ledger)) in plan.jobs.iter().zip(traced) {
        let (Some(out), Some((_, header))) = (&manner.ledger, ledger) else { continue };
        let name = plan.name_among(job);
        if read(out, name)?.is_some_and(|file| file.created.slot.is_some()) {
            let out = out.display();
            let message = format!(
                "{out} is that of a run whose slot is still there; `loadgen cleanup {out}{}` removes it",
                ledger::which(name)
            );
            return Err(Failed::new(Code::Run, message));
        }
        if job.is_tenant() {
            continue;
        }
        let mut file = file_of(job, path(out, name), header);
        let mut session = job.connect().await?;
        let done = make_in(&mut session, &mut file, fitted).await;
        session.close().await;
        done?;
        made = Some(file);
    }
    Ok(made.filter(|_| fitted.is_some()))
}

/// What is said of a run that is stopped while this is made.
pub(crate) fn half_made(manner: &Manner) -> String {
    let out = manner.ledger.as_deref().unwrap_or(Path::new(""));
    format!("{STOPPED}; what it may have made is taken away by `loadgen cleanup {}`", out.display())
}

/// Makes the markers of a job whose database was waited for.
pub(crate) async fn make_later(job: &Job, path: &Path, header: &Header) -> Result<(), RunError> {
    let target = job.target.describe();
    let mut session = match job.endpoint().connect().await {
        Ok(session) => session,
        Err(source) => return Err(RunError::Connect { target, source }),
    };
    let made = make_in(&mut session, &mut file_of(job, path.to_owned(), header), None).await;
    session.close().await;
    made.map_err(|failed| {
        let why = failed.message().unwrap_or_default().to_owned();
        RunError::Prepare { target, source: PrepareError::Plan(why.into()) }
    })
}

/// The file of a job that has made nothing yet.
fn file_of(job: &Job, path: PathBuf, header: &Header) -> CreatedFile {
    let target = job.target.describe();
    let created = Created { version: VERSION, run: header.run.clone(), target, ..Created::default() };
    CreatedFile::new(path, created)
}

/// What was made before something could not be is removed again.
async fn make_in(
    session: &mut BackendSession,
    file: &mut CreatedFile,
    fitted: Option<&SlotPlan>,
) -> Result<(), Failed> {
    let made = match session {
        BackendSession::Pg(postgres) => make_all(postgres, file, fitted).await,
        BackendSession::Mssql(session) => markers::note(session, file).await,
    };
    if made.is_err() && file.created.marker.is_some() {
        let _ = remove(session, file).await;
    }
    made.map_err(|error| Failed::because(Code::Run, &error))
}

/// Removes what is written down.
pub(crate) async fn remove(
    session: &mut BackendSession,
    file: &mut CreatedFile,
) -> Result<Removed, SlotError> {
    match session {
        BackendSession::Pg(postgres) => slot::remove(postgres, file).await,
        BackendSession::Mssql(session) => markers::remove(session, file).await,
    }
}

async fn make_all(
    session: &mut PgSession,
    file: &mut CreatedFile,
    fitted: Option<&SlotPlan>,
) -> Result<(), SlotError> {
    slot::note_marker(session, file).await?;
    match fitted {
        Some(fitted) => slot::make(session, fitted, file).await,
        None => Ok(()),
    }
}
