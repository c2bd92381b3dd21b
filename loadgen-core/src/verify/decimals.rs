//! Numbers of a copy as the whole numbers and decimals that a source had.

use crate::{Decimal, Value, ledger::Form};

/// Floats have all digits of decimals that have no more than these.
const DOUBLE: usize = 15;
const SINGLE: usize = 6;

/// From here on there are whole numbers between those that a float has.
const MOST_DOUBLE: f64 = 9_007_199_254_740_992.0;
const MOST_SINGLE: f32 = 16_777_216.0;

/// The whole number that a column of another type has taken over.
pub(super) fn integer(value: Value) -> Option<Value> {
    match value {
        Value::Decimal(x) => {
            let whole = rescaled(x, 0).and_then(|whole| i64::try_from(whole.unscaled).ok());
            Some(whole.map_or(value, Value::Int))
        }
        Value::Double(x) if x.fract() != 0.0 => Some(value),
        Value::Double(x) if x.abs() < MOST_DOUBLE => Some(Value::Int(x as i64)),
        Value::Real(x) if x.fract() != 0.0 => Some(value),
        Value::Real(x) if x.abs() < MOST_SINGLE => Some(Value::Int(x as i64)),
        _ => None,
    }
}

/// The decimal of so many digits after the point that a column of another form has taken over.
pub(super) fn decimal(value: Value, from: &Form, digits: u8) -> Option<Value> {
    let as_decimal = |decimal: Option<Decimal>| decimal.map(Value::Decimal);
    match value {
        Value::Int(x) => (digits == 0).then_some(Value::Decimal(Decimal { unscaled: x.into(), scale: 0 })),
        Value::Decimal(_) if matches!(from, Form::Decimal(Some(has)) if *has < digits) => None,
        Value::Decimal(x) => Some(as_decimal(rescaled(x, digits)).unwrap_or(value)),
        Value::Double(x) => {
            let text = written(x, digits, DOUBLE)?;
            let is_it = text.parse() == Ok(x);
            Some(as_decimal(parsed(&text).filter(|_| is_it)).unwrap_or(value))
        }
        Value::Real(x) => {
            let text = written(x.into(), digits, SINGLE)?;
            let is_it = text.parse() == Ok(x);
            Some(as_decimal(parsed(&text).filter(|_| is_it)).unwrap_or(value))
        }
        _ => None,
    }
}

/// The decimal that a text is, with its own digits after the point or so many.
pub(super) fn spelt(text: &str, digits: Option<u8>) -> Option<Value> {
    let decimal = parsed(text)?;
    digits.map_or(Some(decimal), |digits| rescaled(decimal, digits)).map(Value::Decimal)
}

/// A float with so many digits after the point, if it has no more than are certain.
fn written(x: f64, digits: u8, certain: usize) -> Option<String> {
    let text = format!("{x:.0$}", usize::from(digits));
    let count = text.trim_start_matches(['-', '0', '.']).bytes().filter(u8::is_ascii_digit).count();
    (x.is_finite() && count <= certain).then_some(text)
}

/// Digits with a sign and a point, of which the latter is not counted.
fn parsed(text: &str) -> Option<Decimal> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let has_digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    let is_number = has_digits(whole.strip_prefix('-').unwrap_or(whole)) && has_digits(fraction);
    let unscaled = format!("{whole}{fraction}").parse().ok().filter(|_| is_number)?;
    let scale = u8::try_from(fraction.len()).ok().filter(|scale| *scale <= Decimal::MAX_DIGITS)?;
    Some(Decimal { unscaled, scale })
}

/// The same number with another count of digits after the point.
fn rescaled(x: Decimal, scale: u8) -> Option<Decimal> {
    let power = |by: u8| 10i128.checked_pow(by.into());
    let unscaled = match scale.checked_sub(x.scale) {
        Some(more) => x.unscaled.checked_mul(power(more)?)?,
        None => {
            let unit = power(x.scale - scale)?;
            Some(x.unscaled / unit).filter(|_| x.unscaled % unit == 0)?
        }
    };
    Some(Decimal { unscaled, scale })
}
