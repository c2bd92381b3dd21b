//! Seeding while something fails.

use std::time::Duration;

use loadgen_core::{
    Action, Failure, Seed, Target, Type,
    crud::{CrudConfig, SeedReport, Seeding, seeding_plan},
    memory::{Memory, table},
};

use super::shaky::{Script, Shaky};

fn lost() -> Failure {
    Failure::aborted(Action::Reconnect, "08006", "the session is gone")
}

fn no() -> Failure {
    Failure::aborted(Action::Fatal, "42501", "not for you")
}

fn things() -> Memory {
    Memory::new([table("things").column("id", Type::Int(64)).primary_key(["id"])])
}

async fn seeding(target: &Shaky, rows: u64) -> Seeding<Shaky> {
    let mut session = target.memory.connect().await.unwrap();
    let plan = seeding_plan(&mut session, &CrudConfig::default(), Seed(7)).await.unwrap();
    Seeding::new(target.clone(), plan, Some(rows))
}

async fn seeded(target: &Shaky, rows: u64) -> SeedReport {
    seeding(target, rows).await.execute().await.unwrap()
}

/// The answer to the first load is lost.
fn first_answer_lost(_: &str, nth: u64, _: bool) -> Option<(Failure, bool)> {
    (nth == 0).then(|| (Failure::indeterminate(Action::Reconnect, "08006", "no answer"), true))
}

#[tokio::test]
async fn rows_of_unknown_outcome_are_counted_before_others_are_written() {
    let count = |nth| (nth == 1).then(lost);
    let target = Shaky::new(things(), Script { load: first_answer_lost, count, ..Script::new() });
    let report = seeded(&target, 1_000).await;
    assert_eq!(target.memory.rows("things").len(), 1_000, "{report:?}");
    assert_eq!((report.inserted(), report.is_complete(), report.fatal), (1_000, true, None));
}

#[tokio::test]
async fn rows_that_could_not_be_counted_are_uncertain() {
    let count = |nth| (nth >= 1).then(no);
    let target = Shaky::new(things(), Script { load: first_answer_lost, count, ..Script::new() });
    let report = seeded(&target, 1_000).await;
    let fatal = report.fatal.clone().map(|(table, failure)| (table.to_string(), failure.code.into_owned()));
    assert_eq!(fatal, Some(("public.things".to_owned(), "42501".to_owned())));
    assert!(report.tables[0].uncertain && !report.is_complete(), "{report:?}");
}

#[tokio::test]
async fn a_table_that_fails_ends_only_those_that_need_it() {
    let key = |name: &str| table(name).column("id", Type::Int(64)).primary_key(["id"]);
    let memory = Memory::new([
        key("a_bad"),
        key("b_alone"),
        key("c_child").column("bad", Type::Int(64)).references(["bad"], "a_bad", ["id"]),
        key("d_grandchild").column("child", Type::Int(64)).references(["child"], "c_child", ["id"]),
        key("e_may_do_without").nullable("bad", Type::Int(64)).references(["bad"], "a_bad", ["id"]),
    ]);
    let load = |table: &str, _, _| (table == "a_bad").then(|| (no(), false));
    let target = Shaky::new(memory, Script { load, ..Script::new() });
    let report = seeded(&target, 10).await;
    let rows = |name: &str| target.memory.rows(name).len();
    let there = ["a_bad", "b_alone", "c_child", "d_grandchild", "e_may_do_without"].map(rows);
    assert_eq!(there, [0, 10, 0, 0, 10], "{report:?}");
    assert_eq!(report.fatal.map(|(table, _)| table.table), Some("a_bad".to_owned()));
    let short = |name: &str| {
        let found = report.tables.iter().find(|table| table.name.table == name);
        found.and_then(|table| table.short.clone()).unwrap_or_default()
    };
    assert!(short("a_bad").contains("not for you"), "{:?}", report.tables);
    assert_eq!(short("d_grandchild"), "it needs rows of public.c_child, which failed");
}

#[tokio::test]
async fn the_schema_is_read_anew_when_a_load_asks_for_it() {
    fn load(_: &str, _: u64, forgot: bool) -> Option<(Failure, bool)> {
        (!forgot).then(|| (Failure::aborted(Action::RereadSchema, "42703", "no such column"), false))
    }
    let target = Shaky::new(things(), Script { load, ..Script::new() });
    let report = seeded(&target, 10).await;
    assert!(report.is_complete() && report.fatal.is_none(), "{report:?}");
}

#[tokio::test]
async fn a_stop_ends_the_wait_for_a_target_that_is_gone() {
    let connect = |nth| (nth > 0).then(lost);
    let target = Shaky::new(things(), Script { connect, ..Script::new() });
    let stop = tokio::time::sleep(Duration::from_millis(300));
    let ended =
        tokio::time::timeout(Duration::from_secs(2), seeding(&target, 10).await.stop_on(stop).execute());
    let report = ended.await.expect("it ends soon").unwrap();
    assert!(report.stopped && report.fatal.is_none(), "{report:?}");
}

#[tokio::test]
async fn a_table_that_goes_while_it_is_planned_for_is_no_right_that_is_missing() {
    let before_rights = |memory: &Memory, nth: u64| {
        if nth == 0 {
            memory.drop_table("other");
        }
    };
    let tables = ["things", "other"]
        .map(|name| table(name).serial("id").column("v", Type::Int(32)).primary_key(["id"]));
    let target = Shaky::new(Memory::new(tables), Script { before_rights, ..Script::new() });
    let mut session = target.connect().await.unwrap();
    let plan = seeding_plan(&mut session, &CrudConfig::default(), Seed(1)).await.unwrap();
    let names: Vec<&str> = plan.tables.iter().map(|planned| planned.table.name.table.as_str()).collect();
    assert_eq!((names, plan.refused), (vec!["things"], Vec::new()));
}

#[tokio::test]
async fn tables_that_go_again_and_again_are_said_to_go() {
    let before_rights = |memory: &Memory, nth: u64| {
        memory.drop_table(&format!("t{nth}"));
    };
    let made = |nth: u32| table(&format!("t{nth}")).serial("id").primary_key(["id"]);
    let target = Shaky::new(Memory::new((0..8).map(made)), Script { before_rights, ..Script::new() });
    let mut session = target.connect().await.unwrap();
    let error = seeding_plan(&mut session, &CrudConfig::default(), Seed(1)).await.unwrap_err();
    assert!(error.to_string().starts_with("public.t2 was dropped"), "{error}");
}
