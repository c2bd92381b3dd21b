//! What an event says of one column.

use loadgen_core::{Value, ledger::Form, verify::Cell};
use serde_json::value::RawValue;

use super::{binary, clock, decimal, iso, schema::Schema, spelt, table::Column, token::Token};

/// What an event says of a column, by the column's form and the schema part, if there is one.
pub(super) fn cell(raw: &RawValue, column: &Column, schema: Option<&Schema>) -> Cell {
    let token = Token::read(raw);
    if matches!(token, Token::Null) {
        return Cell::Value(Value::Null);
    }
    if token.is_placeholder() {
        return Cell::Unchanged;
    }
    value(&token, &column.form, &column.ty, schema).map_or(Cell::Inexact, Cell::Value)
}

/// The value as the database gives it; none if the event does not say so much, or says it in a way that is not known.
fn value(token: &Token<'_>, form: &Form, ty: &str, schema: Option<&Schema>) -> Option<Value> {
    match (form, token) {
        (Form::Bool, Token::Bool(truth)) => Some(Value::Bool(*truth)),
        (Form::Integer, Token::Number(text)) => text.parse().ok().map(Value::Int),
        (Form::Real, Token::Number(text)) => text.parse().ok().map(Value::Real),
        (Form::Real, Token::Text(text)) => special(text).map(|x| Value::Real(x as f32)),
        (Form::Double, Token::Number(text)) => text.parse().ok().map(Value::Double),
        (Form::Double, Token::Text(text)) => special(text).map(Value::Double),
        (Form::Decimal(digits), token) => decimal::decimal(token, *digits, schema),
        (Form::Text, Token::Text(text)) => Some(Value::Text(text.to_string())),
        (Form::Padded, Token::Text(text)) => Some(Value::Text(text.trim_end_matches(' ').to_owned())),
        (Form::Bytes, Token::Text(text)) => binary::bytes(text, schema).map(Value::Bytes),
        (Form::Uuid, Token::Text(text)) => uuid(text).map(Value::Uuid),
        (Form::Date, token) => clock::date(token),
        (Form::Time(digits), token) => clock::time(token, *digits, schema),
        (Form::Timestamp(digits), token) => clock::timestamp(token, (*digits, false), schema),
        (Form::Instant(digits), token @ Token::Text(_)) => clock::timestamp(token, (*digits, true), schema),
        (Form::Interval, Token::Text(text)) => {
            let (months, days, micros) = iso::interval(text)?;
            Some(Value::Interval { months, days, micros })
        }
        (Form::Json, Token::Text(text)) => serde_json::from_str(text).ok().map(Value::Json),
        (Form::Array(form), Token::Array(items)) => {
            let (ty, schema) =
                (ty.strip_suffix("[]").unwrap_or(ty), schema.and_then(|schema| schema.items.as_deref()));
            let items = items.iter().map(|item| match Token::read(item) {
                Token::Null => Some(Value::Null),
                token => value(&token, form, ty, schema),
            });
            items.collect::<Option<_>>().map(Value::Array)
        }
        (Form::Spelt, token) => spelt::spelt(token, ty, schema),
        _ => None,
    }
}

/// Floats that JSON has no numbers for.
fn special(text: &str) -> Option<f64> {
    match text {
        "NaN" => Some(f64::NAN),
        "Infinity" => Some(f64::INFINITY),
        "-Infinity" => Some(f64::NEG_INFINITY),
        _ => None,
    }
}

fn uuid(text: &str) -> Option<u128> {
    let is_one = text.len() == 36 && [8, 13, 18, 23].iter().all(|at| text.as_bytes()[*at] == b'-');
    is_one.then(|| u128::from_str_radix(&text.replace('-', ""), 16).ok()).flatten()
}
