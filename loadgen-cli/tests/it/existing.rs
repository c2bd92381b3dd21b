//! Rows that were there before.

use loadgen_core::SqlSession;

use crate::{
    live::tables,
    support::{Shops, file, run, session, text},
};

#[tokio::test(flavor = "multi_thread")]
async fn rows_that_are_there_are_planned_touched_and_compared_as_a_whole() {
    let shops = Shops::start().await;
    let url = shops.open("shop").await;
    let seeded = run(&["seed", "--url", &url, "--rows", "400", "--seed", "1", "-q"]);
    assert_eq!(seeded.code, Some(0), "{seeded:?}");
    let plan = run(&["plan", "--url", &url, "--touch", "all", "--exclude", "customers"]);
    assert!(plan.stdout.contains("one of 400 existing rows of public."), "{plan:?}");
    assert!(plan.stdout.contains("; touches all 400 rows that are there\n"), "{plan:?}");
    let plan = run(&["plan", "--url", &url, "--touch", "existing", "--format", "json"]).json();
    let table = &plan["jobs"][0]["tables"][0];
    assert_eq!(table["touch"], "existing");
    assert_eq!(table["taken_over"], serde_json::json!({"rows": 400, "all": true}));
    let args = ["--operations", "2k", "--seed", "7", "--format", "json", "--check", "-q", "--touch", "all"];
    let ran = run(&[&["run", "--url", &url], &args[..]].concat());
    assert_eq!((ran.code, ran.stderr.as_str()), (Some(0), ""), "{ran:?}");
    // All rows were taken over, so what the lanes know is the whole table.
    let inspected = run(&["inspect", "--url", &url, "--digest", "--format", "json"]).json();
    assert_eq!(tables(&inspected["tables"], "count"), tables(&ran.json()["jobs"][0]["tables"], "live"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plan_file_says_which_rows_for_the_workload_and_for_a_table() {
    let shops = Shops::start().await;
    let url = shops.open("shop").await;
    session(&url)
        .await
        .execute("insert into customers (email, first_name, last_name) values ('a@b.c', 'A', 'B')")
        .await
        .unwrap();
    let plan = "jobs:\n  - workload:\n      crud:\n        touch: existing\n        tables:\n          customers: {}\n          \
                products: {touch: own}\n";
    let (_directory, path) = file("plan.yaml", plan);
    let planned = run(&["plan", text(&path), "--url", &url]);
    assert_eq!(planned.code, Some(0), "{planned:?}");
    assert!(planned.stdout.contains("; touches all 1 rows that are there and no others\n"), "{planned:?}");
    assert_eq!(planned.stdout.matches("that are there").count(), 1, "{planned:?}");
    let (_directory, path) = file("plan.yaml", &plan.replace("own", "mine"));
    let wrong = run(&["plan", text(&path), "--url", &url]);
    assert_eq!(wrong.code, Some(104), "{wrong:?}");
    assert!(wrong.stderr.contains("mine"), "{wrong:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn rows_that_the_server_picks_are_said_to_be_unchecked() {
    let shops = Shops::start().await;
    let url = shops.open("shop").await;
    let plan = "jobs:\n  - workload:\n      crud:\n        tables:\n          customers: {sampling: server}\n          orders: {}\n";
    let (_directory, path) = file("plan.yaml", plan);
    let refused = run(&["plan", text(&path), "--url", &url]);
    assert_eq!(refused.code, Some(104), "{refused:?}");
    for said in ["plan.yaml:5:", "sampling: server picks among all rows of public.customers", "touch: all"] {
        assert!(refused.stderr.contains(said), "{said}: {refused:?}");
    }
    let (_directory, path) = file("plan.yaml", &plan.replace("server", "server, touch: all"));
    let seeded = run(&["seed", text(&path), "--url", &url, "--rows", "200", "--seed", "1", "-q"]);
    assert_eq!(seeded.code, Some(0), "{seeded:?}");
    let planned = run(&["plan", text(&path), "--url", &url]);
    for said in
        ["the server picks the rows", "no deletes: public.orders may refer", "one of 200 existing rows"]
    {
        assert!(planned.stdout.contains(said), "{said}: {planned:?}");
    }
    let args =
        ["run", text(&path), "--url", &url, "--operations", "500", "--check", "--format", "json", "-q"];
    let ran = run(&args);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    let json = ran.json();
    assert_eq!(json["jobs"][0]["tables"]["public.customers"]["unchecked"], true, "{json}");
    assert!(
        json["warnings"][0].as_str().unwrap().starts_with("public.customers: the server picks rows"),
        "{json}"
    );
    assert_eq!(json["jobs"][0]["check"]["result"], "held", "{json}");
    let (_directory, path) =
        file("plan.yaml", "jobs: [{workload: {crud: {sampling: server, tables: {customers: {}}}}}]");
    let args = ["run", text(&path), "--url", &url, "--operations", "50", "--check", "-q"];
    assert_eq!(run(&args).code, Some(104));
    let ran = run(&[&args[..], &["--touch", "all", "--format", "json"]].concat());
    assert_eq!(
        (ran.code, &ran.json()["jobs"][0]["check"]["result"]),
        (Some(112), &"inconclusive".into()),
        "{ran:?}"
    );
}
