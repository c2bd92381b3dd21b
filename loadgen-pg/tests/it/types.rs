//! Every type, to the server and back, at its ends.

use loadgen_core::{Decimal, SqlSession, Value};

use crate::support::{database, delete, insert, int, rows, table, text, update};

const DAY: i64 = 86_400_000_000;

fn decimal(unscaled: i128, scale: u8) -> Value {
    Value::Decimal(Decimal { unscaled, scale })
}

/// Types with values at the ends of their ranges; days and microseconds of PostgreSQL begin at 4714 BC.
fn cases() -> Vec<(&'static str, Vec<Value>)> {
    let first_day = -2_440_588;
    let interval = |months, days, micros| Value::Interval { months, days, micros };
    let json = |text: &str| Value::Json(serde_json::from_str(text).unwrap());
    let documents =
        || vec![json("null"), json(r#"{"b": [1, -2.5, "x\"\\\u00e9"], "a": {}}"#), json("1e300"), json("[]")];
    vec![
        ("smallint", vec![int(i16::MIN.into()), int(0), int(i16::MAX.into())]),
        ("int", vec![int(i32::MIN.into()), int(-1), int(i32::MAX.into())]),
        ("bigint", vec![int(i64::MIN), int(1), int(i64::MAX)]),
        ("numeric(38, 0)", vec![decimal(Decimal::max_unscaled(38), 0), decimal(0, 0), decimal(-10_000, 0)]),
        ("numeric(38, 38)", vec![decimal(-Decimal::max_unscaled(38), 38), decimal(1, 38), decimal(0, 38)]),
        ("numeric(10, 3)", vec![decimal(9_999_999_999, 3), decimal(-1, 3), decimal(1_230, 3)]),
        ("real", vec![Value::Real(f32::MAX), Value::Real(f32::MIN_POSITIVE), Value::Real(f32::INFINITY)]),
        ("float8", vec![Value::Double(f64::MAX), Value::Double(-0.1), Value::Double(f64::NEG_INFINITY)]),
        ("bool", vec![Value::Bool(true), Value::Bool(false)]),
        ("text", vec![text(""), text("it's {\"a\",\\} \u{1F600} NULL"), text(&"x".repeat(100_000))]),
        ("varchar(3)", vec![text("äöü"), text(" a ")]),
        ("char(3)", vec![text("äöü"), text("a"), text("")]),
        ("bytea", vec![Value::Bytes(vec![]), Value::Bytes((0..=255).collect())]),
        ("uuid", vec![Value::Uuid(0), Value::Uuid(u128::MAX), Value::Uuid(1)]),
        ("date", vec![Value::Date(first_day), Value::Date(0), Value::Date(2_145_042_905)]),
        ("time", vec![Value::Time(0), Value::Time(DAY - 1), Value::Time(DAY)]),
        ("timestamp", vec![Value::Timestamp(i64::from(first_day) * DAY), Value::Timestamp(i64::MAX)]),
        ("timestamptz", vec![Value::Timestamp(-1), Value::Timestamp(1_700_000_000_123_456)]),
        (
            "interval",
            vec![interval(-i32::MAX, i32::MAX, i64::MIN + 1), interval(0, 0, 0), interval(1, -2, 3)],
        ),
        ("json", documents()),
        ("jsonb", documents()),
        ("mood", vec![text("it's"), text("a, \"b\"\\"), text("NULL")]),
    ]
}

#[tokio::test]
async fn values_of_every_type_come_back() {
    let mut sql = r#"create type mood as enum ('it''s', 'a, "b"\', 'NULL');"#.to_owned();
    for (number, (ty, _)) in cases().iter().enumerate() {
        sql += &format!("create table t{number} (v {ty}, a {ty}[]);");
    }
    let (_, mut session) = database(&sql).await;
    for (number, (ty, mut values)) in cases().into_iter().enumerate() {
        let table = table(&mut session, &format!("t{number}")).await;
        values.push(Value::Null);
        let array = Value::Array(values.clone());
        let mut expected = Vec::new();
        for value in &values {
            let row = [value.clone(), array.clone()];
            let applied = session.apply(&[insert(&table, &["v", "a"], &["v", "a"], &[&row])]).await;
            assert_eq!(applied.unwrap()[0].returned, row, "{ty}");
            expected.push(row.to_vec());
        }
        let batch: Vec<&[Value]> = expected.iter().map(Vec::as_slice).collect();
        let applied = session.apply(&[insert(&table, &["v", "a"], &["v", "a"], &batch)]).await.unwrap();
        assert_eq!(applied[0].returned, batch.concat(), "{ty}");
        expected.extend(expected.clone());
        expected.sort_by_key(|row| format!("{row:?}"));
        assert_eq!(rows(&mut session, &table).await, expected, "{ty}");
    }
}

#[tokio::test]
async fn what_has_no_value_of_its_own_is_its_text() {
    let (_, mut session) = database(
        "create table t (id serial primary key, d date, z timestamptz, n numeric(9, 2), l numeric, a int[], ds date[])",
    )
    .await;
    session
        .execute(
            "insert into t values (1, 'infinity', '-infinity', 'NaN', repeat('9', 50)::numeric + 0.25,
                                   '{{1,2},{3,NULL}}', '{infinity}')",
        )
        .await
        .unwrap();
    let t = table(&mut session, "t").await;
    let numbers = |items: [Value; 2]| Value::Array(items.to_vec());
    let dates = Value::Array(vec![text("infinity")]);
    let long = text(&("9".repeat(50) + ".25"));
    let mut row = vec![int(1), text("infinity"), text("-infinity"), text("NaN"), long];
    row.extend([
        Value::Array(vec![numbers([int(1), int(2)]), numbers([int(3), Value::Null])]),
        dates.clone(),
    ]);
    assert_eq!(rows(&mut session, &t).await, [row.clone()]);
    // All but arrays of arrays can be written as well.
    let columns = ["id", "d", "z", "n", "l", "ds"];
    row.remove(5);
    let again =
        [[&[int(2)], &row[1..]].concat(), [&[int(3)], &row[1..]].concat(), [&[int(4)], &row[1..]].concat()];
    for rows in [&[&again[0][..]][..], &[&again[1], &again[2]]] {
        let applied = session.apply(&[insert(&t, &columns, &columns, rows)]).await.unwrap();
        assert_eq!(applied[0].returned, rows.concat());
    }
}

#[tokio::test]
async fn what_cannot_be_read_is_a_failure_and_leaves_the_session_usable() {
    let (_, mut session) =
        database("create table t (id int, v timestamp); insert into t values (1, '294276-12-31')").await;
    let table = table(&mut session, "t").await;
    let failure = session.scan(&table, &[0, 1], &mut |_: &[Value]| {}).await.unwrap_err();
    assert!(!failure.breaks_session() && failure.code == "decode", "{failure:?}");
    assert!(failure.message.contains("public.t.v"), "{failure}");
    session.server().await.unwrap();
}

#[tokio::test]
async fn nothing_is_cut_in_silence() {
    let (_, mut session) = database("create table t (v varchar(3), c char(3))").await;
    let table = table(&mut session, "t").await;
    for column in ["v", "c"] {
        for rows in [&[&[text("long")][..]][..], &[&[text("long")], &[text("x")]]] {
            let failure = session.apply(&[insert(&table, &[column], &[], rows)]).await.unwrap_err();
            assert_eq!(failure.code, "22001");
        }
    }
}

/// What goes as text: the column, a text, and the text that the server has for it.
const STRANGE: [(&str, &str, &str); 6] = [
    ("inet", "10.0.0.1", "10.0.0.1/32"),
    ("money", "1234.5", "$1,234.50"),
    ("numeric(2, -1)", "120", ""),
    ("aclitem", "postgres=r/postgres", ""),
    ("bit(3)", "101", ""),
    ("inet[][]", "{10.0.0.1,NULL}", ""),
];

#[tokio::test]
async fn types_that_are_not_known_are_written_and_read_as_text() {
    let mut sql = String::new();
    for (number, (ty, ..)) in STRANGE.iter().enumerate() {
        sql += &format!("create table t{number} (id int primary key, v {ty});");
    }
    let (_, mut session) = database(&sql).await;
    for (number, (ty, written, read)) in STRANGE.into_iter().enumerate() {
        let table = table(&mut session, &format!("t{number}")).await;
        let read = text(if read.is_empty() { written } else { read });
        for batch in
            [&[&[int(1), text(written)][..]][..], &[&[int(2), text(written)], &[int(3), Value::Null]]]
        {
            session.apply(&[insert(&table, &["id", "v"], &["v"], batch)]).await.unwrap();
        }
        let expected = [vec![int(1), read.clone()], vec![int(2), read.clone()], vec![int(3), Value::Null]];
        assert_eq!(rows(&mut session, &table).await, expected, "{ty}");
        let both: [&[Value]; 2] = [&[int(3), text(written)], &[int(2), Value::Null]];
        session.apply(&[update(&table, &["id"], &["v"], &both)]).await.unwrap();
        let expected = [vec![int(1), read.clone()], vec![int(2), Value::Null], vec![int(3), read.clone()]];
        assert_eq!(rows(&mut session, &table).await, expected, "{ty}");
        let gone = session.apply(&[delete(&table, &["v"], &[&[text(written)]])]).await.unwrap();
        assert_eq!(gone[0].rows, 2, "{ty}");
    }
}

#[tokio::test]
async fn a_key_of_a_domain_comes_back_when_the_server_fills_it() {
    let sql = "create sequence s; create domain number as int default nextval('s');
               create table t (id number primary key, v int)";
    let (_, mut session) = database(sql).await;
    let t = table(&mut session, "t").await;
    let returned = async |session: &mut loadgen_pg::PgSession, rows: &[&[Value]]| {
        session.apply(&[insert(&t, &["v"], &["id"], rows)]).await.unwrap().remove(0).returned
    };
    assert_eq!(returned(&mut session, &[&[int(1)]]).await, [int(1)]);
    assert_eq!(returned(&mut session, &[&[int(2)], &[int(3)]]).await, [int(2), int(3)]);
    session.apply(&[delete(&t, &["id"], &[&[int(1)], &[int(3)]])]).await.unwrap();
    assert_eq!(rows(&mut session, &t).await, [[int(2), int(2)]]);
}
