//! Golden messages for bad plans, and what good ones come to.

use loadgen_core::{Pace, Seed, units::Count};

use super::{PlanError, PlanFile, WorkloadConfig, Written};

fn lookup(name: &str) -> Option<String> {
    match name {
        "LANES" => Some("12".into()),
        "SECRET" => Some("s3cret".into()),
        "EVIL" => Some("x\njobs: []\n\"'".into()),
        _ => None,
    }
}

fn read(text: &str, set: &[&str]) -> Result<PlanFile, PlanError> {
    let set: Vec<String> = set.iter().map(|set| (*set).to_owned()).collect();
    Written::read("plan.yaml", text, &lookup, &set).map(|written| written.plan)
}

#[track_caller]
fn check(text: &str, expected: &str) {
    let message = read(text, &[]).unwrap_err().to_string();
    assert_eq!(message, expected.trim_end());
}

/// The message without the line that is shown.
#[track_caller]
fn check_first(text: &str, expected: &str) {
    let message = read(text, &[]).unwrap_err().to_string();
    assert_eq!(message.lines().next(), Some(expected), "{message}");
}

#[test]
fn a_whole_plan_is_read() {
    let plan = read(include_str!("../../tests/plans/whole.yaml"), &[]).unwrap();
    assert_eq!(plan.seed, Some(Seed(42)));
    let job = &plan.jobs[0];
    assert_eq!((job.name(), job.lanes, job.operations), ("shop", Some(64), Some(Count(20_000))));
    assert_eq!(job.target.as_deref(), Some("postgres://localhost/shop"));
    let Some(WorkloadConfig::Crud(crud)) = &job.workload else { panic!("no crud") };
    assert_eq!(crud.tables["orders"].weight, Some(5));
    assert_eq!(crud.operations.unwrap().delete, 1);
    assert_eq!(plan.jobs[1].pace, Some(Pace::Poisson("200/s".parse().unwrap())));
}

#[test]
fn a_value_that_is_left_empty_is_as_good_as_none() {
    let plan = read("jobs:\n- lanes:\n  connections:\n  name: a\n", &[]).unwrap();
    assert_eq!((plan.jobs[0].lanes, plan.jobs[0].connections), (None, None));
}

#[test]
fn a_workload_may_be_a_word_alone() {
    for text in ["jobs: [{workload: crud}]", "jobs: [{workload: {crud: }}]", "jobs: [{workload: {crud: {}}}]"]
    {
        let plan = read(text, &[]).unwrap();
        assert!(matches!(plan.jobs[0].workload, Some(WorkloadConfig::Crud(_))), "{text}");
    }
}

#[test]
fn json_is_read_as_well() {
    let plan = read("{\"seed\": \"a phrase\",\n\t\"jobs\": [{\"operations\": 20, \"rate\": \"5/s\"}]}", &[])
        .unwrap();
    assert_eq!(plan.seed, Some(Seed::from("a phrase")));
    assert_eq!(plan.jobs[0].operations, Some(Count(20)));
    check_first(
        "{\"jobs\": [\n {\"lane\": 1}]}",
        "plan.yaml:2:3: unknown key \"lane\" in jobs; did you mean \"lanes\"?",
    );
}

#[test]
fn an_unknown_key_is_shown_with_its_line_and_what_was_meant() {
    check(
        "jobs:\n  - workload:\n      crud:\n        tabels: {}\n",
        "plan.yaml:4:9: unknown key \"tabels\" in crud; did you mean \"tables\"?\n  4 |         tabels: {}\n    |         ^\n",
    );
    check_first("job: []", "plan.yaml:1:1: unknown key \"job\" in the plan; did you mean \"jobs\"?");
    check_first(
        "jobs: [{colour: red}]",
        "plan.yaml:1:9: unknown key \"colour\" in jobs; there are name, target, databases, per_database, seed, migrations, workload, lanes, connections, rate, pace, duration, operations, warmup, deadline, max_lag",
    );
    check_first(
        "jobs: [{workload: {crdu: {}}}]",
        "plan.yaml:1:20: unknown workload \"crdu\"; did you mean \"crud\"?",
    );
    check_first(
        "jobs: [{pace: {poison: 5/s}}]",
        "plan.yaml:1:16: unknown pace \"poison\"; did you mean \"poisson\"?",
    );
}

#[test]
fn rows_a_statement_are_not_taken_for_the_rows_that_are_touched() {
    check_first(
        "jobs: [{workload: {crud: {rows: existing}}}]",
        "plan.yaml:1:33: rows has to be a mapping of rows a statement, as in {insert: 4} (which rows are touched stands in `touch`: own, existing or all), not \"existing\"",
    );
}

#[test]
fn a_key_one_level_too_deep_is_told_where_it_goes() {
    check_first(
        "jobs: [{pace: {rate: 5/s}}]",
        "plan.yaml:1:16: unknown pace \"rate\"; rate goes beside pace, not below it",
    );
    check_first(
        "jobs:\n- pace:\n    constant: 5/s\n    duration: 5m\n",
        "plan.yaml:4:5: unknown pace \"duration\"; duration goes beside pace, not below it",
    );
    check_first(
        "jobs: [{workload: {crud: {lanes: 5}}}]",
        "plan.yaml:1:27: unknown key \"lanes\" in crud; lanes goes beside workload, not below it",
    );
    check_first(
        "jobs: [{workload: {crud: {tables: {orders: {exclude: [a]}}}}}]",
        "plan.yaml:1:45: unknown key \"exclude\" in orders; exclude goes beside tables, not below it",
    );
    check_first(
        "jobs: [{pace: {constant: 5/s, poisson: 5/s}}]",
        "plan.yaml:1:15: pace: exactly one of the choices goes here",
    );
}

#[test]
fn values_of_the_wrong_kind_are_named() {
    for (job, expected) in [
        ("lanes: many", "lanes has to be a whole number from 1 to 4294967295, not \"many\""),
        ("lanes: -3", "lanes has to be a whole number from 1 to 4294967295, not -3"),
        ("lanes: 1.5", "lanes has to be a whole number from 1 to 4294967295, not 1.5"),
        ("lanes: [1]", "lanes has to be a whole number from 1 to 4294967295, not a list"),
        ("name: {a: b}", "name has to be text, not a mapping"),
        ("lanes: 0", "lanes has to be a whole number from 1 to 4294967295, not 0"),
        ("connections: 0", "connections has to be a whole number from 1 to 4294967295, not 0"),
        ("deadline: 0s", "deadline has to be above zero"),
        ("duration: 30", "duration: \"30\" is not a duration: write it like 500ms, 90s, 5m or 1h30m"),
        ("operations: -5", "operations: \"-5\" is not a count: write it like 500, 10k or 1M"),
        ("operations: ten", "operations: \"ten\" is not a count: write it like 500, 10k or 1M"),
        (
            "rate: -5/s",
            "rate: \"-5/s\" is not a rate above zero with a unit of time: write it like 200/s or 20/min",
        ),
        (
            "rate: 200",
            "rate: \"200\" is not a rate above zero with a unit of time: write it like 200/s or 20/min",
        ),
        (
            "pace: {constant: 0/s}",
            "constant: \"0/s\" is not a rate above zero with a unit of time: write it like 200/s or 20/min",
        ),
    ] {
        let message = read(&format!("jobs:\n- {job}\n"), &[]).unwrap_err().to_string();
        let first = message.lines().next().unwrap();
        assert!(first.starts_with("plan.yaml:2:") && first.ends_with(expected), "{first}");
    }
}

#[test]
fn contradictions_are_refused() {
    check_first(
        "jobs: [{warmup: 5s, duration: 5s}]",
        "plan.yaml:1:17: a warmup of 5s leaves nothing of a duration of 5s",
    );
    check_first(
        "jobs: [{}]\n---\njobs: [{}]",
        "plan.yaml:3:1: a second document begins here, and a plan is one",
    );
    check_first("jobs: []", "plan.yaml:1:7: jobs is empty: a plan needs at least one");
    check_first("{}", "plan.yaml:1:1: the plan needs \"jobs\"");
    check_first(
        "jobs:\n- rate: 5/s\n  pace: unpaced",
        "plan.yaml:2:9: rate is short for a constant pace: give rate or pace, not both",
    );
    check_first(
        "jobs: [{}, {}]",
        "plan.yaml:1:12: there are two jobs called \"crud\": give each a name of its own",
    );
    check_first(
        "jobs: [{name: a}, {name: a}]",
        "plan.yaml:1:26: there are two jobs called \"a\": give each a name of its own",
    );
    check_first("seed: 1\nseed: 2\njobs: []", "plan.yaml:2:1: the key \"seed\" comes twice");
}

#[test]
fn weights_and_rows_of_nothing_are_refused() {
    let crud = |text: &str| format!("jobs:\n- workload:\n    crud:\n      {text}\n");
    for (text, expected) in [
        (
            "operations: {insert: 0}",
            "plan.yaml:4:19: all weights of operations are zero: at least one has to be above",
        ),
        ("rows: {insert: 0}", "plan.yaml:4:22: insert has to be a whole number from 1 to 10000, not 0"),
        ("rows: {delete: -1}", "plan.yaml:4:22: delete has to be a whole number from 1 to 10000, not -1"),
        (
            "tables: {a: {weight: 0}}",
            "plan.yaml:4:15: all weights of tables are zero: at least one has to be above",
        ),
        (
            "tables: {a: {operations: {update: 0}}}",
            "plan.yaml:4:32: all weights of operations are zero: at least one has to be above; to leave the table alone write weight: 0",
        ),
        ("tables: [a]", "plan.yaml:4:15: tables has to be a mapping, not a list"),
        ("exclude: a", "plan.yaml:4:16: exclude has to be a list, not \"a\""),
        (
            "operations: {insert: -1}",
            "plan.yaml:4:28: insert has to be a whole number from 0 to 18446744073709551615, not -1",
        ),
    ] {
        check_first(&crud(text), expected);
    }
}

#[test]
fn weights_of_any_size_are_accepted() {
    let weights = format!("operations: {{insert: {0}, update: {0}, delete: 1}}", u64::MAX);
    let text = format!("jobs: [{{workload: {{crud: {{{weights}, tables: {{a: {{{weights}}}}}}}}}}}]");
    let plan = read(&text, &[]).unwrap();
    let Some(WorkloadConfig::Crud(crud)) = &plan.jobs[0].workload else { panic!("no crud") };
    assert_eq!(crud.operations, crud.tables["a"].operations);
}

#[test]
fn variables_are_put_in_after_parsing() {
    let plan = read("jobs:\n- name: ${EVIL}\n  lanes: ${LANES}\n  target: \"${NONE:-a: b}\"\n", &[]).unwrap();
    assert_eq!(plan.jobs.len(), 1);
    assert_eq!(plan.jobs[0].name.as_deref(), Some("x\njobs: []\n\"'"));
    assert_eq!((plan.jobs[0].lanes, plan.jobs[0].target.as_deref()), (Some(12), Some("a: b")));
    check(
        "jobs:\n# ${IGNORED}\n- target: postgres://me:pw@${HOST}/shop\n",
        "plan.yaml:3:11: the variable HOST is not set: set it, or write ${HOST:-default}\n  3 | - target: postgres://me:***@${HOST}/shop\n    |           ^\n",
    );
    check(
        "jobs:\n- rate: ${SECRET}\n",
        "plan.yaml:2:9: rate: \"${SECRET}\" is not a rate above zero with a unit of time: write it like 200/s or 20/min\n  2 | - rate: ${SECRET}\n    |         ^\n",
    );
    check_first(
        "jobs:\n- lanes: ${SECRET}\n",
        "plan.yaml:2:10: lanes has to be a whole number from 1 to 4294967295, not \"${SECRET}\"",
    );
}

#[test]
fn what_is_not_yaml_is_refused_with_its_place() {
    for text in ["jobs: [", "jobs:\n\t- a", "a: b: c", "jobs: *x", ""] {
        let message = read(text, &[]).unwrap_err().to_string();
        assert!(message.starts_with("plan.yaml:"), "{message}");
    }
}

#[test]
fn single_values_are_set_from_the_command_line() {
    let text = "jobs: [{name: a, lanes: 1}, {name: b}]";
    let set = [
        "jobs.b.lanes=7",
        "jobs.0.rate=5/s",
        "jobs.a.workload.crud.tables.\"sales.orders\".weight=2",
        "seed=9",
    ];
    let plan = read(text, &set).unwrap();
    assert_eq!((plan.seed, plan.jobs[0].lanes, plan.jobs[1].lanes), (Some(Seed(9)), Some(1), Some(7)));
    let Some(WorkloadConfig::Crud(crud)) = &plan.jobs[0].workload else { panic!("no crud") };
    assert_eq!(crud.tables["sales.orders"].weight, Some(2));
    for (set, expected) in [
        ("jobs.c.lanes=7", "--set jobs.c.lanes=7: there is no entry \"c\"; there are a, b"),
        ("jobs.a.lane=7", "--set jobs.a.lane=7: unknown key \"lane\" in jobs; did you mean \"lanes\"?"),
        (
            "jobs.a.lanes=x",
            "--set jobs.a.lanes=x: lanes has to be a whole number from 1 to 4294967295, not \"x\"",
        ),
        (
            "jobs.a.lanes.x=1",
            "--set jobs.a.lanes.x=1: there is nothing below \"lanes\": a single value stands there",
        ),
        ("seed", "--set seed: write PATH=VALUE, as in jobs.0.lanes=10"),
    ] {
        let error = read(text, &[set]).unwrap_err();
        assert!(error.is_flag());
        assert_eq!(error.to_string(), expected);
    }
}
