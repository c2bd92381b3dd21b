//! The processes of one server, found by where they are and not by who started them.

use std::path::Path;

use nix::{
    sys::signal::{Signal, kill},
    unistd::Pid,
};

/// Sends `signal` to every process of the server on `data`, the parent first; goes on until no new ones turn up.
pub(super) fn signal_all(postmaster: i32, data: &Path, signal: Signal) -> nix::Result<()> {
    kill(Pid::from_raw(postmaster), signal)?;
    let mut told = vec![postmaster];
    loop {
        let fresh: Vec<i32> =
            members(postmaster, data).into_iter().filter(|pid| !told.contains(pid)).collect();
        if fresh.is_empty() {
            return Ok(());
        }
        for pid in fresh {
            // A backend that ended meanwhile has nothing left to be told.
            kill(Pid::from_raw(pid), signal).ok();
            told.push(pid);
        }
    }
}

/// The postmaster and its children: on Linux every process that works in `data`.
#[cfg(target_os = "linux")]
fn members(_postmaster: i32, data: &Path) -> Vec<i32> {
    let (Ok(processes), Ok(data)) = (std::fs::read_dir("/proc"), data.canonicalize()) else {
        return Vec::new();
    };
    processes
        .flatten()
        .filter(|process| std::fs::read_link(process.path().join("cwd")).is_ok_and(|cwd| cwd == data))
        .filter_map(|process| process.file_name().to_str()?.parse().ok())
        .collect()
}

/// The postmaster and its children, by parentage.
#[cfg(not(target_os = "linux"))]
fn members(postmaster: i32, _data: &Path) -> Vec<i32> {
    let list = std::process::Command::new("ps").args(["-A", "-o", "pid=", "-o", "ppid="]).output();
    let Ok(list) = list else { return Vec::new() };
    String::from_utf8_lossy(&list.stdout)
        .lines()
        .filter_map(|line| {
            let mut ids = line.split_whitespace().map(|id| id.parse::<i32>().ok());
            Some((ids.next()??, ids.next()??))
        })
        .filter(|(pid, parent)| [pid, parent].contains(&&postmaster))
        .map(|(pid, _)| pid)
        .collect()
}
