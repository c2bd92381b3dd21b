//! A table for each way in which tables can be peculiar, and traffic on all of them.

use loadgen_core::{
    Report, Run, RunError, Seed,
    crud::{self, Crud, CrudConfig, CrudPlan},
};
use loadgen_pg::PgTarget;

use crate::support::database;

/// The configuration that `tables.sql` is written with.
fn config() -> CrudConfig {
    serde_json::from_str(
        r#"{"schemas": ["public", "Other*"],
            "tables": {
                "*": {},
                "by_range_without_default": {"columns": {"day": {"min": "2024-01-01", "max": "2024-12-31"}}}
            }}"#,
    )
    .unwrap()
}

async fn planned(target: &PgTarget, config: &CrudConfig) -> CrudPlan {
    use loadgen_core::Target;
    let mut session = target.connect().await.unwrap();
    crud::plan(&mut session, config, Seed(3), 16).await.unwrap()
}

async fn run(target: PgTarget, config: CrudConfig, operations: u64) -> Result<Report, RunError> {
    let run = Run::new(target, Crud::new(config)).seed(3).lanes(16).connections(8);
    run.operations(operations).check().execute().await
}

#[tokio::test]
async fn every_peculiar_table_is_written_or_refused_with_a_reason() {
    let (target, _) = database(include_str!("zoo/tables.sql")).await;
    let plan = planned(&target, &config()).await;
    let refused: Vec<&str> = plan.refused.iter().map(|(name, _)| name.table.as_str()).collect();
    let unexpected: Vec<_> =
        plan.refused.iter().filter(|(name, _)| !name.table.starts_with("refused_")).collect();
    assert!(unexpected.is_empty(), "{unexpected:#?}");
    assert_eq!(refused.len(), 6, "{refused:?}");
    assert_eq!(plan.others.get("view"), Some(&1));
    let report = run(target, config(), 15_000).await.unwrap_or_else(|error| panic!("{error:#?}"));
    assert!(report.errors.is_empty(), "{:#?}", report.errors);
    let empty = plan.tables.iter().map(|table| table.table.name.to_string());
    let empty: Vec<String> = empty.filter(|name| report.tally.tables[name].rows.inserted == 0).collect();
    assert!(empty.is_empty(), "{empty:?}: {:?}", report.skips);
    assert_eq!((report.outcomes().aborted, report.counts.retries), (0, 0));
}
