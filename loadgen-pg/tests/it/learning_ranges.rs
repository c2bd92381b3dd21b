//! Checks on ranges, shares of amounts, and those that the plan file takes upon itself.

use loadgen_core::{
    Run, Seed,
    crud::{self, Crud, CrudConfig},
};

use crate::support::database;

const RANGES: &str = "
    create table r1 (id int primary key, at daterange not null
        check (lower(at) is not null and upper(at) is not null and upper(at) - lower(at) <= 60));
    create table r2 (id int primary key, at daterange check (upper(at) > lower(at)));
    create table r3 (id int primary key, at tstzrange check (upper(at) - lower(at) <= interval '30 days'));
    create table r4 (id int primary key, at int4range not null check (upper(at) - lower(at) between 1 and 5));
    create table r5 (id int primary key, at tsrange not null
        check (lower(at) is not null and upper(at) - lower(at) <= interval '8 hours'));
    create table r6 (id int primary key, at daterange, day date not null, check (upper(at) > day));";

#[tokio::test]
async fn ranges_that_are_learnt_are_known_as_the_server_gives_them_back() {
    let (target, mut session) = database(RANGES).await;
    let run = Run::new(target, Crud::new(CrudConfig::default())).seed(2).lanes(8).connections(2);
    let report = run.operations(1_800).check().execute().await.unwrap();
    assert!(report.errors.is_empty(), "{:#?}", report.errors);
    for table in ["r1", "r2", "r3", "r4", "r5"] {
        let sql = format!("select count(distinct at) filter (where not isempty(at)), count(*) from {table}");
        let (spans, rows): (i64, i64) =
            sqlx::query_as(sqlx::AssertSqlSafe(sql)).fetch_one(session.driver().unwrap()).await.unwrap();
        assert!(spans >= 8 && rows > 20, "{table}: {spans} spans in {rows} rows");
    }
}

const SHARES: &str = "
    create table c1 (id int primary key, a numeric(12,2) not null check (a > 0), b numeric(12,2) not null,
        check (b = round(a / 100, 2)));
    create table c2 (id int primary key, a numeric(12,2) not null check (a > 0), b numeric(12,2) not null,
        check (b = round(a * 19 / 100, 2)));
    create table c3 (id int primary key, net numeric(12,2) not null, tax_rate numeric(5,2) not null,
        tax numeric(12,2) not null, check (tax = round(net * tax_rate / 100, 2)));
    create table c4 (id int primary key, cents int not null, whole int not null, check (whole = cents / 100));
    create table c5 (id int primary key, subtotal numeric(12,2) not null, discount numeric(12,2) not null,
        total numeric(12,2) not null, check (total = subtotal - discount));";

#[tokio::test]
async fn shares_are_rounded_from_the_digits_that_the_server_has() {
    let (target, _session) = database(SHARES).await;
    let run = Run::new(target, Crud::new(CrudConfig::default())).seed(2).lanes(8).connections(2);
    let report = run.operations(1_500).check().execute().await.unwrap();
    assert!(report.errors.is_empty(), "{:#?}", report.errors);
    for (name, table) in &report.tally.tables {
        assert!(table.rows.inserted > 50, "{name}: {:#?}", report.skips);
    }
}

const GIVEN: &str = "
    create table dm (id int primary key, dims int[] check (dims[1] > 0 and array_length(dims, 1) = 3));
    create table ab (id int primary key, gross numeric(12,2) not null, net numeric(12,2) not null,
        check (abs(gross - sqrt(net)) < 0.01));
    create table ok (id int primary key, number text not null check (reverse(number) <> number));";

#[tokio::test]
async fn what_the_plan_file_says_is_tried_and_the_advice_can_be_followed() {
    let (_, mut session) = database(GIVEN).await;
    let config = |json: &str| serde_json::from_str::<CrudConfig>(json).unwrap();
    let plan = crud::plan(&mut session, &CrudConfig::default(), Seed(3), 4).await.unwrap();
    let why = |name: &str| {
        let found = plan.refused.iter().find(|(table, _)| table.table == name);
        found.map(|(_, why)| why.clone()).unwrap_or_default()
    };
    assert!(why("dm").contains("columns: {dims: {null_ratio: 1}}"), "{:?}", plan.refused);
    assert!(why("ab").contains("give each of gross, net one value as its choice"), "{:?}", plan.refused);

    let wide = r#"{"tables": {"dm": {"columns": {"dims": {"min": 1, "max": 9}}}, "ok": {"columns": {"number":
        {"choice": ["ab", "cd"]}}}}}"#;
    let plan = crud::plan(&mut session, &config(wide), Seed(3), 4).await.unwrap();
    let notes: Vec<String> = plan.tables.iter().map(|table| table.notes.join("; ")).collect();
    assert!(notes[0].contains("rows that were tried with what the plan file says of dims"), "{notes:?}");
    assert!(!notes[1].contains("were tried"), "{notes:?}");

    let advised = r#"{"tables": {"dm": {"columns": {"dims": {"null_ratio": 1}}}, "ab": {"columns": {"net":
        {"choice": [100]}, "gross": {"choice": [10]}}}}}"#;
    let plan = crud::plan(&mut session, &config(advised), Seed(3), 4).await.unwrap();
    assert_eq!(plan.refused, []);
    let notes: Vec<String> = plan.tables.iter().take(2).map(|table| table.notes.join("; ")).collect();
    assert!(notes.iter().all(|notes| !notes.contains("were tried with")), "{notes:?}");
}
