//! Ctrl+C, once and twice.

use std::{
    process::Child,
    time::{Duration, Instant},
};

use nix::{
    sys::signal::{Signal, kill},
    unistd::Pid,
};

use crate::{
    support::{Ran, Shops, hold, loadgen, session},
    waiting::{until_holds, until_rows, until_said},
};

/// What nobody would call at once any more: no answer of the server takes as long that is not given up.
const AT_ONCE: Duration = Duration::from_secs(10);

fn interrupt(child: &Child, signal: Signal) {
    kill(Pid::from_raw(i32::try_from(child.id()).unwrap()), signal).unwrap();
}

fn ended(child: Child) -> Ran {
    let start = Instant::now();
    let ran = Ran::from(child.wait_with_output().unwrap());
    assert!(start.elapsed() < AT_ONCE, "{:?}: {ran:?}", start.elapsed());
    ran
}

#[tokio::test(flavor = "multi_thread")]
async fn one_signal_drains_and_sums_up() {
    let shops = Shops::start().await;
    for (signal, name) in [(Signal::SIGINT, "interrupted"), (Signal::SIGTERM, "terminated")] {
        let url = shops.open(name).await;
        let child = loadgen(&["run", "--url", &url, "--rate", "50/s", "--format", "json", "--check"])
            .spawn()
            .unwrap();
        until_rows(&url, 20).await;
        interrupt(&child, signal);
        let ran = ended(child);
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
    let mut holder = session(&url).await;
    hold(&mut holder, "customers, products, orders, order_items").await;
    let mut child = loadgen(&["run", "--url", &url, "--rate", "50/s"]).spawn().unwrap();
    until_holds(&url, "exists (select from pg_locks where not granted)").await;
    shops.0.pause().unwrap();
    interrupt(&child, Signal::SIGINT);
    until_said(&mut child, "stopping");
    interrupt(&child, Signal::SIGINT);
    let ran = ended(child);
    assert_eq!(ran.code, Some(130), "{ran:?}");
    shops.0.resume().unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_signal_before_the_first_operation_ends_it_there() {
    let silent = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("postgres://127.0.0.1:{}/shop", silent.local_addr().unwrap().port());
    let child = loadgen(&["run", "--url", &url, "--seed", "3", "--format", "json"]).spawn().unwrap();
    let _connection = silent.accept().await.unwrap();
    interrupt(&child, Signal::SIGINT);
    let ran = ended(child);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    assert!(ran.stderr.ends_with("\nstopped before the first operation\n"), "{ran:?}");
    let json = ran.json();
    assert_eq!((&json["jobs"], &json["run"]["seed"]), (&serde_json::json!([]), &3.into()));
    assert_eq!(json["warnings"], serde_json::json!(["stopped before the first operation"]));
}
