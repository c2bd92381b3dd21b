//! What `crud` promises, whatever the number of connections and whatever goes wrong.

use std::collections::BTreeSet;

use loadgen_core::{
    Action, ChangeKind, Failure, Report, Run, RunError, Value,
    crud::{Crud, CrudConfig, RowCounts},
    memory::{Fault, Faults, Memory},
};

use crate::shop::shop;

fn config() -> CrudConfig {
    CrudConfig { rows: RowCounts { insert: 4, update: 2, delete: 1 }, ..CrudConfig::default() }
}

async fn run(memory: &Memory, connections: u32, threads: usize) -> Result<Report, RunError> {
    let run = Run::new(memory.clone(), Crud::new(config())).seed(7).lanes(16).connections(connections);
    run.threads(threads).operations(5_000).check().execute().await
}

#[tokio::test]
async fn the_same_seed_does_the_same_on_any_number_of_connections() {
    let one = run(&shop(), 1, 0).await.unwrap();
    for (connections, threads) in [(1, 0), (3, 0), (16, 0), (8, 2)] {
        let other = run(&shop(), connections, threads).await.unwrap();
        assert_eq!(one.tally.history, other.tally.history, "{connections} connections");
        for (name, table) in &one.tally.tables {
            assert_eq!(
                (table.rows, table.live),
                (other.tally.tables[name].rows, other.tally.tables[name].live)
            );
        }
    }
}

#[tokio::test]
async fn another_seed_does_something_else() {
    let memory = shop();
    let one = run(&memory, 4, 0).await.unwrap();
    let other =
        Run::new(shop(), Crud::new(config())).seed(8).lanes(16).operations(5_000).execute().await.unwrap();
    assert_ne!(one.tally.history, other.tally.history);
}

#[tokio::test]
async fn every_table_gets_rows_and_nothing_is_refused() {
    let memory = shop();
    let report = run(&memory, 4, 0).await.unwrap();
    assert!(report.errors.is_empty(), "{:?}", report.errors);
    assert_eq!(report.counts.offered, 5_000);
    for (name, table) in &report.tally.tables {
        let rows = memory.rows(name.trim_start_matches("public."));
        assert_eq!(rows.len() as u64, table.live, "{name}");
        assert!(table.live > 0 && table.rows.deleted > 0, "{name}: {table:?}");
    }
}

#[tokio::test]
async fn keys_beyond_the_cap_are_let_go_and_still_counted() {
    let memory = shop();
    let config = CrudConfig { remember: Some("1".parse().unwrap()), ..config() };
    let run = |operations| {
        Run::new(memory.clone(), Crud::new(config.clone())).lanes(2).operations(operations).check()
    };
    let report = run(20_000).execute().await.unwrap();
    assert!(report.errors.is_empty(), "{:?}", report.errors);
    assert!(report.tally.tables["public.customers"].live > 2_000);
    // Late in the run, new rows are still remembered: customers get orders, and rows of all kinds go again.
    let newest = memory.rows("customers").iter().filter_map(|row| number(&row[0])).max().unwrap();
    let parents = memory.rows("orders").into_iter().filter_map(|row| number(&row[1]));
    assert!(parents.max().unwrap() > newest * 9 / 10);
    for (name, table) in &report.tally.tables {
        assert!(table.rows.deleted > 200, "{name}: {table:?}");
    }
}

fn number(value: &Value) -> Option<i64> {
    if let Value::Int(number) = value { Some(*number) } else { None }
}

#[tokio::test]
async fn a_second_run_with_the_same_seed_finds_its_way_past_what_the_first_has_left() {
    let memory = shop();
    run(&memory, 4, 0).await.unwrap();
    let report = run(&memory, 4, 0).await.unwrap();
    let outcomes = report.outcomes();
    assert!(outcomes.aborted < 50, "{outcomes:?}");
    assert!(report.counts.retries < 1_500, "{} retries", report.counts.retries);
}

#[tokio::test]
async fn rows_that_are_there_already_are_left_alone_and_taken_into_account() {
    let memory = shop();
    run(&memory, 4, 0).await.unwrap();
    let before: BTreeSet<String> = memory.rows("customers").iter().map(|row| format!("{row:?}")).collect();
    Run::new(memory.clone(), Crud::new(config())).seed(99).operations(2_000).check().execute().await.unwrap();
    let after: BTreeSet<String> = memory.rows("customers").iter().map(|row| format!("{row:?}")).collect();
    assert!(after.is_superset(&before));
}

/// Fails transactions by what they hold, so that the same ones fail whatever the order of arrival.
fn failing(failure: Failure, applied: bool, every: u64) -> Faults {
    let count = std::sync::atomic::AtomicU64::new(0);
    Faults::new(move |_, changes| {
        changes.first()?;
        let turn = count.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        (turn % every == every - 1).then(|| Fault { failure: failure.clone(), applied })
    })
}

#[tokio::test]
async fn a_deadlock_is_tried_again_and_changes_nothing_in_the_history() {
    let clean = run(&shop(), 4, 0).await.unwrap();
    let faults = failing(Failure::aborted(Action::Retry, "40P01", "deadlock detected"), false, 7);
    let report = run(&shop().with_faults(faults), 4, 0).await.unwrap();
    assert_eq!(report.tally.history, clean.tally.history);
    assert_eq!(report.counts.retries, report.errors["40P01"].count);
    let told: u64 = report.errors["40P01"].subjects.values().map(|errors| errors.count).sum();
    assert_eq!(
        told, report.errors["40P01"].count,
        "each is about the table whose rows it wanted: {:?}",
        report.errors
    );
    assert!(report.counts.retries > 500 && report.outcomes().aborted == 0, "{:?}", report.outcomes());
}

#[tokio::test]
async fn a_session_lost_before_anything_was_done_is_replaced_and_the_operation_done() {
    let clean = run(&shop(), 4, 0).await.unwrap();
    let faults = failing(Failure::aborted(Action::Reconnect, "57P01", "terminated"), false, 50);
    let report = run(&shop().with_faults(faults), 4, 0).await.unwrap();
    assert_eq!(report.tally.history, clean.tally.history);
    assert!(report.counts.reconnects > 50);
}

#[tokio::test]
async fn a_lost_answer_is_neither_success_nor_failure_whether_it_was_applied_or_not() {
    for applied in [true, false] {
        let faults =
            failing(Failure::indeterminate(Action::Resolve, "lost", "connection reset"), applied, 50);
        let memory = shop().with_faults(faults);
        let error = run(&memory, 4, 0).await.unwrap_err();
        let RunError::Check { source, report, .. } = error else { panic!("{error}") };
        assert!(source.to_string().starts_with("inconclusive"), "{source}");
        assert!(report.outcomes().indeterminate > 50);
        assert_eq!(report.outcomes().total(), 5_000);
        let unknown: u64 = report.tally.tables.values().map(|table| table.unknown).sum();
        assert_eq!(unknown, report.outcomes().indeterminate);
        let only_lost: Vec<_> = report.errors.keys().collect();
        assert_eq!(only_lost, ["lost"], "an unknown row was touched again");
    }
}

#[tokio::test]
async fn other_values_are_tried_and_then_it_is_an_abort() {
    let faults = Faults::new(|_, changes| {
        let insert = changes.first()?.shape.kind == ChangeKind::Insert;
        let failure = Failure::aborted(Action::NewValues, "23505", "duplicate key");
        insert.then_some(Fault { failure, applied: false })
    });
    let report = run(&shop().with_faults(faults), 2, 0).await.unwrap();
    assert_eq!(report.outcomes().committed, 0);
    assert!(report.scenarios["insert"].outcomes.aborted > 2_000);
    assert_eq!(report.errors["23505"].count, report.scenarios["insert"].outcomes.aborted * 11);
}

#[tokio::test]
async fn operations_that_are_drawn_again_do_not_make_histories_depend_on_the_connections() {
    // Refused by what is in them, so that the same operations are refused on any number of connections.
    let picky = || {
        Faults::new(|_, changes| {
            let first = changes.first()?.values.iter().find_map(|value| match value {
                Value::Text(text) => text.bytes().next(),
                _ => None,
            })?;
            let failure = Failure::aborted(Action::NewValues, "23514", "check violated");
            (first % 5 == 0).then_some(Fault { failure, applied: false })
        })
    };
    let one = run(&shop().with_faults(picky()), 1, 0).await.unwrap();
    let eight = run(&shop().with_faults(picky()), 8, 0).await.unwrap();
    assert!(one.counts.retries > 500, "{}", one.counts.retries);
    assert_eq!(one.tally.history, eight.tally.history);
}
