//! `--ledger-sync group`: what it adds to a ledger, and what it does not.

use std::{fs, path::Path};

use loadgen_core::ledger::{LedgerReader, Record};

use crate::{
    ledger::{Keys, committed},
    support::{Shops, loadgen, run, session, text},
    waiting::until_holds,
};

/// The numbers of the journals.
fn journals(ledger: &Path) -> Vec<u32> {
    LedgerReader::open(ledger).unwrap().journals().collect()
}

/// Every transaction that a killed run has committed is in its one journal, because what is on the disk before a statement leaves
/// is there when it arrives. How it ended may not be: nobody waits for that to be on the disk, and `resolve` finds it out.
#[tokio::test(flavor = "multi_thread")]
async fn a_run_that_waits_for_the_disk_can_be_killed_and_resolved_like_any_other() {
    let shops = Shops::start().await;
    for (name, transactions) in [("first", 30), ("second", 400)] {
        let (url, out) = (shops.open(name).await, tempfile::tempdir().unwrap());
        let ledger = out.path().join("ledger");
        let args =
            ["run", "--url", &url, "--ledger", "--ledger-sync", "group", "--out", text(out.path()), "-q"];
        let mut child = loadgen(&[&args[..], &["--connections", "8"]].concat()).spawn().unwrap();
        until_holds(&url, "to_regclass('loadgen_lane') is not null").await;
        until_holds(
            &url,
            &format!("(select coalesce(sum(last_seq), 0) from loadgen_lane) >= {transactions}"),
        )
        .await;
        child.kill().unwrap();
        child.wait().unwrap();
        assert_eq!(journals(&ledger), [0], "those that wait for the same disk wait for the same write");
        let ends = |record: &Record| matches!(record, Record::Result(_) | Record::Resolution(_));
        let known = || {
            LedgerReader::open(&ledger).unwrap().records().filter(|one| one.as_ref().is_ok_and(ends)).count()
        };
        let before = known();
        assert_eq!(run(&["resolve", text(out.path())]).code, Some(0));
        assert!(known() > before, "the last of each lane had no end yet");
        let (keys, mut session) = (Keys::read(&ledger), session(&url).await);
        keys.are_in(&mut session).await;
        assert_eq!(keys.committed, committed(&mut session).await.unsigned_abs(), "{name}");
        let ran = run(&["verify", text(out.path()), "--sink", "source"]);
        assert!(ran.code == Some(0) && ran.stdout.ends_with("PASS\n"), "{ran:?}");
    }
}

/// A record that never came to the disk is what a machine that goes down leaves: the ledger says nothing false of it.
#[tokio::test(flavor = "multi_thread")]
async fn without_it_a_machine_that_goes_down_may_leave_commits_that_no_ledger_has() {
    let shops = Shops::start().await;
    let (url, out) = (shops.open("shop").await, tempfile::tempdir().unwrap());
    let args = [
        "run",
        "--url",
        &url,
        "--ledger",
        "--out",
        text(out.path()),
        "--connections",
        "1",
        "--rate",
        "300/s",
        "-q",
    ];
    let mut child = loadgen(&args).spawn().unwrap();
    until_holds(&url, "to_regclass('loadgen_lane') is not null").await;
    until_holds(&url, "(select coalesce(sum(last_seq), 0) from loadgen_lane) >= 200").await;
    child.kill().unwrap();
    child.wait().unwrap();
    let journal = out.path().join("ledger/0000-000000.log");
    let length = fs::metadata(&journal).unwrap().len();
    fs::OpenOptions::new().write(true).open(&journal).unwrap().set_len(length / 2).unwrap();
    let ran = run(&["resolve", text(out.path())]);
    assert!(
        ran.code == Some(1) && ran.stderr.contains("something was committed that the ledger does not have"),
        "{ran:?}"
    );
    let ran = run(&["verify", text(out.path()), "--sink", "source"]);
    assert!(ran.code == Some(112) && ran.stdout.contains("INCONCLUSIVE"), "{ran:?}");
}
