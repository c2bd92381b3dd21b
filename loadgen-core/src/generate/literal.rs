//! Values of any type from their text in a plan file.

use super::{calendar::interval, constant, exact::Exact, form::Form, unfillable::Refusal};
use crate::{Decimal, Type, Value};

/// The value that `text` stands for in a column of the type. Of a type that loadgen does not know it is the text, for
/// the database to understand.
pub(super) fn literal(text: &str, ty: &Type) -> Result<Value, Refusal> {
    let (value, example) = match ty {
        Type::Bool => (boolean(text), "true or false"),
        Type::Real => {
            (text.parse().ok().filter(|x: &f32| x.is_finite()).map(Value::Real), "a number such as 9.75")
        }
        Type::Double => {
            (text.parse().ok().filter(|x: &f64| x.is_finite()).map(Value::Double), "a number such as 9.75")
        }
        // Blanks at the end come back from nowhere that pads with them.
        Type::Text { max, fixed } => (
            fitting(if *fixed { text.trim_end_matches(' ') } else { text }, *max),
            "a text within the column's length, without NUL",
        ),
        Type::Bytes { .. } => (bytes(text), "bytes in hexadecimal such as 0x00ff"),
        Type::Uuid => (uuid(text), "a UUID such as 6d9a4c1e-0f2b-4a37-9c55-1b7e8d3f2a60"),
        Type::Json => (serde_json::from_str(text).ok().map(Value::Json), "a JSON document in quotes"),
        Type::Enum(labels) => {
            (labels.iter().find(|label| *label == text).cloned().map(Value::Text), "a label of its enum")
        }
        Type::Interval(_) => (interval(text).or_else(|| constant::span(text)), "a span such as P1DT2H30M"),
        Type::Array(_) => (None, "the elements alone"),
        Type::Spelt(_) | Type::Unsupported => (Some(Value::Text(text.to_owned())), ""),
        _ => return ordered(text, ty),
    };
    value.ok_or_else(|| refuse(text, example))
}

fn refuse(text: &str, example: &str) -> Refusal {
    Refusal::new(format!("{text:?} is not a value of its type"), example)
}

fn ordered(text: &str, ty: &Type) -> Result<Value, Refusal> {
    let shown = Exact::parse(text).map_or(0, |number| number.scale);
    let form = Form::of(ty, shown.min(Decimal::MAX_DIGITS.into()) as u8);
    let form = form.ok_or_else(|| refuse(text, "another value"))?;
    let (low, high) = form.limits();
    match form.read(text) {
        Some((number, true)) if low <= number && number <= high => Ok(form.value(number)),
        Some(_) => Err(Refusal::new(format!("{text:?} does not fit its type exactly"), form.example())),
        None => Err(refuse(text, form.example())),
    }
}

fn boolean(text: &str) -> Option<Value> {
    match text {
        "true" | "1" => Some(Value::Bool(true)),
        "false" | "0" => Some(Value::Bool(false)),
        _ => None,
    }
}

fn fitting(text: &str, max: Option<u32>) -> Option<Value> {
    let fits = max.is_none_or(|max| text.chars().count() <= max as usize) && !text.contains('\0');
    fits.then(|| Value::Text(text.to_owned()))
}

fn bytes(text: &str) -> Option<Value> {
    let digits = text.strip_prefix("0x").or_else(|| text.strip_prefix("\\x"))?;
    if digits.len() % 2 != 0 || !digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return None;
    }
    let pairs = (0..digits.len()).step_by(2).map(|at| u8::from_str_radix(&digits[at..at + 2], 16));
    pairs.collect::<Result<_, _>>().ok().map(Value::Bytes)
}

fn uuid(text: &str) -> Option<Value> {
    let digits: String = text.chars().filter(|letter| *letter != '-').collect();
    let whole = digits.len() == 32 && digits.bytes().all(|byte| byte.is_ascii_hexdigit());
    if whole { u128::from_str_radix(&digits, 16).ok().map(Value::Uuid) } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, ty: Type, expected: Option<Value>) {
        assert_eq!(literal(text, &ty).ok(), expected, "{text} as {ty:?}");
    }

    #[test]
    fn text_is_read_by_the_type_of_the_column() {
        check("1", Type::Int(16), Some(Value::Int(1)));
        check("40000", Type::Int(16), None);
        check("1.5", Type::Int(16), None);
        let decimal = Type::Decimal { precision: 4, scale: 2 };
        check("1.5", decimal.clone(), Some(Value::Decimal(Decimal { unscaled: 150, scale: 2 })));
        check("100", decimal.clone(), None);
        check("0.125", decimal, None);
        let any = Type::Decimal { precision: Type::UNBOUNDED, scale: 2 };
        check("0.125", any.clone(), Some(Value::Decimal(Decimal { unscaled: 125, scale: 3 })));
        check("7", any, Some(Value::Decimal(Decimal { unscaled: 700, scale: 2 })));
        check("0.1", Type::Real, Some(Value::Real(0.1)));
        check("NaN", Type::Double, None);
        check("1970-01-02", Type::Date, Some(Value::Date(1)));
        check("1969-12-31", Type::Date, Some(Value::Date(-1)));
        check("00:00:01.5", Type::Time(1), Some(Value::Time(1_500_000)));
        check("00:00:01.5", Type::Time(0), None);
        let zoned = |zoned| Type::Timestamp { precision: 6, zoned };
        check("1970-01-01T01:00:00+01:00", zoned(true), Some(Value::Timestamp(0)));
        check("1970-01-01 00:00:01", zoned(true), Some(Value::Timestamp(1_000_000)));
        check("1970-01-01T00:00:00Z", zoned(false), None);
        check(
            "P1Y2M3DT4S",
            Type::Interval(6),
            Some(Value::Interval { months: 14, days: 3, micros: 4_000_000 }),
        );
        check("0x00ff", Type::BYTES, Some(Value::Bytes(vec![0, 255])));
        check("00ff", Type::BYTES, None);
        check("été", Type::Text { max: Some(3), fixed: false }, Some(Value::Text("été".into())));
        check("four", Type::Text { max: Some(3), fixed: false }, None);
        check("a ", Type::Text { max: Some(3), fixed: false }, Some(Value::Text("a ".into())));
        check("a ", Type::Text { max: Some(3), fixed: true }, Some(Value::Text("a".into())));
        check("b", Type::Enum(["a".to_owned()].into()), None);
        check("POINT(1 1)", Type::Unsupported, Some(Value::Text("POINT(1 1)".into())));
    }
}
