//! Bounded waits that leave the timer alone.

use std::{
    future::{Future, poll_fn},
    pin::{Pin, pin},
    task::Poll,
    time::Duration,
};

use tokio::time::{Instant, Sleep, sleep_until};

/// Bounds one wait after the other.
///
/// [`tokio::time::timeout`] puts a timer into the runtime's wheel for each wait and takes it out again, which is a good
/// part of the cost of a short operation. This keeps one timer, which stays set for an earlier wait's end and is
/// looked at again only when it fires.
#[derive(Debug, Default)]
pub struct Deadline {
    timer: Option<Pin<Box<Sleep>>>,
}

impl Deadline {
    /// Waits for `future`, at most `limit` from now; none when that has passed. The future is dropped then.
    pub async fn bound<F: Future>(&mut self, limit: Duration, future: F) -> Option<F::Output> {
        let mut future = pin!(future);
        let mut end = None;
        poll_fn(|cx| {
            if let Poll::Ready(output) = future.as_mut().poll(cx) {
                return Poll::Ready(Some(output));
            }
            let end = *end.get_or_insert_with(|| after(limit));
            let timer = self.timer.get_or_insert_with(|| Box::pin(sleep_until(end)));
            if timer.deadline() > end {
                timer.as_mut().reset(end);
            }
            while timer.as_mut().poll(cx).is_ready() {
                if Instant::now() >= end {
                    return Poll::Ready(None);
                }
                timer.as_mut().reset(end);
            }
            Poll::Pending
        })
        .await
    }
}

/// The instant after `limit`; for one that the clock cannot hold, one that nobody lives to see.
fn after(limit: Duration) -> Instant {
    let now = Instant::now();
    now.checked_add(limit).unwrap_or_else(|| now + FAR)
}

const FAR: Duration = Duration::from_secs(30 * 365 * 86_400);

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn each_wait_has_its_whole_time_and_no_more() {
        let (mut deadline, second) = (Deadline::default(), Duration::from_secs(1));
        let wait = |millis| tokio::time::sleep(Duration::from_millis(millis));
        for _ in 0..5 {
            assert_eq!(deadline.bound(second, wait(900)).await, Some(()));
        }
        let start = Instant::now();
        assert_eq!(deadline.bound(second, wait(5_000)).await, None);
        assert_eq!(start.elapsed().as_millis() / 10, 100);
        assert_eq!(deadline.bound(Duration::from_millis(10), wait(20)).await, None);
        assert_eq!(deadline.bound(second, wait(900)).await, Some(()));
    }

    #[tokio::test(start_paused = true)]
    async fn the_longest_limit_is_a_limit_like_any_other() {
        let wait = tokio::time::sleep(Duration::from_secs(3_600));
        assert_eq!(Deadline::default().bound(Duration::MAX, wait).await, Some(()));
    }
}
