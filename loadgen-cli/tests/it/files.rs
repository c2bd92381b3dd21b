//! Bad files and bad usage: one message, and the exit code that belongs to it. No server is needed for that.

use crate::support::{Ran, file, loadgen, run, text};

#[track_caller]
fn check(plan: &str, code: i32, expected: &str) {
    let (_directory, path) = file("plan.yaml", plan);
    let ran = run(&["run", text(&path), "--url", "postgres://127.0.0.1:1/nowhere"]);
    assert_eq!(ran.code, Some(code), "{ran:?}");
    assert!(ran.stdout.is_empty(), "{ran:?}");
    let message = ran.stderr.replace(text(&path), "plan.yaml");
    assert!(message.starts_with(&format!("error: {expected}")), "{message}");
    assert_eq!(message.matches("error:").count(), 1, "{message}");
}

#[test]
fn bad_plans_end_with_104_before_anything_is_connected() {
    check(
        "jobs:\n- lane: 3\n",
        104,
        "plan.yaml:2:3: unknown key \"lane\" in jobs; did you mean \"lanes\"?\n  2 | - lane: 3\n    |   ^\n",
    );
    check("jobs:\n- lanes: x\n", 104, "plan.yaml:2:10: lanes has to be a whole number");
    check("jobs:\n- rate: -1/s\n", 104, "plan.yaml:2:9: rate: \"-1/s\" is not a rate above zero");
    check("jobs:\n- rate: 100\n", 104, "plan.yaml:2:9: rate: \"100\" is not a rate above zero with a unit");
    check(
        "jobs:\n- name: ${NOT_SET_ANYWHERE}\n",
        104,
        "plan.yaml:2:9: the variable NOT_SET_ANYWHERE is not set",
    );
    check(
        "jobs:\n- workload: {crud: {operations: {insert: 0}}}\n",
        104,
        "plan.yaml:2:33: all weights of operations are zero",
    );
    check("jobs: [", 104, "plan.yaml:");
}

#[test]
fn a_missing_file_and_a_bad_target_in_a_file_are_mistakes_of_the_plan() {
    let ran = run(&["run", "/nowhere/plan.yaml"]);
    assert_eq!(ran.code, Some(104), "{ran:?}");
    assert!(ran.stderr.starts_with("error: failed to read /nowhere/plan.yaml: "), "{ran:?}");
    let (_directory, path) = file("plan.yaml", "jobs:\n- target: mysql://me:secret@db/shop\n");
    let ran = run(&["run", text(&path)]);
    assert_eq!(ran.code, Some(104), "{ran:?}");
    assert!(ran.stderr.contains("plan.yaml:2:11: ") && !ran.stderr.contains("secret"), "{ran:?}");
}

#[test]
fn wrong_usage_ends_with_2() {
    for args in [
        &["run", "--no-such-flag"][..],
        &["run", "--lanes", "0"],
        &["run", "--rate", "5"],
        &["run", "--url", "mysql://db"],
        &["run", "--mix", "3,2,1"],
        &["run", "--dry-run", "--check", "--url", "postgres://127.0.0.1:1/x"],
        &["run", "--dry-run", "--out", "/nowhere", "--url", "postgres://127.0.0.1:1/x"],
        &["run", "--dry-run", "--progress", "plain", "--url", "postgres://127.0.0.1:1/x"],
        &["run", "--warmup", "5s", "--duration", "1s", "--url", "postgres://127.0.0.1:1/x"],
        &["run", "--table", "a=0", "--url", "postgres://127.0.0.1:1/x"],
        &["run", "--set", "jobs.0.lanes=x", "--url", "postgres://127.0.0.1:1/x"],
        &["run", "--job", "nope", "--url", "postgres://127.0.0.1:1/x"],
        &["frobnicate"],
        &["run"],
        &["inspect"],
        &[],
    ] {
        let ran = run(args);
        assert_eq!(ran.code, Some(2), "{args:?}: {ran:?}");
    }
}

#[test]
fn values_below_zero_are_refused_as_values() {
    for (flag, value, words) in [
        ("--rate", "-5/s", "\"-5/s\" is not a rate above zero"),
        ("--duration", "-5s", "\"-5s\" is not a duration"),
        ("--warmup", "-5s", "\"-5s\" is not a duration"),
        ("--operations", "-5k", "\"-5k\" is not a count"),
        ("--lanes", "-3", "-3 is not in 1.."),
        ("--connections", "-3", "-3 is not in 1.."),
        ("--insert-rows", "-3", "-3 is not in 1.."),
    ] {
        let ran = run(&["run", flag, value, "--url", "postgres://127.0.0.1:1/x"]);
        assert_eq!(ran.code, Some(2), "{ran:?}");
        let expected = format!("error: invalid value '{value}' for '{flag} <");
        assert!(ran.stderr.starts_with(&expected) && ran.stderr.contains(words), "{ran:?}");
        assert!(!ran.stderr.contains("tip:"), "{ran:?}");
    }
}

#[test]
fn a_public_host_is_refused_unless_it_is_allowed() {
    let ran = run(&["run", "--url", "postgres://me:secret@203.0.113.1:5/shop"]);
    assert_eq!(ran.code, Some(1), "{ran:?}");
    assert_eq!(
        ran.stderr,
        "error: refused to connect to postgres://203.0.113.1:5/shop: 203.0.113.1 is neither this machine nor in a \
         private network; if it is meant, add --allow-host 203.0.113.1\n"
    );
}

#[test]
fn a_host_that_does_not_answer_ends_with_1_and_one_message() {
    let ran = run(&["run", "--url", "postgres://me:secret@127.0.0.1:1/shop"]);
    assert_eq!(ran.code, Some(1), "{ran:?}");
    assert_eq!(ran.stderr.lines().count(), 1, "{ran:?}");
    let message = "error: failed to connect to postgres://127.0.0.1:1/shop: nothing listens on port 1; ";
    assert!(ran.stderr.starts_with(message), "{ran:?}");
    assert_eq!(ran.stderr.matches("connect").count(), 2, "said once, and once in the code: {ran:?}");
    assert!(!ran.stderr.contains("secret"), "{ran:?}");
}

#[test]
fn the_schema_of_the_plan_and_completions_are_printed() {
    let schema = run(&["schema"]).json();
    assert_eq!(schema["title"], "loadgen plan");
    assert!(schema["properties"]["jobs"].is_object());
    assert!(run(&["completions", "bash"]).stdout.contains("loadgen"));
}

#[test]
fn nobody_listening_is_no_error() {
    let mut child = loadgen(&["schema"]).spawn().unwrap();
    drop(child.stdout.take());
    let ran = Ran::from(child.wait_with_output().unwrap());
    assert_eq!((ran.code, ran.stderr.as_str()), (Some(0), ""));
}

#[test]
fn the_plans_among_the_examples_are_sound() {
    let examples = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples");
    let files = std::fs::read_dir(examples).unwrap().map(|entry| entry.unwrap().path());
    let plans = files.filter(|path| path.extension().is_some_and(|end| end == "yaml" || end == "json"));
    for plan in plans {
        let mut command = loadgen(&["plan", text(&plan), "--url", "postgres://127.0.0.1:1/nowhere"]);
        for name in ["DATABASES", "MIN_DELAY_SECONDS", "MAX_DELAY_SECONDS", "MIGRATIONS_PATH"] {
            command.env_remove(name);
        }
        // The one variable that has no default.
        let ran = Ran::from(command.env("SQL_SERVER", "db").output().unwrap());
        // It is read, and ends where nobody listens.
        assert_eq!(ran.code, Some(1), "{ran:?}");
        assert!(ran.stderr.contains("failed to connect"), "{ran:?}");
    }
}
