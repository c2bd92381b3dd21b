//! Everything that a schema can hold in one database, and a lot of traffic on all of it.

use loadgen_core::{
    Report, Run, Seed, Setup, SqlSession, TableName, Target,
    crud::{self, Crud, CrudConfig, CrudPlan, Seeding, TablePlan, seeding_plan},
};
use loadgen_pg::PgTarget;

use crate::support::{database, target_as};

/// What goes where: schemas that are not on the search path, but for one.
const SCHEMAS: [(&str, &str); 4] = [
    ("kinds of values", include_str!("zoo/types.sql")),
    ("checks", include_str!("zoo/checks.sql")),
    ("public", include_str!("zoo/tables.sql")),
    ("More \"of\" it", include_str!("zoo/more.sql")),
];

/// All of it, for a user who owns nothing.
async fn zoo() -> PgTarget {
    let (_, mut admin) = database("select 1").await;
    for (schema, sql) in SCHEMAS {
        let quoted = format!("\"{}\"", schema.replace('"', "\"\""));
        let enter = format!("create schema if not exists {quoted}; set search_path to {quoted};");
        admin.execute(&format!("{enter}\n{sql}\n; reset search_path")).await.unwrap();
    }
    admin.execute(include_str!("zoo/visitor.sql")).await.unwrap();
    target_as(&mut admin, "visitor").await
}

fn config() -> CrudConfig {
    CrudConfig { schemas: vec!["*".to_owned()], ..CrudConfig::default() }
}

const LANES: u32 = 16;

async fn planned(target: &PgTarget) -> CrudPlan {
    let mut session = target.connect().await.unwrap();
    let setup = Setup { seed: Seed(3), lanes: LANES, check: true };
    let mut plan = crud::permitted_plan(&mut session, &config(), &setup).await.unwrap();
    plan.refused.sort();
    session.server().await.unwrap();
    plan
}

/// Nothing is refused but what is called so, or cannot be had without a word from somebody.
fn assert_refused(plan: &CrudPlan) {
    let expected = |name: &str| name.starts_with("refused_");
    let unexpected: Vec<_> = plan.refused.iter().filter(|(name, _)| !expected(&name.table)).collect();
    assert!(unexpected.is_empty(), "{unexpected:#?}");
    let written = plan.tables.iter().filter(|table| expected(&table.table.name.table));
    let written: Vec<String> = written.map(|table| table.table.name.to_string()).collect();
    assert!(written.is_empty(), "written after all: {written:?}");
    assert!(plan.refused.iter().all(|(_, why)| why.len() > 20), "{:#?}", plan.refused);
}

/// Failures that other connections cause.
const CONCURRENCY: [&str; 3] = ["40001", "40P01", "55P03"];

/// How many rows fit, where the plan says so because the values of a key are few.
fn room(plan: &TablePlan) -> Option<u64> {
    let words = plan.notes.iter().find_map(|note| note.split_once(" rows fit"))?.0;
    words.rsplit(' ').next()?.replace(',', "").parse().ok()
}

fn assert_sound(plan: &CrudPlan, report: &Report) {
    let wrong: Vec<_> =
        report.errors.iter().filter(|(code, _)| !CONCURRENCY.contains(&code.as_str())).collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert_eq!(report.outcomes().aborted, 0);
    let is_empty = |planned: &&TablePlan| {
        let table = &report.tally.tables[&planned.table.name.to_string()];
        // Not a row for each lane: those that there were may have been deleted again.
        let is_spent = table.rows.inserted > 0 && room(planned).is_some_and(|room| room < u64::from(LANES));
        table.live == 0 && !is_spent
    };
    let empty: Vec<&TableName> =
        plan.tables.iter().filter(is_empty).map(|planned| &planned.table.name).collect();
    assert!(empty.is_empty(), "{empty:?}: {:#?}", report.skips);
}

#[tokio::test]
async fn fifty_thousand_operations_leave_no_table_empty_and_none_in_doubt() {
    let target = zoo().await;
    let plan = planned(&target).await;
    assert_refused(&plan);
    assert!(plan.tables.len() > 300, "{}", plan.tables.len());
    let others: Vec<&str> = plan.others.keys().copied().collect();
    assert_eq!(others, ["foreign table", "materialized view", "partition", "view"]);
    let run = Run::new(target, Crud::new(config())).seed(3).lanes(LANES).connections(8);
    let report = run.operations(50_000).check().execute().await;
    assert_sound(&plan, &report.unwrap_or_else(|error| panic!("{error:#?}")));
}

/// What `seed` says of tables whose first rows only `run` can insert.
const FIRST_TOGETHER: &str = "have traffic write both first";

#[tokio::test]
async fn a_seeding_fills_whatever_takes_traffic() {
    let target = zoo().await;
    let mut session = target.connect().await.unwrap();
    let plan = seeding_plan(&mut session, &config(), Seed(3)).await.unwrap();
    let report = Seeding::new(target, plan, Some(300)).connections(4).execute().await.unwrap();
    assert!(report.fatal.is_none(), "{:#?}", report.fatal);
    let unexplained: Vec<_> =
        report.tables.iter().filter(|table| table.missing() > 0 && table.short.is_none()).collect();
    assert!(unexplained.is_empty(), "{unexplained:#?}");
    let waits = |why: &Option<String>| why.as_ref().is_some_and(|why| why.contains(FIRST_TOGETHER));
    let empty = report.tables.iter().filter(|table| table.is_left_empty() && !waits(&table.short));
    let empty: Vec<_> = empty.collect();
    assert!(empty.is_empty(), "{empty:#?}");
}
