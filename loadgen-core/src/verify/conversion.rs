//! Values of a copy whose columns have other types, as the values that the ledger has.

use super::{decimals, observation::Cell};
use crate::{Value, generate::calendar, ledger::Form};

/// From the form that a column has in the sink to that in the ledger.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Conversion {
    from: Form,
    to: Form,
}

impl Conversion {
    /// None if values are compared as they are.
    pub(super) fn between(from: Form, to: &Form) -> Option<Self> {
        (!is_as_it_is(&from, to)).then(|| Conversion { from, to: to.clone() })
    }

    /// The value that the source had, if the sink's says which one that was. What the source cannot have had stays as it is.
    pub(super) fn cell(&self, value: Value) -> Cell {
        read(value, &self.from, &self.to).map_or(Cell::Inexact, Cell::Value)
    }
}

/// A type for people: the target's words do not say how many digits there are.
pub(super) fn type_name(name: &str, form: &Form) -> String {
    match form {
        Form::Decimal(Some(digits)) => format!("{name} with {digits} digits after the point"),
        Form::Time(digits) | Form::Timestamp(digits) | Form::Instant(digits) => {
            format!("{name} with {digits} digits of a second")
        }
        _ => name.to_owned(),
    }
}

/// Whether every value of the ledger's form is the same in the sink's.
fn is_as_it_is(from: &Form, to: &Form) -> bool {
    match (from, to) {
        (Form::Time(has), Form::Time(had))
        | (Form::Timestamp(has), Form::Timestamp(had))
        | (Form::Instant(has), Form::Instant(had)) => has >= had,
        (Form::Text, Form::Spelt) => true,
        (Form::Array(from), Form::Array(to)) => is_as_it_is(from, to),
        _ => from == to,
    }
}

/// None where another value of the source could have become this one, too, or nobody knows how it is written.
fn read(value: Value, from: &Form, to: &Form) -> Option<Value> {
    if is_as_it_is(from, to) || value.is_null() {
        return Some(value);
    }
    match (value, from, to) {
        (Value::Array(items), Form::Array(from), Form::Array(to)) => {
            items.into_iter().map(|item| read(item, from, to)).collect::<Option<_>>().map(Value::Array)
        }
        (Value::Text(text), Form::Text, _) => spelt(text, to),
        // Infinite and the like.
        (Value::Text(text), Form::Decimal(_), Form::Decimal(_)) => Some(Value::Text(text)),
        (value, _, Form::Integer) => decimals::integer(value),
        (value, _, Form::Decimal(Some(digits))) => decimals::decimal(value, from, *digits),
        (Value::Int(x @ (0 | 1)), _, Form::Bool) => Some(Value::Bool(x == 1)),
        (Value::Int(x), _, Form::Bool) => Some(Value::Int(x)),
        (Value::Double(x), _, Form::Real) => Some(single(x)),
        (Value::Timestamp(micros), Form::Timestamp(_), Form::Date) => Some(day(micros)),
        _ => None,
    }
}

const DAY: i64 = 86_400_000_000;

fn day(micros: i64) -> Value {
    let days = i32::try_from(micros.div_euclid(DAY)).ok().filter(|_| micros.rem_euclid(DAY) == 0);
    days.map_or(Value::Timestamp(micros), Value::Date)
}

/// A copy may have taken the number over, or the shortest text that stands for it.
fn single(x: f64) -> Value {
    let single = x as f32;
    let is_it = x.is_nan() || f64::from(single) == x || single.to_string().parse() == Ok(x);
    if is_it { Value::Real(single) } else { Value::Double(x) }
}

/// What a text stands for.
fn spelt(text: String, to: &Form) -> Option<Value> {
    let number = |read: Option<i128>| read.and_then(|number| i64::try_from(number).ok());
    let exactly = |value: Value| Some(value).filter(|value| value.to_string() == text);
    match to {
        Form::Bool => match text.as_str() {
            "t" | "true" => Some(Value::Bool(true)),
            "f" | "false" => Some(Value::Bool(false)),
            _ => None,
        },
        Form::Integer => exactly(Value::Int(text.parse().ok()?)),
        Form::Real => text.parse().ok().map(Value::Real),
        Form::Double => text.parse().ok().map(Value::Double),
        Form::Decimal(digits) => Some(decimals::spelt(&text, *digits).unwrap_or(Value::Text(text))),
        Form::Padded => Some(Value::Text(text.trim_end_matches(' ').to_owned())),
        Form::Bytes => hexadecimal(&text).map(Value::Bytes),
        Form::Uuid => exactly(Value::Uuid(u128::from_str_radix(&text.replace('-', ""), 16).ok()?)),
        Form::Date => {
            let days = calendar::days(&text).and_then(|days| i32::try_from(days).ok());
            exactly(Value::Date(days?))
        }
        Form::Time(_) => exactly(Value::Time(number(calendar::time(&text))?)),
        Form::Timestamp(_) => exactly(Value::Timestamp(number(calendar::timestamp(&text))?)),
        Form::Json => serde_json::from_str(&text).ok().map(Value::Json),
        _ => None,
    }
}

/// Bytes as `\x0af1`.
fn hexadecimal(text: &str) -> Option<Vec<u8>> {
    let digits = text.strip_prefix("\\x")?.as_bytes();
    let pair = |pair: &[u8]| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok();
    digits.chunks(2).map(pair).collect()
}

#[cfg(test)]
mod tests;
