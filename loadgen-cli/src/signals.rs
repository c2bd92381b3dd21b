//! Ctrl+C and SIGTERM: the first drains, the second aborts.

use std::future::Future;

#[cfg(unix)]
use tokio::signal::unix;
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
        let mut source = Source::new();
        tokio::spawn(async move {
            loop {
                source.next().await;
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

    /// What some work comes to, unless the user asks for the end before.
    pub(crate) async fn unless_stopped<T>(&self, work: impl Future<Output = T>) -> Option<T> {
        tokio::select! {
            biased;
            done = work => Some(done),
            () = self.reached(1) => None,
        }
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

/// Where the signals come from. None is lost between two looks.
#[cfg(unix)]
struct Source {
    interrupt: std::io::Result<unix::Signal>,
    terminate: std::io::Result<unix::Signal>,
}

#[cfg(unix)]
impl Source {
    fn new() -> Self {
        use unix::{SignalKind, signal};
        Source { interrupt: signal(SignalKind::interrupt()), terminate: signal(SignalKind::terminate()) }
    }

    async fn next(&mut self) {
        tokio::select! {
            () = one(&mut self.interrupt) => {}
            () = one(&mut self.terminate) => {}
        }
    }
}

/// One signal; never where the system would not let us listen.
#[cfg(unix)]
async fn one(signal: &mut std::io::Result<unix::Signal>) {
    match signal {
        Ok(signal) => drop(signal.recv().await),
        Err(_) => std::future::pending().await,
    }
}

#[cfg(not(unix))]
struct Source;

#[cfg(not(unix))]
impl Source {
    fn new() -> Self {
        Source
    }

    async fn next(&mut self) {
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending().await
        }
    }
}
