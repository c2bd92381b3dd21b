//! `orders` on a server that executes it, with others at work on the same rows.

use std::{collections::BTreeMap, time::Duration};

use loadgen_core::{
    CheckError, Report, Run, RunError, SqlSession, Target,
    ledger::{Header, Ledger, LedgerOptions},
    migration::{MigrateSession, Migration, Way, apply, revert},
    orders::{OrderWeights, Orders, OrdersConfig, migrate, plan},
};
use loadgen_pg::{PgSession, PgTarget, orders::migrations};

use crate::support::{database, target_as};

/// Who did what to which order, in the order of the transactions that did.
const AUDIT: &str = include_str!("orders/audit.sql");

/// How many operations; `LOADGEN_ORDERS=100000` is the full number.
fn operations() -> u64 {
    std::env::var("LOADGEN_ORDERS").ok().and_then(|number| number.parse().ok()).unwrap_or(20_000)
}

fn run(target: &PgTarget, seed: u64) -> Run<Orders<PgTarget>> {
    let workload = Orders::new(OrdersConfig::default(), migrations());
    Run::new(target.clone(), workload).seed(seed).lanes(32).connections(8)
}

async fn number(session: &mut PgSession, sql: &'static str) -> i64 {
    sqlx::query_scalar(sql).fetch_one(session.driver().unwrap()).await.unwrap()
}

/// What has to hold of every database that the workload has written, whatever else happened to it.
async fn hold(session: &mut PgSession) {
    let torn = "select count(*) from (
        select from orders o left join order_items i using (order_id) group by order_id
        having o.total_amount is distinct from sum(i.quantity * i.unit_price) or o.total_amount <= 0) t";
    assert_eq!(number(session, torn).await, 0, "orders that are not worth their items");
    let alone = "select count(*) from customers c where not exists (select from orders o where o.customer_id = c.customer_id)";
    assert_eq!(number(session, alone).await, 0, "customers without a first order");
}

fn done(report: &Report, name: &str) -> u64 {
    let outcomes = report.scenarios[name].outcomes;
    outcomes.committed + outcomes.skipped + outcomes.aborted + outcomes.indeterminate
}

#[tokio::test]
async fn orders_hold_from_eight_connections_and_the_digest_is_that_of_one() {
    let (target, mut session) = database("select 1").await;
    let eight = run(&target, 3).operations(operations()).check().execute().await.unwrap();
    assert!(eight.errors.is_empty(), "{:?}", eight.errors);
    hold(&mut session).await;
    let square = |(name, weight): &(&str, u64)| {
        let expected = *weight as f64 * operations() as f64 / 100.0;
        (done(&eight, name) as f64 - expected).powi(2) / expected
    };
    let chi: f64 = OrderWeights::default().each().iter().map(square).sum();
    assert!(chi < 23.5, "{chi}: weights are passed once in 10,000 times by chance");
    let (target, mut session) = database("select 1").await;
    let one = run(&target, 3).operations(operations()).connections(1).check().execute().await.unwrap();
    hold(&mut session).await;
    assert_eq!(one.tally.history, eight.tally.history);
    let twice = "select count(*) from (select from customers group by email having count(*) > 1) t";
    assert_eq!(number(&mut session, twice).await, 0, "emails that two customers have");
    let counted =
        "select sum(row_count)::bigint from vw_table_row_counts where tenant_id = current_database()";
    let live: u64 = one.tally.tables.values().map(|table| table.live).sum();
    assert_eq!(number(&mut session, counted).await as u64, live, "the view counts what is there");
}

#[tokio::test]
async fn no_status_goes_back_and_no_item_leaves_a_shipped_order_whoever_else_writes() {
    let (target, mut session) = database("select 1").await;
    apply(&mut session, &migrations()).await.unwrap();
    session.execute(AUDIT).await.unwrap();
    let busy = target.connect().await.unwrap();
    let meddling = tokio::spawn(meddle(busy));
    let (one, other) = tokio::join!(
        run(&target, 1).operations(operations() / 4).execute(),
        run(&target, 2).operations(operations() / 4).execute()
    );
    meddling.abort();
    for report in [one.unwrap(), other.unwrap()] {
        assert!(report.outcomes().aborted == 0, "{:?}", report.errors);
        let skipped = report.skips.get("somebody else has changed the row").copied().unwrap_or_default();
        assert!(skipped > 10, "nobody was in the way: {:?}", report.skips);
    }
    hold(&mut session).await;
    let back = "select count(*) from moves where rank_of(after) <= rank_of(before)";
    assert_eq!(number(&mut session, back).await, 0, "a status went back, or was left where it is final");
    let late = "select count(*) from removals where status not in ('Pending', 'Processing')";
    assert_eq!(number(&mut session, late).await, 0, "an item left an order that was shipped");
    assert!(number(&mut session, "select count(*) from removals").await > 50);
}

/// Somebody who advances some orders, and cancels others, as fast as he can.
async fn meddle(mut session: PgSession) {
    let sql = "update orders set status = case when random() < 0.5 then 'Cancelled' when status = 'Pending' then 'Processing'
                 else 'Shipped' end
               where order_id in (select order_id from orders where status in ('Pending', 'Processing')
                                  order by order_id desc limit 20 for update skip locked)";
    loop {
        session.execute(sql).await.unwrap();
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
}

#[tokio::test]
async fn deadlocks_and_throttling_are_tried_again_and_counted_once() {
    let (target, mut session) = database("select 1").await;
    apply(&mut session, &migrations()).await.unwrap();
    session.execute(include_str!("orders/trouble.sql")).await.unwrap();
    let report = run(&target, 5).operations(operations() / 5).check().execute().await.unwrap();
    assert_eq!(report.errors.keys().collect::<Vec<_>>(), ["40P01", "53400"], "{:?}", report.errors);
    assert_eq!(report.outcomes().aborted + report.outcomes().indeterminate, 0, "{:?}", report.outcomes());
    assert!(report.counts.retries > 20);
    hold(&mut session).await;
    let (calm, _) = database("select 1").await;
    let calm = run(&calm, 5).operations(operations() / 5).execute().await.unwrap();
    assert_eq!(report.tally.history, calm.tally.history, "the same was done, at last");
}

#[tokio::test]
async fn connections_that_are_lost_leave_nothing_torn_and_nothing_counted_that_is_not_known() {
    let (target, mut session) = database("select 1").await;
    apply(&mut session, &migrations()).await.unwrap();
    let killer = tokio::spawn(kill(target.connect().await.unwrap()));
    let ended = run(&target, 6).operations(operations() / 5).check().execute().await;
    killer.abort();
    let report = match ended {
        Ok(report) => report,
        Err(RunError::Check { source: CheckError::Inconclusive(doubts), report, .. }) => {
            assert!(doubts.iter().all(|doubt| doubt.contains("of unknown outcome")), "{doubts:?}");
            *report
        }
        Err(error) => panic!("{error:?}"),
    };
    assert!(report.counts.reconnects > 5, "{:?}", report.counts);
    hold(&mut session).await;
    let customers = number(&mut session, "select count(*) from customers").await as u64;
    let known = report.tally.tables["public.customers"];
    assert!(known.live <= customers && customers <= known.live + known.unknown, "{customers}: {known:?}");
}

#[tokio::test]
async fn a_ledger_settles_whatever_was_lost_with_its_connection() {
    let (target, mut session) = database("select 1").await;
    apply(&mut session, &migrations()).await.unwrap();
    let directory = tempfile::tempdir().unwrap();
    let ledger = Ledger::create(directory.path(), LedgerOptions::default()).unwrap();
    let workload = Orders::new(OrdersConfig::default(), migrations()).traced(ledger, Header::named("run"));
    let killer = tokio::spawn(kill(target.connect().await.unwrap()));
    let run =
        Run::new(target, workload).seed(6).lanes(32).connections(8).operations(operations() / 5).check();
    let report = run.execute().await.unwrap_or_else(|error| panic!("{error:?}"));
    killer.abort();
    assert_eq!((report.fatal.as_ref(), report.outcomes().indeterminate), (None, 0), "{:?}", report.errors);
    assert!(report.counts.reconnects > 5, "{:?}", report.counts);
    hold(&mut session).await;
    let (calm, _) = database("select 1").await;
    let calm = self::run(&calm, 6).operations(operations() / 5).execute().await.unwrap();
    assert_eq!(report.tally.history, calm.tally.history, "the same was done, at last");
}

/// Ends some of the run's connections, one after the other, from its first customers on.
async fn kill(mut session: PgSession) {
    let sql = "select pg_terminate_backend(pid) from pg_stat_activity
               where datname = current_database() and pid <> pg_backend_pid() and state in ('active', 'idle in transaction')
               order by random() limit 1";
    while number(&mut session, "select count(*) from customers").await < 50 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    for _ in 0..60 {
        session.execute(sql).await.unwrap();
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test]
async fn a_plan_says_what_is_pending_and_writes_nothing() {
    let (_, mut session) = database("create table orders (order_id int)").await;
    let error = plan(&mut session, &OrdersConfig::default(), &migrations()).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "column OrderId of public.orders has to be numbered by the database, as an identity column is; a table that is there \
         already has to fit: change it, let it have another name, or say in `schema` where the tables of `orders` are"
    );
    session.execute("drop table orders").await.unwrap();
    let before = plan(&mut session, &OrdersConfig::default(), &migrations()).await.unwrap();
    let names = ["0001_initial_schema", "0002_row_count_view", "0003_schema_change_log"];
    assert_eq!((before.pending.as_slice(), before.taken.len()), (&names.map(str::to_owned)[..], 0));
    assert!(before.tables.iter().all(|(_, found)| found.is_none()));
    assert_eq!(
        number(&mut session, "select count(*) from pg_class where relnamespace = 'public'::regnamespace")
            .await,
        0
    );
    apply(&mut session, &migrations()).await.unwrap();
    let after = plan(&mut session, &OrdersConfig::default(), &migrations()).await.unwrap();
    assert!(after.pending.is_empty() && after.taken.len() == 3);
    let found: BTreeMap<_, _> =
        after.tables.into_iter().map(|(name, found)| (name, found.unwrap().to_string())).collect();
    assert_eq!(found["OrderItems"], "public.order_items");
}

#[tokio::test]
async fn every_step_can_be_taken_back_and_made_again() {
    let (_, mut session) = database("select 1").await;
    for _ in 0..2 {
        assert_eq!(apply(&mut session, &migrations()).await.unwrap().len(), 3);
        session
            .execute(
                "create table t (id int); alter table t add v text; drop table t; create temp table u (); drop table u",
            )
            .await
            .unwrap();
        let logged = "select count(*) from schema_change_log where object_name = 'public.t' and sql_command like 'create table t%'";
        assert_eq!(number(&mut session, logged).await, 3, "made, altered and dropped");
        let all = "select count(*) from schema_change_log where object_name not like 'public.%'";
        assert_eq!(number(&mut session, all).await, 0, "what is temporary is left out");
        assert_eq!(revert(&mut session, &migrations()).await.unwrap().len(), 3);
        let left = "select count(*) from pg_class where relnamespace = 'public'::regnamespace";
        assert_eq!(number(&mut session, left).await, 0);
    }
}

#[tokio::test]
async fn whoever_may_not_make_event_triggers_has_the_tables_all_the_same() {
    let (_, mut admin) = database(
        "drop role if exists shopkeeper; create role shopkeeper login; grant create on schema public to shopkeeper",
    )
    .await;
    let target = target_as(&mut admin, "shopkeeper").await;
    let report = run(&target, 1).operations(500).check().execute().await.unwrap();
    assert!(report.errors.is_empty(), "{:?}", report.errors);
    let mut session = target.connect().await.unwrap();
    let again = migrate(&mut session, &OrdersConfig::default(), &migrations()).await.unwrap();
    let (step, why) = &again.refused[0];
    assert_eq!((again.taken.len(), step.as_str()), (0, "0003_schema_change_log"), "{again:?}");
    assert!(why.message.contains("shopkeeper may not make event triggers; have a superuser run"), "{why}");
    assert_eq!(
        number(&mut admin, "select count(*) from pg_class where relname = 'schema_change_log'").await,
        0
    );
    assert_eq!(
        apply(&mut admin, &migrations()).await.unwrap(),
        ["0003_schema_change_log"],
        "a superuser may"
    );
    admin.execute("create table logged (id int)").await.unwrap();
    assert_eq!(number(&mut admin, "select count(*) from schema_change_log").await, 1);
    assert_eq!(revert(&mut admin, &migrations()).await.unwrap().len(), 3);
}

/// Tables as somebody else made them, with a row.
const THEIRS: &str = "
    create schema sales;
    create table SCHEMA.customers (customer_id bigint generated by default as identity primary key, first_name text not null,
        last_name text not null, email text not null, created_at timestamptz not null default now(),
        modified_at timestamptz not null default now());
    create table SCHEMA.orders (order_id bigint generated by default as identity primary key,
        customer_id bigint not null references SCHEMA.customers, order_date timestamptz not null default now(),
        total_amount numeric(18, 2) not null, status text not null default 'Pending');
    create table SCHEMA.order_items (order_item_id bigint generated by default as identity primary key,
        order_id bigint not null references SCHEMA.orders, product_name text not null, quantity int not null,
        unit_price numeric(18, 2) not null);
    insert into SCHEMA.customers (first_name, last_name, email) values ('Ada', 'King', 'ada@example.com')";

const OURS: &str = "select count(*) from pg_class where relnamespace = 'public'::regnamespace";

#[tokio::test]
async fn tables_that_somebody_else_made_survive_a_run_and_the_way_back() {
    let (target, mut session) = database(&THEIRS.replace("SCHEMA", "public")).await;
    let before = number(&mut session, OURS).await;
    run(&target, 1).operations(200).check().execute().await.unwrap();
    assert_eq!(number(&mut session, OURS).await, before, "nothing was made");
    let error = apply(&mut session, &migrations()).await.unwrap_err();
    assert!(error.message.contains("migration 0001_initial_schema: relation"), "{error}");
    assert_eq!(revert(&mut session, &migrations()).await.unwrap(), [""; 0]);
    assert_eq!(
        number(&mut session, "select count(*) from customers where email = 'ada@example.com'").await,
        1
    );
    session.execute("drop table order_items").await.unwrap();
    let error = migrate(&mut session, &OrdersConfig::default(), &migrations()).await.unwrap_err();
    assert!(error.to_string().contains("public.customers is there and OrderItems is not"), "{error}");
    assert_eq!(session.migrated().await.unwrap(), [""; 0]);
}

#[tokio::test]
async fn a_view_of_somebody_else_is_left_alone_and_the_traffic_goes_on() {
    let (target, mut session) = database("create view vw_table_row_counts as select 7 as theirs").await;
    run(&target, 1).operations(200).check().execute().await.unwrap();
    assert_eq!(session.migrated().await.unwrap(), ["0001_initial_schema", "0003_schema_change_log"]);
    assert_eq!(revert(&mut session, &migrations()).await.unwrap().len(), 2);
    assert_eq!(number(&mut session, "select theirs::bigint from vw_table_row_counts").await, 7);
}

#[tokio::test]
async fn tables_are_made_where_they_are_looked_for_or_not_at_all() {
    let sales = OrdersConfig { schema: Some("sales".to_owned()), ..OrdersConfig::default() };
    let (_, mut session) = database("create schema sales").await;
    for error in [
        migrate(&mut session, &sales, &migrations()).await.unwrap_err(),
        plan(&mut session, &sales, &migrations()).await.unwrap_err(),
    ] {
        let why = "there is no table Customers in schema \"sales\", and the steps that come with `orders` make theirs in \"public\"";
        assert!(error.to_string().starts_with(why), "{error}");
    }
    assert_eq!(number(&mut session, OURS).await, 0, "nothing was made");

    let (target, mut session) = database(&THEIRS.replace("SCHEMA", "sales")).await;
    let workload = Orders::new(sales.clone(), migrations());
    Run::new(target, workload).seed(1).operations(200).check().execute().await.unwrap();
    assert_eq!(number(&mut session, OURS).await, 0, "nothing was made");
    assert!(plan(&mut session, &sales, &migrations()).await.unwrap().pending.is_empty());
}

#[tokio::test]
async fn nobody_is_kept_from_changing_tables_by_the_log_of_that() {
    let (_, mut admin) = database(
        "drop role if exists builder; create role builder login; grant create on schema public to builder",
    )
    .await;
    apply(&mut admin, &migrations()).await.unwrap();
    let mut builder = target_as(&mut admin, "builder").await.connect().await.unwrap();
    let shadow = "create temp table schema_change_log (event_type text, object_name text, sql_command text)";
    builder.execute(shadow).await.unwrap();
    builder.execute("create table built (id int); drop table built").await.unwrap();
    let logged = "select count(*) from schema_change_log where object_name = 'public.built'";
    assert_eq!(number(&mut admin, logged).await, 2, "in the log, and not in a table of that name");
    admin.execute("drop table schema_change_log").await.unwrap();
    builder.execute("create table built (id int); drop table built").await.unwrap();
}

#[tokio::test]
async fn whoever_may_write_but_not_make_tables_runs_where_the_steps_were_taken() {
    let (_, mut admin) = database("drop role if exists shop_clerk; create role shop_clerk login").await;
    apply(&mut admin, &migrations()).await.unwrap();
    let target = target_as(&mut admin, "shop_clerk").await;
    let error = run(&target, 1).operations(10).execute().await.unwrap_err();
    let RunError::Prepare { source, .. } = error else { panic!("{error:?}") };
    assert!(source.to_string().contains("GRANT SELECT ON loadgen_migrations lets"), "{source}");
    admin.execute("grant select on loadgen_migrations to shop_clerk; grant select, insert on customers, orders, order_items to shop_clerk").await.unwrap();
    let error = run(&target, 1).operations(10).execute().await.unwrap_err();
    let RunError::Prepare { source, .. } = error else { panic!("{error:?}") };
    assert_eq!(
        source.to_string(),
        "this user has no delete on public.order_items; no update on public.customers, public.orders; GRANT it, or take the \
         table out of the plan"
    );
    admin
        .execute("grant update on customers, orders to shop_clerk; grant delete on order_items to shop_clerk")
        .await
        .unwrap();
    run(&target, 1).operations(200).check().execute().await.unwrap();
}

#[tokio::test]
async fn a_step_whose_process_was_killed_is_not_there_and_the_next_start_makes_it() {
    let (target, mut session) = database("select 1").await;
    let slow =
        Migration::new("0004_slow", "create table slow (id int); select pg_sleep(20)", "drop table slow");
    let mut busy = target.connect().await.unwrap();
    let taken = tokio::spawn(async move { busy.migrate(&slow, Way::Up).await });
    let asleep = "select count(pg_terminate_backend(pid)) from pg_stat_activity
                  where datname = current_database() and wait_event = 'PgSleep'";
    while number(&mut session, asleep).await == 0 {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    assert!(!taken.await.unwrap().unwrap_err().indeterminate);
    assert_eq!(session.migrated().await.unwrap(), [""; 0]);
    let step = Migration::new("0004_slow", "create table slow (id int)", "drop table slow");
    assert_eq!(apply(&mut session, &[step]).await.unwrap(), ["0004_slow"]);
}
