//! Scans, rights, and what else is only asked.

use std::future::poll_fn;

use loadgen_core::{Lack, Rights, Session, SqlSession, TableName, Value};

use crate::support::{database, insert, int, rows, table, text};

#[tokio::test]
async fn scans_count_and_give_the_columns_asked_for() {
    let (_, mut session) = database(
        "create table t (a int, b text); insert into t select i, 'x' || i from generate_series(1, 2500) i",
    )
    .await;
    let t = table(&mut session, "t").await;
    let mut sum = 0;
    let count = session
        .scan(&t, &[1, 0], &mut |row: &[Value]| {
            assert_eq!(row.len(), 2);
            if let Value::Int(number) = row[1] {
                sum += number;
            }
        })
        .await
        .unwrap();
    assert_eq!((count, sum), (2_500, 2_500 * 2_501 / 2));
    assert_eq!(session.scan(&t, &[], &mut |_: &[Value]| {}).await.unwrap(), 2_500);
    assert_eq!(session.largest(&t, 0).await.unwrap(), Some(2_500));
    session.execute("truncate t").await.unwrap();
    assert_eq!(session.largest(&t, 0).await.unwrap(), None);
}

#[tokio::test]
async fn a_scan_lets_others_of_its_thread_have_their_turns() {
    let (_, mut session) = database(
        "create table t (a int, b text); insert into t select i, 'x' || i from generate_series(1, 50000) i",
    )
    .await;
    let t = table(&mut session, "t").await;
    let mut each = |_: &[Value]| {};
    let (mut scan, mut turns) = (session.scan(&t, &[1, 0], &mut each), 0);
    let counted = poll_fn(|cx| {
        turns += 1;
        scan.as_mut().poll(cx)
    });
    assert_eq!(counted.await.unwrap(), 50_000);
    assert!(turns > 300, "{turns} turns: a server that is ahead kept the thread busy");
}

#[tokio::test]
async fn documents_that_nobody_else_takes_are_read_as_their_texts() {
    let (_, mut session) = database(
        r#"create table t (j json, b jsonb); insert into t values ('"\ud800"', (repeat('[', 200) || repeat(']', 200))::jsonb)"#,
    )
    .await;
    let t = table(&mut session, "t").await;
    let mut read = Vec::new();
    session.scan(&t, &[0, 1], &mut |row: &[Value]| read.extend_from_slice(row)).await.unwrap();
    assert_eq!(read, [text(r#""\ud800""#), text(&("[".repeat(200) + &"]".repeat(200)))]);
}

#[tokio::test]
async fn missing_rights_are_named() {
    let (_, mut session) = database(
        "drop role if exists poor; create role poor;
         create table full_of (i int); grant all on full_of to poor;
         create table half (i int); grant select, insert on half to poor;
         create table log (i int, j int); grant insert (i) on log to poor;
         create schema hidden; create table hidden.t (i int); grant all on hidden.t to poor;
         set role poor",
    )
    .await;
    let all = Rights { select: true, insert: true, update: true, delete: true };
    let inserts = Rights { insert: true, ..Rights::default() };
    let wanted = [
        ("public", "full_of", all),
        ("public", "half", all),
        ("public", "half", inserts),
        ("public", "log", all),
        ("public", "log", inserts),
        ("hidden", "t", inserts),
        ("public", "none", inserts),
    ];
    let wanted = wanted.map(|(schema, name, rights)| (TableName::new(schema, name), rights));
    let missing = session.missing_rights(&wanted).await.unwrap();
    let lacking: Vec<_> = missing.iter().map(|(name, lack)| (name.table.as_str(), lack.clone())).collect();
    let rights = |words: &str| Lack::Rights(words.to_owned());
    assert_eq!(
        lacking,
        [
            ("half", rights("update, delete")),
            ("log", rights("select, update, delete")),
            ("t", rights("usage of the schema")),
            ("none", Lack::Table)
        ]
    );
    assert_eq!(session.missing_rights(&wanted[..1]).await.unwrap(), []);
    session.execute("reset role; drop owned by poor; drop role poor").await.unwrap();
}

#[tokio::test]
async fn the_server_says_its_version() {
    let (_, mut session) = database("").await;
    let server = session.server().await.unwrap();
    let version = server.strip_prefix("PostgreSQL ").unwrap();
    assert!(version.chars().all(|char| char.is_ascii_digit() || char == '.'), "{server}");
}

#[tokio::test]
async fn sessions_are_set_up_alike() {
    let (_, mut session) = database("").await;
    for (name, value) in [
        ("application_name", "loadgen"),
        ("TimeZone", "UTC"),
        ("DateStyle", "ISO, MDY"),
        ("IntervalStyle", "postgres"),
        ("client_encoding", "UTF8"),
        ("extra_float_digits", "3"),
    ] {
        let query = sqlx::query_scalar("select current_setting($1)").bind(name);
        let found: String = query.fetch_one(session.driver().unwrap()).await.unwrap();
        assert_eq!(found, value, "{name}");
    }
}

#[tokio::test]
async fn a_schema_that_moved_can_be_read_again() {
    let (_, mut session) = database("create table t (a int, b int)").await;
    let t = table(&mut session, "t").await;
    let change = insert(&t, &["a"], &["b"], &[&[int(1)]]);
    session.apply(std::slice::from_ref(&change)).await.unwrap();
    session.execute("alter table t alter b type text").await.unwrap();
    let failure = session.apply(std::slice::from_ref(&change)).await.unwrap_err();
    assert_eq!((failure.code.as_ref(), failure.action), ("0A000", loadgen_core::Action::RereadSchema));
    session.forget_schema().await.unwrap();
    let t = table(&mut session, "t").await;
    session.apply(&[insert(&t, &["a"], &["b"], &[&[int(2)]])]).await.unwrap();
    assert_eq!(rows(&mut session, &t).await.len(), 2);
}
