//! Ctrl+C and SIGTERM: the first drains, the second aborts.

use std::future::Future;

#[cfg(unix)]
use tokio::signal::unix;
use tokio::sync::watch;

use crate::output;

/// Who has asked for the end.
#[derive(Clone, Debug)]
pub(crate) struct Signals(watch::Sender<Asked>);

#[derive(Clone, Copy, Debug, Default)]
struct Asked {
    /// How often the user has.
    times: u32,
    /// Whether something else ends the jobs, which takes nothing from what the user may ask for.
    is_over: bool,
}

impl Signals {
    /// Listens from now on.
    pub(crate) fn listen(quiet: bool) -> Self {
        let signals = Signals(watch::Sender::default());
        let ours = signals.clone();
        let mut source = Source::new();
        tokio::spawn(async move {
            loop {
                source.next().await;
                ours.0.send_modify(|asked| asked.times += 1);
                if !quiet && ours.count() == 1 {
                    output::say("stopping: what has begun is finished; once more to abort at once");
                }
            }
        });
        signals
    }

    /// Ends the jobs as the user would who asks once.
    pub(crate) fn drain(&self) {
        self.0.send_modify(|asked| asked.is_over = true);
    }

    /// How often the user has asked.
    pub(crate) fn count(&self) -> u32 {
        self.0.borrow().times
    }

    /// What some work comes to, unless the user asks for the end before.
    pub(crate) async fn unless_stopped<T>(&self, work: impl Future<Output = T>) -> Option<T> {
        tokio::select! {
            biased;
            done = work => Some(done),
            () = self.reached(1) => None,
        }
    }

    /// Waits until the user has asked so often, or for the first time somebody else.
    pub(crate) fn reached(&self, count: u32) -> impl Future<Output = ()> + Send + 'static {
        let mut changes = self.0.subscribe();
        async move {
            if changes.wait_for(|asked| asked.times >= count || asked.is_over && count <= 1).await.is_err() {
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

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    async fn is_reached(signals: &Signals, count: u32) -> bool {
        tokio::time::timeout(Duration::ZERO, signals.reached(count)).await.is_ok()
    }

    #[tokio::test]
    async fn who_else_ends_the_jobs_does_not_count_as_the_user() {
        let signals = Signals(watch::Sender::default());
        assert!(!is_reached(&signals, 1).await);
        signals.drain();
        assert!(is_reached(&signals, 1).await && !is_reached(&signals, 2).await && signals.count() == 0);
        signals.0.send_modify(|asked| asked.times += 1);
        assert!(!is_reached(&signals, 2).await && signals.count() == 1);
        signals.0.send_modify(|asked| asked.times += 1);
        assert!(is_reached(&signals, 2).await);
    }
}
