use loadgen_core::{Decimal, Value};

use super::*;

#[track_caller]
fn check(kind: Kind, text: &str, expected: Value) {
    let wire = Wire { oid: 0, kind };
    assert_eq!(wire.read(text), Ok(expected), "{text}");
}

#[test]
fn numbers_and_texts_are_read_as_the_server_writes_them() {
    check(Kind::Bool, "t", Value::Bool(true));
    check(Kind::Int8, "-9223372036854775808", Value::Int(i64::MIN));
    check(Kind::Double, "5e-324", Value::Double(5e-324));
    check(Kind::Real, "-Infinity", Value::Real(f32::NEG_INFINITY));
    check(Kind::Numeric, "-12.340", Value::Decimal(Decimal { unscaled: -12_340, scale: 3 }));
    check(Kind::Numeric, "NaN", Value::Text("NaN".into()));
    check(Kind::Blank, "ab  ", Value::Text("ab".into()));
    check(Kind::Bytes, "\\x00ff", Value::Bytes(vec![0, 255]));
    check(
        Kind::Uuid,
        "00112233-4455-6677-8899-aabbccddeeff",
        Value::Uuid(0x00112233445566778899aabbccddeeff),
    );
    check(Kind::Jsonb, "{\"a\": 1}", Value::Json(serde_json::json!({"a": 1})));
}

#[test]
fn dates_and_times_are_read_on_both_sides_of_every_epoch() {
    check(Kind::Date, "1970-01-01", Value::Date(0));
    check(Kind::Date, "2024-10-04", Value::Date(20_000));
    check(Kind::Date, "2000-02-29", Value::Date(11_016));
    check(Kind::Date, "0001-01-01 BC", Value::Date(-719_528));
    check(Kind::Date, "infinity", Value::Text("infinity".into()));
    check(Kind::Time, "24:00:00", Value::Time(86_400_000_000));
    check(Kind::Timestamp, "1969-12-31 23:59:59.999999", Value::Timestamp(-1));
    check(Kind::Timestamp, "2000-01-01 00:00:00.5+00", Value::Timestamp(946_684_800_500_000));
    let span = |months, days, micros| Value::Interval { months, days, micros };
    check(Kind::Interval, "1 year 2 mons -3 days +04:05:06.7", span(14, -3, 14_706_700_000));
    check(Kind::Interval, "-00:00:00.000001", span(0, 0, -1));
    check(Kind::Interval, "00:00:00", span(0, 0, 0));
}

#[test]
fn arrays_are_read_with_quotes_nulls_and_dimensions() {
    let array = |kind| Kind::Array(Box::new(Wire { oid: 0, kind }));
    let text = |text: &str| Value::Text(text.into());
    check(array(Kind::Int4), "{}", Value::Array(vec![]));
    check(array(Kind::Int4), "[0:1]={1,NULL}", Value::Array(vec![Value::Int(1), Value::Null]));
    check(array(Kind::Text), "{\"a, \\\"b\\\\\",NULL,\"NULL\",ł}", {
        Value::Array(vec![text("a, \"b\\"), Value::Null, text("NULL"), text("ł")])
    });
    let row = |items: [i64; 2]| Value::Array(items.map(Value::Int).to_vec());
    check(array(Kind::Int4), "{{1,2},{3,4}}", Value::Array(vec![row([1, 2]), row([3, 4])]));
}

#[test]
fn what_is_no_such_value_is_refused() {
    let refuses = |kind, text: &str| assert!(Wire { oid: 0, kind }.read(text).is_err(), "{text}");
    for (kind, text) in
        [(Kind::Bool, "x"), (Kind::Int2, "1.5"), (Kind::Date, "2024-13-01"), (Kind::Date, "x")]
    {
        refuses(kind, text);
    }
    for (kind, text) in
        [(Kind::Bytes, "00"), (Kind::Interval, "1 week"), (Kind::Time, "1:2"), (Kind::Numeric, "1e5")]
    {
        refuses(kind, text);
    }
    for text in ["{1", "1}", "{1}x", "{\"1}"] {
        refuses(Kind::Array(Box::new(Wire { oid: 0, kind: Kind::Int4 })), text);
    }
}
