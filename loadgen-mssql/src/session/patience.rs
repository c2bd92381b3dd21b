//! Waiting for the server, but not for ever.

use std::time::Duration;

use futures_util::FutureExt;
use loadgen_core::{Deadline, Failure};

use crate::classify::{Place, classify, deadline};

/// How long an answer may take.
#[derive(Debug)]
pub(crate) struct Patience {
    pub(crate) limit: Duration,
    timer: Deadline,
}

impl Patience {
    pub(crate) fn new(limit: Duration) -> Self {
        Patience { limit, timer: Deadline::default() }
    }

    /// Waits up to the limit, and classifies what went wrong.
    pub(crate) fn wait<T>(
        &mut self,
        place: Place,
        answer: impl Future<Output = tiberius::Result<T>>,
    ) -> impl Future<Output = Result<T, Failure>> {
        self.wait_up_to(self.limit, place, answer)
    }

    pub(crate) fn wait_up_to<T>(
        &mut self,
        limit: Duration,
        place: Place,
        answer: impl Future<Output = tiberius::Result<T>>,
    ) -> impl Future<Output = Result<T, Failure>> {
        self.timer.bound(limit, answer).map(move |answer| match answer {
            Some(answer) => answer.map_err(|error| classify(&error, place)),
            None => Err(deadline(place, limit.as_secs_f64())),
        })
    }
}
