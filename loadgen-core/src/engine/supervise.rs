//! Ending a run: by itself, by a signal, or by the end of patience.

use std::{convert::Infallible, future::Future, pin::Pin, time::Duration};

use super::stop::{Level, Stop};

/// Something that is waited for, once.
pub(crate) type Signal = Pin<Box<dyn Future<Output = ()> + Send>>;

/// Turns signals into levels for as long as it is polled.
pub(crate) async fn listen(asked: &Stop, stop: Signal, abort: Signal) -> Infallible {
    let drain = async {
        stop.await;
        asked.raise(Level::Drain);
    };
    let cut = async {
        abort.await;
        asked.raise(Level::Cut);
    };
    tokio::join!(drain, cut);
    std::future::pending().await
}

/// Waits for the workers; raises their stop when one is asked for, and cuts off what does not end within the grace
/// period.
pub(super) async fn supervise<T>(
    level: &Stop,
    asked: &Stop,
    grace: Duration,
    workers: impl Future<Output = T>,
) -> T {
    let drain = async {
        tokio::select! {
            () = asked.reached(Level::Drain) => level.raise(Level::Drain),
            () = level.reached(Level::Drain) => {}
        }
        tokio::select! {
            () = tokio::time::sleep(grace) => {}
            () = asked.reached(Level::Cut) => {}
        }
        level.raise(Level::Cut);
        std::future::pending().await
    };
    tokio::select! {
        biased;
        done = workers => done,
        never = drain => never,
    }
}
