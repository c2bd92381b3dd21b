//! Triggers that refuse rows by raising an error.

use loadgen_core::{
    Report, Run, Seed, SqlSession,
    crud::{Crud, CrudConfig, SeedReport, Seeding, seeding_plan},
};
use loadgen_pg::PgTarget;

use crate::support::database;

const SEVENS: &str = "
    create table numbers (id bigint generated always as identity primary key, n int not null, v text);
    create table below (id int primary key, number bigint not null references numbers, v text);
    create function no_sevens() returns trigger language plpgsql as $$ begin
        if new.n % 7 = 0 then raise exception 'sevens, as in %', new.n CODE; end if; return new; end $$;
    create trigger t TIME insert or update on numbers for each row execute function no_sevens()";

fn sevens(time: &str, code: &str) -> String {
    SEVENS.replace("TIME", time).replace("CODE", code)
}

async fn run(target: PgTarget, json: &str) -> Report {
    let config: CrudConfig = serde_json::from_str(json).unwrap();
    let run = Run::new(target, Crud::new(config)).seed(3).lanes(8).connections(4);
    run.operations(2_000).check().execute().await.unwrap_or_else(|error| panic!("{error:#?}"))
}

#[tokio::test]
async fn a_row_that_a_trigger_refuses_is_drawn_again() {
    for (time, code) in [("before", ""), ("after", ""), ("before", "using errcode = '45000'")] {
        let (target, _) = database(&sevens(time, code)).await;
        let report = run(target, "{}").await;
        let outcomes = report.outcomes();
        assert_eq!((outcomes.aborted, report.fatal.is_none()), (0, true), "{time} {code}: {report:#?}");
        assert!(
            report.errors.values().any(|error| error.action.name() == "new values"),
            "{:?}",
            report.errors
        );
        assert!(
            report.skips.get("a trigger refused the row").is_none_or(|skips| *skips < 5),
            "{:?}",
            report.skips
        );
        assert!(report.tally.tables["public.numbers"].rows.inserted > 300, "{:?}", report.tally);
    }
}

#[tokio::test]
async fn what_a_trigger_forbids_altogether_is_skipped_and_soon_tried_no_more_than_once() {
    let (target, mut session) = database(
        "create table kept (id bigint generated always as identity primary key, v int not null);
         create function never() returns trigger language plpgsql as $$ begin
            raise exception 'rows of % stay as they are', tg_table_name; end $$;
         create trigger t before update or delete on kept for each row execute function never()",
    )
    .await;
    let report = run(target, "{}").await;
    let outcomes = report.outcomes();
    assert_eq!(outcomes.aborted, 0, "{report:#?}");
    assert!(report.skips["a trigger refused the row"] > 700, "{:?}", report.skips);
    assert!(report.counts.retries < 1_500, "{:?}", report.counts);
    let rows: i64 =
        sqlx::query_scalar("select count(*) from kept").fetch_one(session.driver().unwrap()).await.unwrap();
    assert_eq!(rows.unsigned_abs(), report.tally.tables["public.kept"].rows.inserted);
}

async fn seed(sql: &str, rows: u64) -> SeedReport {
    let (target, mut session) = database(sql).await;
    let plan = seeding_plan(&mut session, &CrudConfig::default(), Seed(5)).await.unwrap();
    Seeding::new(target, plan, Some(rows)).connections(2).execute().await.unwrap()
}

#[tokio::test]
async fn a_table_is_filled_though_a_trigger_refuses_some_rows() {
    for (time, code) in [("before", ""), ("after", ""), ("before", "using errcode = '23514'")] {
        let report = seed(&sevens(time, code), 4_000).await;
        assert!(report.is_complete() && report.fatal.is_none(), "{time} {code}: {report:?}");
    }
}

#[tokio::test]
async fn rows_that_are_there_are_not_taken_for_refused_ones() {
    let (target, mut session) = database(&sevens("before", "")).await;
    session
        .execute("create unique index on numbers (v); alter table numbers alter v set not null")
        .await
        .unwrap();
    for rows in [3_000, 3_000, 9_000] {
        session.execute("delete from below; delete from numbers where id % 3 = 0").await.unwrap();
        let plan = seeding_plan(&mut session, &CrudConfig::default(), Seed(5)).await.unwrap();
        let report = Seeding::new(target.clone(), plan, Some(rows)).connections(2).execute().await.unwrap();
        assert!(report.is_complete() && report.fatal.is_none(), "{rows}: {report:?}");
    }
}

#[tokio::test]
async fn a_table_whose_trigger_refuses_every_row_says_so() {
    let report =
        seed(&SEVENS.replace("TIME", "before").replace("CODE", "").replace("% 7 = 0", "is not null"), 60_000)
            .await;
    let numbers = report.tables.iter().find(|table| table.name.table == "numbers").unwrap();
    assert_eq!(numbers.inserted, 0);
    assert!(numbers.short.as_ref().is_some_and(|why| why.contains("sevens, as in")), "{report:?}");
    assert!(report.fatal.is_none(), "{report:?}");
}
