//! Rows that were there before a run.

use loadgen_core::{
    CheckError, Report, Run, RunError, Seed, SqlSession, Target,
    crud::{self, Crud, CrudConfig, CrudPlan, Seeding, seeding_plan},
};
use loadgen_pg::{PgSession, PgTarget};

use crate::support::{database, target_as};

fn config(json: &str) -> CrudConfig {
    serde_json::from_str(json).unwrap()
}

async fn plan(session: &mut PgSession, config: &CrudConfig) -> CrudPlan {
    crud::plan(session, config, Seed(3), 8).await.unwrap()
}

/// A run that holds its check and meets no error.
async fn run(target: &PgTarget, config: &CrudConfig) -> Report {
    let run = Run::new(target.clone(), Crud::new(config.clone())).seed(3).lanes(8).connections(8);
    let report = run.operations(1_500).check().execute().await.unwrap_or_else(|error| panic!("{error:#?}"));
    assert!(report.errors.is_empty(), "{:#?}", report.errors);
    assert_eq!((report.outcomes().aborted, report.counts.retries), (0, 0));
    report
}

async fn number(session: &mut PgSession, sql: &str) -> i64 {
    sqlx::query_scalar(sqlx::AssertSqlSafe(sql)).fetch_one(session.driver().unwrap()).await.unwrap()
}

const WORLD: &str = "
    create schema ref;
    create table ref.countries (code char(2) primary key, \"n\" int not null);
    insert into ref.countries select chr(65 + i / 26) || chr(65 + i % 26), i from generate_series(0, 249) i;
    create table places (id uuid primary key default gen_random_uuid(), k1 int, unique (k1, id));
    insert into places (k1) select i % 7 from generate_series(1, 25000) i;
    create table plan (kind int not null, no int not null, body polygon not null, primary key (kind, no));
    insert into plan select i % 3, i, '((0,0),(1,1))' from generate_series(1, 100) i;
    create table people (id bigint generated always as identity primary key, name text not null,
        country char(2) not null references ref.countries, place uuid not null references places,
        kind int, no int, foreign key (kind, no) references plan match full)";

#[tokio::test]
async fn parents_outside_the_plan_are_rows_from_all_over_their_tables() {
    let (target, mut session) = database(WORLD).await;
    let config = config(r#"{"exclude": ["places", "plan"]}"#);
    let planned = plan(&mut session, &config).await;
    let people = &planned.tables[0];
    assert_eq!(people.describe(2), "one of 250 existing rows of ref.countries");
    assert_eq!(people.describe(3), "one of 8334 existing rows of public.places");
    assert_eq!(people.describe(4), "one of 100 existing rows of public.plan");
    let report = run(&target, &config).await;
    assert_eq!(report.tally.tables.len(), 1);
    assert!(number(&mut session, "select count(distinct country) from people").await > 200);
    let spread = "select count(distinct substr(place::text, 1, 1)) from people";
    assert_eq!(number(&mut session, spread).await, 16);
    assert_eq!(
        number(&mut session, "select count(*) from people where (kind is null) <> (no is null)").await,
        0
    );
    assert_eq!(number(&mut session, "select count(*) from places").await, 25_000);
    let seeded = seeding_plan(&mut session, &config, Seed(1)).await.unwrap();
    let report = Seeding::new(target, seeded, Some(5_000)).connections(2).execute().await.unwrap();
    assert!(report.is_complete(), "{report:?}");
}

#[tokio::test]
async fn a_parent_that_may_only_be_read_is_one_all_the_same() {
    let (_, mut admin) = database(
        "drop role if exists reader; create role reader login;
         create table shown (id int primary key); insert into shown select generate_series(1, 9);
         create table hidden (id int primary key); insert into hidden values (1);
         create table child (id int primary key, shown int not null references shown, hidden int references hidden);
         create table lost (id int primary key, hidden int not null references hidden);
         grant select on shown to reader; grant all on child, lost to reader",
    )
    .await;
    let target = target_as(&mut admin, "reader").await;
    let mut session = target.connect().await.unwrap();
    let setup = loadgen_core::Setup { seed: Seed(3), lanes: 8, check: false };
    let planned = crud::permitted_plan(&mut session, &CrudConfig::default(), &setup).await.unwrap();
    let child = &planned.tables[0];
    assert_eq!(child.describe(1), "one of 9 existing rows of public.shown");
    assert!(
        child.notes[0].contains("public.hidden is left out and cannot be read (permission denied"),
        "{child:?}"
    );
    let lost = planned.refused.iter().find(|(name, _)| name.table == "lost").unwrap();
    assert!(lost.1.starts_with("refers to public.hidden, which is left out and cannot be read"), "{lost:?}");
    run(&target, &CrudConfig::default()).await;
    assert_eq!(number(&mut admin, "select count(distinct shown) from child").await, 9);
}

#[tokio::test]
async fn a_parent_that_somebody_else_deletes_costs_an_operation_and_nothing_else() {
    let (target, mut session) = database(
        "create table gone (id int primary key); insert into gone values (1);
         create table child (id int primary key, gone int not null references gone);",
    )
    .await;
    let config = config(r#"{"tables": {"child": {}}, "operations": {"insert": 1}}"#);
    let setup = loadgen_core::Setup { seed: Seed(3), lanes: 1, check: false };
    let planned = crud::permitted_plan(&mut session, &config, &setup).await.unwrap();
    session.execute("delete from gone").await.unwrap();
    let report =
        Run::new(target, Crud::planned(planned)).seed(3).lanes(1).operations(5).execute().await.unwrap();
    assert_eq!((report.outcomes().aborted, report.errors["23503"].action.name()), (5, "new values"));
}

const MIX: &str = r#""operations": {"insert": 2, "update": 2, "delete": 3}, "rows": {"insert": 2, "update": 3, "delete": 2}"#;

fn touching(rest: &str) -> CrudConfig {
    config(&format!("{{{MIX}, {rest}}}"))
}

async fn filled(sql: &str, rows: u64) -> (PgTarget, PgSession) {
    let (target, mut session) = database(sql).await;
    let plan = seeding_plan(&mut session, &CrudConfig::default(), Seed(9)).await.unwrap();
    let report = Seeding::new(target.clone(), plan, Some(rows)).connections(2).execute().await.unwrap();
    assert!(report.is_complete(), "{report:?}");
    (target, session)
}

/// A plan whose lanes have taken over what is there.
async fn adopted(target: &PgTarget, config: &CrudConfig) -> CrudPlan {
    let mut session = target.connect().await.unwrap();
    let setup = loadgen_core::Setup { seed: Seed(3), lanes: 8, check: true };
    let mut planned = crud::permitted_plan(&mut session, config, &setup).await.unwrap();
    planned.adopt(&mut session).await.unwrap();
    planned
}

fn notes<'a>(plan: &'a CrudPlan, table: &str) -> &'a [String] {
    &plan.tables.iter().find(|planned| planned.table.name.table == table).unwrap().notes
}

#[tokio::test]
async fn every_row_that_was_there_is_updated_and_deleted_like_those_of_the_run() {
    let (target, mut session) = filled(include_str!("seeding.sql"), 700).await;
    let report = run(&target, &touching(r#""touch": "all""#)).await;
    for (name, table) in &report.tally.tables {
        // What cannot be found by a key is only inserted.
        if name.ends_with(".log") {
            continue;
        }
        let (schema, own) = name.split_once('.').unwrap();
        let quoted = format!("{schema}.\"{}\"", own.replace('"', "\"\""));
        let rows = number(&mut session, &format!("select count(*) from {quoted}")).await;
        assert_eq!(rows, table.live.cast_signed(), "{name}");
        assert!(table.rows.deleted > 20, "{name}: {table:?}");
    }
}

#[tokio::test]
async fn existing_rows_change_and_new_ones_are_left_alone() {
    let (target, mut session) = filled(include_str!("seeding.sql"), 700).await;
    session.execute("create table old as select id from customers").await.unwrap();
    let report = run(&target, &touching(r#""touch": "existing", "exclude": ["old"]"#)).await;
    let customers = report.tally.tables["public.customers"].rows;
    let new =
        number(&mut session, "select count(*) from customers where id not in (select id from old)").await;
    assert_eq!(new, customers.inserted.cast_signed());
    let orphans = "select count(*) from orders where customer not in (select id from old)";
    assert_eq!(number(&mut session, orphans).await, 0);
    let lines = report.tally.tables["public.order_lines"].rows;
    assert!(customers.updated > 50 && lines.deleted > 50, "{customers:?} {lines:?}");
}

#[tokio::test]
async fn more_rows_than_are_remembered_are_taken_over_from_all_over_the_table() {
    let (target, mut session) = filled(include_str!("seeding.sql"), 2_500).await;
    session.execute("create table old as select id from orders").await.unwrap();
    let config = touching(r#""touch": "all", "remember": 5000, "exclude": ["old", "stock"]"#);
    let planned = adopted(&target, &config).await;
    for table in planned.tables.iter().filter(|table| table.taken_over.is_some()) {
        let taken = table.taken_over.unwrap();
        assert!(!taken.all && (200..=500).contains(&taken.rows), "{}: {taken:?}", table.table.name);
    }
    run(&target, &config).await;
    let halves = "select count(distinct id / 500) from old where id not in (select id from orders)";
    assert!(number(&mut session, halves).await >= 5);
}

#[tokio::test]
async fn rows_that_strangers_refer_to_are_not_deleted_whatever_that_would_do() {
    let (target, mut session) = database(
        "drop role if exists owner_of_a; create role owner_of_a login; create schema far;
         create table a (id int primary key, code text not null unique, note text);
         insert into a select i, 'c' || i, 'x' from generate_series(1, 400) i;
         create table far.by_code (id int primary key, code text references a (code) on delete cascade);
         insert into far.by_code select i, 'c' || i from generate_series(1, 100) i;
         create table far.by_id (a_id int references a on delete set null); insert into far.by_id values (200), (null);
         create table b (id int primary key, note text); insert into b select i, 'x' from generate_series(1, 200) i;
         create table far.secret (b_id bigint references b on delete cascade); insert into far.secret values (7);
         create table c (id numeric primary key, note text); insert into c select i, 'x' from generate_series(1, 200) i;
         create table far.numbers (c_id numeric references c on delete cascade); insert into far.numbers values (7.00);
         grant usage on schema far to owner_of_a; grant select on far.by_code, far.by_id, far.numbers to owner_of_a;
         grant all on a, b, c to owner_of_a",
    )
    .await;
    let theirs = target_as(&mut session, "owner_of_a").await;
    let config = touching(r#""touch": "all""#);
    let planned = adopted(&theirs, &config).await;
    assert!(
        notes(&planned, "b")[0].starts_with("no deletes: far.secret may refer"),
        "{:?}",
        notes(&planned, "b")
    );
    assert!(notes(&planned, "c")[0].contains("values of another type"), "{:?}", notes(&planned, "c"));
    assert_eq!(notes(&planned, "a"), [""; 0]);
    let report = run(&theirs, &config).await;
    assert!(report.tally.tables["public.a"].rows.deleted > 150);
    let mut count = async |sql: &str| number(&mut session, sql).await;
    assert_eq!(count("select count(*) from a where id <= 100").await, 100);
    assert_eq!(count("select count(*) from far.by_code").await, 100);
    assert_eq!(count("select count(*) from far.by_id where a_id = 200").await, 1);
    assert!(count("select count(*) from a where id > 100 and id <= 400").await < 200);
    drop(target);
}

/// Fills the tables by a run, and has another take its rows over.
async fn take_over(sql: &str, tables: &str) -> usize {
    let (target, mut session) = database(sql).await;
    let run = |seed: u64, config: CrudConfig| {
        let run = Run::new(target.clone(), Crud::new(config)).seed(seed).lanes(16).connections(8);
        run.operations(8_000).check().execute()
    };
    run(5, config(&format!("{{{tables}}}"))).await.unwrap_or_else(|error| panic!("{error:#?}"));
    let all = touching(&format!(r#""touch": "all", {tables}"#));
    let planned = crud::plan(&mut session, &all, Seed(6), 16).await.unwrap();
    let report = run(6, all).await.unwrap_or_else(|error| panic!("{error:#?}"));
    // A second run finds the small domains half full.
    assert!(report.errors.keys().all(|code| code == "23505"), "{:#?}", report.errors);
    assert_eq!(report.outcomes().aborted, 0);
    planned.tables.iter().filter(|table| table.touch.adopts()).count()
}

#[tokio::test]
async fn peculiar_tables_give_up_their_rows_too() {
    let day = r#"{"day": {"min": "2024-01-01", "max": "2024-12-31"}}"#;
    let tables = format!(
        r#""schemas": ["public", "Other*"], "tables": {{"*": {{}}, "by_range_without_default": {{"columns": {day}}}}}"#
    );
    assert!(take_over(include_str!("zoo/tables.sql"), &tables).await > 20);
}

#[tokio::test]
async fn rows_of_every_type_and_with_every_check_are_taken_over() {
    assert!(take_over(include_str!("zoo/checks.sql"), r#""remember": "1M""#).await > 20);
    assert!(take_over(include_str!("zoo/types.sql"), r#""remember": "1M""#).await > 10);
}

#[tokio::test]
async fn the_server_picks_rows_from_all_over_a_table() {
    let (target, mut session) = database(
        "create table numbers (id bigint primary key, note text); insert into numbers
           select (i * 3600000000000000::numeric - 9223372036854775807)::bigint from generate_series(0, 5000) i;
         insert into numbers values (9223372036854775800, 'x');
         create table ids (id uuid primary key default gen_random_uuid(), note text, v int check (v > 3));
         insert into ids (note) select 'old' from generate_series(1, 5000);
         create schema far; create table far.child (id uuid references ids);
         create table none (id uuid primary key, note text); create domain d as int;
         create table small (id d primary key, note text); insert into small select generate_series(-30000, 30000, 100);",
    )
    .await;
    let config = touching(
        r#""sampling": "server", "touch": "all", "tables": {"numbers": {}, "ids": {}, "small": {}, "none": {"operations": {"update": 1, "delete": 1}}}"#,
    );
    let run = Run::new(target.clone(), Crud::new(config.clone())).seed(3).lanes(8).connections(8);
    let ended = run.operations(3_000).check().execute().await;
    let Err(RunError::Check { source: CheckError::Inconclusive(why), report, .. }) = ended else {
        panic!("there is nothing to compare: {ended:#?}")
    };
    assert!(why[0].starts_with("nothing was compared (public.ids: the server picks rows, "), "{why:?}");
    // Two lanes may meet at a row.
    assert!(report.errors.keys().all(|code| code == "40P01"), "{:#?}", report.errors);
    let tables = &report.tally.tables;
    assert!(tables.values().all(|table| table.unchecked), "{tables:?}");
    assert!(
        tables["public.numbers"].rows.deleted > 100 && tables["public.small"].rows.deleted > 100,
        "{tables:?}"
    );
    assert_eq!(tables["public.ids"].rows.deleted, 0, "far.child may refer to any");
    let spread = "select count(distinct substr(id::text, 1, 1)) from ids where note is distinct from 'old'";
    assert_eq!(number(&mut session, spread).await, 16);
    assert!(report.skips["nothing there to update"] > 10, "{:?}", report.skips);
    let rows = tables["public.small"].rows;
    let left = number(&mut session, "select count(*) from small").await;
    assert_eq!(left, 601 + rows.inserted.cast_signed() - rows.deleted.cast_signed());
}
