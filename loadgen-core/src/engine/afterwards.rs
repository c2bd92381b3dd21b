//! What comes after the traffic: the books are closed, and what is there is compared.

use std::time::Duration;

use tokio::time::Instant;

use super::{
    follow::Ask,
    open::{DEADLINE_CODE, deadline_passed, open},
    shared::Shared,
};
use crate::{Action, CheckError, Failure, Occasion, Report, Workload};

/// What is compared is what is there now, and a ledger says what it has come to. A look that fails is left to the comparison to explain.
pub(crate) async fn last_look<W: Workload>(shared: &Shared<W>) {
    if !shared.workload.follows_schema() {
        return;
    }
    let looked = tokio::time::timeout(shared.deadline, async {
        let mut session = open(&*shared.target, shared.deadline).await?;
        let (since, occasion) = (Instant::now(), Occasion::Suspicion);
        let ask = Ask { after: None, since, is_guess: false, occasion, within: shared.deadline };
        shared.follower.look(&shared.workload, &mut session, ask).await
    });
    if let Ok(Err(error)) = looked.await {
        tracing::debug!(%error, "failed to look at the schema before the check");
    }
}

/// Settles what is left, on one session after the other. A target that is on its way back is waited for; `within` bounds all of it,
/// where there is no more time.
pub(crate) async fn finish<W: Workload>(
    shared: &Shared<W>,
    patience: Duration,
    within: Option<Duration>,
) -> Result<(), Failure> {
    let settled = settle(shared, patience);
    match within {
        Some(within) => {
            let settled = tokio::time::timeout(within, settled).await;
            settled.unwrap_or_else(|_| Err(deadline_passed("answer", within)))
        }
        None => settled.await,
    }
}

async fn settle<W: Workload>(shared: &Shared<W>, patience: Duration) -> Result<(), Failure> {
    let (since, mut pause) = (Instant::now(), shared.retry.base);
    loop {
        // Each step has the session's own deadline, and there are as many as lanes: no number of them is late.
        let settled = async {
            let mut session = open(&*shared.target, shared.deadline).await?;
            shared.workload.finish(&mut session).await
        };
        match settled.await {
            Err(failure) if may_pass(&failure) && since.elapsed() + pause < patience => {
                tracing::debug!(%failure, "failed to settle what is left; tried again");
                tokio::time::sleep(pause).await;
                pause = (pause * 2).min(shared.retry.cap);
            }
            finished => return finished,
        }
    }
}

fn may_pass(failure: &Failure) -> bool {
    let waits = matches!(failure.action, Action::Retry | Action::RetryThenSkip | Action::PauseThenFatal);
    waits || failure.breaks_session()
}

/// Why the end of a traced run is missing in its ledger.
pub(crate) const UNFINISHED: &str = "stopped before everything was settled";

/// How often a comparison is begun again whose connection was lost.
const COMPARISONS: u32 = 5;

/// Compares. What is lost on the way, as when the server is started again, is begun anew; silence is not waited out twice.
pub(crate) async fn compare<W: Workload>(
    shared: &Shared<W>,
    deadline: Duration,
    report: &Report,
) -> Result<(), CheckError> {
    for _ in 1..COMPARISONS {
        match compare_once(shared, deadline, report).await {
            Err(CheckError::Target(failure)) if failure.breaks_session() && failure.code != DEADLINE_CODE => {
                tracing::debug!(%failure, "failed to compare; begun again");
                tokio::time::sleep(shared.retry.cap).await;
            }
            compared => return compared,
        }
    }
    compare_once(shared, deadline, report).await
}

async fn compare_once<W: Workload>(
    shared: &Shared<W>,
    deadline: Duration,
    report: &Report,
) -> Result<(), CheckError> {
    let mut session = open(&*shared.target, deadline).await?;
    shared.workload.check(&mut session, report).await
}
