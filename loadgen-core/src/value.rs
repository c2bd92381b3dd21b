//! Typed values.

use std::fmt;

use crate::{Decimal, generate::calendar};

/// A value of a column.
///
/// Days count from 1970-01-01, microseconds from midnight or from 1970-01-01T00:00:00 (UTC where a zone is meant).
#[derive(Clone, Debug, PartialEq, Default)]
pub enum Value {
    /// No value.
    #[default]
    Null,
    /// True or false.
    Bool(bool),
    /// An integer of any width up to 64 bits.
    Int(i64),
    /// A 32-bit float.
    Real(f32),
    /// A 64-bit float.
    Double(f64),
    /// An exact decimal.
    Decimal(Decimal),
    /// Text, and the label of an enum.
    Text(String),
    /// Binary data.
    Bytes(Vec<u8>),
    /// A UUID, big-endian.
    Uuid(u128),
    /// Days since 1970-01-01.
    Date(i32),
    /// Microseconds since midnight.
    Time(i64),
    /// Microseconds since 1970-01-01T00:00:00.
    Timestamp(i64),
    /// A span of time, in the three parts that do not convert into each other.
    Interval {
        /// Whole months.
        months: i32,
        /// Whole days.
        days: i32,
        /// Microseconds.
        micros: i64,
    },
    /// A JSON document; equal documents are equal whatever their spacing and the order of their keys.
    Json(serde_json::Value),
    /// A one-dimensional array.
    Array(Vec<Value>),
}

impl Value {
    /// Whether this is NULL.
    pub fn is_null(&self) -> bool {
        matches!(self, Value::Null)
    }
}

/// For people: dates and times in ISO 8601, texts as they are.
impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Value::Null => f.write_str("NULL"),
            Value::Bool(x) => x.fmt(f),
            Value::Int(x) => x.fmt(f),
            Value::Real(x) => x.fmt(f),
            Value::Double(x) => x.fmt(f),
            Value::Decimal(x) => x.fmt(f),
            Value::Text(x) => f.write_str(x),
            Value::Bytes(x) => x.iter().try_for_each(|byte| write!(f, "{byte:02x}")),
            Value::Uuid(x) => {
                let hex = format!("{x:032x}");
                let parts = [&hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..]];
                f.write_str(&parts.join("-"))
            }
            Value::Date(days) => f.write_str(&calendar::shown_day(i128::from(*days))),
            Value::Time(micros) => f.write_str(&calendar::shown_time(i128::from(*micros))),
            Value::Timestamp(micros) => {
                let (days, time) = (micros.div_euclid(DAY), micros.rem_euclid(DAY));
                write!(f, "{} {}", calendar::shown_day(days.into()), calendar::shown_time(time.into()))
            }
            Value::Interval { months, days, micros } => write_span(f, *months, *days, *micros),
            Value::Json(x) => x.fmt(f),
            Value::Array(items) => {
                let items: Vec<String> = items.iter().map(Value::to_string).collect();
                write!(f, "[{}]", items.join(", "))
            }
        }
    }
}

/// A span of time the way databases write it: `1 year 2 mons 3 days 04:05:06.5`. What is zero is left out.
fn write_span(f: &mut fmt::Formatter<'_>, months: i32, days: i32, micros: i64) -> fmt::Result {
    let parts = [(months / 12, "year", "years"), (months % 12, "mon", "mons"), (days, "day", "days")];
    let mut parts = parts.into_iter().filter(|(count, ..)| *count != 0).peekable();
    let has_time = micros != 0 || parts.peek().is_none();
    let mut gap = "";
    for (count, one, several) in parts {
        write!(f, "{gap}{count} {}", if count == 1 { one } else { several })?;
        gap = " ";
    }
    if !has_time {
        return Ok(());
    }
    let (sign, all) = (if micros < 0 { "-" } else { "" }, micros.unsigned_abs());
    let (seconds, fraction) = (all / 1_000_000, all % 1_000_000);
    write!(f, "{gap}{sign}{:02}:{:02}:{:02}", seconds / 3_600, seconds / 60 % 60, seconds % 60)?;
    if fraction == 0 { Ok(()) } else { f.write_str(format!(".{fraction:06}").trim_end_matches('0')) }
}

/// Microseconds of a day.
const DAY: i64 = 86_400_000_000;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_shown_as_people_write_them() {
        let check = |value: Value, expected: &str| assert_eq!(value.to_string(), expected);
        check(Value::Uuid(0x00112233445566778899aabbccddeeff), "00112233-4455-6677-8899-aabbccddeeff");
        check(Value::Timestamp(-1), "1969-12-31 23:59:59.999999");
        check(Value::Array(vec![Value::Int(1), Value::Null]), "[1, NULL]");
        check(Value::Bytes(vec![0, 255]), "00ff");
        check(Value::Date(20_000), "2024-10-04");
        let span = |months, days, micros| Value::Interval { months, days, micros };
        check(span(0, 12, 50_980_343_800), "12 days 14:09:40.3438");
        check(span(14, -1, 0), "1 year 2 mons -1 days");
        check(span(-1, 1, -1), "-1 mons 1 day -00:00:00.000001");
        check(span(0, 0, 360_000_000_000), "100:00:00");
        check(span(0, 0, 0), "00:00:00");
    }
}
