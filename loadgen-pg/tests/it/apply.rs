//! Changes of one row and of many.

use loadgen_core::{SqlSession, Value};

use crate::support::{database, delete, insert, int, rows, table, table_in, text, update};

#[tokio::test]
async fn rows_are_inserted_updated_and_deleted() {
    let (_, mut session) = database("create table t (id int primary key, v text)").await;
    let t = table(&mut session, "t").await;
    let row = |id, v: &str| [int(id), text(v)];
    let one = insert(&t, &["id", "v"], &[], &[&row(1, "a")]);
    let many = insert(&t, &["id", "v"], &[], &[&row(2, "b"), &[int(3), Value::Null], &row(4, "d")]);
    for (change, count) in [(one, 1), (many, 3)] {
        assert_eq!(session.apply(&[change]).await.unwrap()[0].rows, count);
    }
    let one = update(&t, &["id"], &["v"], &[&row(1, "A")]);
    let many = update(&t, &["id"], &["v"], &[&row(2, "B"), &row(3, "C"), &row(99, "nobody")]);
    for (change, count) in [(one, 1), (many, 2)] {
        assert_eq!(session.apply(&[change]).await.unwrap()[0].rows, count);
    }
    let expected = [row(1, "A"), row(2, "B"), row(3, "C"), row(4, "d")];
    assert_eq!(rows(&mut session, &t).await, expected);
    for (change, count) in [
        (delete(&t, &["id"], &[&[int(1)]]), 1),
        (delete(&t, &["id"], &[&[int(2)], &[int(3)], &[int(99)]]), 2),
    ] {
        assert_eq!(session.apply(&[change]).await.unwrap()[0].rows, count);
    }
    assert_eq!(rows(&mut session, &t).await, [row(4, "d")]);
    assert_eq!(session.apply(&[]).await.unwrap(), []);
}

#[tokio::test]
async fn what_the_database_chose_comes_back_in_order() {
    let (_, mut session) = database(
        "create table t (id int generated always as identity, v int, at timestamptz default now(), w int default 5)",
    )
    .await;
    let t = table(&mut session, "t").await;
    let nothing = session.apply(&[insert(&t, &[], &["id", "w"], &[&[]])]).await.unwrap();
    assert_eq!(nothing[0].returned, [int(1), int(5)]);
    let values: Vec<Value> = (0..5_000).map(|number| int(number * 7_919 % 5_000)).collect();
    let batch: Vec<&[Value]> = values.chunks(1).collect();
    let applied = session.apply(&[insert(&t, &["v"], &["id", "v"], &batch)]).await.unwrap();
    assert_eq!(applied[0].rows, 5_000);
    for (number, pair) in applied[0].returned.chunks(2).enumerate() {
        assert_eq!(pair, [int(number as i64 + 2), values[number].clone()]);
    }
    // A chosen identity is taken only with the words that override the sequence.
    session.apply(&[insert(&t, &["id", "v"], &[], &[&[int(-1), int(0)]])]).await.unwrap();
}

#[tokio::test]
async fn names_may_be_anything_and_schemas_off_the_path() {
    let (_, mut session) = database(
        r#"create schema "S 1; drop"; create type "S 1; drop"."E""e" as enum ('it''s', 'b');
           create table "S 1; drop"."T ""t"" $1" ("select" int, "B b" "S 1; drop"."E""e", "$2" "S 1; drop"."E""e"[],
               primary key ("select", "B b"))"#,
    )
    .await;
    let t = table_in(&mut session, "S 1; drop", "T \"t\" $1").await;
    let array = |items: &[&str]| Value::Array(items.iter().map(|item| text(item)).collect());
    let row = |id, label: &str, items: &[&str]| vec![int(id), text(label), array(items)];
    let all = ["select", "B b", "$2"];
    let first = row(1, "it's", &["it's", "b"]);
    let more = [row(1, "b", &[]), row(2, "b", &["b"])];
    let more: Vec<&[Value]> = more.iter().map(Vec::as_slice).collect();
    session.apply(&[insert(&t, &all, &[], &[&first]), insert(&t, &all, &all, &more)]).await.unwrap();
    let key = &all[..2];
    let changed = [row(1, "b", &["it's"]), row(2, "b", &[])];
    let changed: Vec<&[Value]> = changed.iter().map(Vec::as_slice).collect();
    session.apply(&[update(&t, key, &all[2..], &changed)]).await.unwrap();
    session.apply(&[update(&t, key, &all[2..], &[&row(1, "it's", &[])])]).await.unwrap();
    session.apply(&[delete(&t, key, &[&[int(2), text("b")], &[int(2), text("it's")]])]).await.unwrap();
    assert_eq!(rows(&mut session, &t).await, [row(1, "b", &["it's"]), row(1, "it's", &[])]);
}

#[tokio::test]
async fn several_changes_are_all_or_nothing() {
    let (_, mut session) = database("create table t (id int primary key)").await;
    let t = table(&mut session, "t").await;
    let one = |id| insert(&t, &["id"], &[], &[&[int(id)]]);
    let applied = session.apply(&[one(1), one(2), delete(&t, &["id"], &[&[int(1)]])]).await.unwrap();
    assert_eq!(applied.iter().map(|it| it.rows).collect::<Vec<_>>(), [1, 1, 1]);
    let failure = session.apply(&[one(3), one(2), one(4)]).await.unwrap_err();
    assert_eq!((failure.code.as_ref(), failure.indeterminate), ("23505", false));
    assert_eq!(rows(&mut session, &t).await, [[int(2)]]);
    session.apply(&[one(5)]).await.unwrap();
    assert_eq!(rows(&mut session, &t).await, [[int(2)], [int(5)]]);
}
