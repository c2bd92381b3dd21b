//! What `verify`, `resolve` and `cleanup` say where they cannot do what was asked: never that another of them would help that
//! says the same.

use std::{
    fs,
    os::unix::{
        fs::PermissionsExt,
        process::{CommandExt, ExitStatusExt},
    },
    path::Path,
};

use loadgen_core::SqlSession;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::{
    support::{Ran, Shops, file, loadgen, run, session, text},
    waiting::until_holds,
};

/// A run with a ledger that has come to its end.
fn traced(url: &str) -> TempDir {
    let out = tempfile::tempdir().unwrap();
    let args = ["run", "--url", url, "--ledger", "--operations", "200", "--seed", "7", "-q"];
    let args = [&args[..], &["--out", text(out.path())]].concat();
    assert_eq!(run(&args).code, Some(0));
    out
}

/// One that goes on until it is killed.
async fn begun(url: &str) -> (TempDir, std::process::Child) {
    let out = tempfile::tempdir().unwrap();
    let args = ["run", "--url", url, "--ledger", "--out", text(out.path()), "--rate", "200/s", "-q"];
    let child = loadgen(&args).spawn().unwrap();
    let moved = "exists (select from pg_stat_user_tables where relname = 'loadgen_lane' and n_tup_upd > 20)";
    until_holds(url, moved).await;
    (out, child)
}

fn verify(out: &Path, sink: &str) -> Ran {
    run(&["verify", text(out), "--sink", sink])
}

#[track_caller]
fn says(ran: &Ran, code: i32, words: &[&str]) {
    let said = format!("{}{}", ran.stdout, ran.stderr);
    assert_eq!(ran.code, Some(code), "{ran:?}");
    words.iter().for_each(|words| assert!(said.contains(words), "{words} is not in {said}"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_that_goes_on_is_to_be_waited_for_and_one_that_was_killed_is_to_be_resolved() {
    let shops = Shops::start().await;
    let url = shops.open("shop").await;
    let (out, mut child) = begun(&url).await;
    let ran = verify(out.path(), "source");
    says(&ran, 112, &["the run has not ended, its ledger is being written"]);
    assert!(!ran.stdout.contains("resolve` gives it one"), "it refuses to: {ran:?}");
    child.kill().unwrap();
    assert_eq!(child.wait().unwrap().signal(), Some(9));
    says(&verify(out.path(), "source"), 112, &["`loadgen resolve` gives it one"]);
    says(&run(&["resolve", text(out.path())]), 0, &["is settled"]);
    says(&verify(out.path(), "source"), 0, &["PASS"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn without_its_markers_a_run_is_never_settled_and_that_is_said() {
    let shops = Shops::start().await;
    let url = shops.open("shop").await;
    let (out, mut child) = begun(&url).await;
    child.kill().unwrap();
    child.wait().unwrap();
    let mut session = session(&url).await;
    for (gone, what) in
        [("truncate loadgen_lane", "the marker of lane 0 is gone"), ("drop table loadgen_lane", "is gone")]
    {
        session.execute(gone).await.unwrap();
        says(&run(&["resolve", text(out.path())]), 1, &[what, "the run cannot be settled any more"]);
        says(&verify(out.path(), "source"), 112, &["as long as the markers of the run are in the database"]);
    }
    says(&run(&["cleanup", text(out.path())]), 1, &["--force removes them all the same"]);
    says(&run(&["cleanup", text(out.path()), "--force"]), 0, &[]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_marker_that_is_not_there_is_lost_and_one_that_was_set_back_is_stale() {
    let shops = Shops::start().await;
    let url = shops.open("shop").await;
    let (out, mut session) = (traced(&url), session(&url).await);
    session.execute("update loadgen_lane set last_seq = last_seq - 1 where lane = 4").await.unwrap();
    says(&verify(out.path(), "source"), 111, &["final state, lane 4", "the marker of the lane is at"]);
    session.execute("delete from loadgen_lane where lane = 4").await.unwrap();
    says(&verify(out.path(), "source"), 111, &["lost, lane 4", "the marker of the lane is not there"]);
    let elsewhere = verify(out.path(), &url.replace("/shop", "/none"));
    says(&elsewhere, 1, &["database \"none\" does not exist", "give its address with --sink"]);
    says(&verify(out.path(), "postgres://203.0.113.1/shop"), 1, &["refused to connect to"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_ledger_may_be_named_instead_of_the_run_and_jobs_are_listed() {
    let shops = Shops::start().await;
    let url = shops.open("shop").await;
    let alone = traced(&url);
    says(&verify(&alone.path().join("ledger"), "source"), 0, &["PASS"]);
    assert!(alone.path().join("verify-source.json").is_file(), "it stands beside the ledger");
    fs::remove_file(alone.path().join("plan.yaml")).unwrap();
    says(&verify(alone.path(), "source"), 1, &["plan.yaml does not say where the run went", "with --url"]);

    let job = |name: &str, table: &str| {
        format!(
            "- {{name: {name}, target: \"{url}\", operations: 40, workload: {{crud: {{tables: {{{table}: {{}}}}}}}}}}\n"
        )
    };
    let (_directory, path) =
        file("plan.yaml", &format!("jobs:\n{}{}", job("a", "customers"), job("b", "products")));
    let out = tempfile::tempdir().unwrap();
    assert_eq!(run(&["run", text(&path), "--ledger", "--out", text(out.path()), "-q"]).code, Some(0));
    for verb in [&["resolve"][..], &["cleanup"], &["verify", "--sink", "source"]] {
        let named = |job: &[&str]| run(&[verb, &[text(out.path())], job].concat());
        says(&named(&[]), 2, &["has a ledger for each job; name one with --job: a, b"]);
        says(&named(&["--job", "c"]), 2, &["has no ledger of a job c; its jobs are a, b"]);
    }
    says(&verify(&out.path().join("ledger/a"), "source"), 0, &["PASS"]);
    assert!(out.path().join("verify-a-source.json").is_file());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_variable_that_was_left_over_leads_no_verdict_elsewhere() {
    let shops = Shops::start().await;
    let (url, other) = (shops.open("shop").await, shops.open("other").await);
    let out = traced(&url);
    let held = |variable: &str| {
        let mut command = loadgen(&["verify", text(out.path()), "--sink", "source"]);
        says(&Ran::from(command.env("DATABASE_URL", variable).output().unwrap()), 0, &["PASS"]);
    };
    held(&other);
    held("");
    // The same place: what signs in there may be in the variable alone.
    held(&url);
    let plan = out.path().join("plan.yaml");
    let kept = fs::read_to_string(&plan).unwrap();
    let without: String = kept.split_inclusive('\n').filter(|line| !line.contains("target:")).collect();
    assert_ne!(without, kept);
    fs::write(&plan, without).unwrap();
    held(&url);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_capture_of_other_tables_says_which_they_are() {
    let shops = Shops::start().await;
    let out = traced(&shops.open("shop").await);
    let event = |table: &str| {
        format!(r#"{{"after":{{"id":1}},"source":{{"schema":"moved","table":"{table}"}},"op":"c"}}"#) + "\n"
    };
    let path = out.path().join("capture.jsonl");
    fs::write(&path, event("customers").repeat(3) + &event("orders")).unwrap();
    let ran = verify(out.path(), &format!("debezium:{}", text(&path)));
    says(
        &ran,
        112,
        &[
            "passed over 4 changes of tables that the ledger does not have: moved.customers (3), moved.orders (1)",
        ],
    );
    says(&ran, 112, &["none of them of this run: they are of moved.customers, moved.orders"]);
    let written: Value = serde_json::from_slice(&fs::read(out.path().join("verify.json")).unwrap()).unwrap();
    assert_eq!(written["passed_over"], json!({"moved.customers": 3, "moved.orders": 1}));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_ledger_on_a_medium_that_is_read_alone_can_be_verified() {
    let shops = Shops::start().await;
    let out = traced(&shops.open("shop").await);
    let path = out.path().join("capture.jsonl");
    fs::write(&path, "").unwrap();
    for directory in [out.path().join("ledger"), out.path().to_owned()] {
        fs::set_permissions(directory, fs::Permissions::from_mode(0o555)).unwrap();
    }
    let mut command = loadgen(&["verify", text(out.path()), "--sink", &format!("debezium:{}", text(&path))]);
    // Root may write anywhere.
    if nix::unistd::geteuid().is_root() {
        command.uid(65_534);
    }
    let ran = Ran::from(command.output().unwrap());
    fs::set_permissions(out.path(), fs::Permissions::from_mode(0o755)).unwrap();
    says(&ran, 112, &["INCONCLUSIVE", "no file has all findings", "Permission denied"]);
}
