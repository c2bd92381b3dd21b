//! The workload `orders`, from an empty database to one that is checked.

use loadgen_core::{SchemaFilter, SqlSession};

use crate::support::{Shops, file, run, session, text};

/// The names of all tables at an address.
async fn tables(url: &str) -> Vec<String> {
    let schema = session(url).await.introspect(&SchemaFilter::default()).await.unwrap();
    schema.tables.iter().map(|table| table.name.table.clone()).collect()
}

fn plan(url: &str) -> String {
    format!("seed: 5\njobs:\n- {{name: shop, target: \"{url}\", operations: 600, workload: orders}}\n")
}

const STEPS: [&str; 3] = ["0001_initial_schema", "0002_row_count_view", "0003_schema_change_log"];

#[tokio::test(flavor = "multi_thread")]
async fn a_plan_writes_nothing_and_a_run_makes_the_tables_and_holds() {
    let shops = Shops::start().await;
    let mut digests = Vec::new();
    for connections in ["1", "8"] {
        let url = shops.0.create_database(&format!("orders{connections}")).await.unwrap();
        let (_directory, path) = file("plan.yaml", &plan(&url));
        let planned = run(&["plan", text(&path), "--format", "json"]).json();
        let job = &planned["jobs"][0];
        assert_eq!(job["migrations"]["pending"], serde_json::json!(STEPS), "{job}");
        assert_eq!(job["weights"]["new_customer"], 40, "{job}");
        assert_eq!(tables(&url).await, [""; 0]);
        let health = run(&["health", text(&path)]);
        assert!(health.code == Some(0) && health.stdout.contains("3 to apply"), "{health:?}");
        assert_eq!(tables(&url).await, [""; 0]);

        let args = ["run", text(&path), "--check", "--connections", connections, "--format", "json", "-q"];
        let ran = run(&args);
        assert_eq!(ran.code, Some(0), "{ran:?}");
        let job = &ran.json()["jobs"][0];
        assert_eq!((&job["workload"], &job["completed"]), (&"orders".into(), &600.into()), "{job}");
        assert_eq!(job["check"]["result"], "held", "{job}");
        assert!(job["scenarios"].as_object().unwrap().contains_key("new_customer"), "{job}");
        assert_eq!(job["tables"].as_object().unwrap().len(), 3, "{job}");
        digests.push(job["digest"].clone());
        let again = run(&["plan", text(&path)]);
        assert!(again.stdout.contains("migrations to apply: none"), "{again:?}");
    }
    assert_eq!(digests[0], digests[1]);
}

#[tokio::test(flavor = "multi_thread")]
async fn migrations_are_taken_and_taken_back_by_themselves_and_by_seed() {
    let shops = Shops::start().await;
    let url = shops.0.create_database("orders").await.unwrap();
    let (directory, path) = file("plan.yaml", &plan(&url));
    let steps = |verb: &[&str], word: &str| {
        let ran = run(&[verb, &[text(&path), "--format", "json"]].concat());
        assert_eq!(ran.code, Some(0), "{ran:?}");
        ran.json()["jobs"][0][word].clone()
    };
    assert_eq!(steps(&["migrate"], "applied"), serde_json::json!(STEPS));
    assert_eq!(steps(&["migrate"], "applied"), serde_json::json!([]));
    assert!(tables(&url).await.contains(&"customers".to_owned()));
    let back: Vec<&str> = STEPS.iter().rev().copied().collect();
    assert_eq!(steps(&["migrate", "--revert"], "reverted"), serde_json::json!(back));
    assert!(!tables(&url).await.contains(&"customers".to_owned()));
    assert_eq!(steps(&["seed"], "applied"), serde_json::json!(STEPS));

    let further = directory.path().join("further");
    std::fs::create_dir(&further).unwrap();
    std::fs::write(further.join("0004_notes.sql"), "create table notes (id int)").unwrap();
    let with = format!("jobs.0.migrations={}", text(&further));
    let args = ["migrate", text(&path), "--set", &with];
    let refused = run(&args);
    assert_eq!(refused.code, Some(2), "{refused:?}");
    assert!(refused.stderr.contains("0004_notes.sql has no 0004_notes.down.sql beside it"), "{refused:?}");
    std::fs::write(further.join("0004_notes.down.sql"), "drop table notes").unwrap();
    std::fs::write(further.join("0002_row_count_view.sql"), "select 1").unwrap();
    std::fs::write(further.join("0002_row_count_view.down.sql"), "select 1").unwrap();
    let refused = run(&args);
    assert!(refused.stderr.contains("the step 0002_row_count_view comes with the workload"), "{refused:?}");
    std::fs::remove_file(further.join("0002_row_count_view.sql")).unwrap();
    std::fs::remove_file(further.join("0002_row_count_view.down.sql")).unwrap();
    let taken = run(&args);
    assert!(taken.code == Some(0) && taken.stdout.ends_with("applied 0004_notes\n"), "{taken:?}");
    assert!(tables(&url).await.contains(&"notes".to_owned()));
    let nowhere = run(&["plan", text(&path), "--set", "jobs.0.migrations=nowhere"]);
    assert_eq!(nowhere.code, Some(0), "{nowhere:?}");
    let nowhere = |verb: &[&str]| run(&[verb, &[text(&path), "--set", "jobs.0.migrations=nowhere"]].concat());
    for verb in ["migrate", "seed", "health"] {
        let said = nowhere(&[verb]);
        assert!(said.code == Some(0) && said.stderr.contains("warning: there is no nowhere"), "{said:?}");
    }
    let back = nowhere(&["migrate", "--revert"]);
    assert!(back.code == Some(2) && back.stderr.contains("there is no nowhere"), "{back:?}");
    assert!(tables(&url).await.contains(&"notes".to_owned()), "nothing was taken back");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_user_may_not_make_is_said_and_left_to_somebody_who_may() {
    let shops = Shops::start().await;
    let url = shops.0.create_database("orders").await.unwrap();
    session(&url)
        .await
        .execute("create role maker login; grant create on schema public to maker")
        .await
        .unwrap();
    let theirs = url.replacen("postgres@", "maker@", 1);
    let (_directory, path) = file("plan.yaml", &plan(&theirs));
    let why = "migration 0003_schema_change_log was not taken, and the traffic goes on without it: changes of tables are not \
               logged: maker may not make event triggers";
    let ran = run(&["run", text(&path), "--check"]);
    assert!(ran.code == Some(0) && ran.stderr.contains(why), "{ran:?}");
    let migrated = run(&["migrate", text(&path), "--format", "json"]);
    assert!(migrated.code == Some(0) && migrated.stderr.contains(why), "{migrated:?}");
    let job = &migrated.json()["jobs"][0];
    assert_eq!(job["applied"], serde_json::json!([]), "{job}");
    assert!(job["warnings"][0].as_str().unwrap().starts_with(why), "{job}");
    let (_directory, path) = file("plan.yaml", &plan(&url));
    let migrated = run(&["migrate", text(&path), "--format", "json"]).json();
    assert_eq!(migrated["jobs"][0]["applied"], serde_json::json!([STEPS[2]]), "{migrated}");
    assert_eq!(migrated["jobs"][0]["warnings"], serde_json::json!([]), "{migrated}");
}

#[test]
fn what_makes_no_sense_with_orders_is_refused() {
    let (_directory, path) = file("plan.yaml", &plan("postgres://127.0.0.1:1/nowhere"));
    for (flags, why) in [
        (vec!["--table", "customers"], "--table does not go with the workload orders"),
        (vec!["--mix", "insert=1"], "--mix does not go with the workload orders"),
        (vec!["--schema", "a,b"], "several of --schema does not go with"),
        (vec!["--ledger", "--out", "nowhere", "--slot", "s"], "--slot does not go with the workload orders"),
    ] {
        let directory = tempfile::tempdir().unwrap();
        let args = [&["run", text(&path)], flags.as_slice()].concat();
        let mut command = crate::support::loadgen(&args);
        let refused = crate::support::Ran::from(command.current_dir(directory.path()).output().unwrap());
        assert!(refused.code == Some(2) && refused.stderr.contains(why), "{refused:?}");
    }
    let wrong = "jobs:\n- workload: {orders: {weights: {new_ordr: 1}}}\n";
    let (_directory, path) = file("plan.yaml", wrong);
    let refused = run(&["plan", text(&path)]);
    assert_eq!(refused.code, Some(104), "{refused:?}");
    assert!(refused.stderr.contains("did you mean \"new_order\"?"), "{refused:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_ledger_of_orders_is_verified_as_any_other() {
    let shops = Shops::start().await;
    let url = shops.0.create_database("orders").await.unwrap();
    let (directory, path) = file("plan.yaml", &plan(&url));
    let out = directory.path().join("out");
    let ran = run(&["run", text(&path), "--ledger", "--out", text(&out), "--format", "json", "-q"]);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    let verified = run(&["verify", text(&out), "--sink", "source"]);
    assert!(verified.code == Some(0) && verified.stdout.contains("PASS"), "{verified:?}");
    session(&url).await.execute("update orders set status = 'Lost' where order_id = 1").await.unwrap();
    let verified = run(&["verify", text(&out), "--sink", "source"]);
    assert_eq!(verified.code, Some(111), "{verified:?}");
}
