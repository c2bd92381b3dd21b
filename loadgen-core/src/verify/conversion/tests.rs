use super::*;
use crate::Decimal;

fn cell(value: Value, from: Form, to: Form) -> Cell {
    Conversion::between(from, &to).map_or(Cell::Value(value.clone()), |conversion| conversion.cell(value))
}

fn text(text: &str) -> Value {
    Value::Text(text.to_owned())
}

fn decimal(unscaled: i128, scale: u8) -> Value {
    Value::Decimal(Decimal { unscaled, scale })
}

#[test]
fn a_value_that_says_what_it_was_is_that() {
    let check = |value: Value, from: Form, to: Form, expected: Value| {
        let words = format!("{value:?} of {from:?} as {to:?}");
        assert_eq!(cell(value, from, to), Cell::Value(expected), "{words}");
    };
    let (plain, two) = (Form::Decimal(None), Form::Decimal(Some(2)));
    check(decimal(50_000, 4), Form::Decimal(Some(4)), two.clone(), decimal(500, 2));
    check(decimal(5, 0), plain.clone(), two.clone(), decimal(500, 2));
    check(Value::Double(1234.56), Form::Double, two.clone(), decimal(123_456, 2));
    check(Value::Double(-0.07), Form::Double, two.clone(), decimal(-7, 2));
    check(Value::Real(1.25), Form::Real, two.clone(), decimal(125, 2));
    check(text("12.50"), Form::Text, plain, decimal(1_250, 2));
    check(text("12.5"), Form::Text, two.clone(), decimal(1_250, 2));
    check(Value::Int(7), Form::Integer, Form::Decimal(Some(0)), decimal(7, 0));
    check(decimal(700, 2), two, Form::Integer, Value::Int(7));
    check(Value::Double(7.0), Form::Double, Form::Integer, Value::Int(7));
    check(text("-7"), Form::Text, Form::Integer, Value::Int(-7));
    check(Value::Double(f64::from(0.1f32)), Form::Double, Form::Real, Value::Real(0.1));
    check(Value::Double(0.1), Form::Double, Form::Real, Value::Real(0.1));
    check(text("1e-7"), Form::Text, Form::Double, Value::Double(1e-7));
    check(text("t"), Form::Text, Form::Bool, Value::Bool(true));
    check(Value::Int(0), Form::Integer, Form::Bool, Value::Bool(false));
    check(text("\\x00ff"), Form::Text, Form::Bytes, Value::Bytes(vec![0, 255]));
    let uuid = "00112233-4455-6677-8899-aabbccddeeff";
    check(text(uuid), Form::Text, Form::Uuid, Value::Uuid(0x00112233445566778899aabbccddeeff));
    check(text("2024-10-04"), Form::Text, Form::Date, Value::Date(20_000));
    check(Value::Timestamp(20_000 * DAY), Form::Timestamp(6), Form::Date, Value::Date(20_000));
    check(text("00:00:01.5"), Form::Text, Form::Time(6), Value::Time(1_500_000));
    check(text("1970-01-02 00:00:00.25"), Form::Text, Form::Timestamp(6), Value::Timestamp(DAY + 250_000));
    check(text("{\"a\": 1}"), Form::Text, Form::Json, Value::Json(serde_json::json!({"a": 1})));
    check(text("ab  "), Form::Text, Form::Padded, text("ab"));
    let items = |item: Form| Form::Array(Box::new(item));
    let (texts, numbers) = (vec![text("1"), Value::Null], vec![Value::Int(1), Value::Null]);
    check(Value::Array(texts), items(Form::Text), items(Form::Integer), Value::Array(numbers));
    check(Value::Null, Form::Double, Form::Decimal(None), Value::Null);
}

#[test]
fn a_form_that_holds_all_of_the_other_leaves_values_as_they_are() {
    let is_same = |from: Form, to: &Form| Conversion::between(from, to).is_none();
    assert!(
        is_same(Form::Timestamp(6), &Form::Timestamp(3)) && !is_same(Form::Timestamp(3), &Form::Timestamp(6))
    );
    assert!(is_same(Form::Text, &Form::Spelt) && is_same(Form::Integer, &Form::Integer));
}

#[test]
fn what_may_have_been_something_else_is_inexact() {
    let check = |value: Value, from: Form, to: Form| {
        let words = format!("{value:?} of {from:?} as {to:?}");
        assert_eq!(cell(value, from, to), Cell::Inexact, "{words}");
    };
    let two = || Form::Decimal(Some(2));
    check(decimal(15_000, 4), Form::Decimal(Some(4)), Form::Decimal(None));
    check(decimal(12, 1), Form::Decimal(Some(1)), two());
    check(Value::Double(1.5), Form::Double, Form::Decimal(None));
    check(Value::Double(12_345_678_901_234.56), Form::Double, two());
    check(Value::Int(12), Form::Integer, two());
    check(Value::Double(9_007_199_254_740_992.0), Form::Double, Form::Integer);
    check(Value::Real(1.0), Form::Real, Form::Double);
    check(Value::Timestamp(0), Form::Timestamp(3), Form::Timestamp(6));
    check(text("04.10.2024"), Form::Text, Form::Date);
    check(text("1 day"), Form::Text, Form::Interval);
    check(text("ab"), Form::Padded, Form::Text);
    check(Value::Date(0), Form::Date, Form::Timestamp(6));
}

#[test]
fn what_the_source_cannot_have_had_stays_what_it_is() {
    let check =
        |value: Value, from: Form, to: Form| assert_eq!(cell(value.clone(), from, to), Cell::Value(value));
    check(decimal(12_345, 4), Form::Decimal(Some(4)), Form::Decimal(Some(2)));
    check(Value::Double(1.234), Form::Double, Form::Decimal(Some(2)));
    check(Value::Double(1.5), Form::Double, Form::Integer);
    check(Value::Timestamp(1), Form::Timestamp(6), Form::Date);
    check(text("twelve"), Form::Text, Form::Decimal(Some(2)));
}
