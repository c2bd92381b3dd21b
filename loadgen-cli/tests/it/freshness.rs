//! `run --freshness SINK`: how late a sink is, whatever becomes of it.

use std::{process::Child, time::Duration};

use loadgen_core::SqlSession;
use loadgen_pg::{PgSession, server::Server};
use serde_json::Value;
use tempfile::TempDir;

use crate::{
    support::{CREATED_AT, Ran, Shops, loadgen, not_compared, run, session, text},
    waiting::until_holds,
};

/// A run that has begun to write, at 200 operations a second.
async fn begun(url: &str, seconds: u32, more: &[&str]) -> (TempDir, Child) {
    let (out, duration) = (tempfile::tempdir().unwrap(), format!("{seconds}s"));
    let args = ["run", "--url", url, "--ledger", "--out", text(out.path()), "--format", "json"];
    let load = ["--duration", &duration, "--rate", "200/s", "--seed", "5", "--connections", "2"];
    let child = loadgen(&[&args[..], &load, more].concat()).spawn().unwrap();
    let moved = "exists (select from pg_stat_user_tables where relname = 'loadgen_lane' and n_tup_upd > 20)";
    until_holds(url, moved).await;
    (out, child)
}

fn ended(child: Child) -> (Ran, Value) {
    let ran = Ran::from(child.wait_with_output().unwrap());
    assert_eq!(ran.code, Some(0), "{ran:?}");
    let summary = ran.json();
    (ran, summary)
}

/// Every transaction that the ledger has as committed, but for the watermark, is either seen or unseen.
#[track_caller]
fn counts_all(out: &TempDir, freshness: &Value) {
    let reader = loadgen_core::ledger::LedgerReader::open(out.path().join("ledger")).unwrap();
    let committed = reader.records().find_map(|record| match record.unwrap() {
        loadgen_core::ledger::Record::End(end) => Some(end.committed - 1),
        _ => None,
    });
    let number = |name: &str| freshness[name].as_u64().unwrap();
    assert_eq!(Some(number("count") + number("unseen")), committed, "{freshness:#}");
}

/// A server with an empty shop that subscribes to everything on another one.
async fn subscribed(source: &Shops, url: &str) -> (Shops, String, PgSession) {
    // By default a worker that has ended is begun again only after five seconds.
    let server = Server::builder().setting("wal_retrieve_retry_interval", "100ms").start().await.unwrap();
    let copies = Shops(server);
    let copy = copies.open("replica").await;
    let (mut from, mut to) = (session(url).await, session(&copy).await);
    from.marker_table().await.unwrap();
    to.marker_table().await.unwrap();
    from.execute("create publication everything for all tables").await.unwrap();
    let address = format!("host={} dbname=shop user=postgres", source.0.socket_dir().display());
    let sql = format!(
        "create subscription copy connection '{address}' publication everything with (copy_data = false)"
    );
    to.execute(&sql).await.unwrap();
    // It streams when something has come.
    from.execute("insert into loadgen_lane values ('other', 0, 0, 0)").await.unwrap();
    until_holds(&copy, "exists (select from loadgen_lane)").await;
    (copies, copy, to)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_subscription_that_is_away_for_two_seconds_is_late_by_as_much_and_shows_everything() {
    let shops = Shops::start().await;
    let url = shops.open("shop").await;
    let (_copies, copy, mut replica) = subscribed(&shops, &url).await;
    let (out, child) = begun(&url, 7, &["--freshness", &copy, "--progress", "plain"]).await;
    replica.execute("alter subscription copy disable").await.unwrap();
    tokio::time::sleep(Duration::from_millis(2_100)).await;
    replica.execute("alter subscription copy enable").await.unwrap();
    let (ran, summary) = ended(child);
    let freshness = &summary["jobs"][0]["freshness"];
    counts_all(&out, freshness);
    let max = freshness["latency_ms"]["max"].as_f64().unwrap();
    assert!((2_000.0..6_000.0).contains(&max), "{freshness:#}");
    assert!(freshness["latency_ms"]["p50"].as_f64().unwrap() < 1_000.0, "{freshness:#}");
    assert_eq!((&freshness["unseen"], &freshness["failures"]), (&0.into(), &0.into()), "{ran:?}");
    assert_eq!(run(&["verify", text(out.path()), "--sink", &copy, "--wait", "20s"]).code, Some(0));
    replica.execute("drop subscription copy").await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_slot_is_followed_and_is_whole_afterwards() {
    let shops = Shops::start().await;
    let url = shops.open("shop").await;
    let more = ["--slot", "cdc", "--freshness", "slot:cdc"];
    let (out, child) = begun(&url, 4, &more).await;
    let (ran, summary) = ended(child);
    let freshness = &summary["jobs"][0]["freshness"];
    counts_all(&out, freshness);
    assert_eq!((&freshness["unseen"], &freshness["failures"]), (&0.into(), &0.into()), "{ran:?}");
    assert!(freshness["latency_ms"]["p99"].as_f64().unwrap() < 2_000.0, "{freshness:#}");
    let ran = run(&["verify", text(out.path()), "--sink", "slot:cdc", "--format", "json"]);
    assert_eq!((ran.code, not_compared(&ran.json())), (Some(0), vec![CREATED_AT.to_owned()]), "{ran:?}");
    let sql = "select array(select slot_name::text from pg_replication_slots)";
    let slots: Vec<String> =
        sqlx::query_scalar(sql).fetch_one(session(&url).await.driver().unwrap()).await.unwrap();
    assert_eq!(slots, ["cdc"], "the copy is gone");
    assert_eq!(run(&["cleanup", text(out.path())]).code, Some(0));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sink_that_goes_away_is_said_and_stops_nothing() {
    let shops = Shops::start().await;
    let url = shops.open("shop").await;
    let (copies, copy, replica) = subscribed(&shops, &url).await;
    let (out, child) = begun(&url, 4, &["--freshness", &copy]).await;
    drop((replica, copies));
    let (ran, summary) = ended(child);
    let freshness = &summary["jobs"][0]["freshness"];
    counts_all(&out, freshness);
    assert!(freshness["count"].as_u64().unwrap() > 0, "it was there at first: {freshness:#}");
    assert!(freshness["unseen"].as_u64().unwrap() > 0, "{freshness:#}");
    assert!(freshness["oldest_unseen_ms"].as_f64().unwrap() > 3_000.0, "{freshness:#}");
    let warnings = summary["warnings"].to_string();
    assert!(warnings.contains("could not be looked at") && warnings.contains("were not seen"), "{warnings}");
    assert_eq!((&summary["ok"], &summary["jobs"][0]["fatal"]), (&true.into(), &Value::Null), "{ran:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sink_that_is_not_there_or_shows_nothing_has_no_figures() {
    let shops = Shops::start().await;
    let url = shops.open("shop").await;
    let empty = shops.0.create_database("empty").await.unwrap();
    let nowhere = [
        ("postgres://127.0.0.1:1/none", "nothing listens"),
        (&shops.0.database_url("gone"), "does not exist"),
    ];
    for (sink, why) in nowhere {
        let out = tempfile::tempdir().unwrap();
        let ran = run(&["run", "--url", &url, "--ledger", "--out", text(out.path()), "--freshness", sink]);
        assert!(
            ran.code == Some(1) && ran.stderr.contains(why) && ran.stderr.contains("--freshness"),
            "{ran:?}"
        );
    }
    // The table of markers may still come.
    let (out, child) = begun(&url, 1, &["--freshness", &empty]).await;
    let (_, summary) = ended(child);
    let freshness = &summary["jobs"][0]["freshness"];
    counts_all(&out, freshness);
    assert_eq!((&freshness["count"], &freshness["latency_ms"]), (&0.into(), &Value::Null), "{freshness:#}");
    assert!(freshness["failure"].as_str().unwrap().contains("does not exist"), "{freshness:#}");
    let silent = shops.open("silent").await;
    session(&silent).await.marker_table().await.unwrap();
    let (out, child) = begun(&url, 1, &["--freshness", &silent]).await;
    let (_, summary) = ended(child);
    let freshness = &summary["jobs"][0]["freshness"];
    counts_all(&out, freshness);
    assert_eq!((&freshness["count"], &freshness["failures"]), (&0.into(), &0.into()), "{freshness:#}");
    for (more, code) in [(&["--freshness", "slot:cdc"][..], 2), (&["--freshness", "source"], 2)] {
        let ran = run(&[&["run", "--url", &url, "--ledger", "--out", "/tmp/none"][..], more].concat());
        assert_eq!(ran.code, Some(code), "{ran:?}");
    }
    let ran = run(&["run", "--url", &url, "--freshness", &silent]);
    assert!(ran.code == Some(2) && ran.stderr.contains("--ledger"), "{ran:?}");
}
