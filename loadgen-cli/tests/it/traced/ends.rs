//! Runs that are stopped, killed and settled; slots that may be somebody else's.

use std::{
    process::Child,
    time::{Duration, Instant},
};

use nix::{
    sys::signal::{Signal, kill},
    unistd::Pid,
};

use super::{ask, execute, passes, verify};
use crate::{
    support::{Ran, Shops, hold, loadgen, run, session, text},
    waiting::{until_holds, until_said},
};

fn interrupt(child: &Child) {
    kill(Pid::from_raw(i32::try_from(child.id()).unwrap()), Signal::SIGINT).unwrap();
}

async fn until_committed(url: &str, transactions: u32) {
    until_holds(url, "to_regclass('loadgen_lane') is not null").await;
    until_holds(url, &format!("(select coalesce(sum(last_seq), 0) from loadgen_lane) >= {transactions}"))
        .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_that_is_interrupted_is_whole() {
    let shops = Shops::start().await;
    let (url, out) = (shops.open("shop").await, tempfile::tempdir().unwrap());
    let out = out.path();
    let args = ["run", "--url", &url, "--ledger", "--out", text(out), "--slot", "cdc", "--connections", "8"];
    let child = loadgen(&args).spawn().unwrap();
    until_committed(&url, 300).await;
    interrupt(&child);
    let ran = Ran::from(child.wait_with_output().unwrap());
    assert_eq!(ran.code, Some(0), "{ran:?}");
    for sink in ["source", "slot:cdc"] {
        let not_compared = passes(out, sink);
        assert!(!not_compared.iter().any(|not| not.contains("rows")), "{not_compared:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_left_to_settle_is_said_and_settling_it_may_be_killed_as_well() {
    let shops = Shops::start().await;
    let (url, out) = (shops.open("shop").await, tempfile::tempdir().unwrap());
    let out = out.path();
    let mut child = loadgen(&["run", "--url", &url, "--ledger", "--out", text(out)]).spawn().unwrap();
    until_committed(&url, 200).await;
    let mut holder = session(&url).await;
    hold(&mut holder, "customers, products, orders, order_items").await;
    until_holds(&url, "exists (select from pg_locks where not granted)").await;
    interrupt(&child);
    until_said(&mut child, "stopping");
    interrupt(&child);
    let ran = Ran::from(child.wait_with_output().unwrap());
    assert_eq!(ran.code, Some(130), "{ran:?}");
    let said = format!("{}{}", ran.stdout, ran.stderr);
    assert!(said.contains(&format!("`loadgen resolve {}`", text(out))), "{ran:?}");
    // Without a watermark nothing is worth waiting for.
    let begun = Instant::now();
    let ran = verify(out, "source", &["--wait", "60s"]);
    assert!(ran.code == Some(112) && ran.stdout.contains("loadgen resolve"), "{ran:?}");
    assert!(begun.elapsed() < Duration::from_secs(30), "{:?}", begun.elapsed());
    execute(&mut holder, "rollback; begin; update loadgen_lane set epoch = epoch where lane = 40").await;
    for _ in 0..2 {
        let mut resolving = loadgen(&["resolve", text(out)]).spawn().unwrap();
        until_holds(&url, "exists (select from pg_locks where not granted)").await;
        resolving.kill().unwrap();
        resolving.wait().unwrap();
    }
    execute(&mut holder, "rollback").await;
    let ran = run(&["resolve", text(out)]);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    passes(out, "source");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_slot_that_the_run_may_not_have_made_stays() {
    let shops = Shops::start().await;
    let (url, out) = (shops.open("shop").await, tempfile::tempdir().unwrap());
    let out = out.path();
    let args = ["run", "--url", &url, "--ledger", "--out", text(out), "--slot", "cdc", "--operations", "50"];
    assert_eq!(run(&args).code, Some(0));
    let mut session = session(&url).await;
    let slots = "select count(*) from pg_replication_slots where slot_name = 'cdc'";
    // As it is after a crash between the note and the slot, which somebody else has made since.
    let path = out.join("created.json");
    let mut created: serde_json::Value =
        serde_json::from_str(&std::fs::read_to_string(&path).unwrap()).unwrap();
    let made_at = created["slot"].as_object_mut().unwrap().remove("made_at").unwrap();
    std::fs::write(&path, created.to_string()).unwrap();
    let ran = run(&["cleanup", text(out)]);
    assert!(ran.code == Some(0) && ran.stdout.contains("the slot cdc stays"), "{ran:?}");
    assert!(ran.stdout.contains("removed the publication cdc"), "{ran:?}");
    assert_eq!(ask(&mut session, slots).await, 1);
    // One that began earlier than the run's own is not it either.
    let mut again: serde_json::Value = created.clone();
    again["slot"]["made_at"] = "F/0".into();
    std::fs::write(&path, again.to_string()).unwrap();
    let ran = run(&["cleanup", text(out)]);
    assert!(ran.stdout.contains("the slot cdc stays"), "{ran:?}");
    again["slot"]["made_at"] = made_at;
    std::fs::write(&path, again.to_string()).unwrap();
    let ran = run(&["cleanup", text(out)]);
    assert!(ran.stdout.contains("removed the slot cdc"), "{ran:?}");
    assert_eq!(ask(&mut session, slots).await, 0);
}
