//! What a run with a ledger makes before its traffic, and the file that says so.

use std::path::{Path, PathBuf};

use loadgen_core::Target;
use loadgen_pg::{
    PgSession,
    slot::{self, Created, CreatedFile, SlotError, SlotPlan},
};

use crate::{
    execute::{Manner, Traced},
    failed::{Code, Failed},
    job::Job,
    plan::Plan,
};

/// The version of the format.
const VERSION: u32 = 1;

/// Where a run says what it has made; one file for each of several jobs.
pub(crate) fn path(run: &Path, job: Option<&str>) -> PathBuf {
    run.join(job.map_or("created.json".to_owned(), |job| format!("created-{job}.json")))
}

/// What a run has made, if that is known.
pub(crate) fn read(run: &Path, job: Option<&str>) -> Result<Option<CreatedFile>, Failed> {
    CreatedFile::read(path(run, job)).map_err(|error| Failed::because(Code::Run, &error))
}

/// Makes the markers of each job, and the slot. The file of the job that has the slot.
pub(crate) async fn make(
    plan: &Plan,
    traced: &[Traced],
    manner: &Manner,
    fitted: Option<&SlotPlan>,
) -> Result<Option<CreatedFile>, Failed> {
    let mut made = None;
    for (job, (_, ledger)) in plan.jobs.iter().zip(traced) {
        let (Some(out), Some((_, header))) = (&manner.ledger, ledger) else { continue };
        let name = (plan.jobs.len() > 1).then_some(job.name.as_str());
        if read(out, name)?.is_some_and(|file| file.created.slot.is_some()) {
            let out = out.display();
            let message = format!(
                "{out} is that of a run whose slot is still there; `loadgen cleanup {out}` removes it"
            );
            return Err(Failed::new(Code::Run, message));
        }
        let target = job.target.describe();
        let created = Created { version: VERSION, run: header.run.clone(), target, ..Created::default() };
        let file = CreatedFile::new(path(out, name), created);
        made = Some(make_for(job, file, fitted).await?);
    }
    Ok(made.filter(|_| fitted.is_some()))
}

/// What was made before something could not be is removed again.
async fn make_for(
    job: &Job,
    mut file: CreatedFile,
    fitted: Option<&SlotPlan>,
) -> Result<CreatedFile, Failed> {
    let mut session = job.connect().await?;
    let made = make_all(&mut session, &mut file, fitted).await;
    if made.is_err() && file.created.marker.is_some() {
        let _ = slot::remove(&mut session, &mut file).await;
    }
    session.close().await;
    match made {
        Ok(()) => Ok(file),
        Err(error) => Err(Failed::because(Code::Run, &error)),
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
