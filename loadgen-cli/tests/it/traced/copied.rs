//! A copy whose subscription is still copying.

use super::{execute, verify};
use crate::support::{Shops, loadgen, run, session, text};
use crate::waiting::until_holds;

#[tokio::test(flavor = "multi_thread")]
async fn a_copy_that_is_still_being_filled_is_no_verdict_until_it_is() {
    let shops = Shops::start().await;
    let (url, copy) = (shops.open("shop").await, shops.open("replica").await);
    let out = tempfile::tempdir().unwrap();
    let out = out.path();
    let args =
        ["run", "--url", &url, "--ledger", "--out", text(out), "--operations", "1000", "--seed", "5", "-q"];
    assert_eq!(run(&args).code, Some(0));
    let (mut source, mut replica, mut holder) =
        (session(&url).await, session(&copy).await, session(&copy).await);
    loadgen_core::SqlSession::marker_table(&mut replica).await.unwrap();
    execute(&mut source, "create publication everything for all tables").await;
    execute(&mut source, "select pg_create_logical_replication_slot('copy', 'pgoutput')").await;
    execute(&mut holder, "begin; lock table orders in exclusive mode").await;
    let address = format!("host={} dbname=shop user=postgres", shops.0.socket_dir().display());
    let subscribe = format!(
        "create subscription copy connection '{address}' publication everything
         with (create_slot = false, slot_name = 'copy', copy_data = true)"
    );
    execute(&mut replica, &subscribe).await;
    let others = "not exists (select from pg_subscription_rel where srsubstate <> 'r' and srrelid <> 'orders'::regclass)";
    until_holds(&copy, others).await;
    let ran = verify(out, &copy, &[]);
    assert_eq!((ran.code, &ran.json()["verdict"]), (Some(112), &"INCONCLUSIVE".into()), "{ran:?}");
    assert!(ran.stdout.contains("still copying public.orders"), "{ran:?}");
    let wait = ["verify", text(out), "--sink", &copy, "--wait", "60s"];
    let waiting = loadgen(&wait).spawn().unwrap();
    tokio::time::sleep(std::time::Duration::from_secs(1)).await;
    execute(&mut holder, "rollback").await;
    let ran = crate::support::Ran::from(waiting.wait_with_output().unwrap());
    assert!(ran.code == Some(0) && ran.stdout.ends_with("PASS\n"), "{ran:?}");
    execute(&mut replica, "alter subscription copy disable; alter subscription copy set (slot_name = none); drop subscription copy").await;
}
