//! Somebody else changes the schema while traffic is going on.

use std::{sync::Mutex, time::Duration};

use loadgen_core::{
    Pace, Report, Run, SchemaChange, SchemaFilter, SqlSession,
    crud::{Crud, CrudConfig},
};
use loadgen_pg::{PgSession, PgTarget};

use crate::{support::database, waiting::until};

const CONNECTIONS: u32 = 8;

/// A change, and what has to be said of changes before the next one is made.
type Step<'a> = (&'a str, &'a [&'a str]);

/// Runs traffic with a check at its end while the steps are taken, one after the other.
async fn disturbed(
    target: PgTarget,
    mut other: PgSession,
    steps: &[Step<'_>],
    pause: Duration,
) -> (Report, PgSession) {
    let (over, is_over) = tokio::sync::oneshot::channel::<()>();
    let run = Run::new(target, Crud::new(CrudConfig::default()))
        .seed(11)
        .lanes(24)
        .connections(CONNECTIONS)
        .threads(1)
        .pace(Pace::Constant("600/s".parse().unwrap()))
        .look_every(Duration::from_millis(150))
        .duration(Duration::from_secs(600))
        .stop_on(async move {
            let _ = is_over.await;
        })
        .check();
    let progress = run.progress();
    let noticed = |said: &[&str]| {
        let changes = progress.schema_changes();
        let words: Vec<String> = changes.listed.iter().map(in_words).collect();
        said.iter().all(|said| words.iter().any(|words| words == said))
    };
    let failed = Mutex::new(Vec::new());
    let disturb = async {
        tokio::time::sleep(pause).await;
        for (step, said) in steps {
            if let Err(error) = other.execute(step).await {
                failed.lock().unwrap().push(format!("{step}: {error}"));
            }
            until(step, async || noticed(said)).await;
            tokio::time::sleep(pause).await;
        }
        let _ = over.send(());
    };
    let (report, ()) = tokio::join!(run.execute(), disturb);
    assert_eq!(*failed.lock().unwrap(), Vec::<String>::new());
    (report.unwrap(), other)
}

fn words(report: &Report) -> Vec<String> {
    report.schema_changes.listed.iter().map(in_words).collect()
}

fn in_words(change: &SchemaChange) -> String {
    format!("{} {}", change.table, change.what)
}

/// Every operation has a known end and hardly any is lost, and every table that is left has the rows that are counted.
async fn goes_on(report: &Report, other: &mut PgSession, steps: usize) {
    let outcomes = report.outcomes();
    assert_eq!(outcomes.indeterminate, 0, "{:?}", report.errors);
    assert!(outcomes.aborted <= u64::from(CONNECTIONS) * steps as u64, "{outcomes:?} {:#?}", report.errors);
    // Where the machine is slow, there are few rows to change.
    let none = |reason: &str| reason.starts_with("nothing live") || reason.contains("has children");
    let idle: u64 = report.skips.iter().filter(|(reason, _)| none(reason)).map(|(_, count)| count).sum();
    assert!((outcomes.committed + idle) * 10 > outcomes.total() * 7, "{outcomes:?} {:?}", report.skips);
    assert!(report.fatal.is_none());
    for (name, tally) in report.tally.tables.iter().filter(|(_, tally)| tally.live > 0) {
        let rows: i64 = sqlx::query_scalar(sqlx::AssertSqlSafe(format!("select count(*) from {name}")))
            .fetch_one(other.driver().unwrap())
            .await
            .unwrap();
        let before = if name == "public.archive" { 50 } else { 0 };
        assert_eq!((rows as u64, tally.unknown + tally.missed), (tally.live + before, 0), "{name}");
    }
}

const TABLES: &str = "
    create table calm (id bigint generated always as identity primary key, v text not null, n int);
    create table customers (id bigint generated always as identity primary key, email varchar(80) not null unique,
        phone text, nickname text);
    create table orders (id int primary key, customer_id bigint not null references customers, total numeric(10, 2) not null,
        ref uuid);
    create table items (order_id int references orders, line int, quantity int not null, primary key (order_id, line));
    create table labels (id int primary key, label varchar(40) not null, weight int not null);
    create table measures (id int primary key, value int not null, unit text not null);
    create table notes (id bigint generated always as identity primary key, words text not null);
    create table logs (id bigint generated always as identity primary key, line text)";

#[tokio::test]
async fn traffic_goes_on_through_every_kind_of_change_and_says_what_changed() {
    let steps = [
        ("alter table orders add column note text", "public.orders column \"note\" added, text; the digest goes on without it"),
        (
            "alter table orders add column priority int not null default 3",
            "public.orders column \"priority\" added, integer; the digest goes on without it",
        ),
        ("alter table customers drop column nickname", "public.customers column \"nickname\" dropped"),
        (
            "alter table customers rename column phone to mobile",
            "public.customers column \"phone\" renamed to \"mobile\"",
        ),
        ("alter table orders alter column id type bigint", "public.orders column \"id\" is bigint instead of integer"),
        (
            "alter table labels alter column label type varchar(12) using left(label, 12)",
            "public.labels column \"label\" is character varying(12) instead of character varying(40)",
        ),
        (
            "alter table labels alter column weight type text using weight::text",
            "public.labels column \"weight\" is text instead of integer",
        ),
        ("drop table items", "public.items dropped or moved away"),
        (
            "create table reviews (id bigint generated always as identity primary key, stars int not null check (stars between 1
               and 5), customer_id bigint not null references customers)",
            "public.reviews created",
        ),
        (
            "create table archive (id bigint primary key, line text not null);
             insert into archive select n, 'from before' from generate_series(1, 50) n",
            "public.archive created",
        ),
        (
            "alter table measures add constraint positive check (value >= 0) not valid",
            "public.measures check (positive) added",
        ),
        ("alter table orders add constraint one unique (ref)", "public.orders unique (ref) added"),
        ("alter table notes rename to remarks", "public.remarks was public.notes before"),
        (
            "drop table logs; create table logs (id uuid primary key, line text not null, level smallint not null)",
            "public.logs created",
        ),
        ("alter table measures alter column unit drop not null", "public.measures column \"unit\" takes NULL now"),
        ("alter table customers rename to clients", "public.clients was public.customers before"),
    ];
    let (target, other) = database(TABLES).await;
    let said: Vec<Step<'_>> = steps.iter().map(|(sql, said)| (*sql, std::slice::from_ref(said))).collect();
    let (report, mut other) = disturbed(target, other, &said, Duration::from_millis(200)).await;
    let words = words(&report);
    for (_, said) in &steps {
        assert!(words.iter().any(|words| words == said), "{said}: {words:#?}");
    }
    let is_made_up = |words: &&String| words.contains("foreign key (customer_id)");
    assert_eq!(words.iter().find(is_made_up), None, "a parent's new name leaves references as they are");
    goes_on(&report, &mut other, steps.len()).await;
}

#[tokio::test]
async fn changes_that_come_faster_than_they_can_be_followed_cost_hardly_anything() {
    let mut steps: Vec<String> = vec![
        "create type mood as enum ('well', 'ill'); alter table calm add column mood mood not null default 'well'".to_owned(),
        "alter type mood add value 'so so'".to_owned(),
        "create table loose (v int, w text)".to_owned(),
        "alter table loose add column id bigint generated always as identity primary key".to_owned(),
        "alter table customers drop constraint customers_email_key".to_owned(),
        "alter table items drop constraint items_order_id_fkey".to_owned(),
        "create schema aside; alter table logs set schema aside".to_owned(),
        "alter table labels alter column weight drop not null, alter column weight set default 7".to_owned(),
        "alter table notes alter column words type varchar(2000)".to_owned(),
    ];
    for nth in 0..12 {
        steps.push(format!(
            "alter table orders add column c{nth} {}",
            ["int", "text", "uuid", "date"][nth % 4]
        ));
        steps
            .push(format!("create table t{nth} (id bigint generated always as identity primary key, v int)"));
        steps.push(format!("alter table t{nth} rename column v to w"));
        if nth > 3 {
            steps.push(format!("drop table t{}", nth - 3));
            steps.push(format!("alter table orders drop column c{}", nth - 3));
        }
    }
    let in_the_end = [
        "public.customers dropped or moved away",
        "public.orders column \"c10\" added, uuid; the digest goes on without it",
        "public.logs dropped or moved away",
    ];
    let mut steps: Vec<Step<'_>> = steps.iter().map(|sql| (sql.as_str(), &[][..])).collect();
    steps.push(("drop table customers cascade", &in_the_end));
    let (target, other) = database(TABLES).await;
    let (report, mut other) = disturbed(target, other, &steps, Duration::from_millis(60)).await;
    goes_on(&report, &mut other, steps.len()).await;
    let words = words(&report);
    for said in in_the_end {
        assert!(words.iter().any(|words| words == said), "{said}: {words:#?}");
    }
}

#[tokio::test]
async fn a_check_that_few_rows_break_is_noticed_when_it_refuses_one() {
    let sql = "create table bills (id bigint generated always as identity primary key, amount numeric(8, 2) not null, note text)";
    let (target, mut other) = database(sql).await;
    let run = Run::new(target, Crud::new(CrudConfig::default())).seed(11).lanes(8).connections(4).threads(1);
    let run = run.pace(Pace::Constant("100/s".parse().unwrap())).look_every(Duration::from_secs(3_600));
    let disturb = async {
        tokio::time::sleep(Duration::from_secs(2)).await;
        other.execute("alter table bills add check (amount > 50) not valid").await.unwrap();
    };
    let (report, ()) = tokio::join!(run.duration(Duration::from_secs(7)).execute(), disturb);
    let report = report.unwrap();
    assert_eq!(words(&report), ["public.bills check (bills_amount_check) added"]);
    let refused = report.errors.get("23514").map_or(0, |error| error.count);
    // Others go on while one looks.
    assert!((1..=40).contains(&refused), "{:?}", report.errors);
}

#[tokio::test]
async fn the_version_changes_with_the_schema_and_not_with_its_rows() {
    let (_, mut session) = database(
        "create schema ours; create schema theirs; create type ours.mood as enum ('a'); create domain ours.small as int;
         create table ours.t (id int primary key, v int, m ours.mood, s ours.small); create table theirs.t (id int);
         create function ours.nothing() returns trigger language plpgsql as 'begin return new; end'",
    )
    .await;
    let filter = SchemaFilter { schemas: vec!["our*".to_owned()] };
    let mut before = session.schema_version(&filter).await.unwrap().unwrap();
    let steps = [
        ("insert into ours.t select n, n from generate_series(1, 5000) n", false),
        ("update ours.t set v = 1; delete from ours.t where id > 100", false),
        ("analyze ours.t", false),
        ("vacuum ours.t", false),
        ("create temporary table t (id int)", false),
        ("alter table theirs.t add column v int", false),
        ("begin; alter table ours.t add column gone int; rollback", false),
        ("alter table ours.t add column w int", true),
        ("alter table ours.t rename column w to x", true),
        ("alter table ours.t alter column x type bigint", true),
        ("delete from ours.t; alter table ours.t alter column x set not null", true),
        ("alter table ours.t alter column x set default 4", true),
        ("alter table ours.t alter column x drop default", true),
        ("alter table ours.t drop column x", true),
        ("alter table ours.t add check (v > 0) not valid", true),
        ("create unique index one on ours.t (v) where v > 100", true),
        ("drop index ours.one", true),
        ("alter type ours.mood add value 'b'", true),
        ("alter type ours.mood rename value 'b' to 'c'", true),
        ("alter domain ours.small add check (value > 0)", true),
        ("create trigger nothing before insert on ours.t for each row execute function ours.nothing()", true),
        ("alter table ours.t disable trigger nothing", true),
        ("create policy mine on ours.t using (id > 0)", true),
        ("alter table ours.t enable row level security", true),
        ("grant insert on ours.t to public", true),
        ("grant update (v) on ours.t to public", true),
        ("create rule not_now as on delete to ours.t do instead nothing", true),
        ("create table ours.u (id int references ours.t) partition by list (id)", true),
        ("create table ours.u1 partition of ours.u for values in (1)", true),
        ("alter table ours.u rename to w", true),
        ("drop table ours.w", true),
        ("create schema ours_too; create table ours_too.t (id int)", true),
    ];
    for (sql, changes) in steps {
        session.execute(sql).await.unwrap();
        let after = session.schema_version(&filter).await.unwrap().unwrap();
        assert_eq!(after != before, changes, "{sql}");
        before = after;
    }
}

#[tokio::test]
async fn a_new_table_that_cannot_be_read_in_time_is_written_and_not_compared_and_other_changes_are_followed()
{
    let (target, mut other) = database("create table t (id serial primary key, n integer)").await;
    let (over, is_over) = tokio::sync::oneshot::channel::<()>();
    let run = Run::new(target, Crud::new(CrudConfig::default()))
        .lanes(8)
        .connections(2)
        .deadline(Duration::from_secs(1))
        .pace(Pace::Constant("50/s".parse().unwrap()))
        .look_every(Duration::from_millis(150))
        .stop_on(async move {
            let _ = is_over.await;
        })
        .check();
    let progress = run.progress();
    let disturb = async {
        let sql = "create table big as select i as id, 'text ' || i as t from generate_series(1, 1500000) i";
        other.execute(sql).await.unwrap();
        other.execute("alter table t add column more integer not null default 1").await.unwrap();
        until("both are followed", async || progress.schema_changes().listed.len() >= 2).await;
        tokio::time::sleep(Duration::from_millis(500)).await;
        other.execute("alter table big rename to large").await.unwrap();
        until("the new name is followed", async || progress.schema_changes().listed.len() >= 3).await;
        tokio::time::sleep(Duration::from_millis(500)).await;
        let _ = over.send(());
    };
    let (report, ()) = tokio::join!(run.execute(), disturb);
    let report = report.unwrap();
    assert!(report.fatal.is_none(), "{:?}", report.fatal);
    let large = &report.tally.tables["public.large"];
    // A machine that reads it in time compares it.
    assert!(large.rows.inserted > 0, "{large:?}");
    assert!(large.unchecked || !cfg!(debug_assertions), "{large:?}");
    assert!(!report.tally.tables["public.t"].unchecked);
}
