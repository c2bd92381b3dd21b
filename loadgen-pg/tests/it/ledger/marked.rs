//! Statements that have a change and its marker.

use std::{collections::BTreeMap, path::Path, sync::Arc, time::Duration};

use loadgen_core::{
    Action, Change, ChangeKind, Marked, Report, Run, Shape, SqlSession, Table, Target, Value,
    crud::{Crud, CrudConfig, RowCounts},
    ledger::{Header, Ledger, LedgerOptions, Record},
};
use loadgen_pg::{PgSession, PgTarget};
use sqlx::{AssertSqlSafe, Executor};

use super::{SHOP, committed, records, traced};
use crate::{
    support::{database, delete, insert, int, rows, table, text, update},
    waiting::until,
};

const MARKED: &str =
    "create table loadgen_lane (run_id text, lane bigint, last_seq bigint not null, epoch bigint not null,
        primary key (run_id, lane));
    insert into loadgen_lane select 'run', lane, 0, 0 from generate_series(0, 20) lane;
    create table t (id int primary key, name text);
    insert into t select id, 'old' from generate_series(1, 1000) id";

/// The marker of lane 7, from one number to the next.
pub(super) fn advance(markers: &Arc<Table>, from: i64) -> Change {
    let (key, set, table) = (vec![0, 1, 2, 3], vec![2], Arc::clone(markers));
    let shape = Shape { id: 1, table, kind: ChangeKind::Update, key, set, returning: Vec::new() };
    Change {
        shape: Arc::new(shape),
        values: vec![text("run"), int(7), int(from), int(0), int(from + 1)],
        rows: 1,
    }
}

/// Inserts, updates and deletes of one row and of three, all of which can be done.
fn changes(t: &Arc<Table>) -> Vec<Change> {
    let mut changes = Vec::new();
    for ids in [&[1][..], &[2, 3, 4]] {
        let named = |from: i64| ids.iter().map(|id| vec![int(id + from), text("new")]).collect::<Vec<_>>();
        let (fresh, known) = (named(2000), named(0));
        let gone: Vec<Vec<Value>> = ids.iter().map(|id| vec![int(id + 10)]).collect();
        changes.push(insert(t, &["id", "name"], &[], &slices(&fresh)));
        changes.push(update(t, &["id"], &["name"], &slices(&known)));
        changes.push(delete(t, &["id"], &slices(&gone)));
    }
    changes
}

fn slices(rows: &[Vec<Value>]) -> Vec<&[Value]> {
    rows.iter().map(Vec::as_slice).collect()
}

async fn ask<T>(session: &mut PgSession, sql: &str) -> T
where
    T: Send + Unpin + for<'r> sqlx::Decode<'r, sqlx::Postgres> + sqlx::Type<sqlx::Postgres>,
{
    let query = sqlx::query_scalar(AssertSqlSafe(sql)).persistent(false);
    query.fetch_one(session.driver().unwrap()).await.unwrap()
}

#[tokio::test]
async fn rows_are_found_by_their_keys() {
    let (_, mut session) = database(MARKED).await;
    let (markers, t) = (table(&mut session, "loadgen_lane").await, table(&mut session, "t").await);
    session.execute("analyze").await.unwrap();
    for (seq, change) in (0..).zip(changes(&t)) {
        assert_eq!(session.apply_marked(&advance(&markers, seq), &change).await, Ok(Marked::Done));
        let sql = "select name || '(' || (select string_agg('null', ',') from unnest(parameter_types)) || ')'
                   from pg_prepared_statements where statement like 'with m%' order by prepare_time desc limit 1";
        let call: String = ask(&mut session, sql).await;
        session.execute("set plan_cache_mode = force_generic_plan").await.unwrap();
        let sql = AssertSqlSafe(format!("explain execute {call}"));
        let lines: sqlx::Result<Vec<String>> =
            sqlx::query_scalar(sql).persistent(false).fetch_all(session.driver().unwrap()).await;
        let plan = lines.unwrap().join("\n");
        assert!(plan.contains("loadgen_lane_pkey") && !plan.contains("Seq Scan"), "{plan}");
        assert!(change.shape.kind == ChangeKind::Insert || plan.contains("t_pkey"), "{plan}");
    }
}

#[tokio::test]
async fn a_marker_that_is_elsewhere_leaves_nothing_locked() {
    let (_, mut session) = database(MARKED).await;
    let (markers, t) = (table(&mut session, "loadgen_lane").await, table(&mut session, "t").await);
    let before = rows(&mut session, &t).await;
    for change in changes(&t) {
        assert_eq!(session.apply_marked(&advance(&markers, 1), &change).await, Ok(Marked::Unmoved));
        let sql = "select statement from pg_prepared_statements where statement like 'with m%' order by prepare_time desc limit 1";
        let statement: String = ask(&mut session, sql).await;
        session.begin().await.unwrap();
        let name: String = ask(&mut session, "select name from pg_prepared_statements where statement like 'with m%' order by prepare_time desc limit 1").await;
        let arguments = match (&change.shape.kind, change.rows) {
            (ChangeKind::Delete, 1) => "12",
            (ChangeKind::Delete, _) => "'{12, 13}'",
            (_, 1) => "12, 'x'",
            _ => "'{12, 13}', '{x, y}'",
        };
        let execute = format!("execute {name}('run', 7, 1, 0, 2, {arguments})");
        session.driver().unwrap().execute(sqlx::raw_sql(AssertSqlSafe(execute))).await.unwrap();
        // Whoever locks a row has a number.
        assert!(
            ask::<bool>(&mut session, "select pg_current_xact_id_if_assigned() is null").await,
            "{statement}"
        );
        session.rollback().await.unwrap();
    }
    assert_eq!(rows(&mut session, &t).await, before);
}

#[tokio::test]
async fn rows_that_a_trigger_keeps_away_keep_everything_away() {
    let (_, mut session) = database(&format!(
        "{MARKED}; create function odd() returns trigger language plpgsql as
             'begin if coalesce(new.id, old.id) % 2 = 1 then return null; end if; return coalesce(new, old); end';
         create trigger odd before insert or update or delete on t for each row execute function odd()"
    ))
    .await;
    let (markers, t) = (table(&mut session, "loadgen_lane").await, table(&mut session, "t").await);
    let before = rows(&mut session, &t).await;
    for change in changes(&t) {
        assert_eq!(
            session.apply_marked(&advance(&markers, 0), &change).await,
            Ok(Marked::Short),
            "{change:?}"
        );
        assert_eq!(rows(&mut session, &t).await, before);
    }
    let even = insert(&t, &["id", "name"], &[], &[&[int(2000), text("new")]]);
    assert_eq!(session.apply_marked(&advance(&markers, 0), &even).await, Ok(Marked::Done));
}

#[tokio::test]
async fn a_lock_of_somebody_elses_is_waited_for_half_as_long_as_an_answer() {
    let (target, mut other) = database(MARKED).await;
    let markers = table(&mut other, "loadgen_lane").await;
    let mut session = target.with_statement_deadline(Duration::from_secs(1)).connect().await.unwrap();
    other.stage(&[advance(&markers, 0)]).await.unwrap();
    let failure = session.apply_soon(&advance(&markers, 0)).await.unwrap_err();
    assert_eq!((failure.action, failure.breaks_session()), (Action::RetryThenSkip, false), "{failure}");
    other.commit().await.unwrap();
    assert_eq!(session.apply_soon(&advance(&markers, 1)).await.unwrap().rows, 1);
    assert_eq!(ask::<String>(&mut session, "show lock_timeout").await, "0");
}

fn untraced(target: PgTarget) -> Run<Crud<PgTarget>> {
    let config = CrudConfig { rows: RowCounts { insert: 3, update: 2, delete: 1 }, ..CrudConfig::default() };
    Run::new(target, Crud::new(config)).seed(3).lanes(12)
}

/// The digests of the history and of each table.
fn digests(report: &Report) -> Vec<String> {
    let tables =
        report.tally.tables.iter().map(|(name, tally)| format!("{name} {} {}", tally.live, tally.digest));
    tables.chain([report.tally.history.to_string()]).collect()
}

#[tokio::test]
async fn a_ledger_changes_nothing_of_what_is_done() {
    let directory = tempfile::tempdir().unwrap();
    let with = traced(database(SHOP).await.0, directory.path()).connections(1).operations(1500).check();
    let without = untraced(database(SHOP).await.0).connections(1).operations(1500).check();
    let (with, without) = (with.execute().await.unwrap(), without.execute().await.unwrap());
    assert_eq!(digests(&with), digests(&without));
    assert_eq!(with.outcomes(), without.outcomes());
}

/// Transactions by lane and number, with how many of their records say of each row what it will be, and of how many not.
fn attempts(directory: &Path) -> BTreeMap<(u32, u64), Vec<bool>> {
    let mut attempts: BTreeMap<(u32, u64), Vec<bool>> = BTreeMap::new();
    for record in records(directory) {
        if let Record::Transaction(transaction) = record {
            let is_known =
                |entry: &loadgen_core::ledger::Entry| entry.kind == ChangeKind::Delete || entry.sum.is_some();
            let told = transaction.entries.iter().all(is_known) && !transaction.entries.is_empty();
            attempts.entry((transaction.lane, transaction.seq)).or_default().push(told);
        }
    }
    attempts
}

#[tokio::test]
async fn what_cannot_be_done_as_a_whole_is_done_as_far_as_it_can_be() {
    let (target, mut session) = database(SHOP).await;
    session.marker_table().await.unwrap();
    let directory = tempfile::tempdir().unwrap();
    let run = tokio::spawn(traced(target, directory.path()).operations(3000).execute());
    until("it is under way", async || committed(&mut session).await > 500).await;
    while !run.is_finished() && committed(&mut session).await < 2500 {
        let sql =
            "delete from orders where ctid = any (array(select ctid from orders order by random() limit 5))";
        session.execute(sql).await.unwrap();
    }
    let report = run.await.unwrap().unwrap();
    assert_eq!(
        (report.fatal.as_ref(), report.outcomes().aborted, report.outcomes().indeterminate),
        (None, 0, 0)
    );
    let missed: u64 = report.tally.tables.values().map(|tally| tally.missed).sum();
    let again: Vec<Vec<bool>> =
        attempts(directory.path()).into_values().filter(|tries| tries.len() > 1).collect();
    assert!(missed > 10, "{missed}");
    assert_eq!(again.len() as u64, missed, "each was told, and tried again with the same number");
    assert!(again.iter().all(|tries| tries.len() == 2 && tries[0]), "{again:?}");
    let records = records(directory.path());
    let end = records.iter().find_map(|record| if let Record::End(end) = record { Some(*end) } else { None });
    assert_eq!(end.unwrap().committed, committed(&mut session).await);
}

#[tokio::test]
async fn tables_whose_rules_no_single_statement_allows_are_written_in_several() {
    let (target, mut session) = database(&format!(
        "{SHOP}; create schema aside; create table aside.log (id uuid, page text);
         create rule note as on insert to orders do also insert into aside.log (id) values (new.id);
         create rule note as on delete to visits do also insert into aside.log (page) values (old.page)"
    ))
    .await;
    let ledger = tempfile::tempdir().unwrap();
    let options = LedgerOptions { journals: 4, ..LedgerOptions::default() };
    let header = Header { run: "run".to_owned(), ..Header::default() };
    let config = CrudConfig { schemas: vec!["public".to_owned()], ..CrudConfig::default() };
    let crud = Crud::new(config).traced(Ledger::create(ledger.path(), options).unwrap(), header);
    let run = Run::new(target, crud).seed(3).lanes(12).connections(4).operations(400).check();
    let report = run.execute().await.unwrap();
    assert_eq!((report.fatal.as_ref(), report.outcomes().aborted), (None, 0), "{:?}", report.errors);
    assert!(ask::<bool>(&mut session, "select count(*) > 10 from aside.log").await);
}
