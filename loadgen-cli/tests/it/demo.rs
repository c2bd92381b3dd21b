//! The demo leaves nothing behind, however it ends.

use std::{
    io::{BufRead, BufReader},
    os::unix::process::CommandExt,
    path::Path,
    process::Child,
    thread::sleep,
    time::Duration,
};

use nix::{
    sys::signal::{Signal, kill, killpg},
    unistd::Pid,
};

use crate::support::{Ran, loadgen, run, text};

fn start(temp: &Path, duration: &str) -> Child {
    let mut command = loadgen(&["demo", "--duration", duration, "--rate", "100/s", "--format", "json"]);
    // A process group of its own, as a shell makes for a terminal's Ctrl+C.
    command.env("TMPDIR", temp).process_group(0).spawn().unwrap()
}

/// A directory that the server's own user may write to, too.
fn temp() -> tempfile::TempDir {
    let directory = tempfile::tempdir().unwrap();
    let all = std::os::unix::fs::PermissionsExt::from_mode(0o777);
    std::fs::set_permissions(directory.path(), all).unwrap();
    directory
}

/// The demo says how far it is; how long it takes to get there is the machine's business.
fn wait_for_traffic(child: &mut Child) {
    let said = BufReader::new(child.stderr.as_mut().unwrap()).lines();
    let is_under_way = |line: &String| line.contains(" shop: ") && !line.contains(" shop: 0 operations");
    assert!(said.map_while(Result::ok).any(|line| is_under_way(&line)));
}

fn is_empty(directory: &Path) -> bool {
    std::fs::read_dir(directory).unwrap().next().is_none()
}

#[test]
fn it_fills_runs_checks_and_cleans_up() {
    let temp = temp();
    let ran = Ran::from(start(temp.path(), "2s").wait_with_output().unwrap());
    assert_eq!(ran.code, Some(0), "{ran:?}");
    let job = &ran.json()["jobs"][0];
    assert_eq!(job["check"]["result"], "held");
    assert_eq!((&job["name"], &job["planned"], &job["dropped"]), (&"shop".into(), &200.into(), &0.into()));
    assert_eq!(job["tables"].as_object().unwrap().len(), 4);
    assert!(is_empty(temp.path()), "{}", text(temp.path()));
}

#[test]
fn it_cleans_up_after_signals_too() {
    for (signal, code) in [(Signal::SIGINT, Some(0)), (Signal::SIGKILL, None)] {
        let temp = temp();
        let mut child = start(temp.path(), "60s");
        wait_for_traffic(&mut child);
        assert!(!is_empty(temp.path()));
        let child_id = Pid::from_raw(i32::try_from(child.id()).unwrap());
        if code.is_some() {
            killpg(child_id, signal).unwrap()
        } else {
            kill(child_id, signal).unwrap()
        }
        let ran = Ran::from(child.wait_with_output().unwrap());
        assert_eq!(ran.code, code, "{ran:?}");
        if code.is_some() {
            assert_eq!(ran.json()["jobs"][0]["check"]["result"], "held", "{ran:?}");
        }
        // What has outlived its signal is given some seconds to go by itself.
        let gone = (0..200).any(|_| {
            sleep(Duration::from_millis(100));
            is_empty(temp.path())
        });
        assert!(gone, "{}", text(temp.path()));
    }
}

#[test]
fn a_shop_is_not_started_for_nothing() {
    assert_eq!(run(&["demo", "--rate", "0/s"]).code, Some(2));
}
