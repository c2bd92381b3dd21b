//! `verify`: the source and a replica held against the ledger of a run.

use loadgen_core::SqlSession;
use tempfile::TempDir;

use crate::support::{Ran, Shops, run, session, text};

/// A traced run that is over.
fn traced(url: &str, operations: &str) -> TempDir {
    let out = tempfile::tempdir().unwrap();
    let args = ["run", "--url", url, "--ledger", "--out", text(out.path()), "--operations", operations];
    let ran = run(&[&args[..], &["--seed", "5", "--connections", "4", "-q"]].concat());
    assert_eq!(ran.code, Some(0), "{ran:?}");
    out
}

fn verify(out: &TempDir, sink: &str, more: &[&str]) -> Ran {
    run(&[&["verify", text(out.path()), "--sink", sink][..], more].concat())
}

#[track_caller]
fn finds(out: &TempDir, sink: &str, check: &str) {
    let ran = verify(out, sink, &["--format", "json"]);
    let json = ran.json();
    assert_eq!((ran.code, &json["verdict"]), (Some(111), &"FAIL".into()), "{check}: {ran:?}");
    let checks: Vec<&str> = json["findings"]
        .as_array()
        .unwrap()
        .iter()
        .map(|finding| finding["check"].as_str().unwrap())
        .collect();
    assert!(checks.contains(&check), "{check} is not among {json}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_source_of_a_run_is_as_its_ledger_says_until_somebody_meddles() {
    let shops = Shops::start().await;
    let url = shops.open("shop").await;
    // Rows that were there before are nobody's.
    session(&url).await.execute("insert into customers (email, first_name, last_name) select 'old' || i, 'x', 'y' from generate_series(1, 50) i").await.unwrap();
    let out = traced(&url, "3000");
    let ran = verify(&out, "source", &[]);
    assert!(ran.code == Some(0) && ran.stdout.ends_with("PASS\n"), "{ran:?}");
    let kept = std::fs::read_to_string(out.path().join("verify.json")).unwrap();
    assert!(kept.contains("\"verdict\": \"PASS\""), "{kept}");
    let mut session = session(&url).await;
    for (undo, meddle, check) in [
        (None, "update orders set total = total + 1 where id = (select max(id) from orders)", "value"),
        (
            Some("update orders set total = total - 1 where id = (select max(id) from orders)"),
            "delete from order_items where ctid = (select min(ctid) from order_items)",
            "lost",
        ),
        (
            None,
            "insert into customers (email, first_name, last_name) values ('new', 'x', 'y')",
            "foreign row",
        ),
    ] {
        if let Some(undo) = undo {
            session.execute(undo).await.unwrap();
        }
        session.execute(meddle).await.unwrap();
        finds(&out, "source", check);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_replica_is_waited_for_and_then_as_good_as_the_source() {
    let shops = Shops::start().await;
    let (url, copy) = (shops.open("shop").await, shops.open("replica").await);
    let (mut source, mut replica) = (session(&url).await, session(&copy).await);
    source.marker_table().await.unwrap();
    replica.marker_table().await.unwrap();
    source.execute("create publication everything for all tables").await.unwrap();
    source.execute("select pg_create_logical_replication_slot('copy', 'pgoutput')").await.unwrap();
    let address = format!("host={} dbname=shop user=postgres", shops.0.socket_dir().display());
    let subscribe = format!(
        "create subscription copy connection '{address}' publication everything
         with (create_slot = false, slot_name = 'copy', copy_data = false, enabled = false)"
    );
    replica.execute(&subscribe).await.unwrap();
    let out = traced(&url, "2000");
    let ran = verify(&out, &copy, &[]);
    assert!(ran.code == Some(112) && ran.stdout.ends_with("INCONCLUSIVE\n"), "nothing has arrived: {ran:?}");
    replica.execute("alter subscription copy enable").await.unwrap();
    let ran = verify(&out, &copy, &["--wait", "60s"]);
    assert!(ran.code == Some(0) && ran.stdout.ends_with("PASS\n"), "{ran:?}");
    replica
        .execute("update orders set note = 'stale' where id = (select min(id) from orders)")
        .await
        .unwrap();
    finds(&out, &copy, "value");
    replica.execute("alter subscription copy disable; alter subscription copy set (slot_name = none); drop subscription copy").await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_settled_or_not_a_sink_is_said() {
    let shops = Shops::start().await;
    let url = shops.open("shop").await;
    let out = traced(&url, "200");
    let ran = verify(&out, "kafka", &[]);
    assert!(ran.code == Some(2) && ran.stderr.contains("there is no sink kafka"), "{ran:?}");
    let other = shops.0.create_database("empty").await.unwrap();
    let ran = verify(&out, &other, &[]);
    assert!(ran.code == Some(1) && ran.stderr.contains("the sink has no table public."), "{ran:?}");
}
