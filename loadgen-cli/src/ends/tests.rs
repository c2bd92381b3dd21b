//! Jobs that end without figures beside jobs that have some.

use loadgen_core::{
    Action, Failure, Run,
    crud::{Crud, CrudConfig},
    memory::{Memory, table},
};

use super::*;
use crate::flags::{FileArgs, LoadArgs, SourceArgs};

/// A plan of two jobs that nobody connects to.
fn plan() -> Plan {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("plan.yaml");
    let target = "target: postgres://127.0.0.1:1/nowhere";
    std::fs::write(&file, format!("jobs:\n- {{name: a, {target}}}\n- {{name: b, {target}}}\n")).unwrap();
    let source =
        SourceArgs { plan: FileArgs { file: Some(file), ..FileArgs::default() }, ..SourceArgs::default() };
    Plan::resolve(&source, &LoadArgs::default()).unwrap()
}

fn refused() -> RunError {
    let source = Failure::aborted(Action::Fatal, "53300", "too many connections");
    RunError::Connect { target: "db".into(), source }
}

#[tokio::test]
async fn a_job_that_fails_ends_the_others_and_leaves_them_their_figures() {
    let (plan, signals) = (plan(), Signals::listen(true));
    let numbers = Memory::new([table("numbers").serial("id").primary_key(["id"])]);
    let run = Run::new(numbers, Crud::new(CrudConfig::default())).stop_on(signals.reached(1));
    let progress = run.progress();
    let mut tasks = JoinSet::new();
    tasks.spawn(async move { (0, ended(run.execute().await, false)) });
    tasks.spawn(async move {
        while progress.snapshot().outcomes.committed < 10 {
            tokio::task::yield_now().await;
        }
        (1, ended(Err(refused()), false))
    });
    let mut ends = Ends::new(&plan, Vec::new());
    let collected = tokio::time::timeout(Duration::from_secs(30), ends.collect(&mut tasks, &signals));
    collected.await.expect("a failure that ends the others");
    let execution = ends.sum_up(RunSummary::default(), 0).unwrap();
    let summary = &execution.summary;
    assert_eq!((summary.jobs.len(), summary.jobs[0].name.as_str(), summary.ok), (1, "a", false));
    assert!(summary.jobs[0].outcomes.committed >= 10, "{summary:?}");
    assert_eq!(summary.warnings, ["b has no figures: failed to connect to db: too many connections (53300)"]);
    let verdict = execution.verdict(&signals).unwrap_err();
    assert_eq!(verdict.message(), Some("failed to connect to db: too many connections (53300)"));
}

#[tokio::test]
async fn without_any_figures_the_first_failure_is_all_there_is() {
    let (plan, signals) = (plan(), Signals::listen(true));
    let mut tasks = JoinSet::new();
    tasks.spawn(async { (1, ended(Err(refused()), false)) });
    let mut ends = Ends::new(&plan, Vec::new());
    ends.collect(&mut tasks, &signals).await;
    let failed = ends.sum_up(RunSummary::default(), 0).unwrap_err();
    assert_eq!(failed.message(), Some("failed to connect to db: too many connections (53300)"));
}
