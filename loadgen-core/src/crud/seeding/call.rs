//! Sessions for a seeding, in place of lost ones too.

use std::time::Duration;

use tokio::time::Instant;

use super::worker::Shared;
use crate::{
    Action, Failure, RetryPolicy, Rng, Target,
    engine::{Level, open},
};

/// Whoever needs sessions, and how long it waits for them.
#[derive(Debug)]
pub(super) struct Caller {
    pub(super) retry: RetryPolicy,
    pub(super) rng: Rng,
}

impl Caller {
    pub(super) fn new(rng: Rng) -> Self {
        Caller { retry: RetryPolicy::default(), rng }
    }

    /// Calls the target, with growing pauses, until it answers, there is no hope, or there is to be an end: then the
    /// answer is none.
    pub(super) async fn call<T: Target>(
        &mut self,
        shared: &Shared<T>,
    ) -> Result<Option<T::Session>, Failure> {
        let (since, mut attempt) = (Instant::now(), 0u32);
        loop {
            let connected = tokio::select! {
                biased;
                () = shared.stop.reached(Level::Drain) => return Ok(None),
                connected = open(&*shared.target, shared.deadline) => connected,
            };
            let Err(failure) = connected else { return connected.map(Some) };
            attempt = attempt.saturating_add(1);
            let is_short = failure.action == Action::PauseThenFatal && attempt > self.retry.pauses;
            if failure.action == Action::Fatal || is_short || since.elapsed() > self.retry.reconnect {
                return Err(failure);
            }
            self.pause(shared, Action::Reconnect, attempt.saturating_add(3)).await;
        }
    }

    /// Waits before another attempt, or less if there is to be an end.
    pub(super) async fn pause<T>(&mut self, shared: &Shared<T>, action: Action, nth: u32) {
        let pause: Duration = self.retry.pause(action, nth, &mut self.rng);
        tokio::select! {
            biased;
            () = shared.stop.reached(Level::Drain) => {}
            () = tokio::time::sleep(pause) => {}
        }
    }
}
