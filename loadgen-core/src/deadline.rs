//! Bounded waits that leave the timer alone.

use std::{
    future::Future,
    pin::Pin,
    task::{Context, Poll, Waker},
    time::Duration,
};

use pin_project_lite::pin_project;
use tokio::time::{Instant, Sleep, sleep_until};

/// Bounds one wait after the other.
///
/// [`tokio::time::timeout`] puts a timer into the runtime's wheel for each wait and takes it out again, which is a good
/// part of the cost of a short operation. This keeps one timer, which stays set for an earlier wait's end and is
/// looked at again only when it fires.
#[derive(Debug, Default)]
pub struct Deadline {
    timer: Option<Pin<Box<Sleep>>>,
    /// Whom the timer wakes.
    sleeper: Option<Waker>,
}

impl Deadline {
    /// Waits for `future`, at most `limit` from now; none when that has passed.
    pub fn bound<F: Future>(&mut self, limit: Duration, future: F) -> Bounded<'_, F> {
        Bounded { deadline: self, limit, end: None, future }
    }

    /// The same, at most `limit` from `start` on, for whoever has asked the clock already.
    pub(crate) fn bound_from<F: Future>(
        &mut self,
        start: Instant,
        limit: Duration,
        future: F,
    ) -> Bounded<'_, F> {
        Bounded { deadline: self, limit, end: Some(after(start, limit)), future }
    }

    /// Ready when `end` has passed.
    fn poll_until(&mut self, end: Instant, cx: &mut Context<'_>) -> Poll<()> {
        let timer = self.timer.get_or_insert_with(|| Box::pin(sleep_until(end)));
        if timer.deadline() > end {
            timer.as_mut().reset(end);
        } else if !timer.is_elapsed()
            && self.sleeper.as_ref().is_some_and(|known| known.will_wake(cx.waker()))
        {
            return Poll::Pending;
        }
        self.sleeper = Some(cx.waker().clone());
        while timer.as_mut().poll(cx).is_ready() {
            if Instant::now() >= end {
                return Poll::Ready(());
            }
            timer.as_mut().reset(end);
        }
        Poll::Pending
    }
}

pin_project! {
    /// What [`Deadline::bound`] waits on: the output of the future, or none. No `async fn`, which would hold the future
    /// twice.
    #[derive(Debug)]
    #[must_use = "futures do nothing unless polled"]
    pub struct Bounded<'a, F> {
        deadline: &'a mut Deadline,
        limit: Duration,
        end: Option<Instant>,
        #[pin]
        future: F,
    }
}

impl<F: Future> Future for Bounded<'_, F> {
    type Output = Option<F::Output>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.project();
        if let Poll::Ready(output) = this.future.poll(cx) {
            return Poll::Ready(Some(output));
        }
        // The clock is asked only where there is something to wait for.
        let end = *this.end.get_or_insert_with(|| after(Instant::now(), *this.limit));
        this.deadline.poll_until(end, cx).map(|()| None)
    }
}

/// The instant `limit` after `start`; for one that the clock cannot hold, one that nobody lives to see.
fn after(start: Instant, limit: Duration) -> Instant {
    start.checked_add(limit).unwrap_or_else(|| start + FAR)
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
        let earlier = Instant::now() - Duration::from_millis(500);
        assert_eq!(deadline.bound_from(earlier, second, wait(400)).await, Some(()));
        let earlier = Instant::now() - Duration::from_millis(500);
        assert_eq!(deadline.bound_from(earlier, second, wait(600)).await, None);
        assert_eq!(deadline.bound(second, wait(900)).await, Some(()));
    }

    #[tokio::test(start_paused = true)]
    async fn the_longest_limit_is_a_limit_like_any_other() {
        let wait = tokio::time::sleep(Duration::from_secs(3_600));
        assert_eq!(Deadline::default().bound(Duration::MAX, wait).await, Some(()));
    }

    #[tokio::test(start_paused = true)]
    async fn another_task_is_woken_as_well() {
        let (mut deadline, second) = (Deadline::default(), Duration::from_secs(1));
        assert_eq!(deadline.bound(second, tokio::time::sleep(second / 2)).await, Some(()));
        let elsewhere =
            tokio::spawn(async move { deadline.bound(second, std::future::pending::<()>()).await });
        let waited = tokio::time::timeout(2 * second, elsewhere).await;
        assert_eq!(waited.expect("the wait ends by itself").unwrap(), None);
    }
}
