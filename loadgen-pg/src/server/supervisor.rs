//! `Supervisor`: the shell that keeps our processes and their directory, and removes both when we are gone.

use std::{
    ffi::OsStr,
    io::{self, BufRead, BufReader, Write},
    os::unix::{ffi::OsStrExt, process::CommandExt},
    path::{Path, PathBuf},
    process::{Child, ChildStdin, ChildStdout, Command, Stdio},
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

use tokio::{sync::watch, time::timeout};

use super::{Account, ServerError, blocking::blocking};

/// Runs in a process group of its own, so that Ctrl+C does not reach it; sees our end through its stdin.
const SCRIPT: &str = include_str!("supervisor.sh");

/// How long the shell may take to clear up: it gives the processes 7 s to go by themselves.
const CLEARING: Duration = Duration::from_secs(20);

/// A directory, and at most one command at a time that runs in it. Dropping it ends the command and removes the directory.
#[derive(Debug)]
pub(super) struct Supervisor {
    directory: PathBuf,
    account: Account,
    shell: Child,
    stdin: Mutex<Option<ChildStdin>>,
    heard: watch::Receiver<Heard>,
}

/// What the shell has said so far.
#[derive(Clone, Debug, Default)]
struct Heard {
    made: bool,
    failed: Option<String>,
    runs: u64,
    pid: Option<i32>,
    status: Option<i32>,
    gone: bool,
}

impl Supervisor {
    /// Starts the shell as `account`, and waits until it has made `directory`.
    pub(super) async fn start(
        directory: PathBuf,
        account: &Account,
        deadline: Duration,
    ) -> Result<Supervisor, ServerError> {
        let mut shell = shell(&directory, account);
        let mut shell =
            shell.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().map_err(ServerError::supervisor)?;
        let stdin = Mutex::new(shell.stdin.take());
        let heard =
            listen(shell.stdout.take().expect("stdout is a pipe")).map_err(ServerError::supervisor)?;
        let supervisor = Supervisor { directory, account: account.clone(), shell, stdin, heard };
        let heard = supervisor
            .hear("making a directory", deadline, |heard| heard.made || heard.failed.is_some())
            .await?;
        match heard.failed {
            Some(why) => Err(ServerError::Directory { path: supervisor.directory.clone(), why }),
            None => Ok(supervisor),
        }
    }

    pub(super) fn directory(&self) -> &Path {
        &self.directory
    }

    /// Begins a run of a shell `command` in the directory and returns its process. `signal` is what ends it early.
    pub(super) async fn run(
        &self,
        signal: &str,
        command: &str,
        deadline: Duration,
    ) -> Result<i32, ServerError> {
        let runs = self.heard.borrow().runs;
        let line = format!("{signal} {command}\n");
        match &mut *self.stdin.lock().unwrap_or_else(PoisonError::into_inner) {
            Some(stdin) => stdin.write_all(line.as_bytes()),
            None => Err(io::ErrorKind::BrokenPipe.into()),
        }
        .map_err(ServerError::supervisor)?;
        let heard = self.hear("starting a process", deadline, |heard| heard.runs > runs).await?;
        heard.pid.ok_or(ServerError::NotRunning)
    }

    /// The process of the run that goes on.
    pub(super) fn running(&self) -> Option<i32> {
        let heard = self.heard.borrow();
        if heard.status.is_none() && !heard.gone { heard.pid } else { None }
    }

    /// Waits for the end of the run and returns its status.
    pub(super) async fn ended(&self, what: &'static str, deadline: Duration) -> Result<i32, ServerError> {
        let heard = self.hear(what, deadline, |heard| heard.status.is_some()).await?;
        Ok(heard.status.expect("just seen"))
    }

    /// The status of the run, once it has ended.
    pub(super) fn status(&self) -> Option<i32> {
        self.heard.borrow().status
    }

    /// The last lines that the commands have written.
    pub(super) fn log(&self) -> String {
        let log = std::fs::read(self.directory.join("log")).unwrap_or_default();
        let log = String::from_utf8_lossy(&log);
        let lines: Vec<&str> = log.lines().collect();
        lines[lines.len().saturating_sub(20)..].join("\n")
    }

    async fn hear(
        &self,
        what: &'static str,
        deadline: Duration,
        mut enough: impl FnMut(&Heard) -> bool,
    ) -> Result<Heard, ServerError> {
        let mut heard = self.heard.clone();
        let heard = match timeout(deadline, heard.wait_for(|heard| heard.gone || enough(heard))).await {
            Ok(Ok(heard)) => heard.clone(),
            Ok(Err(_)) => Heard { gone: true, ..Heard::default() },
            Err(_) => return Err(ServerError::Timeout { what, after: deadline, log: self.log() }),
        };
        if enough(&heard) {
            Ok(heard)
        } else {
            Err(ServerError::supervisor(io::ErrorKind::BrokenPipe.into()))
        }
    }

    /// Lets go, and waits until everything is gone.
    pub(super) async fn close(mut self) -> Result<(), ServerError> {
        blocking(move || self.clear()).await
    }

    fn clear(&mut self) -> Result<(), ServerError> {
        drop(self.stdin.lock().unwrap_or_else(PoisonError::into_inner).take());
        let until = Instant::now() + CLEARING;
        while matches!(self.shell.try_wait(), Ok(None)) && Instant::now() < until {
            std::thread::sleep(Duration::from_millis(2));
        }
        if !self.left_behind() {
            return Ok(());
        }
        // Somebody has killed the shell.
        shell(&self.directory, &self.account).arg("again").stdin(Stdio::null()).status().ok();
        if self.left_behind() {
            Err(ServerError::NotRemoved { path: self.directory.clone() })
        } else {
            Ok(())
        }
    }

    fn left_behind(&self) -> bool {
        self.heard.borrow().made && self.directory.exists()
    }
}

impl Drop for Supervisor {
    fn drop(&mut self) {
        if let Err(error) = self.clear() {
            tracing::warn!(%error, "a throw-away PostgreSQL left something behind");
        }
    }
}

/// The script on `directory`, as `account`. The client's settings for libpq would confuse the server.
fn shell(directory: &Path, account: &Account) -> Command {
    let mut command = Command::new("/bin/sh");
    // In a variable, the script does not fill the list of processes.
    command
        .args(["-c", r#"eval "$LOADGEN_PG_SUPERVISOR""#, "loadgen-pg"])
        .env("LOADGEN_PG_SUPERVISOR", SCRIPT);
    command.arg(directory).current_dir("/").process_group(0);
    command.stdout(Stdio::null()).stderr(Stdio::null()).env("LC_ALL", "C");
    std::env::vars_os()
        .map(|(name, _)| name)
        .filter(|name| name.as_bytes().starts_with(b"PG"))
        .for_each(|name| _ = command.env_remove(name));
    account.apply(&mut command);
    command
}

/// Reads what the shell says on a thread, because a server may be shared by many runtimes, and outlive the first.
fn listen(stdout: ChildStdout) -> io::Result<watch::Receiver<Heard>> {
    let (sender, heard) = watch::channel(Heard::default());
    std::thread::Builder::new().name("loadgen-pg-server".into()).spawn(move || {
        for line in BufReader::new(stdout).lines().map_while(Result::ok) {
            sender.send_modify(|heard| heard.take_in(&line));
        }
        sender.send_modify(|heard| heard.gone = true);
    })?;
    Ok(heard)
}

impl Heard {
    fn take_in(&mut self, line: &str) {
        let (word, rest) = line.split_once(' ').unwrap_or((line, ""));
        match word {
            "made" => self.made = true,
            "failed" => self.failed = Some(rest.to_owned()),
            "started" => {
                self.runs += 1;
                self.pid = rest.parse().ok();
                self.status = None;
            }
            "exited" => self.status = rest.parse().ok(),
            _ => {}
        }
    }
}

/// A word of a shell command, whatever it holds. Not for line ends, which end the command.
pub(super) fn quoted(word: impl AsRef<OsStr>) -> String {
    format!("'{}'", word.as_ref().to_string_lossy().replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quoted_word_stays_one_word() {
        assert_eq!(quoted("a'b $c"), r"'a'\''b $c'");
    }
}
