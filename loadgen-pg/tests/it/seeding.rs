//! Filling the tables of a real server.

use std::time::Duration;

use loadgen_core::{
    Run, Seed, SqlSession, Target,
    crud::{Crud, CrudConfig, CrudPlan, SeedReport, Seeding, seeding_plan, table_digest},
};
use loadgen_pg::{PgSession, PgTarget};

use crate::support::database;

const TABLES: [&str; 11] = [
    "customers",
    "orders",
    "order_lines",
    "warehouses",
    "stock",
    "staff",
    "\"Odd \"\"Table\"\"\"",
    "profile",
    "friends",
    "log",
    "ticks",
];

async fn fresh() -> (PgTarget, PgSession) {
    database(include_str!("seeding.sql")).await
}

async fn planned(session: &mut PgSession) -> CrudPlan {
    seeding_plan(session, &CrudConfig::default(), Seed(9)).await.unwrap()
}

async fn fill((target, session): &mut (PgTarget, PgSession), rows: u64, connections: u32) -> SeedReport {
    let plan = planned(session).await;
    assert_eq!(plan.refused, []);
    let seeding = Seeding::new(target.clone(), plan, Some(rows)).connections(connections);
    let report = seeding.execute().await.unwrap();
    assert_eq!(report.fatal, None);
    report
}

async fn number(session: &mut PgSession, sql: &str) -> i64 {
    sqlx::query_scalar(sqlx::AssertSqlSafe(sql)).fetch_one(session.driver().unwrap()).await.unwrap()
}

async fn counts(session: &mut PgSession) -> Vec<i64> {
    let mut counts = Vec::new();
    for table in TABLES {
        counts.push(number(session, &format!("select count(*) from {table}")).await);
    }
    counts
}

/// The digest of each table whose keys are not the server's choice.
async fn digests(session: &mut PgSession) -> Vec<String> {
    let plan = planned(session).await;
    let mut digests = Vec::new();
    for table in
        plan.tables.iter().filter(|table| !["orders", "ticks", "log"].contains(&&*table.table.name.table))
    {
        let found = table_digest(session, table).await.unwrap();
        digests.push(format!("{}: {} {}", table.table.name, found.rows, found.digest));
    }
    digests
}

#[tokio::test]
async fn every_table_is_filled_to_the_row_and_not_twice() {
    let mut shop = fresh().await;
    let report = fill(&mut shop, 3_300, 3).await;
    assert!(report.is_complete(), "{report:?}");
    assert_eq!(counts(&mut shop.1).await, [3_300; 11]);
    assert_eq!(fill(&mut shop, 3_300, 3).await.inserted(), 0);
    let report = fill(&mut shop, 4_000, 2).await;
    assert_eq!(report.inserted(), 7_700, "{report:?}");
    assert_eq!(counts(&mut shop.1).await, [4_000; 11]);
}

#[tokio::test]
async fn rows_are_the_same_whoever_writes_them() {
    let (mut one, mut four) = (fresh().await, fresh().await);
    fill(&mut one, 6_000, 1).await;
    fill(&mut four, 6_000, 4).await;
    assert_eq!(digests(&mut one.1).await, digests(&mut four.1).await);
}

#[tokio::test]
async fn values_are_real() {
    let mut shop = fresh().await;
    fill(&mut shop, 2_000, 2).await;
    let session = &mut shop.1;
    assert_eq!(number(session, "select max(line)::int8 from order_lines").await, 1);
    assert_eq!(number(session, "select count(distinct mood) from customers").await, 2);
    let roots = number(session, "select count(*) from staff where boss is null").await;
    assert!((200..700).contains(&roots), "{roots}");
    let bosses = number(session, "select count(distinct boss) from staff").await;
    assert!(bosses > 100, "{bosses}");
    let spread = number(session, "select count(distinct (region, warehouse)) from stock").await;
    assert!(spread > 1_000, "{spread}");
}

#[tokio::test]
async fn traffic_goes_on_where_the_seeding_ended() {
    let mut shop = fresh().await;
    fill(&mut shop, 1_000, 2).await;
    let run = Run::new(shop.0.clone(), Crud::new(CrudConfig::default())).seed(9).lanes(8).operations(2_000);
    let report = run.check().execute().await.unwrap();
    assert!(report.errors.is_empty(), "{:?}", report.errors);
    let report = fill(&mut shop, 3_000, 2).await;
    assert!(report.is_complete(), "{report:?}");
}

#[tokio::test]
async fn rows_of_an_interrupted_seeding_are_built_upon() {
    let mut shop = fresh().await;
    fill(&mut shop, 5_000, 1).await;
    // What a killed seeding may leave: later ranges are there, and earlier ones are not.
    shop.1
        .execute(
            "delete from friends; delete from staff where id between 1500 and 3500 and boss is null
        and id not in (select boss from staff where boss is not null); delete from stock where item < 3000",
        )
        .await
        .unwrap();
    let report = fill(&mut shop, 6_000, 3).await;
    assert!(report.is_complete(), "{report:?}");
    assert_eq!(counts(&mut shop.1).await, [6_000; 11]);
}

#[tokio::test]
async fn tables_without_copy_are_inserted_into() {
    let mut shop = database(
        "create table guarded (code varchar(12) primary key, v text not null);
         alter table guarded enable row level security; alter table guarded force row level security;
         create policy all_of_it on guarded using (true) with check (true);
         drop role if exists seeder; create role seeder login; grant all on guarded to seeder",
    )
    .await;
    shop.0 = crate::support::target_as(&mut shop.1, "seeder").await;
    shop.1 = shop.0.connect().await.unwrap();
    let report = fill(&mut shop, 1_345, 2).await;
    assert!(report.is_complete(), "{report:?}");
    shop.1.execute("delete from guarded where code < 'A'").await.unwrap();
    let report = fill(&mut shop, 2_000, 2).await;
    assert!(report.is_complete() && report.inserted() > 700, "rows that are taken are left out: {report:?}");
    assert_eq!(number(&mut shop.1, "select count(*) from guarded").await, 2_000);
}

#[tokio::test]
async fn a_refusal_names_the_table() {
    let mut shop = database(
        "create table t (id int primary key, v text not null);
         create function no() returns trigger language plpgsql as $$ begin raise 'not today'; end $$;
         create trigger no before insert on t for each row execute function no()",
    )
    .await;
    let plan = planned(&mut shop.1).await;
    let report = Seeding::new(shop.0, plan, Some(10)).execute().await.unwrap();
    let table = &report.tables[0];
    let why = "no values found that the table takes: not today (P0001)";
    assert_eq!((table.name.to_string().as_str(), table.short.as_deref()), ("public.t", Some(why)));
    assert!(table.is_left_empty() && report.fatal.is_none(), "{report:?}");
}

#[tokio::test]
async fn a_killed_connection_is_replaced() {
    let mut shop =
        database("create table t (id bigint generated always as identity primary key, v text not null)")
            .await;
    let plan = planned(&mut shop.1).await;
    let seeding = Seeding::new(shop.0.clone(), plan, Some(400_000)).connections(2);
    let progress = seeding.progress();
    let kill = async {
        while progress.snapshot().inserted < 50_000 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        number(
            &mut shop.1,
            "select count(pg_terminate_backend(pid)) from pg_stat_activity where query like 'copy %'",
        )
        .await
    };
    let (report, killed) = tokio::join!(seeding.execute(), kill);
    let report = report.unwrap();
    assert!(killed > 0 && report.is_complete() && report.fatal.is_none(), "{killed} {report:?}");
    assert_eq!(number(&mut shop.1, "select count(*) from t").await, 400_000);
}

#[tokio::test]
async fn a_table_that_swallows_its_rows_is_named_and_not_tried_for_ever() {
    let mut shop = database(
        "create table t (id int primary key, v text not null);
         create function nothing() returns trigger language plpgsql as $$ begin return null; end $$;
         create trigger nothing before insert on t for each row execute function nothing()",
    )
    .await;
    let report = fill(&mut shop, 100, 2).await;
    assert!(report.tables[0].short.as_ref().unwrap().contains("look at its triggers"), "{report:?}");
}
