//! How a run is told to end: looked at between operations, never in the middle of one.

use std::{
    future::{Future, poll_fn},
    pin::pin,
    sync::{
        Arc,
        atomic::{AtomicU8, Ordering},
    },
    task::Poll,
};

use tokio::{sync::watch, task::coop::unconstrained};

/// How far the end of a run has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub(crate) enum Level {
    /// On it goes.
    Run = 0,
    /// Finish what has begun, begin nothing.
    Drain = 1,
    /// Let go of what has begun.
    Cut = 2,
}

/// Shared by the workers of a run and whoever ends it. The level only rises.
#[derive(Clone, Debug)]
pub(crate) struct Stop {
    level: Arc<AtomicU8>,
    changed: watch::Sender<Level>,
}

impl Stop {
    pub(crate) fn new() -> Self {
        Stop { level: Arc::new(AtomicU8::new(Level::Run as u8)), changed: watch::Sender::new(Level::Run) }
    }

    /// Raises the level; lowering it does nothing.
    pub(crate) fn raise(&self, level: Level) {
        self.level.fetch_max(level as u8, Ordering::Relaxed);
        self.changed.send_if_modified(|current| {
            let raised = level > *current;
            *current = (*current).max(level);
            raised
        });
    }

    /// Whether nothing new may begin. Cheap enough to ask before every operation.
    pub(crate) fn is_raised(&self) -> bool {
        self.level.load(Ordering::Relaxed) != Level::Run as u8
    }

    /// Waits until the level is at least `level`.
    pub(crate) async fn reached(&self, level: Level) {
        let mut changes = self.changed.subscribe();
        // The sender lives in `self`, so the channel cannot close while this waits.
        let _ = changes.wait_for(|current| *current >= level).await;
    }

    /// Does the work of a whole task, unless the level rises to `level` before it is done.
    ///
    /// The channel is asked once, which leaves the task's waker there, and then only after the level has risen: asking
    /// takes a lock, and a worker is woken for every answer.
    pub(crate) async fn unless<T>(&self, level: Level, work: impl Future<Output = T>) -> Option<T> {
        // Work that has used up its task's budget must not keep the waker from being left.
        let (mut work, mut reached) = (pin!(work), pin!(unconstrained(self.reached(level))));
        let mut is_waiting = false;
        poll_fn(|cx| {
            if let Poll::Ready(done) = work.as_mut().poll(cx) {
                return Poll::Ready(Some(done));
            }
            if std::mem::replace(&mut is_waiting, true) && !self.is_raised() {
                return Poll::Pending;
            }
            reached.as_mut().poll(cx).map(|()| None)
        })
        .await
    }

    /// Cuts everything off when what this returns is dropped: nobody waits for the run any more.
    pub(crate) fn cut_on_drop(&self) -> CutOnDrop {
        CutOnDrop(self.clone())
    }
}

/// See [`Stop::cut_on_drop`].
#[derive(Debug)]
pub(crate) struct CutOnDrop(Stop);

impl Drop for CutOnDrop {
    fn drop(&mut self) {
        self.0.raise(Level::Cut);
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn work_that_uses_up_its_budget_and_hangs_is_cut_all_the_same() {
        let stop = Stop::new();
        let (sender, mut items) = tokio::sync::mpsc::unbounded_channel();
        (0..1_000).for_each(|item| sender.send(item).unwrap());
        let work = async move {
            for _ in 0..128 {
                items.recv().await;
            }
            std::future::pending::<()>().await;
        };
        let cut = tokio::time::timeout(Duration::from_secs(2), stop.unless(Level::Cut, work));
        let cutter = tokio::spawn({
            let stop = stop.clone();
            async move {
                tokio::time::sleep(Duration::from_secs(1)).await;
                stop.raise(Level::Cut);
            }
        });
        assert_eq!(cut.await, Ok(None));
        cutter.await.unwrap();
    }

    #[tokio::test]
    async fn work_that_ends_first_is_done() {
        assert_eq!(Stop::new().unless(Level::Cut, async { 7 }).await, Some(7));
    }
}
