//! What servers have from version 18 on; older ones pass these tests by.

use loadgen_core::{
    Report, Run, SchemaFilter, Seed, SqlSession,
    crud::{Crud, CrudConfig, CrudPlan, Seeding, Source, plan, seeding_plan},
};
use loadgen_pg::{PgSession, PgTarget};

use crate::support::{database, extended, major};

const ZOO: &str = include_str!("zoo/eighteen.sql");

/// A database with these statements run in it, if the server understands them.
#[expect(clippy::print_stdout, reason = "what is left out is said")]
async fn eighteen(sql: &str) -> Option<(PgTarget, PgSession)> {
    let (target, mut session) = database("select 1").await;
    let major = major(&mut session).await;
    if major < 18 {
        println!("left out: this is PostgreSQL {major}");
        return None;
    }
    if !extended(&mut session, "btree_gist").await {
        return None;
    }
    session.execute(sql).await.unwrap();
    Some((target, session))
}

fn config(json: &str) -> CrudConfig {
    serde_json::from_str(json).unwrap()
}

async fn planned(session: &mut PgSession, config: &CrudConfig) -> CrudPlan {
    plan(session, config, Seed(3), 8).await.unwrap()
}

async fn run(target: PgTarget, config: CrudConfig, operations: u64) -> Report {
    let run = Run::new(target, Crud::new(config)).seed(3).lanes(8).connections(8).operations(operations);
    let report = run.check().execute().await.unwrap_or_else(|error| panic!("{error:#?}"));
    assert!(report.errors.is_empty(), "{:#?}", report.errors);
    report
}

#[tokio::test]
async fn all_that_is_new_takes_traffic_or_is_refused_with_a_reason() {
    let Some((target, mut session)) = eighteen(ZOO).await else { return };
    let plan = planned(&mut session, &CrudConfig::default()).await;
    let mut refused: Vec<&str> = plan.refused.iter().map(|(name, _)| name.table.as_str()).collect();
    refused.sort_unstable();
    let expected = ["refused_stays_tree", "refused_virtual_check"];
    assert_eq!(refused, expected, "{:#?}", plan.refused);
    let report = run(target, CrudConfig::default(), 20_000).await;
    let names = plan.tables.iter().map(|table| table.table.name.to_string());
    let idle: Vec<String> = names.filter(|name| report.tally.tables[name].rows.inserted == 0).collect();
    assert!(idle.is_empty(), "{idle:?}: {:#?}", report.skips);
    for name in ["stays", "stays_one_each", "stays_line_each", "stays_in_time", "stays_parts"] {
        assert!(report.tally.tables[&format!("public.{name}")].live > 20, "{name}: {:#?}", report.tally);
    }
}

#[tokio::test]
async fn all_that_is_new_is_filled() {
    let Some((target, mut session)) = eighteen(ZOO).await else { return };
    let plan = seeding_plan(&mut session, &CrudConfig::default(), Seed(3)).await.unwrap();
    let report = Seeding::new(target, plan, Some(300)).connections(4).execute().await.unwrap();
    assert!(report.fatal.is_none(), "{:#?}", report.fatal);
    let short = report.tables.iter().filter(|table| table.missing() > 0 && table.short.is_none());
    assert_eq!(short.count(), 0, "{:#?}", report.tables);
}

#[tokio::test]
async fn a_span_without_overlaps_is_never_empty() {
    let Some((_, mut session)) = eighteen(ZOO).await else { return };
    let schema = session.introspect(&SchemaFilter::default()).await.unwrap();
    let table = |name: &str| schema.tables.iter().find(|table| table.name.table == name).unwrap();
    let rates = table("rates");
    assert_eq!((&rates.primary_key, &rates.special.loose_keys), (&vec![0, 1], &vec![vec![0]]));
    assert_eq!(rates.checks[0].condition, "(NOT isempty(\"valid\"))");
    // Each row is given the span of a parent, and those lie apart.
    let below = table("stays_one_each");
    assert!(below.special.loose_keys.is_empty() && below.special.covered.len() == 1, "{below:?}");
}

#[tokio::test]
async fn what_nobody_is_held_to_is_kept_where_it_can_be() {
    let Some((_, mut session)) = eighteen(ZOO).await else { return };
    let plan = planned(&mut session, &CrudConfig::default()).await;
    let of = |name: &str| plan.tables.iter().find(|planned| planned.table.name.table == name).unwrap();
    assert!(matches!(of("loose_kept").sources[1], Source::Checked(_)));
    assert!(matches!(of("loose_child").sources[1], Source::Parent { .. }));
    for name in ["loose_unknown", "loose_against", "loose_one", "loose_parts"] {
        let notes = &of(name).notes;
        assert!(notes.iter().any(|note| note.contains("does not enforce")), "{name}: {notes:?}");
    }
    let said = config(r#"{"tables": {"loose_kept": {"columns": {"n": {"choice": [5, 50]}}}}}"#);
    assert!(planned(&mut session, &said).await.tables[0].notes.is_empty());
}

#[tokio::test]
async fn rows_that_were_there_keep_the_spans_of_their_children_covered() {
    let Some((target, mut session)) = eighteen(ZOO).await else { return };
    session
        .execute(
            "insert into rates select n, daterange('2020-01-01', '2021-01-01'), n from generate_series(1, 50) n;
             insert into rates select n, daterange('2021-01-01', '2022-01-01'), n from generate_series(1, 50) n;
             insert into stays select n, n, daterange('2020-06-01', '2021-06-01') from generate_series(1, 50) n",
        )
        .await
        .unwrap();
    let config = config(
        r#"{"tables": {"rates": {}, "stays": {}}, "touch": "all", "operations": {"insert": 1, "update": 1, "delete": 3}}"#,
    );
    let report = run(target, config, 1_000).await;
    assert_eq!(report.outcomes().aborted, 0);
    assert_eq!(report.tally.tables["public.rates"].rows.deleted, 0);
    assert!(report.tally.tables["public.stays"].rows.deleted > 40, "{:?}", report.tally);
}
