//! When a database could not be reached, and for how long.

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use async_trait::async_trait;
use loadgen_core::{Action, Failure, Target, summary::UnreachableSummary};

use crate::backend::{Backend, BackendSession};

/// What is noted of the attempts to connect to a database, by whoever makes them.
#[derive(Clone, Debug, Default)]
pub(crate) struct Outages(Arc<Mutex<Noted>>);

#[derive(Debug, Default)]
struct Noted {
    /// Since when every attempt has failed.
    since: Option<Instant>,
    /// When the last attempt ended.
    until: Option<Instant>,
    /// How long that was before.
    before: Duration,
    attempts: u64,
    why: String,
}

impl Outages {
    fn noted(&self) -> MutexGuard<'_, Noted> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// An attempt that began then has ended.
    fn note<T>(&self, began: Instant, attempt: &Result<T, Failure>) {
        let mut noted = self.noted();
        noted.until = Some(Instant::now());
        match attempt {
            Ok(_) => {
                let lasted = noted.since.take().map_or(Duration::ZERO, |since| since.elapsed());
                noted.before += lasted;
            }
            Err(failure) => {
                noted.since.get_or_insert(began);
                noted.attempts += 1;
                noted.why = failure.to_string();
            }
        }
    }

    /// Whether the last attempt failed.
    pub(crate) fn are_on(&self) -> bool {
        self.noted().since.is_some()
    }

    /// Whether any attempt has failed.
    pub(crate) fn were_any(&self) -> bool {
        self.noted().attempts > 0
    }

    /// What the summary says of it, if there is anything to say.
    pub(crate) fn summary(&self, job: &str, target: String) -> Option<UnreachableSummary> {
        let noted = self.noted();
        // Nobody knows what became of it after the last attempt.
        let now = noted.since.zip(noted.until).map_or(Duration::ZERO, |(since, until)| until - since);
        let seconds = ((noted.before + now).as_secs_f64() * 1e3).round() / 1e3;
        (noted.attempts > 0).then(|| UnreachableSummary {
            job: job.to_owned(),
            target,
            seconds,
            attempts: noted.attempts,
            is_back: noted.since.is_none(),
            why: noted.why.clone(),
        })
    }
}

/// A database of which it is noted when it could not be reached, if anybody wants to know.
#[derive(Clone, Debug)]
pub(crate) struct Endpoint {
    pub(crate) backend: Backend,
    pub(crate) outages: Option<Outages>,
}

#[async_trait]
impl Target for Endpoint {
    type Session = BackendSession;

    async fn connect(&self) -> Result<BackendSession, Failure> {
        let began = Instant::now();
        let attempt = self.backend.connect().await;
        let Some(outages) = &self.outages else { return attempt };
        outages.note(began, &attempt);
        attempt.map_err(called_again)
    }

    fn describe(&self) -> String {
        self.backend.describe()
    }
}

/// One of several databases that is not there is waited for, even where it was there before.
fn called_again(failure: Failure) -> Failure {
    let action = if failure.absent { Action::Reconnect } else { failure.action };
    Failure { action, ..failure }
}

#[cfg(test)]
mod tests {

    use super::*;

    #[test]
    fn the_time_without_a_database_adds_up_and_the_last_reason_is_kept() {
        let outages = Outages::default();
        let began = Instant::now();
        assert!(outages.summary("a", "db".into()).is_none());
        let refused = |why: &str| Err::<(), _>(Failure::aborted(Action::Reconnect, "x", why));
        let earlier = began.checked_sub(Duration::from_secs(3)).unwrap();
        outages.note(earlier, &refused("one"));
        outages.note(began, &refused("two"));
        assert!(outages.are_on());
        outages.note(began, &Ok::<(), Failure>(()));
        let summary = outages.summary("a", "db".into()).unwrap();
        assert!(!outages.are_on() && summary.is_back);
        assert_eq!((summary.attempts, summary.why.as_str(), summary.seconds.round()), (2, "two (x)", 3.0));
    }
}
