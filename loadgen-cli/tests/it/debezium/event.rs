//! Events as the connector would make them of what was decoded.

use jiff::civil::{Date, DateTime, Time};
use serde_json::{Map, Value, json};

use super::decoded::Decoded;

/// How a capture looks.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Shape {
    /// With the schema part, numbers for times, bytes for decimals.
    Schema,
    /// The same without the schema part.
    Bare,
    /// Key and value, tombstones, texts for times and decimals.
    Keyed,
}

/// The lines of one change.
pub(crate) fn lines(change: &Decoded, shape: Shape) -> Vec<String> {
    let row: Map<String, Value> = (change.columns.iter())
        .map(|(name, text)| {
            (name.clone(), text.as_deref().map_or(Value::Null, |text| value(name, text, shape)))
        })
        .collect();
    let key: Map<String, Value> =
        row.iter().filter(|(name, _)| *name == "id").map(|(name, id)| (name.clone(), id.clone())).collect();
    let source = json!({"connector": "postgresql", "schema": "public", "table": change.table, "txId": change.transaction});
    let (before, after) =
        if change.op == "d" { (json!(row), Value::Null) } else { (Value::Null, json!(row)) };
    let payload = json!({"before": before, "after": after, "source": source, "op": change.op, "ts_ms": 1});
    match shape {
        Shape::Schema => vec![json!({"schema": schema(&row), "payload": payload}).to_string()],
        Shape::Bare => vec![payload.to_string()],
        Shape::Keyed => {
            let mut lines = vec![json!({"key": key, "value": payload}).to_string()];
            lines.extend((change.op == "d").then(|| json!({"key": key, "value": null}).to_string()));
            lines
        }
    }
}

/// What the schema part says of the columns of which the event alone does not say enough.
fn schema(row: &Map<String, Value>) -> Value {
    let decimal = |scale: &str| json!({"type": "bytes", "name": "org.apache.kafka.connect.data.Decimal", "parameters": {"scale": scale}});
    let named = |ty: &str, name: &str| json!({"type": ty, "name": format!("io.debezium.{name}")});
    let field = |name: &str| match name {
        "amount" => decimal("3"),
        "price" => decimal("2"),
        "clock" => named("int64", "time.MicroTime"),
        "moment" => named("int64", "time.MicroTimestamp"),
        "coarse" => named("int64", "time.Timestamp"),
        "day" => named("int32", "time.Date"),
        "bin" => json!({"type": "bytes"}),
        "bits" => json!({"type": "bytes", "name": "io.debezium.data.Bits", "parameters": {"length": "10"}}),
        "free" => named("struct", "data.VariableScaleDecimal"),
        _ => json!({"type": "string"}),
    };
    let fields: Vec<Value> = (row.keys())
        .map(|name| {
            let mut field = field(name);
            field["field"] = name.as_str().into();
            field
        })
        .collect();
    let row = |name: &str| json!({"type": "struct", "fields": fields, "field": name});
    json!({"type": "struct", "fields": [row("before"), row("after"), {"type": "string", "field": "op"}], "name": "Envelope"})
}

fn value(name: &str, text: &str, shape: Shape) -> Value {
    let texts = shape == Shape::Keyed;
    match name {
        "flag" => json!(text == "true"),
        "small" | "whole" | "lane" | "last_seq" | "epoch" => json!(text.parse::<i64>().unwrap()),
        "id" => text.parse::<i64>().map_or(json!(text), |id| json!(id)),
        "single" | "dbl" => serde_json::from_str(text).unwrap_or(json!(text)),
        "amount" | "price" if texts => json!(text),
        "amount" | "price" => json!(base64(&minimal(text.replace('.', "").parse().unwrap()))),
        "free" if shape == Shape::Schema => json!({"scale": 0, "value": base64(&[1])}),
        "bin" => json!(base64(&hex(text.trim_start_matches("\\x")))),
        "bits" => {
            let number = u16::from_str_radix(text, 2).unwrap();
            json!(base64(&number.to_le_bytes()))
        }
        "day" if texts => json!(format!("{text}Z")),
        "day" => json!(days(text.parse().unwrap())),
        "clock" if texts => json!(format!("{text}Z")),
        "clock" => json!(micros(text.parse().unwrap())),
        "moment" | "coarse" if texts => json!(text.replace(' ', "T") + "Z"),
        "moment" => json!(instant(text)),
        "coarse" => json!(instant(text) / 1_000),
        "at" => json!(text.trim_end_matches("+00").replace(' ', "T") + "Z"),
        "nums" => json!(
            items(text)
                .iter()
                .map(|item| item.as_ref().map(|item| item.parse::<i64>().unwrap()))
                .collect::<Vec<_>>()
        ),
        "tags" => json!(items(text)),
        _ => json!(text),
    }
}

fn days(date: Date) -> i64 {
    date.duration_since(Date::constant(1970, 1, 1)).as_hours() / 24
}

fn micros(time: Time) -> i64 {
    i64::try_from(time.duration_since(Time::midnight()).as_micros()).unwrap()
}

fn instant(text: &str) -> i64 {
    let time: DateTime = text.parse().unwrap();
    days(time.date()) * 86_400_000_000 + micros(time.time())
}

/// The items of an array of one dimension.
fn items(text: &str) -> Vec<Option<String>> {
    let (mut items, mut item, mut quoted, mut was_quoted) = (Vec::new(), String::new(), false, false);
    let mut letters = text[1..text.len() - 1].chars();
    let mut end = |item: &mut String, was_quoted: &mut bool| {
        let is_null = !*was_quoted && *item == "NULL";
        *was_quoted = false;
        items.push(Some(std::mem::take(item)).filter(|_| !is_null));
    };
    while let Some(letter) = letters.next() {
        match letter {
            '"' => (quoted, was_quoted) = (!quoted, true),
            '\\' => item.extend(letters.next()),
            ',' if !quoted => end(&mut item, &mut was_quoted),
            letter => item.push(letter),
        }
    }
    if text.len() > 2 {
        end(&mut item, &mut was_quoted);
    }
    items
}

/// The fewest bytes of a number in two's complement.
fn minimal(number: i128) -> Vec<u8> {
    let bytes = number.to_be_bytes();
    let is_needless = |pair: &[u8]| (pair[0] == 0 && pair[1] < 0x80) || (pair[0] == 0xff && pair[1] >= 0x80);
    let start = bytes.windows(2).take_while(|pair| is_needless(pair)).count();
    bytes[start..].to_vec()
}

fn hex(text: &str) -> Vec<u8> {
    (0..text.len() / 2).map(|at| u8::from_str_radix(&text[2 * at..2 * at + 2], 16).unwrap()).collect()
}

fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::new();
    for group in bytes.chunks(3) {
        let bits =
            group.iter().fold(0u32, |bits, byte| bits << 8 | u32::from(*byte)) << (8 * (3 - group.len()));
        for digit in 0..4 {
            text.push(if digit > group.len() {
                '='
            } else {
                char::from(DIGITS[(bits >> (18 - 6 * digit) & 63) as usize])
            });
        }
    }
    text
}
