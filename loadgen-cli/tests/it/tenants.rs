//! One job for each of several databases, some of which are not there.

use std::time::Duration;

use loadgen_core::SqlSession;
use serde_json::Value;

use crate::support::{Ran, Shops, file, loadgen, run, session, text};

fn named<'a>(list: &'a Value, key: &str, name: &str) -> Option<&'a Value> {
    list.as_array().unwrap().iter().find(|entry| entry[key] == name)
}

#[tokio::test(flavor = "multi_thread")]
async fn each_database_waits_for_itself_alone() {
    let shops = Shops::start().await;
    let url = shops.0.create_database("shop").await.unwrap();
    shops.0.create_database("first one").await.unwrap();
    shops.0.create_database("b]🐘").await.unwrap();
    let plan = format!(
        "seed: 5\njobs:\n- target: \"{url}\"\n  databases: \" first one,b]🐘 ,, first one, later, never,\"\n  \
         workload: orders\n  rate: 50/s\n  duration: 10s\n  lanes: 8\n  connections: 2\n  \
         per_database: {{\"b]🐘\": {{rate: 20/s}}}}\n"
    );
    let (directory, path) = file("plan.yaml", &plan);
    let out = directory.path().join("out");
    let args = ["run", text(&path), "--check", "--format", "json", "--out", text(&out)];
    let child = loadgen(&args).spawn().unwrap();
    tokio::time::sleep(Duration::from_secs(5)).await;
    shops.0.create_database("later").await.unwrap();
    let ran = Ran::from(child.wait_with_output().unwrap());
    assert_eq!(ran.code, Some(1), "{ran:?}");
    let summary = ran.json();
    assert_eq!(summary["ok"], false);
    assert!(ran.stderr.contains("warning: databases has first one more than once"), "{ran:?}");
    let jobs = &summary["jobs"];
    for (name, completed) in [("first one", 500), ("b]🐘", 200)] {
        let job = named(jobs, "name", name).unwrap();
        assert_eq!(
            (&job["completed"], &job["check"]["result"]),
            (&completed.into(), &"held".into()),
            "{job}"
        );
        assert_eq!(job["target"].as_str().unwrap().rsplit('/').next(), Some(name));
        assert!(named(&summary["unreachable"], "job", name).is_none(), "{summary}");
    }
    let digest = |name: &str| named(jobs, "name", name).unwrap()["digest"].clone();
    assert_ne!(digest("first one"), digest("b]🐘"));
    let later = named(jobs, "name", "later").unwrap();
    let begun = later["completed"].as_u64().unwrap();
    assert!((10..300).contains(&begun) && later["check"]["result"] == "held", "{later}");
    let outage = named(&summary["unreachable"], "job", "later").unwrap();
    assert!(outage["is_back"] == true && outage["attempts"].as_u64().unwrap() >= 2, "{outage}");
    assert!((3.0..9.0).contains(&outage["seconds"].as_f64().unwrap()), "{outage}");
    assert!(named(jobs, "name", "never").is_none(), "{jobs}");
    let outage = named(&summary["unreachable"], "job", "never").unwrap();
    assert!(outage["is_back"] == false && outage["attempts"].as_u64().unwrap() >= 3, "{outage}");
    assert!(ran.stderr.contains("error: never: ") && ran.stderr.contains(", up to the end: "), "{ran:?}");

    // The plan as resolved repeats each of them.
    let resolved = out.join("plan.yaml");
    let args = ["run", text(&resolved), "--job", "first one", "--duration", "2s", "--format", "json", "-q"];
    let whole = run(&args).json();
    assert_eq!(whole["jobs"][0]["name"], "first one");
    assert_eq!(whole["jobs"][0]["completed"], 100);
    let yaml = std::fs::read_to_string(out.join("plan.yaml")).unwrap();
    assert!(yaml.contains("b]🐘") && !yaml.contains("per_database"), "{yaml}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plan_shows_the_databases_that_answer() {
    let shops = Shops::start().await;
    let url = shops.0.create_database("there").await.unwrap();
    let plan = format!("jobs: [{{target: \"{url}\", databases: [none, there], workload: orders}}]\n");
    let (_directory, path) = file("plan.yaml", &plan);
    let ran = run(&["plan", text(&path)]);
    assert_eq!(ran.code, Some(1), "{ran:?}");
    assert!(ran.stderr.contains("error: none: ") && ran.stderr.contains("does not exist"), "{ran:?}");
    assert!(ran.stdout.contains("there → ") && ran.stdout.contains("nothing was written"), "{ran:?}");
    assert_eq!(run(&["plan", text(&path), "--job", "there"]).code, Some(0));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_plan_that_is_printed_for_one_of_several_databases_goes_there() {
    let shops = Shops::start().await;
    let url = shops.open("one").await;
    let server = shops.0.database_url("postgres");
    let plan = format!("jobs: [{{target: \"{server}\", databases: [none, one]}}]\n");
    let (_directory, path) = file("plan.yaml", &plan);
    let printed = run(&["inspect", text(&path), "--job", "one", "--format", "yaml"]);
    assert_eq!(printed.code, Some(0), "{printed:?}");
    let (_directory, path) = file("printed.yaml", &printed.stdout);
    let ran = run(&["run", text(&path), "--operations", "50", "--check", "--format", "json", "-q"]);
    assert!(ran.code == Some(0) && ran.json()["jobs"][0]["name"] == "one", "{ran:?}");
    let rows = run(&["inspect", "--url", &url, "--digest", "--format", "json"]).json();
    assert!(rows["tables"]["public.customers"]["count"].as_u64() > Some(0), "{rows}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_that_is_lost_in_mid_run_comes_back_and_slows_no_other() {
    let shops = Shops::start().await;
    let url = shops.0.create_database("a").await.unwrap();
    shops.0.create_database("b/] 🐘").await.unwrap();
    let plan = format!(
        "seed: 5\njobs:\n- {{target: \"{url}\", databases: [a, \"b/] 🐘\"], workload: orders, rate: 50/s, \
         duration: 10s, lanes: 8, connections: 2}}\n"
    );
    let (directory, path) = file("plan.yaml", &plan);
    let out = directory.path().join("out");
    let args = ["run", text(&path), "--ledger", "--out", text(&out), "--check", "--format", "json"];
    let child = loadgen(&args).spawn().unwrap();
    tokio::time::sleep(Duration::from_secs(4)).await;
    let mut admin = session(&shops.0.url()).await;
    for sql in [
        "alter database \"b/] 🐘\" allow_connections false",
        "select pg_terminate_backend(pid) from pg_stat_activity where datname = 'b/] 🐘'",
        "alter database \"b/] 🐘\" rename to away",
    ] {
        admin.execute(sql).await.unwrap();
    }
    tokio::time::sleep(Duration::from_secs(3)).await;
    for sql in
        ["alter database away rename to \"b/] 🐘\"", "alter database \"b/] 🐘\" allow_connections true"]
    {
        admin.execute(sql).await.unwrap();
    }
    let ran = Ran::from(child.wait_with_output().unwrap());
    assert_eq!(ran.code, Some(0), "{ran:?}");
    let summary = ran.json();
    let other = named(&summary["jobs"], "name", "a").unwrap();
    assert_eq!((&other["completed"], &other["reconnects"]), (&500.into(), &0.into()), "{other}");
    assert!(named(&summary["unreachable"], "job", "a").is_none(), "{summary}");
    let lost = named(&summary["jobs"], "name", "b/] 🐘").unwrap();
    assert!(lost["reconnects"].as_u64().unwrap() >= 1, "{lost}");
    let outage = named(&summary["unreachable"], "job", "b/] 🐘").unwrap();
    assert!(outage["is_back"] == true && outage["seconds"].as_f64().unwrap() > 2.0, "{outage}");
    for job in ["a", "b/] 🐘"] {
        assert_eq!(named(&summary["jobs"], "name", job).unwrap()["check"]["result"], "held", "{summary}");
        let verified = run(&["verify", text(&out), "--job", job, "--sink", "source"]);
        assert!(verified.code == Some(0) && verified.stdout.contains("PASS"), "{verified:?}");
        let cleaned = run(&["cleanup", text(&out), "--job", job]);
        assert!(cleaned.stdout.contains("removed the table public.loadgen_lane"), "{cleaned:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_ledger_of_a_database_begins_when_that_is_there() {
    let shops = Shops::start().await;
    let url = shops.0.create_database("a").await.unwrap();
    let plan = format!(
        "seed: 5\njobs:\n- {{target: \"{url}\", databases: \"later, never\", workload: orders, rate: 20/s, \
         duration: 8s, lanes: 8, connections: 2}}\n"
    );
    let (directory, path) = file("plan.yaml", &plan);
    let out = directory.path().join("out");
    let args = ["run", text(&path), "--ledger", "--out", text(&out), "--format", "json"];
    let child = loadgen(&args).spawn().unwrap();
    tokio::time::sleep(Duration::from_secs(3)).await;
    shops.0.create_database("later").await.unwrap();
    let ran = Ran::from(child.wait_with_output().unwrap());
    assert_eq!(ran.code, Some(1), "{ran:?}");
    assert!(!ran.stderr.contains("not settled"), "{ran:?}");
    let verified = run(&["verify", text(&out), "--job", "later", "--sink", "source"]);
    assert!(verified.code == Some(0) && verified.stdout.contains("PASS"), "{verified:?}");
    let other = directory.path().join("other");
    let slot = run(&["run", text(&path), "--ledger", "--out", text(&other), "--slot", "s"]);
    assert!(slot.code == Some(2) && slot.stderr.contains("--slot does not go with `databases:`"), "{slot:?}");
    let never = run(&["resolve", text(&out), "--job", "never"]);
    assert_eq!(never.code, Some(2), "{never:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_of_one_database_does_the_same_whatever_others_there_are() {
    let shops = Shops::start().await;
    let url = shops.0.create_database("a").await.unwrap();
    let digest = |databases: &str, names: &[&str]| {
        let plan = format!(
            "seed: 5\njobs:\n- {{target: \"{url}\", databases: {databases}, operations: 50, workload: orders}}\n"
        );
        let (_directory, path) = file("plan.yaml", &plan);
        let ran = run(&["run", text(&path), "--format", "json", "-q"]);
        assert_eq!(ran.code, Some(0), "{ran:?}");
        let json = ran.json();
        names
            .iter()
            .map(|name| named(&json["jobs"], "name", name).unwrap()["digest"].clone())
            .collect::<Vec<_>>()
    };
    let alone = digest("a", &["a"]);
    shops.0.create_database("0").await.unwrap();
    assert_eq!(digest("[0, a]", &["a", "0"])[0], alone[0]);
    assert_ne!(digest("\"0,a\"", &["0"])[0], alone[0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_no_waiting_mends_is_refused_before_anything_is_touched() {
    let shops = Shops::start().await;
    let url = shops.0.create_database("a").await.unwrap();
    let stranger = url.replace("postgres@", "stranger@");
    let job =
        |target: &str| format!("{{target: \"{target}\", databases: \"a\", workload: orders, duration: 60s}}");
    let (_directory, path) = file(
        "plan.yaml",
        &format!("jobs:\n- {}\n- {}\n", job(&stranger), job(&url).replace("\"a\"", "postgres")),
    );
    let refused = run(&["run", text(&path), "-q"]);
    assert_eq!(refused.code, Some(1), "{refused:?}");
    assert!(
        refused.stderr.starts_with("error: failed to connect to ") && refused.stderr.contains("stranger")
    );
    let (_directory, path) = file("plan.yaml", &format!("jobs:\n- {}\n", job(&url)));
    let planned = run(&["plan", text(&path)]);
    assert!(planned.stdout.contains("0003_schema_change_log"), "{planned:?}");
    assert!(planned.stdout.contains("applied already: none"), "{planned:?}");
}

#[test]
fn plans_of_databases_are_checked() {
    for (job, why) in [
        ("{databases: \" , \"}", ":1:20: databases is empty"),
        ("{per_database: {a: {rate: 1/s}}}", "per_database needs databases beside it"),
        ("{databases: a, per_database: {a: {target: x}}}", "target goes beside per_database, not below it"),
        ("{databases: a, per_database: {a: {rat: 1/s}}}", "did you mean \"rate\"?"),
        (
            "{databases: a, rate: 1/s, per_database: {a: {rate: 2/s, pace: unpaced}}}",
            "give rate or pace, not both",
        ),
        ("{databases: a}, {name: a}", "there are two jobs called \"a\""),
        ("{databases: a, migrations: x}", "migrations go with the workload orders"),
        (
            "{pace: {think_between: {least: 5s, most: 1s}}}",
            "the shortest pause, 5s, is longer than the longest, 1s",
        ),
    ] {
        let (_directory, path) = file("plan.yaml", &format!("jobs: [{job}]\n"));
        let refused = run(&["plan", text(&path), "--url", "postgres://127.0.0.1:1/nowhere"]);
        assert!(refused.code == Some(104) && refused.stderr.contains(why), "{job}: {refused:?}");
    }
}

/// The example that stands for the SQL CES load generator, with these variables.
fn example(variables: &[(&str, &str)], flags: &[&str]) -> Ran {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../examples/sql-ces.yaml");
    let mut command = loadgen(&[&["plan", path], flags].concat());
    for name in ["SQL_SERVER", "DATABASES", "MIN_DELAY_SECONDS", "MAX_DELAY_SECONDS", "MIGRATIONS_PATH"] {
        command.env_remove(name);
    }
    Ran::from(command.envs(variables.iter().copied()).output().unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn the_example_reads_the_variables_of_the_original_and_says_what_is_missing() {
    let missing = example(&[], &[]);
    assert_eq!(missing.code, Some(104), "{missing:?}");
    assert!(missing.stderr.contains("the variable SQL_SERVER is not set"), "{missing:?}");

    let shops = Shops::start().await;
    let url = shops.0.create_database("tenant_db_alpha").await.unwrap();
    shops.0.create_database("tenant_db_beta").await.unwrap();
    shops.0.create_database("x y").await.unwrap();
    let flags = ["--url", &url, "--format", "json"];
    let usual = example(&[("SQL_SERVER", "db")], &flags).json();
    let names = |plan: &Value| {
        let jobs = plan["jobs"].as_array().unwrap().iter();
        jobs.map(|job| job["name"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(names(&usual), ["tenant_db_alpha", "tenant_db_beta"]);
    let job = &usual["jobs"][1];
    assert_eq!(job["pace"], serde_json::json!({"think_between": {"least": "1s", "most": "5s"}}));
    let weights = serde_json::json!({"new_customer": 40, "advance_order": 30, "new_order": 15, "change_email": 10, "delete_item": 5});
    assert_eq!((&job["weights"], &job["workload"]), (&weights, &"orders".into()));
    assert!(usual["warnings"][0].as_str().unwrap().contains("there is no /app/migrations"), "{usual}");

    let further = tempfile::tempdir().unwrap();
    std::fs::write(further.path().join("0004_notes.sql"), "select 1").unwrap();
    std::fs::write(further.path().join("0004_notes.down.sql"), "select 1").unwrap();
    let variables = [
        ("SQL_SERVER", "db"),
        ("DATABASES", " x y ,,"),
        ("MIN_DELAY_SECONDS", "0.5"),
        ("MAX_DELAY_SECONDS", "2"),
        ("MIGRATIONS_PATH", text(further.path())),
    ];
    let own = example(&variables, &flags).json();
    assert_eq!((names(&own), &own["warnings"]), (vec!["x y".to_owned()], &serde_json::json!([])));
    let job = &own["jobs"][0];
    assert_eq!(job["pace"], serde_json::json!({"think_between": {"least": "500ms", "most": "2s"}}));
    assert_eq!(job["migrations"]["pending"][3], "0004_notes", "{job}");
}
