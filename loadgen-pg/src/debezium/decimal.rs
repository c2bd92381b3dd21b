//! Decimals: exact bytes, texts, numbers, and values with a scale of their own.

use loadgen_core::{Decimal, Value};
use serde::Deserialize;

use super::{
    binary,
    schema::Schema,
    token::{Token, string},
};

/// A number and its own scale. The connector takes the zeros at its end away, and so the scale that the database shows.
#[derive(Deserialize)]
struct Variable<'a> {
    scale: u8,
    #[serde(borrow)]
    value: &'a serde_json::value::RawValue,
}

/// What the schema part calls bytes that are a decimal.
const EXACT: &str = "org.apache.kafka.connect.data.Decimal";

/// The value of a column with so many digits after the point; none if it is not exactly that of the database.
pub(super) fn decimal(token: &Token<'_>, digits: Option<u8>, schema: Option<&Schema>) -> Option<Value> {
    let scale = schema.filter(|schema| schema.meaning() == EXACT).and_then(|schema| schema.number("scale"));
    match (token, scale, schema) {
        (Token::Text(text), Some(scale), _) => unscaled(text, scale),
        (Token::Number(text), Some(scale), _) => rescaled(plain(text)?, scale),
        (Token::Text(text), None, Some(schema)) if schema.ty == "string" => plain(text),
        (Token::Text(text), None, None) => guessed(text, digits),
        (Token::Object(text), ..) => {
            let Variable { scale, value } = serde_json::from_str(text).ok()?;
            rescaled(unscaled(&string(value.get()), scale)?, digits?)
        }
        _ => None,
    }
}

/// Without a schema part. A column without a scale of its own is a text, or else it came as an object; others are base64,
/// which has no points and signs.
fn guessed(text: &str, digits: Option<u8>) -> Option<Value> {
    let Some(scale) = digits else { return plain(text) };
    let is_base64 = text.len().is_multiple_of(4) && !text.contains(['.', '-', '_']);
    let is_either = is_base64 && scale == 0 && text.bytes().all(|byte| byte.is_ascii_digit());
    match (is_either, is_base64) {
        (true, _) => None,
        (_, true) => unscaled(text, scale),
        (_, false) => plain(text),
    }
}

fn unscaled(text: &str, scale: u8) -> Option<Value> {
    let unscaled = binary::number(&binary::base64(text)?)?;
    (scale <= Decimal::MAX_DIGITS).then_some(Value::Decimal(Decimal { unscaled, scale }))
}

/// The same number with other zeros at its end.
fn rescaled(value: Value, scale: u8) -> Option<Value> {
    let Value::Decimal(decimal) = value else { return None };
    let more = scale.checked_sub(decimal.scale)?;
    let unscaled = decimal.unscaled.checked_mul(10i128.checked_pow(more.into())?)?;
    Some(Value::Decimal(Decimal { unscaled, scale }))
}

/// Digits with a point or an exponent, and what is no number. What has no room in a decimal is its text.
pub(super) fn plain(text: &str) -> Option<Value> {
    let special = match text.to_ascii_uppercase().as_str() {
        "NAN" => "NaN",
        "INFINITY" | "POSITIVE_INFINITY" => "Infinity",
        "-INFINITY" | "NEGATIVE_INFINITY" => "-Infinity",
        _ => "",
    };
    if !special.is_empty() {
        return Some(Value::Text(special.to_owned()));
    }
    let (number, exponent) = text.split_once(['e', 'E']).unwrap_or((text, "0"));
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    let scale = i64::try_from(fraction.len()).ok()?.checked_sub(exponent.parse().ok()?)?;
    let zeros = "0".repeat(usize::try_from(scale.saturating_neg()).unwrap_or(0).min(40));
    let digits = format!("{whole}{fraction}{zeros}");
    if !digits.trim_start_matches('-').bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let unscaled: Option<i128> = digits.parse().ok();
    let scale = u8::try_from(scale.max(0)).ok().filter(|scale| *scale <= Decimal::MAX_DIGITS);
    match (unscaled, scale) {
        (Some(unscaled), Some(scale)) => Some(Value::Decimal(Decimal { unscaled, scale })),
        _ if exponent == "0" => Some(Value::Text(text.to_owned())),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_exponent_beyond_all_numbers_is_no_number() {
        for text in ["1e-9223372036854775808", "1.5e-9223372036854775808", "1e9223372036854775807"] {
            assert_eq!(plain(text), None, "{text}");
        }
    }
}
