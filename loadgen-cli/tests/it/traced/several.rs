//! Several jobs, several sinks, many findings, circles.

use super::{execute, passes, verify};
use crate::support::{Shops, file, run, session, text};

#[tokio::test(flavor = "multi_thread")]
async fn each_job_and_sink_keeps_its_own_verification() {
    let shops = Shops::start().await;
    let (first, second) = (shops.open("first").await, shops.open("second").await);
    let plan = format!(
        "seed: 5\njobs:\n- {{name: a, target: \"{first}\", operations: 400}}\n- {{name: b, target: \"{second}\", operations: 300}}\n"
    );
    let (_plans, path) = file("plan.yaml", &plan);
    let out = tempfile::tempdir().unwrap();
    let out = out.path();
    let ran = run(&["run", text(&path), "--ledger", "--out", text(out), "-q"]);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    execute(&mut session(&second).await, "truncate customers cascade").await;
    for (job, verdict) in [("a", "PASS"), ("b", "FAIL")] {
        assert_eq!(verify(out, "source", &["--job", job]).json()["verdict"], verdict);
        let copy = verify(out, &first, &["--job", job]);
        assert!(copy.code.is_some_and(|code| code != 2), "{copy:?}");
    }
    let kept = |name: &str| -> serde_json::Value {
        serde_json::from_str(&std::fs::read_to_string(out.join(name)).unwrap()).unwrap()
    };
    for (job, verdict) in [("a", "PASS"), ("b", "FAIL")] {
        let kept = kept(&format!("verify-{job}-source.json"));
        assert_eq!(
            (&kept["job"], &kept["sink"], &kept["verdict"]),
            (&job.into(), &"source".into(), &verdict.into())
        );
    }
    let files = std::fs::read_dir(out).unwrap().flatten().filter(|entry| {
        entry.file_name().to_str().is_some_and(|name| name.starts_with("verify-") && name.ends_with(".json"))
    });
    assert_eq!(files.count(), 4);
    assert_eq!(kept("verify.json")["job"], "b", "the newest");
}

#[tokio::test(flavor = "multi_thread")]
async fn all_findings_are_in_the_file_and_a_few_are_printed() {
    let shops = Shops::start().await;
    let (url, out) = (shops.open("shop").await, tempfile::tempdir().unwrap());
    let out = out.path();
    let args =
        ["run", "--url", &url, "--ledger", "--out", text(out), "--operations", "9k", "--table", "products"];
    let ran = run(&[&args[..], &["--seed", "5", "-q"]].concat());
    assert_eq!(ran.code, Some(0), "{ran:?}");
    let mut session = session(&url).await;
    let rows = super::ask(&mut session, "select count(*) from products").await;
    execute(&mut session, "delete from products").await;
    let ran = run(&["verify", text(out), "--sink", "source", "--findings", "3"]);
    assert_eq!(ran.code, Some(111), "{ran:?}");
    let kept = std::fs::read_to_string(out.join("verify-source.json")).unwrap();
    let kept: serde_json::Value = serde_json::from_str(&kept).unwrap();
    let findings = kept["findings"].as_array().unwrap();
    let lost: Vec<_> = findings.iter().filter(|finding| finding["check"] == "lost").collect();
    assert!(rows > 1_100 && lost.len() as i64 == rows, "{} of {rows}", lost.len());
    assert!(lost.iter().all(|finding| finding["key"].as_array().is_some_and(|key| key.len() == 1)));
    let printed = format!("and {} more, see ", findings.len() - 3);
    let printed =
        ran.stdout.replace(' ', "").contains(&printed.replace(' ', "")) || ran.stdout.contains("more, see ");
    assert!(printed && ran.stdout.contains("verify-source.json"), "{ran:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn circles_of_references_are_verified() {
    let shops = Shops::start().await;
    let url = shops.0.create_database("circle").await.unwrap();
    let mut session = session(&url).await;
    let sql = "create table authors (id int primary key, name text not null, best_book int not null);
               create table books (id int primary key, title text not null, author int not null references authors);
               alter table authors add foreign key (best_book) references books deferrable initially deferred";
    execute(&mut session, sql).await;
    let out = tempfile::tempdir().unwrap();
    let out = out.path();
    let args =
        ["run", "--url", &url, "--ledger", "--out", text(out), "--slot", "circle", "--operations", "1500"];
    let ran = run(&[&args[..], &["--seed", "5", "-q"]].concat());
    assert_eq!(ran.code, Some(0), "{ran:?}");
    assert!(super::ask(&mut session, "select count(*) from authors").await > 50);
    for sink in ["source", "slot:circle"] {
        assert_eq!(passes(out, sink), [""; 0]);
    }
}
