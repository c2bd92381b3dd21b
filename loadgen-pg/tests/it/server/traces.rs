//! `Traces`: a directory for servers, and what can be found of them, on disk and among the processes.

use std::{
    fs,
    os::unix::fs::PermissionsExt,
    path::Path,
    time::{Duration, Instant},
};

use tempfile::TempDir;
use tokio::time::sleep;

/// A directory that any user may write to.
pub(super) struct Traces(TempDir);

impl Traces {
    pub(super) fn new() -> Traces {
        let directory = tempfile::Builder::new().prefix("lg").tempdir_in("/tmp").unwrap();
        fs::set_permissions(directory.path(), fs::Permissions::from_mode(0o1777)).unwrap();
        Traces(directory)
    }

    pub(super) fn path(&self) -> &Path {
        self.0.path()
    }

    /// The names in the directory, and the processes that name it or work in it.
    pub(super) fn found(&self) -> Vec<String> {
        let files = fs::read_dir(self.path()).unwrap();
        let files = files.map(|file| file.unwrap().file_name().into_string().unwrap());
        files.chain(self.processes()).collect()
    }

    /// What is still found when nothing changes any more, or the time is up.
    pub(super) async fn settled(&self, patience: Duration) -> Vec<String> {
        let until = Instant::now() + patience;
        // What is just being started may not have a name yet.
        sleep(Duration::from_millis(50)).await;
        while !self.processes().is_empty() && Instant::now() < until {
            sleep(Duration::from_millis(10)).await;
        }
        self.found()
    }

    fn processes(&self) -> Vec<String> {
        let marker = self.path().to_str().unwrap();
        let Ok(processes) = fs::read_dir("/proc") else { return Vec::new() };
        let pids = processes.flatten().filter_map(|file| file.file_name().to_str()?.parse::<u32>().ok());
        pids.filter(|pid| *pid != std::process::id())
            .filter_map(|pid| {
                let command = fs::read(format!("/proc/{pid}/cmdline")).ok()?;
                let command = String::from_utf8_lossy(&command).replace('\0', " ");
                let cwd = fs::read_link(format!("/proc/{pid}/cwd")).unwrap_or_default();
                let ours = command.contains(marker) || cwd.starts_with(marker);
                ours.then(|| format!("process {pid} in {}: {command}", cwd.display()))
            })
            .collect()
    }
}
