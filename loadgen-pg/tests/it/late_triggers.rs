//! Triggers that refuse rows at the end of a transaction.

use std::time::Duration;

use loadgen_core::{
    Seed,
    crud::{CrudConfig, Seeding, seeding_plan},
};

use crate::support::database;

const LATE: &str = "
    create table fine (id int generated always as identity primary key, v int not null);
    create table late (id int generated always as identity primary key, v int not null);
    create function late() returns trigger language plpgsql as $$ begin
        if new.v >= 0 then raise exception 'too large, says a deferred trigger' using errcode = CODE; end if;
        return null; end $$;
    create constraint trigger t after insert or update on late deferrable initially deferred
        for each row execute function late();";

/// Fills a table whose trigger raises an error of this SQLSTATE. Answers what is said of it, and whether that is a failure.
async fn fill(code: &str) -> (String, bool) {
    let (target, mut session) = database(&LATE.replace("CODE", code)).await;
    let plan = seeding_plan(&mut session, &CrudConfig::default(), Seed(1)).await.unwrap();
    let seeding = Seeding::new(target, plan, Some(20)).connections(2);
    let report = tokio::time::timeout(Duration::from_secs(60), seeding.execute()).await.unwrap().unwrap();
    let inserted: Vec<u64> = report.tables.iter().map(|table| table.inserted).collect();
    assert_eq!(inserted.iter().sum::<u64>(), 20, "{report:?}");
    let late = report.tables.iter().find(|table| table.name.table == "late").unwrap();
    assert!(report.fatal.iter().all(|(name, _)| name.table == "late"), "{report:?}");
    (late.short.clone().unwrap(), report.fatal.is_some())
}

#[tokio::test]
async fn a_filling_ends_with_what_a_deferred_trigger_says() {
    let (said, is_failure) = fill("'P0001'").await;
    assert!(said.ends_with("too large, says a deferred trigger (P0001)") && !is_failure, "{said}");
}

#[tokio::test]
async fn an_answer_that_says_nothing_about_what_became_of_the_rows_does_not_go_on_for_ever() {
    let (said, is_failure) = fill("'XX000'").await;
    assert!(said.contains("too large, says a deferred trigger") && is_failure, "{said}");
}
