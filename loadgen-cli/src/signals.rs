//! Ctrl+C and SIGTERM: the first drains, the second aborts.

use std::future::Future;

use tokio::sync::watch;

use crate::output;

/// How often the user has asked for the end.
#[derive(Clone, Debug)]
pub(crate) struct Signals(watch::Sender<u32>);

impl Signals {
    /// Listens from now on.
    pub(crate) fn listen(quiet: bool) -> Self {
        let signals = Signals(watch::Sender::new(0));
        let ours = signals.clone();
        tokio::spawn(async move {
            loop {
                next().await;
                ours.0.send_modify(|count| *count += 1);
                if !quiet && ours.count() == 1 {
                    output::say("stopping: what has begun is finished; once more to abort at once");
                }
            }
        });
        signals
    }

    /// Asks for the end as the user would, once.
    pub(crate) fn drain(&self) {
        self.0.send_modify(|count| *count = (*count).max(1));
    }

    pub(crate) fn count(&self) -> u32 {
        *self.0.borrow()
    }

    /// Waits for so many.
    pub(crate) fn reached(&self, count: u32) -> impl Future<Output = ()> + Send + 'static {
        let mut changes = self.0.subscribe();
        async move {
            if changes.wait_for(|seen| *seen >= count).await.is_err() {
                std::future::pending::<()>().await;
            }
        }
    }
}

#[cfg(unix)]
async fn next() {
    use tokio::signal::unix::{SignalKind, signal};
    let Ok(mut terminate) = signal(SignalKind::terminate()) else {
        let _ = tokio::signal::ctrl_c().await;
        return;
    };
    tokio::select! {
        _ = tokio::signal::ctrl_c() => {}
        _ = terminate.recv() => {}
    }
}

#[cfg(not(unix))]
async fn next() {
    let _ = tokio::signal::ctrl_c().await;
}
