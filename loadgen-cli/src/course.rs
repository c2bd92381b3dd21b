//! One job from its first operation to its last.

use std::time::{Duration, Instant};

use loadgen_core::{
    Report, RetryPolicy, Run, RunError, Workload,
    crud::Crud,
    freshness::Freshness,
    ledger::{Header, Ledger},
    orders::Orders,
};

use crate::{job::Job, outages::Endpoint, prepared::Prepared, signals::Signals, view::View};

/// What all attempts at one job have in common.
#[derive(Clone, Debug)]
pub(crate) struct Course {
    pub(crate) signals: Signals,
    pub(crate) check: bool,
    pub(crate) view: View,
    /// When the jobs began that could.
    pub(crate) began: Instant,
}

/// What is kept beside the traffic.
#[derive(Debug, Default)]
pub(crate) struct Beside {
    pub(crate) ledger: Option<(Ledger, Header)>,
    pub(crate) freshness: Option<Freshness>,
}

impl Course {
    /// Carries out what was found out about a job.
    pub(crate) async fn run(
        &self,
        job: &Job,
        prepared: Prepared,
        beside: Beside,
    ) -> Result<Report, RunError> {
        match prepared {
            Prepared::Crud(planned) => {
                let mut workload = Crud::planned(*planned);
                if let Some((ledger, header)) = beside.ledger {
                    workload = workload.traced(ledger, header);
                }
                if let Some(freshness) = &beside.freshness {
                    workload = workload.followed(freshness);
                }
                self.execute(job, workload).await
            }
            Prepared::Orders(_) => {
                let config = job.orders().cloned().unwrap_or_default();
                let mut workload = Orders::new(config, job.steps());
                if let Some((ledger, header)) = beside.ledger {
                    workload = workload.traced(ledger, header);
                }
                if let Some(freshness) = &beside.freshness {
                    workload = workload.followed(freshness);
                }
                self.execute(job, workload).await
            }
        }
    }

    async fn execute<W>(&self, job: &Job, workload: W) -> Result<Report, RunError>
    where
        W: Workload<Target = Endpoint>,
    {
        let mut run = job.run(workload);
        if self.check {
            run = run.check();
        }
        if let Some(outages) = job.outages.clone() {
            // Who had not to wait has all of its time.
            let rest = job.duration().map(|all| if outages.were_any() { self.rest(all) } else { all });
            run = run.retry(patience(job, rest));
            if let Some(rest) = rest {
                let signals = self.signals.clone();
                run = run.duration(rest);
                let over = async move {
                    tokio::select! {
                        () = signals.reached(1) => {}
                        () = in_vain(outages, rest) => {}
                    }
                };
                return self.watched(run).stop_on(over).execute().await;
            }
        }
        self.watched(run).stop_on(self.signals.reached(1)).execute().await
    }

    fn watched<W: Workload>(&self, run: Run<W>) -> Run<W> {
        self.view.show(run.progress());
        run.abort_on(self.signals.reached(2))
    }

    /// What is left of the time that a job has. The wait for its database is part of it.
    pub(crate) fn rest(&self, duration: Duration) -> Duration {
        duration.saturating_sub(self.began.elapsed())
    }
}

/// A database that is lost in the middle is waited for as long as the job would go on, and called less and less often.
fn patience(job: &Job, rest: Option<Duration>) -> RetryPolicy {
    let usual = RetryPolicy::default();
    let reconnect = match (rest, job.operations()) {
        (Some(rest), _) => rest,
        (None, Some(_)) => usual.reconnect,
        (None, None) => Duration::MAX,
    };
    RetryPolicy { reconnect, reconnect_cap: Some(LONGEST), ..usual }
}

/// The longest pause between two calls of a database that cannot be reached.
pub(crate) const LONGEST: Duration = Duration::from_secs(30);

/// Waits for a job's time to be over while its database is away: nothing else would end it.
async fn in_vain(outages: crate::outages::Outages, rest: Duration) {
    tokio::time::sleep(rest).await;
    while !outages.are_on() {
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
}
