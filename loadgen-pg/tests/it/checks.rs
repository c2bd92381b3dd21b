//! Tables with checks of all kinds.

use std::collections::BTreeMap;

use loadgen_core::{
    Run, Seed,
    crud::{self, Crud, CrudConfig, RowCounts},
};

use crate::support::database;

const ZOO: &str = include_str!("zoo/checks.sql");

fn config() -> CrudConfig {
    CrudConfig { rows: RowCounts { insert: 3, update: 2, delete: 1 }, ..CrudConfig::default() }
}

#[tokio::test]
async fn rows_meet_every_check_from_the_first_to_the_last() {
    let (target, mut session) = database(ZOO).await;
    let plan = crud::plan(&mut session, &config(), Seed(5), 8).await.unwrap();
    assert_eq!(plan.refused, []);
    let tables = plan.tables.len() as u64;
    let run = Run::new(target, Crud::new(config())).seed(5).lanes(8).connections(4);
    let report = run.operations(tables * 120).check().execute().await.unwrap();
    assert!(report.errors.is_empty(), "{:#?}", report.errors);
    let missed = report.skips.get("no values found that meet the checks").copied().unwrap_or_default();
    assert!(missed * 100 < tables * 120, "{missed} of {} operations found no values", tables * 120);
    let idle: BTreeMap<_, _> =
        report.tally.tables.iter().filter(|(_, table)| table.rows.inserted < 20).collect();
    assert!(idle.is_empty(), "{idle:#?}");
    // Its columns depend on the key.
    let fixed = "c_key_and_value";
    for (name, table) in &report.tally.tables {
        assert!(table.rows.updated > 0 || name.ends_with(fixed), "{name}: {table:?}");
    }
}
