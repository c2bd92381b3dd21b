//! The life of a server: made, launched, ready, shut down.

use std::time::{Duration, Instant};

use nix::{
    sys::signal::{Signal, kill},
    unistd::Pid,
};
use tokio::time::sleep;

use super::{Server, ServerError, blocking::blocking, processes, supervisor::quoted};

/// How often a server is looked at while it starts.
const GLANCE: Duration = Duration::from_millis(5);

/// How [`Server::restart`] ends the server first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shutdown {
    /// Open transactions are rolled back, connections closed, everything is written: an orderly stop.
    Fast,
    /// Everything is dropped where it stands, as in a crash; the next start recovers from the log.
    Immediate,
}

impl Server {
    pub(super) async fn initdb(&self) -> Result<(), ServerError> {
        let (initdb, data) = (quoted(self.bin_dir().join("initdb")), quoted(&self.data));
        let options = "--username=postgres --auth=trust --encoding=UTF8 --locale=C --no-sync --no-clean";
        // Without its reader the bootstrap process ends by itself, and removes its shared memory.
        let command = format!("mkdir socket && exec {initdb} --pgdata={data} {options}");
        self.supervisor.run("KILL", &command, self.deadline).await?;
        match self.supervisor.ended("initdb", self.deadline).await? {
            0 => Ok(()),
            status => Err(ServerError::Ended { program: "initdb", status, log: self.log_tail() }),
        }
    }

    /// Runs the server until it is ready.
    pub(super) async fn launch(&self, deadline: Duration) -> Result<(), ServerError> {
        let until = Instant::now() + deadline;
        let postmaster = self.supervisor.run("QUIT", &self.command, deadline).await?;
        while !self.is_ready(postmaster).await? {
            if let Some(status) = self.supervisor.status() {
                return Err(ServerError::Ended { program: "postgres", status, log: self.log_tail() });
            }
            if Instant::now() > until {
                return Err(self.late("the start of the server"));
            }
            sleep(GLANCE).await;
        }
        Ok(())
    }

    /// A server writes into its lock file who it is, and last how it is.
    async fn is_ready(&self, postmaster: i32) -> Result<bool, ServerError> {
        let file = self.data.join("postmaster.pid");
        // It is not there yet, or being written.
        let read = move || Ok(std::fs::read_to_string(file).unwrap_or_default());
        let file = blocking(read).await?;
        let lines: Vec<&str> = file.lines().collect();
        Ok(lines.first() == Some(&postmaster.to_string().as_str())
            && lines.get(7).is_some_and(|state| state.trim_end() == "ready"))
    }

    pub(super) async fn shut_down(&self, shutdown: Shutdown) -> Result<(), ServerError> {
        let Some(postmaster) = self.supervisor.running() else { return Ok(()) };
        let signal = match shutdown {
            Shutdown::Fast => Signal::SIGINT,
            Shutdown::Immediate => Signal::SIGQUIT,
        };
        let data = self.data.clone();
        // If these find nobody, it has just ended.
        let tell = move || {
            kill(Pid::from_raw(postmaster), signal).ok();
            processes::signal_all(postmaster, &data, Signal::SIGCONT).ok();
            Ok(())
        };
        blocking(tell).await?;
        self.supervisor.ended("the end of the server", self.deadline).await.map(drop)
    }
}
