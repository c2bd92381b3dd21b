//! The job of one database out of several: it waits for its own and for nobody else's.

use std::{
    path::PathBuf,
    time::{Duration, Instant},
};

use loadgen_core::{
    Action, Failure, PrepareError, Report, RunError, Target,
    ledger::{Header, Ledger},
};

use crate::{
    begun::Begun,
    course::{Beside, Course},
    created,
    job::Job,
    prepared::Prepared,
};

mod patience;

use patience::Patience;

/// What finding out about a database came to.
pub(crate) type Attempt = Result<Prepared, RunError>;

/// How long nobody begins, so that mistakes are found before anything is touched. Who takes longer than that to answer is waited for
/// beside the others.
pub(crate) const MOMENT: Duration = Duration::from_secs(2);

/// Connects, and finds out what the job would do.
pub(crate) async fn attempt(job: Job, check: bool) -> Attempt {
    let target = job.target.describe();
    let mut session = match job.endpoint().connect().await {
        Ok(session) => session,
        Err(source) => return Err(RunError::Connect { target, source }),
    };
    if let Err(source) = job.locate(&mut session).await {
        return Err(RunError::Connect { target, source });
    }
    let prepared = Prepared::of(&job, &mut session, check).await;
    session.close().await;
    prepared.map_err(|source| RunError::Prepare { target, source })
}

/// Whether waiting mends it: the database cannot be reached, is not there yet, or is short of something.
pub(crate) fn may_pass(error: &RunError) -> bool {
    failure_of(error).is_some_and(|failure| {
        let action = failure.action;
        failure.absent
            || matches!(
                action,
                Action::Retry
                    | Action::RetryThenSkip
                    | Action::Reconnect
                    | Action::PauseThenFatal
                    | Action::Resolve
            )
    })
}

/// What the database answered, if that is why.
fn failure_of(error: &RunError) -> Option<&Failure> {
    match error {
        RunError::Connect { source, .. } | RunError::Prepare { source: PrepareError::Target(source), .. } => {
            Some(source)
        }
        _ => None,
    }
}

/// The ledger that a job keeps, and the file that says what it makes in its database.
pub(crate) type Kept = (PathBuf, (Ledger, Header));

/// Goes on from the first attempt: again and again while that may help and the job has time, then the job itself.
pub(crate) async fn run(
    job: Job,
    first: Begun,
    course: &Course,
    mut kept: Option<Kept>,
) -> Result<Report, RunError> {
    let is_traced = kept.is_some();
    let mut patience = Patience::new(&job, course.began);
    let mut attempted = match first {
        Begun::Known(prepared) => Ok(prepared),
        Begun::Later(task) => {
            let answered = course.signals.unless_stopped(task).await.ok_or(RunError::Stopped)?;
            answered.unwrap_or(Err(RunError::Worker))
        }
    };
    loop {
        let ended = match attempted {
            Ok(prepared) => begin(&job, prepared, course, &mut kept).await,
            Err(error) => Err(error),
        };
        let error = match ended {
            // A ledger that was begun cannot be begun again.
            Err(error) if may_pass(&error) && kept.is_some() == is_traced => error,
            ended => return ended,
        };
        let is_absent = failure_of(&error).is_some_and(|failure| failure.absent);
        let Some(pause) = patience.pause(is_absent, Instant::now()) else {
            course.view.say(&format!("{error}: {}; not tried again", reason(&error)));
            return Err(error);
        };
        course.view.say(&format!("{error}: {}; tried again in {:.1} s", reason(&error), pause.as_secs_f64()));
        let awake = tokio::time::sleep(pause);
        if course.signals.unless_stopped(awake).await.is_none() {
            return Err(error);
        }
        attempted = match course.signals.unless_stopped(attempt(job.clone(), course.check)).await {
            Some(attempted) => attempted,
            None => return Err(error),
        };
    }
}

/// Carries the job out, with its ledger if it keeps one. That stays until the database has the markers' table.
async fn begin(
    job: &Job,
    prepared: Prepared,
    course: &Course,
    kept: &mut Option<Kept>,
) -> Result<Report, RunError> {
    if let Some((path, (_, header))) = kept {
        created::make_later(job, path, header).await?;
    }
    let ledger = kept.take().map(|(_, ledger)| ledger);
    course.run(job, prepared, Beside { ledger, freshness: None }).await
}

fn reason(error: &RunError) -> String {
    std::error::Error::source(error).map(ToString::to_string).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_waiting_mends_is_waited_for() {
        let waits = |source| may_pass(&RunError::Connect { target: "db".into(), source });
        let connect = |action, code| waits(Failure::aborted(action, code, "why"));
        assert!(connect(Action::Reconnect, "connection refused"));
        assert!(connect(Action::PauseThenFatal, "53300"));
        assert!(waits(Failure::aborted(Action::Fatal, "x", "why").of_absent_target()));
        assert!(!connect(Action::Fatal, "28P01") && !connect(Action::Fatal, "18456"));
        let table = loadgen_core::TableName::new("public", "t");
        let source = PrepareError::Rights(vec![(table, "insert".into())]);
        assert!(!may_pass(&RunError::Prepare { target: "db".into(), source }));
    }
}
