//! Rows that were there before.

use super::{ask, execute, fails, passes};
use crate::support::{Ran, Shops, file, loadgen, run, session, text};

async fn seeded(shops: &Shops, name: &str) -> String {
    let url = shops.open(name).await;
    let seeded = run(&["seed", "--url", &url, "--rows", "600", "--seed", "1", "-q"]);
    assert_eq!(seeded.code, Some(0), "{seeded:?}");
    url
}

#[tokio::test(flavor = "multi_thread")]
async fn rows_that_lanes_take_over_are_judged_and_the_others_compared_exactly() {
    let shops = Shops::start().await;
    for touch in ["all", "existing"] {
        let (url, out) = (seeded(&shops, touch).await, tempfile::tempdir().unwrap());
        let out = out.path();
        let args = ["run", "--url", &url, "--ledger", "--out", text(out), "--slot", touch, "--touch", touch];
        let ran = run(&[&args[..], &["--operations", "1500", "--seed", "3", "-q"]].concat());
        assert_eq!(ran.code, Some(0), "{ran:?}");
        let not_compared = passes(out, "source");
        assert!(!not_compared.iter().any(|not| not.contains("before the run")), "{not_compared:?}");
        passes(out, &format!("slot:{touch}"));
        let mut session = session(&url).await;
        assert!(ask(&mut session, "select count(*) from products").await > 0);
        // A row that nobody has touched may be any, so whichever it is has to be noticed.
        execute(&mut session, "update products set name = name || '!' where id = (select id from products order by id desc limit 1)").await;
        let ran = super::verify(out, "source", &[]);
        assert_eq!(ran.code, Some(111), "{ran:?}");
        execute(&mut session, "delete from order_items where ctid = (select min(ctid) from order_items)")
            .await;
        fails(out, "source", "lost");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn rows_that_somebody_else_deletes_under_the_lanes_are_not_compared() {
    let shops = Shops::start().await;
    let url = shops.0.create_database("meddled").await.unwrap();
    let mut session = session(&url).await;
    let sql = "create table t (id int primary key, v int not null);
               insert into t select i, 0 from generate_series(1, 60) i;
               create table u (id int primary key, v int not null)";
    execute(&mut session, sql).await;
    let plan = "jobs:\n  - lanes: 1\n    workload:\n      crud:\n        rows: {update: 20}\n        \
                tables: {t: {touch: existing, operations: {update: 1}}, u: {}}\n";
    let (_plans, path) = file("plan.yaml", plan);
    let out = tempfile::tempdir().unwrap();
    let out = out.path();
    let args = ["run", text(&path), "--url", &url, "--ledger", "--out", text(out), "--slot", "meddled", "-q"];
    let child = loadgen(&[&args[..], &["--rate", "50/s", "--operations", "150"]].concat()).spawn().unwrap();
    crate::waiting::until_holds(&url, "to_regclass('loadgen_lane') is not null").await;
    crate::waiting::until_holds(&url, "(select coalesce(sum(last_seq), 0) from loadgen_lane) >= 20").await;
    execute(&mut session, "delete from t where id % 10 = 0").await;
    let ran = Ran::from(child.wait_with_output().unwrap());
    assert_eq!(ran.code, Some(0), "{ran:?}");
    for sink in ["source", "slot:meddled"] {
        let not_compared = passes(out, sink);
        assert!(
            not_compared.iter().any(|not| not.contains("did not find all of theirs")),
            "{not_compared:?}"
        );
    }
}
