//! Constants.

use sqlparser::ast::{Expr, UnaryOperator, Value};

/// A constant, with whatever parentheses, casts to texts and collations it stands in.
pub(super) fn of(expr: &Expr) -> Option<String> {
    match expr {
        Expr::Nested(inner) | Expr::Collate { expr: inner, .. } | Expr::Cast { expr: inner, .. } => of(inner),
        Expr::Value(value) => sql(&value.value),
        Expr::UnaryOp { op: UnaryOperator::Minus, expr } => Some(format!("-{}", of(expr)?)),
        _ => None,
    }
}

/// The text of a constant that is one, in the same wrapping.
pub(super) fn text(expr: &Expr) -> Option<&str> {
    match expr {
        Expr::Nested(inner) | Expr::Collate { expr: inner, .. } | Expr::Cast { expr: inner, .. } => {
            text(inner)
        }
        Expr::Value(value) => match &value.value {
            Value::SingleQuotedString(text) | Value::NationalStringLiteral(text) => Some(text),
            _ => None,
        },
        _ => None,
    }
}

/// A whole number, in the same wrapping.
pub(super) fn whole(expr: &Expr) -> Option<i64> {
    of(expr)?.trim_matches('\'').parse().ok()
}

/// A constant as it is understood.
pub(super) fn sql(value: &Value) -> Option<String> {
    Some(match value {
        // Money is written with a sign in front.
        Value::Number(digits, _) | Value::Placeholder(digits) => number(digits)?,
        Value::SingleQuotedString(text) | Value::NationalStringLiteral(text) => quoted(text),
        Value::Null => "NULL".to_owned(),
        Value::Boolean(truth) => truth.to_string(),
        _ => return None,
    })
}

/// A text in apostrophes.
pub(super) fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

/// A number without a power of ten and without a point at its end.
pub(super) fn number(digits: &str) -> Option<String> {
    let digits = digits.trim_start_matches('$');
    if digits.contains(['e', 'E']) {
        let float: f64 = digits.parse().ok()?;
        return (float.abs() < 1e15 && (float == 0.0 || float.abs() > 1e-9)).then(|| float.to_string());
    }
    digits.parse::<f64>().ok()?;
    let digits = digits.strip_suffix('.').unwrap_or(digits);
    Some(if digits.starts_with('.') { format!("0{digits}") } else { digits.to_owned() })
}
