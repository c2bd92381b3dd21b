//! Every type, in every way that events have it.

use std::collections::BTreeMap;

use loadgen_core::{
    Decimal, Value,
    ledger::{Covered, Form, Header, TableHeader},
    verify::{Cell, Seen},
};

use super::{
    capture::{Change, DebeziumCapture, Found},
    schema::Schema,
    table::Column,
    value,
};

fn covered(name: &str, ty: &str, form: Form) -> Covered {
    Covered { name: name.to_owned(), ty: ty.to_owned(), form: Some(form) }
}

fn header() -> Header {
    let table = TableHeader {
        schema: "public".to_owned(),
        table: "t".to_owned(),
        key: vec!["id".to_owned()],
        columns: vec![
            covered("id", "bigint", Form::Integer),
            covered("price", "numeric", Form::Decimal(Some(2))),
            covered("note", "text", Form::Text),
        ],
        ..TableHeader::default()
    };
    Header {
        marker: "public.loadgen_lane".to_owned(),
        tables: BTreeMap::from([(0, table)]),
        ..Header::default()
    }
}

/// The cells of one column: what an event has, what the schema part says of it, and what it is.
fn check(form: Form, ty: &str, cases: &[(&str, &str, Cell)]) {
    let column = Column { form, ty: ty.to_owned() };
    for (json, schema, expected) in cases {
        let raw: &serde_json::value::RawValue = serde_json::from_str(json).unwrap();
        let schema: Option<Schema> = (!schema.is_empty()).then(|| serde_json::from_str(schema).unwrap());
        let cell = value::cell(raw, &column, schema.as_ref());
        assert_eq!(format!("{cell:?}"), format!("{expected:?}"), "{json} of {column:?} with {schema:?}");
    }
}

fn is(value: Value) -> Cell {
    Cell::Value(value)
}

fn text(text: &str) -> Cell {
    is(Value::Text(text.to_owned()))
}

fn decimal(unscaled: i128, scale: u8) -> Cell {
    is(Value::Decimal(Decimal { unscaled, scale }))
}

const STRING: &str = r#"{"type":"string"}"#;

#[test]
fn numbers_keep_all_their_digits() {
    let int = |number| is(Value::Int(number));
    check(Form::Bool, "boolean", &[("true", "", is(Value::Bool(true))), ("null", "", is(Value::Null))]);
    check(
        Form::Integer,
        "bigint",
        &[
            ("-7", "", int(-7)),
            ("9223372036854775807", "", int(i64::MAX)),
            ("1.5", "", Cell::Inexact),
            ("\"x\"", STRING, Cell::Inexact),
        ],
    );
    check(
        Form::Real,
        "real",
        &[
            ("1.1", "", is(Value::Real(1.1))),
            ("1.100000023841858", "", is(Value::Real(1.1))),
            ("\"NaN\"", "", is(Value::Real(f32::NAN))),
        ],
    );
    check(
        Form::Double,
        "double precision",
        &[
            ("0.1", "", is(Value::Double(0.1))),
            ("1.7976931348623157E308", "", is(Value::Double(f64::MAX))),
            ("5E-324", "", is(Value::Double(5e-324))),
            ("\"-Infinity\"", "", is(Value::Double(f64::NEG_INFINITY))),
        ],
    );
}

#[test]
fn a_decimal_is_exact_in_all_ways_but_a_double() {
    let exact =
        r#"{"type":"bytes","name":"org.apache.kafka.connect.data.Decimal","parameters":{"scale":"2"}}"#;
    let double = r#"{"type":"double"}"#;
    let variable = r#"{"type":"struct","name":"io.debezium.data.VariableScaleDecimal"}"#;
    check(
        Form::Decimal(Some(2)),
        "numeric",
        &[
            (r#""B8Y=""#, exact, decimal(1990, 2)),
            (r#""/w==""#, exact, decimal(-1, 2)),
            ("19.9", exact, decimal(1990, 2)),
            (r#""B8Y=""#, "", decimal(1990, 2)),
            (r#""19.90""#, STRING, decimal(1990, 2)),
            (r#""-0.05""#, "", decimal(-5, 2)),
            (r#""NaN""#, STRING, text("NaN")),
            ("19.9", double, Cell::Inexact),
            ("19.9", "", Cell::Inexact),
        ],
    );
    check(
        Form::Decimal(Some(0)),
        "numeric",
        &[
            (r#""1234""#, "", Cell::Inexact),
            (r#""12345""#, "", decimal(12_345, 0)),
            (r#""1234""#, STRING, decimal(1234, 0)),
            (r#""BNI=""#, "", decimal(1234, 0)),
        ],
    );
    check(
        Form::Decimal(None),
        "numeric",
        &[
            (r#"{"scale":1,"value":"Dw=="}"#, variable, Cell::Inexact),
            (r#""1.50""#, "", decimal(150, 2)),
            (r#""1E-7""#, STRING, decimal(1, 7)),
            (r#""1.0E+3""#, STRING, decimal(1000, 0)),
            (r#""POSITIVE_INFINITY""#, STRING, text("Infinity")),
            (&format!("\"{}\"", "9".repeat(50)), STRING, text(&"9".repeat(50))),
        ],
    );
}

#[test]
fn texts_and_bytes_are_those_of_the_database() {
    let bytes = |bytes: &[u8]| is(Value::Bytes(bytes.to_vec()));
    check(Form::Text, "text", &[(r#""a \"b\"\u00e9""#, "", text("a \"b\"é")), ("3", "", Cell::Inexact)]);
    check(Form::Padded, "character", &[(r#""ab  ""#, "", text("ab"))]);
    check(
        Form::Bytes,
        "bytea",
        &[
            (r#""Af8=""#, r#"{"type":"bytes"}"#, bytes(&[1, 255])),
            (r#""deadbeef""#, r#"{"type":"bytes"}"#, bytes(&[0x75, 0xe6, 0x9d, 0x6d, 0xe7, 0x9f])),
            (r#""_-8=""#, STRING, bytes(&[255, 239])),
            (r#""01ff0a""#, STRING, bytes(&[1, 255, 10])),
            (r#""deadbeef""#, STRING, Cell::Inexact),
            (r#""""#, "", bytes(&[])),
            (r#""X19kZWJleml1bV91bmF2YWlsYWJsZV92YWx1ZQ==""#, "", Cell::Unchanged),
        ],
    );
    let uuid = is(Value::Uuid(0x00112233445566778899aabbccddeeff));
    check(Form::Uuid, "uuid", &[(r#""00112233-4455-6677-8899-aabbccddeeff""#, "", uuid)]);
    let document = is(Value::Json(serde_json::json!({"a": [1.5, null]})));
    check(
        Form::Json,
        "jsonb",
        &[
            (r#""{\"a\": [1.5, null]}""#, r#"{"type":"string","name":"io.debezium.data.Json"}"#, document),
            (r#""__debezium_unavailable_value""#, "", Cell::Unchanged),
        ],
    );
}

#[test]
fn dates_and_times_go_by_their_unit() {
    let named = |name: &str| format!(r#"{{"type":"int64","name":"{name}"}}"#);
    let day = is(Value::Date(19_782));
    check(
        Form::Date,
        "date",
        &[
            ("19782", &named("io.debezium.time.Date"), day.clone()),
            (r#""2024-02-29Z""#, r#"{"type":"string","name":"io.debezium.time.IsoDate"}"#, day),
            ("622191099", "", Cell::Inexact),
        ],
    );
    let noon = || is(Value::Time(43_200_000_000));
    let time = "time without time zone";
    let connect = named("org.apache.kafka.connect.data.Time");
    check(
        Form::Time(6),
        time,
        &[
            ("43200000000", &named("io.debezium.time.MicroTime"), noon()),
            ("43200000000000", &named("io.debezium.time.NanoTime"), noon()),
            ("43200000", &connect, Cell::Inexact),
            ("43200000000", "", noon()),
            ("43200000", "", Cell::Inexact),
            (r#""12:00:00Z""#, "", noon()),
        ],
    );
    check(
        Form::Time(3),
        time,
        &[
            ("43200000", &named("io.debezium.time.Time"), noon()),
            ("43200000", &connect, noon()),
            ("43200001", "", is(Value::Time(43_200_001_000))),
            ("43200000", "", Cell::Inexact),
        ],
    );
}

#[test]
fn timestamps_go_by_their_unit_or_their_size() {
    let named = |name: &str| format!(r#"{{"type":"int64","name":"{name}"}}"#);
    let instant = || is(Value::Timestamp(1_709_209_800_123_000));
    check(
        Form::Timestamp(6),
        "timestamp without time zone",
        &[
            ("1709209800123000", &named("io.debezium.time.MicroTimestamp"), instant()),
            ("1000", &named("io.debezium.time.MicroTimestamp"), is(Value::Timestamp(1000))),
            ("1709209800123000000", &named("io.debezium.time.NanoTimestamp"), instant()),
            ("1709209800123", &named("org.apache.kafka.connect.data.Timestamp"), Cell::Inexact),
            ("1709209800123000", "", instant()),
            ("1709209800123", "", Cell::Inexact),
            (r#""2024-02-29T12:30:00.123Z""#, "", instant()),
            ("9223372036825200000", "", text("infinity")),
        ],
    );
    check(
        Form::Timestamp(3),
        "timestamp without time zone",
        &[
            ("1709209800123", &named("io.debezium.time.Timestamp"), instant()),
            ("1709209800123", "", instant()),
        ],
    );
    check(
        Form::Instant(6),
        "timestamp with time zone",
        &[
            (r#""2024-02-29T13:30:00.123+01:00""#, "", instant()),
            (r#""2024-02-29T12:30:00.123""#, "", Cell::Inexact),
            ("1709209800123000", "", Cell::Inexact),
            (r#""-infinity""#, "", text("-infinity")),
        ],
    );
    let span = is(Value::Interval { months: 14, days: 3, micros: 4_000_000 });
    check(Form::Interval, "interval", &[(r#""P1Y2M3DT0H0M4.0S""#, "", span), ("4000000", "", Cell::Inexact)]);
}

#[test]
fn arrays_are_as_exact_as_their_items() {
    let items = |items: Vec<Value>| is(Value::Array(items));
    let exact = r#"{"type":"array","items":{"type":"bytes","name":"org.apache.kafka.connect.data.Decimal",
                    "parameters":{"scale":"1"}}}"#;
    let of = |form| Form::Array(Box::new(form));
    check(
        of(Form::Text),
        "text[]",
        &[
            (r#"["a", null]"#, "", items(vec![Value::Text("a".into()), Value::Null])),
            ("[]", "", items(vec![])),
            (r#"["__debezium_unavailable_value"]"#, "", Cell::Unchanged),
        ],
    );
    let one = Value::Decimal(Decimal { unscaled: 15, scale: 1 });
    check(of(Form::Decimal(None)), "numeric[]", &[(r#"["Dw=="]"#, exact, items(vec![one]))]);
    check(
        of(Form::Spelt),
        "inet[]",
        &[(r#"["10.0.0.1"]"#, "", items(vec![Value::Text("10.0.0.1/32".into())]))],
    );
    check(of(Form::Interval), "interval[]", &[("[1]", "", Cell::Inexact)]);
}

#[test]
fn types_of_the_server_are_compared_where_their_texts_are_alike() {
    let bits = |length| {
        format!(r#"{{"type":"bytes","name":"io.debezium.data.Bits","parameters":{{"length":"{length}"}}}}"#)
    };
    let spelt = |ty: &str, cases: &[(&str, &str, Cell)]| check(Form::Spelt, ty, cases);
    spelt(
        "bit",
        &[
            ("true", "", text("1")),
            (r#""BQE=""#, &bits(10), text("0100000101")),
            (r#""BQE=""#, "", Cell::Inexact),
        ],
    );
    spelt("\"bit\"", &[(r#""BQE=""#, &bits(10), text("0100000101"))]);
    spelt("\"char\"", &[(r#""x""#, "", text("x"))]);
    spelt("bit varying", &[(r#""BQ==""#, &bits(10), Cell::Inexact)]);
    spelt(
        "inet",
        &[(r#""10.0.0.1""#, "", text("10.0.0.1/32")), (r#""2001:db8::1""#, "", text("2001:db8::1/128"))],
    );
    spelt("cidr", &[(r#""10.0.0.0/8""#, "", text("10.0.0.0/8"))]);
    spelt("xml", &[(r#""<a/>""#, "", text("<a/>"))]);
    spelt("oid", &[("4294967295", "", text("4294967295"))]);
    spelt("int4range", &[(r#""[1,5)""#, "", text("[1,5)"))]);
    spelt("extensions.ltree", &[(r#""a.b""#, "", text("a.b"))]);
    spelt("tstzrange", &[(r#""empty""#, "", Cell::Inexact)]);
    spelt("time with time zone", &[(r#""12:00:00Z""#, "", Cell::Inexact)]);
    spelt("money", &[(r#""1.00""#, "", Cell::Inexact)]);
    spelt("public.xml", &[(r#""<a/>""#, "", Cell::Inexact)]);
    spelt("public.price", &[(r#""1.00""#, "", Cell::Inexact)]);
    spelt("point", &[(r#"{"x":1.0,"y":2.0}"#, "", Cell::Inexact)]);
}

const SOURCE: &str = r#""source":{"schema":"public","table":"t","txId":77}"#;
const FIELDS: &str = r#"{"type":"struct","fields":[{"field":"after","type":"struct","fields":[{"field":"price","type":"bytes",
    "name":"org.apache.kafka.connect.data.Decimal","parameters":{"scale":"2"}}]}]}"#;

#[test]
fn an_event_is_the_same_in_whatever_it_is_wrapped() {
    let payload =
        format!(r#"{{"before":null,"after":{{"id":1,"price":"B8Y=","note":null}},{SOURCE},"op":"c"}}"#);
    let fields = FIELDS.replace('\n', "");
    let wrapped = format!(r#"{{"schema":{fields},"payload":{payload}}}"#);
    let quoted = serde_json::to_string(&payload).unwrap();
    let mut capture = DebeziumCapture::new(&header());
    for line in [
        payload.clone(),
        wrapped.clone(),
        format!(r#"{{"payload":{payload}}}"#),
        format!(r#"{{"key":{{"payload":{{"id":1}}}},"value":{{"payload":{payload}}}}}"#),
        format!(r#"{{"key":{{"id":1}},"value":{payload}}}"#),
        format!(r#"{{"key":{{"schema":{{"type":"struct"}},"payload":{{"id":1}}}},"value":{wrapped}}}"#),
        format!(r#"{{"topic":"x.public.t","partition":0,"offset":3,"key":"1","payload":{quoted}}}"#),
    ] {
        let change = change_in(&mut capture, &line);
        assert_eq!((change.seen, change.transaction), (Seen::Insert, Some(77)), "{line}");
        assert_eq!(change.key, ["1"], "{line}");
        let expected = [("id", is(Value::Int(1))), ("price", decimal(1990, 2)), ("note", is(Value::Null))];
        let expected = expected.map(|(name, cell)| (name.to_owned(), cell));
        assert_eq!(change.columns, expected, "{line}");
        assert_eq!(change.stream, if line.contains("topic") { 2 } else { 0 }, "{line}");
    }
}

fn change_in(capture: &mut DebeziumCapture, line: &str) -> Change {
    match capture.change(line.as_bytes()) {
        Ok(Found::Change(change)) => change,
        other => panic!("{line}: {other:?}"),
    }
}

#[test]
fn each_op_is_what_it_says() {
    let mut capture = DebeziumCapture::new(&header());
    let mut check = |line: &str, seen, key: &[&str], columns| {
        let change = change_in(&mut capture, line);
        assert_eq!(
            (change.seen, change.key, change.columns.len()),
            (seen, key.iter().map(|key| key.to_string()).collect(), columns),
            "{line}"
        );
        (change.transaction, change.table)
    };
    let row = r#"{"id":1,"note":"x"}"#;
    let found = check(&format!(r#"{{"after":{row},{SOURCE},"op":"r"}}"#), Seen::Row, &["1"], 2);
    assert_eq!(found, (None, 0), "a snapshot has no transaction");
    check(&format!(r#"{{"after":{row},{SOURCE},"op":"u"}}"#), Seen::Update, &["1"], 2);
    check(&format!(r#"{{"before":{row},"after":null,{SOURCE},"op":"d"}}"#), Seen::Delete, &["1"], 0);
    check(
        &format!(r#"{{"key":{{"id":1}},"value":{{"before":null,{SOURCE},"op":"d"}}}}"#),
        Seen::Delete,
        &["1"],
        0,
    );
    check(&format!(r#"{{{SOURCE},"op":"t"}}"#), Seen::Truncate, &[], 0);
    let marker = r#"{"after":{"run_id":"r","lane":3,"last_seq":9,"epoch":0},"source":{"schema":"public","table":"loadgen_lane"},"op":"u"}"#;
    let (_, table) = check(marker, Seen::Update, &[], 4);
    assert_eq!(table, 1, "the marker table is behind the others");
}

#[test]
fn what_is_no_change_is_passed_over() {
    let mut capture = DebeziumCapture::new(&header());
    for line in [
        "",
        "null",
        r#"{"key":{"id":1},"value":null}"#,
        r#"{"schema":null,"payload":null}"#,
        r#"{"payload":null}"#,
        r#"{"ts_ms":1709209800123}"#,
        r#"{"status":"BEGIN","id":"571:1","ts_ms":1,"event_count":null,"data_collections":null}"#,
        r#"{"op":"m","message":{"prefix":"p","content":""},"source":{}}"#,
    ] {
        assert_eq!(capture.change(line.as_bytes()), Ok(Found::Nothing), "{line}");
    }
    let other = r#"{"after":{"id":1},"source":{"schema":"public","table":"other"},"op":"c"}"#;
    assert_eq!(capture.change(other.as_bytes()), Ok(Found::Foreign("public.other".to_owned())));
}

#[test]
fn what_is_no_event_is_an_error_that_says_what_to_do() {
    let mut capture = DebeziumCapture::new(&header());
    let mut check = |line: &str, expected: &str| {
        let error = capture.change(line.as_bytes()).unwrap_err();
        assert!(error.contains(expected), "{line}: {error}");
    };
    check("{", "no JSON object");
    check("7", "no JSON object");
    check(r#"{"id":1,"status":"paid","ts_ms":1}"#, "without ExtractNewRecordState");
    check(r#"{"after":{"id":1},"source":{},"op":"c"}"#, "source.table");
    check(&format!(r#"{{{SOURCE},"op":"c"}}"#), "after is missing");
    check(&format!(r#"{{"after":{{}},{SOURCE},"op":"x"}}"#), "not known");
    check(&format!(r#"{{"after":{{"note":"x"}},{SOURCE},"op":"c"}}"#), "id is not there");
    check(&format!(r#"{{"before":null,{SOURCE},"op":"d"}}"#), "public.t cannot be found by its key");
}
