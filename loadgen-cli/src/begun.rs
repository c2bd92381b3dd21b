//! What is known of each job when the first of them begins.

use tokio::{task::JoinHandle, time::timeout_at};

use crate::{
    failed::{Code, Failed},
    plan::Plan,
    prepared::Prepared,
    tenant::{self, Attempt, MOMENT},
};

/// What is known of a job.
#[derive(Debug)]
pub(crate) enum Begun {
    /// All that can be.
    Known(Prepared),
    /// Its database is one of several, and has not answered yet, or cannot.
    Later(JoinHandle<Attempt>),
}

impl Begun {
    /// What the job will do, if that is known.
    pub(crate) fn known(&self) -> Option<&Prepared> {
        match self {
            Begun::Known(prepared) => Some(prepared),
            Begun::Later(_) => None,
        }
    }

    /// What takes the time before the first operation.
    pub(crate) fn before(&self, is_compared: bool) -> &'static str {
        self.known().map_or("waiting for the database; no traffic yet", |known| known.before(is_compared))
    }
}

/// Gives databases a moment to answer. Mistakes that no waiting mends are found by then wherever one answers, and refused; whatever
/// takes longer, or may pass, keeps nobody else waiting.
pub(crate) async fn settle(plan: &Plan, begun: &mut [Begun]) -> Result<(), Failed> {
    let until = tokio::time::Instant::now() + MOMENT;
    for (job, begun) in plan.jobs.iter().zip(begun) {
        let Begun::Later(first) = begun else { continue };
        let Ok(attempted) = timeout_at(until, &mut *first).await else { continue };
        match attempted.map_err(|error| Failed::because(Code::Run, &error))? {
            Ok(prepared) => *begun = Begun::Known(prepared),
            Err(error) if tenant::may_pass(&error) => {
                *begun = Begun::Later(tokio::spawn(async { Err(error) }))
            }
            Err(error) => return Err(plan.no_report(job, error)),
        }
    }
    Ok(())
}
