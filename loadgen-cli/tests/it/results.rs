//! Results are said whole, wherever they go, and without secrets.

use loadgen_core::SqlSession;

use crate::support::{Shops, run, session, text};

#[tokio::test]
async fn what_cannot_be_kept_is_printed_all_the_same() {
    let shops = Shops::start().await;
    let url = shops.open("shop").await;
    let directory = tempfile::tempdir().unwrap();
    std::fs::create_dir(directory.path().join("summary.json")).unwrap();
    let out = text(directory.path());
    let ran = run(&["run", "--url", &url, "--operations", "20", "--out", out, "--format", "json"]);
    assert_eq!(ran.code, Some(1), "{ran:?}");
    assert_eq!(ran.json()["jobs"][0]["completed"], 20);
    assert!(ran.stderr.contains("failed to write") && ran.stderr.contains("summary.json"), "{ran:?}");
}

#[tokio::test]
async fn a_digest_is_whole_behind_the_longest_name() {
    let shops = Shops::start().await;
    let url = shops.0.create_database("long").await.unwrap();
    let name = "x".repeat(63);
    session(&url).await.execute(&format!("create table {name} (id int primary key)")).await.unwrap();
    let summary =
        |format| run(&["run", "--url", &url, "--operations", "20", "--seed", "1", "--format", format]);
    let line = summary("text").stdout;
    let line = line.lines().find(|line| line.contains(&name)).unwrap().to_owned();
    assert_eq!(line.split_whitespace().last().unwrap().len(), 32, "{line}");
}

#[test]
fn an_address_in_the_place_of_a_plan_is_not_repeated() {
    for verb in ["run", "plan", "seed", "health"] {
        let ran = run(&[verb, "postgres://me:hun'ter2@db/shop"]);
        assert_eq!(ran.code, Some(2), "{ran:?}");
        assert!(ran.stderr.contains("--url") && !ran.stderr.contains("ter2"), "{ran:?}");
    }
    let ran = run(&["run", "--set", "jobs.0.targt=postgres://me:hun'ter2@db/shop"]);
    assert!(ran.code == Some(2) && !ran.stderr.contains("ter2"), "{ran:?}");
}

#[tokio::test]
async fn a_printed_plan_has_no_password_of_any_spelling() {
    let shops = Shops::start().await;
    let url = shops.open("shop").await.replacen("postgres@", "postgres:hun'ter2\" x@", 1);
    assert!(url.contains("ter2"), "{url}");
    let ran = run(&["inspect", "--url", &url, "--format", "yaml"]);
    assert!(ran.code == Some(0) && !ran.stdout.contains("ter2"), "{ran:?}");
}

#[test]
fn digests_have_no_yaml() {
    let ran = run(&["inspect", "--url", "postgres://127.0.0.1:1/x", "--digest", "--format", "yaml"]);
    assert_eq!(ran.code, Some(2), "{ran:?}");
}

#[test]
fn a_name_without_an_address_is_not_called_public() {
    let ran = run(&["health", "--url", "postgres://no-such-host.invalid/x"]);
    assert!(ran.code == Some(1) && !ran.stdout.contains("public"), "{ran:?}");
}
