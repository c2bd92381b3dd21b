//! Plans of several jobs.

use loadgen_core::SqlSession;

use crate::{
    live::tables,
    support::{Shops, file, run, session, text},
};

#[tokio::test(flavor = "multi_thread")]
async fn several_jobs_run_at_the_same_time_and_none_begins_when_one_cannot() {
    let shops = Shops::start().await;
    let (first, second) = (shops.open("first").await, shops.open("second").await);
    let plan = |tables: &str| {
        format!(
            "seed: 5\njobs:\n- name: a\n  target: {first}\n  operations: 100\n- name: b\n  target: {second}\n  \
             operations: 50\n  workload: {{crud: {{tables: {tables}}}}}\n"
        )
    };
    let (_directory, path) = file("plan.yaml", &plan("{custmers: {}}"));
    let refused = run(&["run", text(&path)]);
    assert_eq!(refused.code, Some(104), "{refused:?}");
    let place =
        format!("error: {}:9:30: there is no table \"custmers\"; did you mean \"customers\"?", text(&path));
    assert!(refused.stderr.starts_with(&place), "{refused:?}");
    let counted = run(&["inspect", "--url", &first, "--digest", "--format", "json"]).json();
    assert!(tables(&counted["tables"], "count").values().all(|(rows, _)| *rows == 0));

    let (_directory, path) = file("plan.yaml", &plan("{customers: {}}"));
    let ran = run(&["run", text(&path), "--format", "json", "-q"]).json();
    let jobs = ran["jobs"].as_array().unwrap();
    assert_eq!((jobs.len(), &jobs[0]["completed"], &jobs[1]["completed"]), (2, &100.into(), &50.into()));
    let alone =
        run(&["run", text(&path), "--job", "b", "--operations", "7", "--format", "json", "-q"]).json();
    assert_eq!((&alone["jobs"][0]["name"], &alone["jobs"][0]["completed"]), (&"b".into(), &7.into()));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_that_cannot_go_on_ends_the_run_with_its_own_message() {
    let shops = Shops::start().await;
    let (first, second) = (shops.open("first").await, shops.open("second").await);
    let sql = "CREATE ROLE few LOGIN CONNECTION LIMIT 3; GRANT ALL ON ALL TABLES IN SCHEMA public TO few; \
               GRANT ALL ON ALL SEQUENCES IN SCHEMA public TO few";
    session(&second).await.execute(sql).await.unwrap();
    let few = second.replace("postgres@", "few@");
    let plan = format!(
        "jobs:\n- {{name: a, target: \"{first}\", rate: 100/s, operations: 5k}}\n\
         - {{name: b, target: \"{few}\", connections: 8}}\n"
    );
    let (_directory, path) = file("plan.yaml", &plan);
    let ran = run(&["run", text(&path), "--seed", "1", "--format", "json", "-q"]);
    assert_eq!(ran.code, Some(1), "{ran:?}");
    assert!(ran.stderr.starts_with("error: failed to connect to ") && ran.stderr.contains("few"), "{ran:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn jobs_on_the_same_tables_write_values_of_their_own() {
    let shops = Shops::start().await;
    let (first, second) = (shops.open("first").await, shops.open("second").await);
    let job = |name: &str| {
        format!(
            "- {{name: {name}, target: \"{first}\", operations: 300, workload: {{crud: {{tables: {{products: {{}}}}}}}}}}\n"
        )
    };
    let (_directory, path) = file("plan.yaml", &format!("seed: 5\njobs:\n{}{}", job("a"), job("b")));
    let refused = run(&["run", text(&path), "--check"]);
    assert_eq!(refused.code, Some(2), "{refused:?}");
    assert!(refused.stderr.contains("the jobs a and b both write public.products of "), "{refused:?}");
    let ran = run(&["run", text(&path), "--format", "json", "-q"]);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    let json = ran.json();
    for job in json["jobs"].as_array().unwrap() {
        assert_eq!(job["errors"], serde_json::json!({}), "{job}");
    }
    assert_ne!(json["jobs"][0]["digest"], json["jobs"][1]["digest"]);
    // The first has the plan's own seed, as if it were alone.
    let alone =
        run(&["run", text(&path), "--job", "a", "--url", &second, "--format", "json", "-q", "--check"]);
    assert_eq!(alone.json()["jobs"][0]["digest"], json["jobs"][0]["digest"], "{alone:?}");
}
