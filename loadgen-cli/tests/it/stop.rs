//! Ctrl+C, once and twice.

use std::{
    process::Child,
    thread::sleep,
    time::{Duration, Instant},
};

use nix::{
    sys::signal::{Signal, kill},
    unistd::Pid,
};

use crate::support::{Ran, Shops, loadgen};

fn interrupt(child: &Child, signal: Signal) {
    kill(Pid::from_raw(i32::try_from(child.id()).unwrap()), signal).unwrap();
}

fn ended(child: Child, within: Duration) -> Ran {
    let start = Instant::now();
    let ran = Ran::from(child.wait_with_output().unwrap());
    assert!(start.elapsed() < within, "{:?}: {ran:?}", start.elapsed());
    ran
}

#[tokio::test(flavor = "multi_thread")]
async fn one_signal_drains_and_sums_up() {
    let shops = Shops::start().await;
    let url = shops.open("shop").await;
    for signal in [Signal::SIGINT, Signal::SIGTERM] {
        let child = loadgen(&["run", "--url", &url, "--rate", "50/s", "--format", "json", "--check"])
            .spawn()
            .unwrap();
        sleep(Duration::from_secs(3));
        interrupt(&child, signal);
        let ran = ended(child, Duration::from_secs(5));
        assert_eq!(ran.code, Some(0), "{ran:?}");
        assert!(ran.json()["jobs"][0]["completed"].as_u64().unwrap() > 10, "{ran:?}");
        assert_eq!(ran.json()["jobs"][0]["check"]["result"], "held");
        assert!(ran.stderr.contains("stopping"), "{ran:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_signal_aborts_at_once() {
    let shops = Shops::start().await;
    let url = shops.open("shop").await;
    let child = loadgen(&["run", "--url", &url, "--rate", "50/s"]).spawn().unwrap();
    sleep(Duration::from_secs(2));
    shops.0.pause().unwrap();
    sleep(Duration::from_secs(1));
    interrupt(&child, Signal::SIGINT);
    sleep(Duration::from_millis(500));
    interrupt(&child, Signal::SIGINT);
    let ran = ended(child, Duration::from_secs(2));
    assert_eq!(ran.code, Some(130), "{ran:?}");
    shops.0.resume().unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_signal_before_the_first_operation_ends_it_there() {
    let shops = Shops::start().await;
    let url = shops.open("shop").await;
    shops.0.pause().unwrap();
    let child = loadgen(&["run", "--url", &url, "--seed", "3", "--format", "json"]).spawn().unwrap();
    sleep(Duration::from_secs(1));
    interrupt(&child, Signal::SIGINT);
    let ran = ended(child, Duration::from_secs(2));
    assert_eq!(ran.code, Some(0), "{ran:?}");
    assert!(ran.stderr.ends_with("\nstopped before the first operation\n"), "{ran:?}");
    let json = ran.json();
    assert_eq!((&json["jobs"], &json["run"]["seed"]), (&serde_json::json!([]), &3.into()));
    assert_eq!(json["warnings"], serde_json::json!(["stopped before the first operation"]));
    shops.0.resume().unwrap();
}
