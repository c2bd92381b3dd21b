//! Tables with checks of all kinds.

use std::collections::BTreeMap;

use loadgen_core::{
    Run, Seed, SqlSession,
    crud::{self, Crud, CrudConfig, RowCounts},
};
use proptest::{prelude::*, strategy::ValueTree, test_runner::TestRunner};

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
    session.execute(VARIED).await.unwrap();
}

/// What is drawn to meet a condition differs from row to row as far as it may.
const VARIED: &str = "do $$ begin
    assert (select count(distinct item) > 5 from c_items, unnest(quantities) item), 'numbers';
    assert (select count(distinct item) > 50 from c_items, unnest(skus) item), 'texts of a pattern';
    assert (select count(distinct item) > 6 from c_items, unnest(halves) item), 'halves';
    assert (select count(distinct cardinality(quantities)) > 4 and count(maybe) > 10 from c_items), 'arrays';
    assert (select count(distinct item) > 5 from c_items_of_items, unnest(quantities) item), 'numbers in two dimensions';
    assert (select count(distinct item) > 20 from c_items_of_items, unnest(skus) item), 'texts in three dimensions';
    assert (select count(distinct (line).sku) > 20 and count(distinct (line).quantity) > 5 from c_items_of_rows), 'rows';
    assert (select count(distinct item) > 20 from c_items_of_rows, unnest(lines) item), 'arrays of rows';
    assert (select count(distinct cardinality(tags)) > 3 from c_item_count), 'as many as there may be';
    assert (select count(distinct item) = 3 from c_items_within, unnest(days) item), 'days';
    assert (select count(distinct item) > 2 from c_item_among, unnest(roles) item), 'and others';
    assert (select count(distinct item) = 50 from c_items_all, unnest(sizes) item), 'sizes';
    assert (select count(distinct net) > 50 from c_nearly), 'amounts';
    assert (select count(distinct a) > 20 and count(distinct b) > 3 and count(distinct c) > 20 from c_nulls), 'what may be beside NULL';
end $$";

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
        let found = sqlx::query_scalar::<_, String>(sqlx::AssertSqlSafe(query))
            .fetch_one(session.driver().unwrap())
            .await;
        if found.as_deref().ok() != Some(expected) {
            wrong.push(format!("{condition} is {found:?}"));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// A comparison of columns and constants, some of them odd.
fn comparison() -> impl Strategy<Value = String> {
    let op = || prop::sample::select(vec!["=", "<>", "<", "<=", ">", ">="]);
    let column =
        prop::sample::select(vec!["small", "big", "price", "length(word)", "small + big", "price * 2"]);
    let number = prop_oneof![
        (-50i32..5_000).prop_map(|number| number.to_string()),
        prop::sample::select(vec!["small", "price", "big / 3", "abs(big)", "0.5", "coalesce(small, 7)"])
            .prop_map(str::to_owned),
    ];
    let days = prop::sample::select(vec!["day", "at::date", "day + 10", "current_date"]);
    let other =
        prop::sample::select(vec!["day", "'2021-05-05'::date", "now()", "at", "at - interval '2 days'"]);
    prop_oneof![
        6 => (column, op(), number).prop_map(|(a, op, b)| format!("{a} {op} {b}")),
        2 => (days, op(), other).prop_map(|(a, op, b)| format!("{a} {op} {b}")),
        3 => prop::sample::select(vec![
            "word ~ '^[a-f]{2,5}$'", "word like '%a%'", "word in ('x', 'yy', 'zzz')", "word <> ''", "word = upper(word)",
            "flag", "not flag", "flag is not true", "small is null", "(small is null) = (day is null)",
            "num_nonnulls(small, day, at) >= 2", "small between 3 and 30", "small % 3 = 1", "price = round(price, 1)",
            "mood in ('ok', 'happy')", "mood >= 'ok'", "extract(month from day) in (1, 2, 3)", "small is distinct from big",
        ])
        .prop_map(str::to_owned),
    ]
}

fn condition() -> impl Strategy<Value = String> {
    comparison().prop_recursive(3, 6, 2, |inner| {
        (inner.clone(), prop::sample::select(vec!["and", "or", "and not"]), inner)
            .prop_map(|(a, op, b)| format!("(({a}) {op} ({b}))"))
    })
}

const RANDOM_TABLES: usize = 150;

#[tokio::test]
async fn random_checks_are_refused_with_a_reason_or_met_to_the_last_row() {
    let mut runner = TestRunner::deterministic();
    let conditions = prop::collection::vec(condition(), 1..4);
    let mut sql = "create type mood as enum ('sad', 'ok', 'happy');".to_owned();
    for number in 0..RANDOM_TABLES {
        let checks = conditions.new_tree(&mut runner).unwrap().current();
        let checks: String = checks.iter().map(|check| format!(", check ({check})")).collect();
        sql += &format!(
            "create table r{number} (id bigserial primary key, small smallint, big int not null, price numeric(6, 2),
                word varchar(8) not null, flag boolean, day date, at timestamptz, mood mood{checks});\n"
        );
    }
    let (target, mut session) = database(&sql).await;
    let plan = crud::plan(&mut session, &config(), Seed(5), 8).await.unwrap();
    let (writable, refused) = (plan.tables.len(), plan.refused);
    let explained = |why: &str| why.contains("rows that were tried") || why.contains("leaves no values");
    assert!(refused.iter().all(|(_, why)| explained(why)), "{refused:#?}");
    assert!(writable > RANDOM_TABLES * 2 / 3, "{writable} writable, refused: {refused:#?}");
    let run = Run::new(target, Crud::new(config())).seed(5).lanes(8).connections(4);
    let report = run.operations(writable as u64 * 60).check().execute().await.unwrap();
    assert!(report.errors.is_empty(), "{:#?}", report.errors);
}
