//! `loadgen seed`.

use loadgen_core::{BulkSession, SchemaFilter, SqlSession, TableName};
use nix::{
    sys::signal::{Signal, kill},
    unistd::Pid,
};

use crate::{
    support::{Ran, Shops, file, loadgen, run, session, text},
    waiting::until,
};

const TABLES: [&str; 4] = ["customers", "order_items", "orders", "products"];

async fn count(url: &str, table: &str) -> u64 {
    let mut session = session(url).await;
    let schema = session.introspect(&SchemaFilter::default()).await.unwrap();
    let table = schema.table(&TableName::new("public", table)).unwrap();
    session.count(table, u64::MAX).await.unwrap()
}

async fn counts(url: &str) -> [u64; 4] {
    let mut counts = [0; 4];
    for (table, found) in TABLES.iter().zip(&mut counts) {
        *found = count(url, table).await;
    }
    counts
}

fn inserted(ran: &Ran) -> u64 {
    assert_eq!(ran.code, Some(0), "{ran:?}");
    ran.json()["jobs"][0]["rows"]["inserted"].as_u64().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn tables_are_filled_once_and_traffic_goes_on_from_there() {
    let shops = Shops::start().await;
    let url = shops.open("shop").await;
    let seed = ["seed", "--url", &url, "--rows", "2k", "--seed", "5", "--format", "json"];
    let ran = run(&seed);
    assert_eq!(inserted(&ran), 8_000, "{ran:?}");
    let orders = &ran.json()["jobs"][0]["tables"]["public.orders"];
    assert_eq!(
        (&orders["before"], &orders["rows"], &orders["wanted"]),
        (&0.into(), &2_000.into(), &2_000.into())
    );
    assert_eq!(counts(&url).await, [2_000; 4]);
    assert_eq!(inserted(&run(&seed)), 0);
    let ran =
        run(&["run", "--url", &url, "--operations", "500", "--seed", "5", "--check", "--format", "json"]);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    assert_eq!(ran.json()["jobs"][0]["errors"], serde_json::json!({}));
    let ran = run(&["load", "--url", &url, "--rows", "3k", "--seed", "5", "--connections", "1"]);
    assert!(ran.stdout.contains("3,000") && ran.stdout.contains("\nok · "), "{ran:?}");
    assert_eq!(counts(&url).await, [3_000; 4]);
    let ran = run(&["seed", "--url", &url, "--rows", "1k", "--format", "json"]);
    assert_eq!(inserted(&ran), 0);
    let orders = &ran.json()["jobs"][0]["tables"]["public.orders"];
    assert_eq!((&orders["before"], &orders["rows"]), (&3_000.into(), &3_000.into()), "more than wanted");
}

#[tokio::test(flavor = "multi_thread")]
async fn rows_far_beyond_what_is_wanted_are_not_all_counted_and_that_is_said() {
    let shops = Shops::start().await;
    let url = shops.open("shop").await;
    let sql = "create table many (id int primary key); insert into many select generate_series(1, 120000)";
    session(&url).await.execute(sql).await.unwrap();
    let ran = run(&["seed", "--url", &url, "--table", "many=10"]);
    assert!(ran.stdout.contains(" 100,010+ "), "{ran:?}");
    let ran = run(&["seed", "--url", &url, "--table", "many=10", "--format", "json"]);
    assert_eq!(ran.json()["jobs"][0]["tables"]["public.many"]["at_least"], true, "{ran:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_killed_seeding_can_be_started_again() {
    let shops = Shops::start().await;
    let url = shops.open("shop").await;
    let seed =
        ["seed", "--url", &url, "--rows", "200k", "--seed", "5", "--connections", "3", "--format", "json"];
    let mut child = loadgen(&seed).spawn().unwrap();
    until("a tenth of the orders", async || count(&url, "orders").await >= 20_000).await;
    child.kill().unwrap();
    child.wait().unwrap();
    // Counting waits for what the server is still at.
    let before: u64 = counts(&url).await.iter().sum();
    assert!((200_000..800_000).contains(&before), "{before}");
    let ran = run(&seed);
    assert_eq!(inserted(&ran), 800_000 - before, "{ran:?}");
    assert_eq!(counts(&url).await, [200_000; 4]);
}

#[tokio::test(flavor = "multi_thread")]
async fn one_signal_ends_it_and_what_is_there_stays() {
    let shops = Shops::start().await;
    let url = shops.open("shop").await;
    let seed =
        ["seed", "--url", &url, "--rows", "10M", "--seed", "5", "--connections", "2", "--format", "json"];
    let child = loadgen(&seed).spawn().unwrap();
    until("the first rows", async || counts(&url).await != [0; 4]).await;
    kill(Pid::from_raw(i32::try_from(child.id()).unwrap()), Signal::SIGINT).unwrap();
    let ran = Ran::from(child.wait_with_output().unwrap());
    let rows = inserted(&ran);
    assert!(rows > 0 && rows < 40_000_000, "{ran:?}");
    assert_eq!(ran.json()["jobs"][0]["stopped"], true);
    assert_eq!(counts(&url).await.iter().sum::<u64>(), rows);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_plan_says_how_many_rows_and_flags_say_it_louder() {
    let shops = Shops::start().await;
    let url = shops.open("shop").await;
    let plan =
        "seed: 3\njobs: [{workload: {crud: {seed: 100, tables: {customers: {}, products: {seed: 20}}}}}]";
    let (_directory, path) = file("plan.yaml", plan);
    let ran = run(&["plan", text(&path), "--url", &url]);
    assert!(ran.stdout.contains("seed fills it up to 20 rows"), "{ran:?}");
    let ran = run(&["seed", text(&path), "--url", &url, "--format", "json"]);
    assert_eq!(inserted(&ran), 120, "{ran:?}");
    let ran = run(&[
        "seed",
        text(&path),
        "--url",
        &url,
        "--table",
        "customers=0",
        "--table",
        "orders=50",
        "--format",
        "json",
    ]);
    assert_eq!(inserted(&ran), 50, "{ran:?}");
    assert_eq!(counts(&url).await, [100, 0, 50, 20]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_done_is_said() {
    let shops = Shops::start().await;
    let url = shops.open("shop").await;
    let ran = run(&["seed", "--url", &url]);
    assert_eq!(ran.code, Some(2), "{ran:?}");
    assert!(ran.stderr.contains("how many rows is not said: give --rows 100k"), "{ran:?}");
    let ran = run(&["seed", "--url", &url, "--table", "orders=10"]);
    assert_eq!(ran.code, Some(1), "{ran:?}");
    assert!(ran.stderr.contains("add public.customers to the tables"), "{ran:?}");
    let ran = run(&["seed", "--url", &url, "--table", "orders=10", "--table", "customers=0"]);
    assert_eq!(ran.code, Some(1), "{ran:?}");
    assert!(ran.stderr.contains("public.customers has no row to refer to"), "{ran:?}");
    let ran = run(&["seed", "--url", "postgres://8.8.8.8/x", "--rows", "1"]);
    assert!(ran.code == Some(1) && ran.stderr.contains("--allow-host 8.8.8.8"), "{ran:?}");
}
