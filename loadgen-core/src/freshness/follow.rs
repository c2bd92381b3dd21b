//! Asks a sink again and again while a run goes on.

use std::{convert::Infallible, future::Future, pin::pin, time::Duration};

use tokio::time::{Instant, sleep, timeout};

use super::{Arrivals, Freshness, FreshnessReport};
use crate::Failure;

/// The shortest pause between two looks.
const SHORTEST: Duration = Duration::from_millis(10);

/// The longest that lateness is a reason for: a sink that is late is looked at less often, to a sixteenth of what it is late.
const LONGEST: Duration = Duration::from_millis(250);
const SHARE: u32 = 16;

/// The pause is at least so many times as long as the look was.
const REST: u32 = 4;

/// The pause after a look that failed.
const AFTER_FAILURE: Duration = Duration::from_millis(500);

/// The longest that one look may take, whatever bounds it has of its own.
const LOOK: Duration = Duration::from_secs(60);

impl Freshness {
    /// Follows a sink on the caller's runtime: until `ended`, which is when the traffic has come to its end, and then until the
    /// sink has shown everything, `patience` at most. Nothing that the sink does or fails to do ends it before.
    ///
    /// The time between two looks is at least 10 ms, four times what a look takes, and up to a sixteenth of what the sink is late
    /// (250 ms at most); when there is nothing to wait for, it is not looked at all.
    pub async fn follow(
        &self,
        mut sink: impl Arrivals,
        ended: impl Future<Output = ()>,
        patience: Duration,
    ) -> FreshnessReport {
        let name = sink.describe();
        {
            let mut watching = pin!(self.watch_sink(&mut sink));
            tokio::select! {
                biased;
                never = &mut watching => match never {},
                () = ended => {}
            }
            tokio::select! {
                biased;
                never = &mut watching => match never {},
                () = self.all_seen() => {}
                () = sleep(patience) => {}
            }
        }
        self.report(name)
    }

    async fn all_seen(&self) {
        while self.oldest().is_some() {
            sleep(SHORTEST).await;
        }
    }

    async fn watch_sink(&self, sink: &mut impl Arrivals) -> Infallible {
        let (mut before, mut shown) = (None, Vec::new());
        loop {
            let Some(oldest) = self.oldest() else {
                sleep(SHORTEST).await;
                continue;
            };
            let begun = Instant::now();
            let mut each = |lane, seq| shown.push((lane, seq));
            let looked = timeout(LOOK, sink.look(&mut each)).await;
            let at = Instant::now();
            let pause = match looked {
                Ok(Ok(())) => {
                    self.looked(at - before.map_or(oldest, |before: Instant| before.max(oldest)));
                    before = Some(begun);
                    let late = at.saturating_duration_since(oldest) / SHARE;
                    ((at - begun) * REST).max(late.clamp(SHORTEST, LONGEST))
                }
                Ok(Err(failure)) => self.lost(&failure),
                Err(_) => self.lost(&Failure::aborted(crate::Action::Reconnect, "deadline", SILENT)),
            };
            shown.drain(..).for_each(|(lane, seq)| self.shown(lane, seq, at));
            sleep(pause).await;
        }
    }

    fn lost(&self, failure: &Failure) -> Duration {
        tracing::debug!(%failure, "a look at the sink failed");
        self.failed(failure.to_string());
        AFTER_FAILURE
    }
}

const SILENT: &str = "the sink gave no answer within a minute";
