//! Arrays as the texts that the server reads them from.

use std::fmt::Write;

use loadgen_core::Value;

use super::{
    CodecError, Wire,
    encode::{name, narrow},
    wire::Kind,
};

/// 1970-01-01 as a Julian day, which the server takes for a date and knows for all of its range.
const EPOCH_JULIAN: i64 = 2_440_588;
const DAY: i64 = 86_400_000_000;

/// An array of one dimension, every item in quotes: `{"1","2",NULL}`.
pub(crate) fn array(element: &Wire, items: &[Value]) -> Result<String, CodecError> {
    let mut text = String::with_capacity(2 + 16 * items.len());
    text.push('{');
    for (index, item) in items.iter().enumerate() {
        if index > 0 {
            text.push(',');
        }
        if item.is_null() {
            text.push_str("NULL");
        } else {
            text.push('"');
            element.spell(item, &mut text)?;
            text.push('"');
        }
    }
    text.push('}');
    Ok(text)
}

impl Wire {
    /// Appends the text of a value as it stands between the quotes of an array's item.
    fn spell(&self, value: &Value, text: &mut String) -> Result<(), CodecError> {
        let written = match (&self.kind, value) {
            (Kind::Text | Kind::Blank, Value::Text(x)) => escape(x, text),
            (Kind::Json | Kind::Jsonb, Value::Json(x)) => escape(&x.to_string(), text),
            (Kind::Bool, Value::Bool(x)) => write!(text, "{x}"),
            (Kind::Int2, Value::Int(x)) => write!(text, "{}", narrow::<i16>(*x)?),
            (Kind::Int4, Value::Int(x)) => write!(text, "{}", narrow::<i32>(*x)?),
            (Kind::Int8, Value::Int(x)) => write!(text, "{x}"),
            // As few digits as tell it from its neighbours, which the server reads back exactly.
            (Kind::Real, Value::Real(x)) => write!(text, "{x:?}"),
            (Kind::Double, Value::Double(x)) => write!(text, "{x:?}"),
            (Kind::Numeric, Value::Decimal(x)) => write!(text, "{x}"),
            (Kind::Uuid, Value::Uuid(x)) => write!(text, "{x:032x}"),
            (Kind::Bytes, Value::Bytes(x)) => {
                text.push_str("\\\\x");
                x.iter().try_for_each(|byte| write!(text, "{byte:02x}"))
            }
            (Kind::Date, Value::Date(x)) => write!(text, "J{}", i64::from(*x) + EPOCH_JULIAN),
            (Kind::Time, Value::Time(x)) => clock(x.unsigned_abs(), text),
            (Kind::Timestamp, Value::Timestamp(x)) => write!(text, "J{} ", x.div_euclid(DAY) + EPOCH_JULIAN)
                .and_then(|()| clock(x.rem_euclid(DAY).unsigned_abs(), text))
                .and_then(|()| write!(text, "+00")),
            // Microseconds as such would have to fit 32 bits before version 15.
            (Kind::Interval, Value::Interval { months, days, micros }) => {
                let sign = if *micros < 0 { '-' } else { '+' };
                write!(text, "{months:+} mons {days:+} days {sign}")
                    .and_then(|()| clock(micros.unsigned_abs(), text))
            }
            (kind, value) => return Err(CodecError(format!("{} as {kind:?} of an array", name(value)))),
        };
        written.map_err(|_| CodecError("out of memory for a text".into()))
    }
}

fn clock(micros: u64, text: &mut String) -> std::fmt::Result {
    let seconds = micros / 1_000_000;
    let (hours, minutes) = (seconds / 3_600, seconds / 60 % 60);
    write!(text, "{hours:02}:{minutes:02}:{:02}.{:06}", seconds % 60, micros % 1_000_000)
}

fn escape(plain: &str, text: &mut String) -> std::fmt::Result {
    if !plain.contains(['"', '\\']) {
        return text.write_str(plain);
    }
    plain.chars().try_for_each(|character| {
        if matches!(character, '"' | '\\') {
            text.write_char('\\')?;
        }
        text.write_char(character)
    })
}
