//! Ending a run: by itself, by a signal, or by the end of patience.

use std::{future::Future, pin::Pin, time::Duration};

use super::stop::{Level, Stop};

/// Something that is waited for, once.
pub(super) type Signal = Pin<Box<dyn Future<Output = ()> + Send>>;

/// Waits for the workers; raises the stop when a signal comes, and cuts off what does not end within the grace period.
pub(super) async fn supervise<T>(
    level: &Stop,
    stop: Signal,
    abort: Signal,
    grace: Duration,
    workers: impl Future<Output = T>,
) -> T {
    tokio::pin!(workers);
    let signals = async {
        tokio::select! {
            () = stop => level.raise(Level::Drain),
            () = level.reached(Level::Drain) => {}
        }
        tokio::time::sleep(grace).await;
        level.raise(Level::Cut);
    };
    let cut = async {
        abort.await;
        level.raise(Level::Cut);
    };
    tokio::pin!(signals, cut);
    let (mut signalled, mut aborted) = (false, false);
    loop {
        tokio::select! {
            biased;
            done = &mut workers => return done,
            () = &mut cut, if !aborted => aborted = true,
            () = &mut signals, if !signalled => signalled = true,
        }
    }
}
