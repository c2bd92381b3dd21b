//! The same on SQL Server, where `LOADGEN_MSSQL_URL` names one.

use loadgen_core::{SqlSession, Target};
use loadgen_mssql::{MssqlSettings, MssqlTarget};

use crate::support::{file, run, text};

/// An address of the server, and databases of its own on it, which are there no more when the test has come to its end.
struct Databases {
    url: String,
    names: Vec<String>,
}

impl Databases {
    async fn make(names: &[&str]) -> Option<Self> {
        let Ok(url) = std::env::var("LOADGEN_MSSQL_URL") else {
            eprintln!("skipped: LOADGEN_MSSQL_URL is not set");
            return None;
        };
        let names: Vec<String> = names.iter().map(|name| format!("{name} {}", std::process::id())).collect();
        let databases = Databases { url, names };
        databases.each("CREATE DATABASE").await;
        Some(databases)
    }

    async fn each(&self, what: &str) {
        let target = MssqlTarget::new(MssqlSettings::from_url(&self.url).unwrap());
        let mut session = target.connect().await.unwrap();
        for name in &self.names {
            session.execute(&format!("{what} [{name}]")).await.unwrap();
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn orders_go_to_several_databases_and_one_that_is_not_there_keeps_none_waiting() {
    let Some(databases) = Databases::make(&["cli one", "cli two"]).await else { return };
    let list = databases.names.join(", ");
    let plan = |rest: &str| {
        format!(
            "seed: 5\njobs:\n- {{target: \"{}\", databases: \"{list}{rest}\", workload: orders, lanes: 8, deadline: 3m}}\n",
            databases.url
        )
    };
    let (directory, path) = file("plan.yaml", &plan(""));
    let planned = run(&["plan", text(&path), "--format", "json"]);
    assert_eq!(
        planned.json()["jobs"][1]["migrations"]["pending"].as_array().unwrap().len(),
        3,
        "{planned:?}"
    );
    let again = run(&["plan", text(&path), "--format", "json"]);
    assert_eq!(again.json()["jobs"], planned.json()["jobs"]);

    let (_gone, with) = file("plan.yaml", &plan(", not there"));
    let ran = run(&["run", text(&with), "--rate", "20/s", "--duration", "6s", "--check", "--format", "json"]);
    assert_eq!(ran.code, Some(1), "{ran:?}");
    assert!(ran.stderr.contains("error: not there: ") && ran.stderr.contains("up to the end"), "{ran:?}");
    let summary = ran.json();
    let jobs = summary["jobs"].as_array().unwrap();
    assert_eq!(jobs.len(), 2);
    for job in jobs {
        assert_eq!((&job["completed"], &job["check"]["result"]), (&120.into(), &"held".into()), "{job}");
    }
    assert_ne!(jobs[0]["digest"], jobs[1]["digest"]);

    let digest = |connections: &str| {
        let args = [
            "run",
            text(&path),
            "--operations",
            "200",
            "--connections",
            connections,
            "--format",
            "json",
            "-q",
        ];
        let ran = run(&args);
        assert_eq!(ran.code, Some(0), "{ran:?}");
        ran.json()["jobs"][0]["digest"].clone()
    };
    assert_eq!(digest("1"), digest("8"));

    let out = directory.path().join("out");
    let args =
        ["run", text(&path), "--operations", "40", "--seed", "6", "--ledger", "--out", text(&out), "-q"];
    let ran = run(&args);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    let job = databases.names[1].as_str();
    let of_job = |verb: &str, rest: &[&str]| {
        run(&[&[verb, text(&out), "--job", job, "--url", &databases.url], rest].concat())
    };
    let verified = of_job("verify", &["--sink", "source"]);
    assert!(verified.code == Some(0) && verified.stdout.contains("PASS"), "{verified:?}");
    let cleaned = of_job("cleanup", &[]);
    assert!(cleaned.stdout.contains("removed the table dbo.loadgen_lane"), "{cleaned:?}");
    assert!(cleaned.stdout.contains("removed 9 markers of the run "), "{cleaned:?}");

    let back = run(&["migrate", text(&path), "--revert", "--format", "json"]);
    assert_eq!(back.json()["jobs"][0]["reverted"].as_array().unwrap().len(), 3, "{back:?}");
    databases.each("DROP DATABASE").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_names_of_one_database_are_refused() {
    let Some(databases) = Databases::make(&["cli Same"]).await else { return };
    let name = &databases.names[0];
    let (_directory, path) = file(
        "plan.yaml",
        &format!(
            "jobs:\n- {{target: \"{}\", databases: [{name}, {}], workload: orders, operations: 5}}\n",
            databases.url,
            name.to_lowercase()
        ),
    );
    for args in [["run", text(&path)], ["plan", text(&path)], ["migrate", text(&path)]] {
        let refused = run(&args);
        assert_eq!(refused.code, Some(1), "{refused:?}");
        assert!(refused.stderr.contains("by another name, mssql://"), "{refused:?}");
        assert!(refused.stderr.contains("name it once in `databases`"), "{refused:?}");
    }
    databases.each("DROP DATABASE").await;
}

#[test]
fn what_only_postgresql_has_is_refused_of_sql_server() {
    let directory = tempfile::tempdir().unwrap();
    let sink = "mssql://me@127.0.0.1:1/nowhere";
    let url = "postgres://127.0.0.1:1/nowhere";
    let out = directory.path().join("out");
    let args = ["run", "--url", url, "--out", text(&out), "--ledger", "--freshness", sink];
    let refused = run(&args);
    assert_eq!(refused.code, Some(2), "{refused:?}");
    assert!(refused.stderr.contains("only PostgreSQL has"), "{refused:?}");
}
