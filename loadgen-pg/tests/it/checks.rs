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
    // Columns that depend on the key, and no columns at all.
    let fixed = ["c_key_and_value", "c_nothing"];
    for (name, table) in &report.tally.tables {
        assert!(
            table.rows.updated > 0 || fixed.iter().any(|fixed| name.ends_with(fixed)),
            "{name}: {table:?}"
        );
    }
}

/// What the core takes conditions to mean, line by line, with the row that they are about.
const MEANINGS: &str = include_str!("../../../loadgen-core/src/check/meanings.txt");
const THINGS: &str = r#"create type level as enum ('low', 'middle', 'high');
    create table things (a int, b int, price numeric(10, 2), name varchar(20), flag bool, day date, at timestamptz,
        level level, tags text[], doc jsonb, odd polygon);
    insert into things values (7, null, 10.5, 'Widget 9', true, '2024-02-29', '2024-02-29 12:30:00+00', 'middle',
        '{x,y}', '{"k": [1]}', null)"#;

#[tokio::test]
async fn conditions_mean_to_the_server_what_they_mean_to_us() {
    let (_, mut session) = database(THINGS).await;
    let mut wrong = Vec::new();
    for line in MEANINGS.lines().filter(|line| !line.starts_with("unknown")) {
        let (expected, condition) = line.split_once(' ').unwrap();
        let query = format!("select coalesce(({condition})::text, 'null') from things");
        let found =
            sqlx::query_scalar::<_, String>(sqlx::AssertSqlSafe(query)).fetch_one(session.driver()).await;
        if found.as_deref().ok() != Some(expected) {
            wrong.push(format!("{condition} is {found:?}"));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}
