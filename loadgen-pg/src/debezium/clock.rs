//! Dates and times: numbers of several units, and texts.

use loadgen_core::Value;

use super::{iso, schema::Schema, token::Token};

/// What a number counts.
#[derive(Clone, Copy, Debug)]
enum Unit {
    Millis,
    Micros,
    Nanos,
}

/// Numbers from which on a timestamp without a schema part counts nanoseconds and microseconds: those of 1973, which in the
/// next coarser unit are the years 5138 and 5138 as well.
const NANOS: u64 = 100_000_000_000_000_000;
const MICROS: u64 = 100_000_000_000_000;

/// Milliseconds of a day.
const DAY: u64 = 86_400_000;

/// The first and the last microsecond that the server knows, from 1970-01-01 on.
const RANGE: std::ops::Range<i64> = -210_866_803_200_000_000..9_223_371_331_200_000_000;

/// The days that are taken for such; what is infinite comes as others.
const DAYS: std::ops::Range<i64> = -2_440_588..100_000_000;

/// What the connector writes for timestamps that are infinite.
const INFINITE: [(&str, &str); 2] =
    [("9223372036825200000", "infinity"), ("-9223372036832400000", "-infinity")];

pub(super) fn date(token: &Token<'_>) -> Option<Value> {
    let days = match token {
        Token::Number(text) => text.parse().ok()?,
        Token::Text(text) => match infinite(text) {
            Some(value) => return Some(value),
            None => iso::days(text)?,
        },
        _ => return None,
    };
    i32::try_from(days).ok().filter(|_| DAYS.contains(&days)).map(Value::Date)
}

/// A time of day with so many fractional digits.
pub(super) fn time(token: &Token<'_>, digits: u8, schema: Option<&Schema>) -> Option<Value> {
    let micros = match token {
        Token::Text(text) => iso::time(text)?,
        Token::Number(text) => {
            let number = text.parse().ok()?;
            match unit(schema) {
                Some(unit) => counted(number, unit, digits)?,
                None => guessed_time(number, digits)?,
            }
        }
        _ => return None,
    };
    (0..=86_400_000_000).contains(&micros).then_some(Value::Time(micros))
}

/// A date and a time with so many fractional digits; `zoned` if it is an instant, which is always a text.
pub(super) fn timestamp(
    token: &Token<'_>,
    (digits, zoned): (u8, bool),
    schema: Option<&Schema>,
) -> Option<Value> {
    let micros = match token {
        Token::Text(text) => match (infinite(text), iso::timestamp(text)) {
            (Some(value), _) => return Some(value),
            (None, Some((micros, has_zone))) if has_zone || !zoned => micros,
            (None, _) => return None,
        },
        Token::Number(text) => {
            if let Some((_, word)) = INFINITE.iter().find(|(number, _)| number == text) {
                return Some(Value::Text((*word).to_owned()));
            }
            let number: i64 = text.parse().ok()?;
            let unit = match unit(schema) {
                Some(unit) => unit,
                None => guessed_unit(number, digits)?,
            };
            counted(number, unit, digits)?
        }
        _ => return None,
    };
    RANGE.contains(&micros).then_some(Value::Timestamp(micros))
}

fn infinite(text: &str) -> Option<Value> {
    matches!(text, "infinity" | "-infinity").then(|| Value::Text(text.to_owned()))
}

fn unit(schema: Option<&Schema>) -> Option<Unit> {
    match schema?.meaning() {
        "Time"
        | "Timestamp"
        | "org.apache.kafka.connect.data.Time"
        | "org.apache.kafka.connect.data.Timestamp" => Some(Unit::Millis),
        "MicroTime" | "MicroTimestamp" => Some(Unit::Micros),
        "NanoTime" | "NanoTimestamp" => Some(Unit::Nanos),
        _ => None,
    }
}

/// Microseconds, if they are all there are: milliseconds are not where the column has finer digits.
fn counted(number: i64, unit: Unit, digits: u8) -> Option<i64> {
    match unit {
        Unit::Millis if digits > 3 => None,
        Unit::Millis => number.checked_mul(1_000),
        Unit::Micros => Some(number),
        Unit::Nanos => (number % 1_000 == 0).then_some(number / 1_000),
    }
}

/// What a number without a schema part counts, by its size. Small ones are milliseconds, and those are not exact where there are
/// finer digits, or microseconds of the years about 1970: both are given up there.
fn guessed_unit(number: i64, digits: u8) -> Option<Unit> {
    match number.unsigned_abs() {
        NANOS.. => Some(Unit::Nanos),
        MICROS.. => Some(Unit::Micros),
        _ => (digits <= 3).then_some(Unit::Millis),
    }
}

/// The same for times of day, which may be any small number: one that cannot be told is given up.
fn guessed_time(number: i64, digits: u8) -> Option<i64> {
    match number.unsigned_abs() {
        0 => Some(0),
        size if size > DAY * 1_000 => counted(number, Unit::Nanos, digits),
        size if size > DAY => Some(number),
        // Microseconds of a column with three digits would be thousands.
        size if digits <= 3 && !size.is_multiple_of(1_000) => counted(number, Unit::Millis, digits),
        _ => None,
    }
}
