//! Servers that hang or restart in the middle of a run.

use std::time::Duration;

use loadgen_pg::server::Shutdown;

use crate::{
    support::{Ran, Shops, loadgen},
    waiting::until_rows,
};

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_hangs_shows_in_the_latency_and_loses_no_operation() {
    let shops = Shops::start().await;
    let url = shops.open("shop").await;
    let args = [
        "run",
        "--url",
        &url,
        "--rate",
        "100/s",
        "--duration",
        "6s",
        "--format",
        "json",
        "--check",
        "--seed",
        "1",
    ];
    let child = loadgen(&args).spawn().unwrap();
    until_rows(&url, 20).await;
    shops.0.pause().unwrap();
    tokio::time::sleep(Duration::from_secs(3)).await;
    shops.0.resume().unwrap();
    let ran = Ran::from(child.wait_with_output().unwrap());
    assert_eq!(ran.code, Some(0), "{ran:?}");
    let job = &ran.json()["jobs"][0];
    assert_eq!(
        (&job["planned"], &job["offered"], &job["completed"]),
        (&600.into(), &600.into(), &600.into())
    );
    assert!(job["latency_ms"]["max"].as_f64().unwrap() > 2_500.0, "{job}");
    assert_eq!(job["check"]["result"], "held", "{job}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restart_is_survived_and_counted() {
    let shops = Shops::start().await;
    let url = shops.open("shop").await;
    let args =
        ["run", "--url", &url, "--rate", "100/s", "--duration", "8s", "--format", "json", "--seed", "1"];
    let child = loadgen(&args).spawn().unwrap();
    until_rows(&url, 20).await;
    shops.0.restart(Shutdown::Immediate).await.unwrap();
    let ran = Ran::from(child.wait_with_output().unwrap());
    assert_eq!(ran.code, Some(0), "{ran:?}");
    let json = ran.json();
    let job = &json["jobs"][0];
    assert_eq!(job["planned"], 800, "{job}");
    assert!(job["outcomes"]["committed"].as_u64().unwrap() > 400, "{job}");
    assert!(job["reconnects"].as_u64().unwrap() > 0, "{job}");
    assert!(!job["errors"].as_object().unwrap().is_empty(), "{job}");
}
