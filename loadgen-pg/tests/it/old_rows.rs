//! Rows that were there before a run, where the tables are awkward: bad statistics, lines below parents.

use std::time::{Duration, Instant};

use loadgen_core::{
    Report, Run, Seed, SqlSession, Target,
    crud::{Crud, CrudConfig, Seeding, seeding_plan},
};
use loadgen_pg::{PgSession, PgTarget};
use sqlx::Connection;

use crate::support::{database, table};

fn config(json: &str) -> CrudConfig {
    serde_json::from_str(json).unwrap()
}

/// A database whose tables have so many rows, each.
async fn filled(sql: &str, rows: u64) -> (PgTarget, PgSession) {
    let (target, mut session) = database(sql).await;
    let plan = seeding_plan(&mut session, &CrudConfig::default(), Seed(5)).await.unwrap();
    let report = Seeding::new(target.clone(), plan, Some(rows)).connections(2).execute().await.unwrap();
    assert!(report.is_complete(), "{report:?}");
    (target, session)
}

async fn run(target: PgTarget, json: &str, (seed, operations): (u64, u64)) -> Report {
    let run = Run::new(target, Crud::new(config(json))).seed(seed).lanes(16).connections(4);
    run.operations(operations).check().execute().await.unwrap_or_else(|error| panic!("{error:#?}"))
}

#[tokio::test]
async fn rows_are_sampled_in_time_though_the_statistics_know_of_none() {
    let (_, mut session) = database(
        "create table p (id bigint primary key, n int) with (autovacuum_enabled = off);
         insert into p select i, i from generate_series(1, 300000) i;
         create table q (a int, b int, n int, primary key (a, b)) with (autovacuum_enabled = off);
         insert into q select i % 7, i, i from generate_series(1, 100000) i;
         update pg_class set reltuples = 0, relpages = 3000 where oid in ('p'::regclass, 'q'::regclass)",
    )
    .await;
    for (name, key, most) in [("p", &[0][..], 60_000), ("p", &[0], 2_000), ("q", &[0, 1], 20_000)] {
        let table = table(&mut session, name).await;
        let (begun, mut rows) = (Instant::now(), Vec::new());
        let mut take = |row: &[loadgen_core::Value]| rows.push(format!("{row:?}"));
        let is_all = session.sample(&table, key, &[0, 1], most, &mut take).await.unwrap();
        let (took, found) = (begun.elapsed(), rows.len() as u64);
        assert!(!is_all && (most / 2..=most).contains(&found), "{name}: {found} of {most}");
        assert!(took < Duration::from_secs(8), "{name}: {took:?}");
    }
}

#[tokio::test]
async fn what_nobody_waits_for_any_more_ends_on_the_server() {
    let (target, mut session) = database("create table t (id int primary key, v int)").await;
    let held = table(&mut session, "t").await;
    let mut hurried = target.clone().with_statement_deadline(Duration::from_secs(1)).connect().await.unwrap();
    let pid: i32 =
        sqlx::query_scalar("select pg_backend_pid()").fetch_one(hurried.driver().unwrap()).await.unwrap();
    let mut witness = target.connect().await.unwrap();
    let mut lock = session.driver().unwrap().begin().await.unwrap();
    sqlx::query("lock table t in access exclusive mode").execute(&mut *lock).await.unwrap();
    let failure = hurried.sample(&held, &[0], &[0, 1], 10, &mut |_| {}).await.unwrap_err();
    assert_eq!(failure.code, "deadline");
    drop(hurried);
    let begun = Instant::now();
    let is_there = "select exists (select from pg_stat_activity where pid = $1)";
    let mut is_running = async || {
        let query = sqlx::query_scalar::<_, bool>(is_there).bind(pid);
        query.fetch_one(witness.driver().unwrap()).await.unwrap()
    };
    while is_running().await {
        assert!(begun.elapsed() < Duration::from_secs(10), "it is still there");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    drop(lock);
}

const POSTINGS: &str = "
    create table acc (id bigint generated always as identity primary key, note text);
    create table txn (id bigint generated always as identity primary key, note text);
    create table posting (txn bigint not null references txn, line smallint not null,
        acc bigint not null references acc, amt int, primary key (txn, line))";

#[tokio::test]
async fn lines_of_rows_that_were_there_are_known_whichever_lane_has_the_rows() {
    for touch in ["all", "existing"] {
        let (target, _) = filled(POSTINGS, 3_000).await;
        let report = run(target, &format!(r#"{{"touch": "{touch}"}}"#), (99, 5_000)).await;
        assert!(report.errors.is_empty(), "{touch}: {:#?}", report.errors);
        assert!(report.tally.tables["public.posting"].rows.inserted > 500, "{touch}: {:?}", report.tally);
    }
    // Lanes have no room for all rows of their parents.
    let (target, _) = filled(POSTINGS, 3_000).await;
    let report = run(target, r#"{"touch": "all", "remember": 4000}"#, (99, 3_000)).await;
    assert!(report.errors.is_empty(), "{:#?}", report.errors);
}

#[tokio::test]
async fn parents_get_further_lines_where_lines_are_in_no_primary_key() {
    let (target, _) = filled(
        "create table p (id uuid primary key, name text not null);
         create table c (id bigint primary key, p uuid not null references p, line smallint not null, unique (p, line))",
        3_000,
    )
    .await;
    for (seed, remember) in [(1, "1M"), (2, "3000")] {
        let report =
            run(target.clone(), &format!(r#"{{"touch": "all", "remember": "{remember}"}}"#), (seed, 2_000))
                .await;
        let inserted = report.tally.tables["public.c"].rows.inserted;
        assert!(report.errors.is_empty(), "{remember}: {:#?}", report.errors);
        let skipped = report.skips.get("no free combination of parents").copied().unwrap_or_default();
        assert!(skipped < 10 && inserted > 200, "{remember}: {inserted} {:?}", report.skips);
    }
}
