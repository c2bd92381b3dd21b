//! Sleeping until an operation is due, to within microseconds where the platform can.

use std::time::Duration;

/// How a worker sleeps. tokio's own timers tick at 1 ms; a timerfd does not.
#[derive(Debug)]
pub(crate) enum Timer {
    #[cfg(target_os = "linux")]
    Fine(tokio::io::unix::AsyncFd<std::os::fd::OwnedFd>),
    Coarse,
}

impl Timer {
    /// The finest timer there is. Must be called within the runtime that will sleep on it.
    #[cfg(target_os = "linux")]
    #[expect(
        deprecated,
        reason = "the replacement is unsafe for descriptors in general; an OwnedFd keeps its promise"
    )]
    pub(crate) fn fine() -> Self {
        use rustix::time::{TimerfdClockId, TimerfdFlags, timerfd_create};
        timerfd_create(TimerfdClockId::Monotonic, TimerfdFlags::NONBLOCK | TimerfdFlags::CLOEXEC)
            .ok()
            .and_then(|fd| tokio::io::unix::AsyncFd::with_interest(fd, tokio::io::Interest::READABLE).ok())
            .map_or(Timer::Coarse, Timer::Fine)
    }

    /// The finest timer there is.
    #[cfg(not(target_os = "linux"))]
    pub(crate) fn fine() -> Self {
        Timer::Coarse
    }

    /// Sleeps for about `span`; a timer that fails falls back to the coarse one.
    pub(crate) async fn sleep(&mut self, span: Duration) {
        #[cfg(target_os = "linux")]
        if let Timer::Fine(fd) = self {
            if fine_sleep(fd, span).await.is_ok() {
                return;
            }
            *self = Timer::Coarse;
        }
        tokio::time::sleep(span).await;
    }
}

#[cfg(target_os = "linux")]
async fn fine_sleep(
    fd: &tokio::io::unix::AsyncFd<std::os::fd::OwnedFd>,
    span: Duration,
) -> std::io::Result<()> {
    use rustix::time::{Itimerspec, TimerfdTimerFlags, Timespec, timerfd_settime};
    let once = Itimerspec {
        it_interval: Timespec { tv_sec: 0, tv_nsec: 0 },
        it_value: Timespec { tv_sec: span.as_secs() as i64, tv_nsec: i64::from(span.subsec_nanos().max(1)) },
    };
    timerfd_settime(fd, TimerfdTimerFlags::empty(), &once)?;
    loop {
        let mut ready = fd.readable().await?;
        let read = ready.try_io(|fd| Ok(rustix::io::read(fd, &mut [0u8; 8])?));
        if let Ok(read) = read {
            return read.map(drop);
        }
    }
}
