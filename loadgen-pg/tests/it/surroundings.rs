//! What roles, settings and habits of tables around a session change, and what they must not change.

use loadgen_core::{
    BulkSession, Change, Rights, Run, SqlSession, Taken, Target, Type, Value,
    crud::{Crud, CrudConfig, seeding_plan},
};
use loadgen_pg::PgSession;

use crate::{
    support::{database, extended, insert, int, rows, table, target_as, text, update},
    waiting::until,
};

async fn one(session: &mut PgSession, sql: &str) -> String {
    let query = sqlx::query_scalar(sqlx::AssertSqlSafe(sql));
    query.fetch_one(session.driver().unwrap()).await.unwrap()
}

async fn setting(session: &mut PgSession, name: &str) -> String {
    one(session, &format!("select current_setting('{name}')")).await
}

fn inserts(session: &loadgen_core::TableName) -> [(loadgen_core::TableName, Rights); 1] {
    [(session.clone(), Rights { insert: true, ..Rights::default() })]
}

#[tokio::test]
async fn whoever_may_update_a_sequence_may_take_its_numbers() {
    let (_, mut admin) = database(
        "drop role if exists counter; create role counter login;
         create table t (id serial primary key, v int); grant select, insert on t to counter;
         grant update on sequence t_id_seq to counter",
    )
    .await;
    let t = table(&mut admin, "t").await;
    let mut session = target_as(&mut admin, "counter").await.connect().await.unwrap();
    assert_eq!(session.missing_rights(&inserts(&t.name)).await.unwrap(), []);
    session.apply(&[insert(&t, &["v"], &[], &[&[int(1)]])]).await.unwrap();
    admin
        .execute("revoke all on sequence t_id_seq from counter; drop owned by counter cascade")
        .await
        .unwrap();
}

#[tokio::test]
async fn policies_of_updates_count_for_the_row_as_it_was_too() {
    let (_, mut admin) = database(
        "drop role if exists keeper; create role keeper login;
         create table t (id int primary key, status text not null, n int not null);
         alter table t enable row level security; grant all on t to keeper;
         create policy a on t for select using (true); create policy b on t for insert with check (true);
         create policy c on t for update using (status = 'open') with check (n < 10)",
    )
    .await;
    let mut session = target_as(&mut admin, "keeper").await.connect().await.unwrap();
    let t = table(&mut session, "t").await;
    let checks: Vec<&str> = t.checks.iter().map(|check| check.condition.as_str()).collect();
    for wanted in ["(status = 'open'::text)", "(n < 10)"] {
        assert!(checks.iter().any(|check| check.contains(wanted)), "{checks:?}");
    }
}

#[tokio::test]
async fn row_security_may_ask_for_settings_of_the_session_and_for_its_user() {
    let (_, mut admin) = database(
        "drop role if exists subtenant; create role subtenant login;
         alter role subtenant set app.tenant = '11111111-1111-4111-8111-111111111111';
         create table rooms (id int primary key, tenant_id uuid not null, owner text not null default current_user, note text);
         alter table rooms enable row level security; grant all on rooms to subtenant;
         create policy own on rooms using (tenant_id = current_setting('app.tenant')::uuid and owner = current_user)",
    )
    .await;
    let target = target_as(&mut admin, "subtenant").await;
    let run = Run::new(target, Crud::new(CrudConfig::default())).seed(3).lanes(4).connections(2);
    let report = run.operations(400).check().execute().await.unwrap();
    assert!(report.errors.is_empty(), "{:#?}", report.errors);
    assert!(report.tally.tables["public.rooms"].rows.inserted > 100, "{:?}", report.tally);
    admin.execute("drop owned by subtenant cascade; drop role subtenant").await.unwrap();
}

#[tokio::test]
async fn settings_of_a_database_change_nothing() {
    let (target, mut session) = database(
        r"create table t (id int primary key, v text unique check (v <> 'a\b'), w int default floor(random() * 9));
          do $$ begin
            execute format('alter database %I set standard_conforming_strings = off', current_database());
            execute format('alter database %I set array_nulls = off', current_database());
            execute format('alter database %I set transform_null_equals = on', current_database());
            execute format('alter database %I set bytea_output = escape', current_database());
          end $$",
    )
    .await;
    let before = table(&mut session, "t").await;
    let mut session = target.connect().await.unwrap();
    let after = table(&mut session, "t").await;
    assert_eq!(format!("{before:?}"), format!("{after:?}"));
    for (name, value) in [
        ("standard_conforming_strings", "on"),
        ("array_nulls", "on"),
        ("transform_null_equals", "off"),
        ("bytea_output", "hex"),
    ] {
        assert_eq!(setting(&mut session, name).await, value, "{name}");
    }
}

#[tokio::test]
async fn a_server_that_is_read_only_lacks_more_than_rights() {
    let (target, mut admin) = database(
        "create table t (id int primary key);
         do $$ begin execute format('alter database %I set default_transaction_read_only = on', current_database());
         end $$",
    )
    .await;
    let t = table(&mut admin, "t").await;
    let mut session = target.connect().await.unwrap();
    let failure = session.missing_rights(&inserts(&t.name)).await.unwrap_err();
    assert!(failure.code == "25006" && failure.message.contains("name the primary"), "{failure}");
    let reading = [(t.name.clone(), Rights { select: true, ..Rights::default() })];
    assert_eq!(session.missing_rights(&reading).await.unwrap(), []);
}

#[tokio::test]
async fn a_unique_index_on_a_rounded_price_is_none_on_the_price() {
    let (_, mut session) = database(
        "create table t (price numeric(9, 2) not null, id int not null);
         create unique index on t ((price::bigint)); create unique index on t ((id::bigint))",
    )
    .await;
    let t = table(&mut session, "t").await;
    let kept: Vec<usize> = t.uniques.iter().chain(&t.special.loose_keys).flatten().copied().collect();
    assert_eq!((kept, t.obstacles.len()), (vec![1], 1), "{t:?}");
}

#[tokio::test]
async fn values_of_unknown_types_are_taken_from_partitions_as_well() {
    let (_, mut session) = database(
        "create type odd; create function odd_in(cstring) returns odd language internal immutable strict as 'textin';
         create function odd_out(odd) returns cstring language internal immutable strict as 'textout';
         create type odd (input = odd_in, output = odd_out, like = text);
         create table t (k int not null, v odd not null) partition by range (k);
         create table t1 partition of t default; insert into t values (1, 'x')",
    )
    .await;
    let t = table(&mut session, "t").await;
    assert!(matches!(&t.columns[1].ty, Type::Enum(values) if values.len() == 1), "{:?}", t.columns[1].ty);
}

#[tokio::test]
async fn rows_are_found_by_the_index_of_a_type_of_an_extension() {
    let (_, mut session) = database("").await;
    if !extended(&mut session, "citext").await {
        return;
    }
    session
        .execute(
            "create table t (email citext primary key, n int);
             insert into t select 'a' || g, g from generate_series(1, 2000) g; analyze t;
             set enable_seqscan = on",
        )
        .await
        .unwrap();
    let t = table(&mut session, "t").await;
    let change = update(&t, &["email"], &["n"], &[&[text("A77"), int(5)]]);
    assert_eq!(session.apply(&[change]).await.unwrap()[0].rows, 1);
    // The very statement, as the server has kept it.
    let sql = "select replace(replace(statement, '$1', '''A77'''), '$2', '5') from pg_prepared_statements \
               where statement like 'update%'";
    let statement = one(&mut session, sql).await;
    let query = sqlx::query_scalar(sqlx::AssertSqlSafe(format!("explain {statement}")));
    let plan: Vec<String> = query.fetch_all(session.driver().unwrap()).await.unwrap();
    assert!(plan.iter().any(|line| line.contains("Index")), "{statement}: {plan:?}");
}

#[tokio::test]
async fn a_broken_session_does_not_hand_out_its_connection() {
    let (_, mut session) = database("").await;
    assert!(session.driver().is_ok());
    session.execute("select pg_terminate_backend(pg_backend_pid())").await.unwrap_err();
    assert!(session.driver().unwrap_err().breaks_session());
}

#[tokio::test]
async fn whole_tables_are_read_as_they_lie_and_rows_are_found_by_key() {
    let (_, mut session) = database(
        "create table t (id int primary key, v text);
         insert into t select g, repeat('x', 50) from generate_series(1, 3000) g; analyze t",
    )
    .await;
    let t = table(&mut session, "t").await;
    let scans = "select (seq_scan + 0)::text from pg_stat_all_tables where relid = 't'::regclass";
    let before: i64 = one(&mut session, scans).await.parse().unwrap();
    assert_eq!(rows(&mut session, &t).await.len(), 3000);
    assert_eq!(session.extent(&t, 0).await.unwrap().unwrap().greatest, 3000);
    assert_eq!(session.count(&t, 5_000).await.unwrap(), 3000);
    // The server counts them after a while.
    until("three reads of the whole table", async || {
        one(&mut session, scans).await.parse::<i64>().unwrap() >= before + 2
    })
    .await;
    assert_eq!(setting(&mut session, "enable_seqscan").await, "off");
}

/// Loads these numbers into `t`, of which 1 is taken.
async fn load(session: &mut PgSession, numbers: &[i64]) -> Vec<i64> {
    let t = table(session, "t").await;
    let Change { shape, .. } = insert(&t, &["id"], &[], &[&[int(0)]]);
    let mut left = numbers.iter();
    let mut next = |row: &mut Vec<Value>| left.next().map(|number| row.push(int(*number))).is_some();
    session.load(&shape, Taken::Skip, &mut next).await.unwrap();
    let mut found: Vec<i64> = Vec::new();
    for row in rows(session, &t).await {
        let Value::Int(number) = row[0] else { panic!("{row:?}") };
        found.push(number);
    }
    found.sort_unstable();
    found
}

#[tokio::test]
async fn rows_that_are_taken_are_left_out_whatever_the_key() {
    for key in
        ["id int primary key", "id int primary key deferrable", "id int unique deferrable initially deferred"]
    {
        let (_, mut session) = database(&format!("create table t ({key}); insert into t values (1)")).await;
        assert_eq!(load(&mut session, &[1, 2, 3, 2]).await, [1, 2, 3], "{key}");
    }
    let (_, mut session) = database(
        "create table t (id int primary key deferrable initially deferred) partition by hash (id);
         create table t0 partition of t for values with (modulus 2, remainder 0);
         create table t1 partition of t for values with (modulus 2, remainder 1); insert into t values (1)",
    )
    .await;
    assert_eq!(load(&mut session, &[1, 2, 3, 4]).await, [1, 2, 3, 4]);
}

#[tokio::test]
async fn nobody_needs_the_right_to_temporary_tables() {
    let (_, mut admin) = database(
        "drop role if exists loader; create role loader login; create table t (id int primary key);
         insert into t values (1); grant all on t to loader;
         do $$ begin execute format('revoke temp on database %I from public', current_database()); end $$",
    )
    .await;
    let mut session = target_as(&mut admin, "loader").await.connect().await.unwrap();
    assert_eq!(load(&mut session, &[1, 2]).await, [1, 2]);
}

#[tokio::test]
async fn rules_hear_of_rows_that_are_loaded() {
    let (_, mut session) = database(
        "create table t (id int primary key); create table heard (id int); insert into t values (1);
         create rule listen as on insert to t do also insert into heard values (new.id)",
    )
    .await;
    assert_eq!(load(&mut session, &[2, 3]).await, [1, 2, 3]);
    assert_eq!(one(&mut session, "select count(*)::text from heard").await, "2");
}

#[tokio::test]
async fn arrays_of_domains_are_seeded() {
    let (target, mut session) =
        database("create domain code as int; create table t (id int primary key, codes code[] not null)")
            .await;
    let plan = seeding_plan(&mut session, &CrudConfig::default(), loadgen_core::Seed(1)).await.unwrap();
    let report = loadgen_core::crud::Seeding::new(target, plan, Some(100)).execute().await.unwrap();
    assert!(report.is_complete(), "{report:?}");
}
