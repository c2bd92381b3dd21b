//! Items among the values of a column.

use super::item::{DAY, Item};
use crate::{
    Type, Value,
    generate::{Form, calendar::shown_time, constant},
};

/// The number of an item in the units of a form, rounded down, and whether it is exactly that.
pub(super) fn place(form: Form, item: &Item) -> Option<(i128, bool)> {
    let stepped = |micros: i128| {
        let step = form.step();
        (micros.div_euclid(step) * step, micros.rem_euclid(step) == 0)
    };
    match (form, item) {
        (Form::Date, Item::Date(days)) => Some((i128::from(*days), true)),
        (Form::Date, Item::Moment(micros)) => {
            Some((i128::from(micros.div_euclid(DAY)), micros.rem_euclid(DAY) == 0))
        }
        (Form::Timestamp { .. }, Item::Date(_) | Item::Moment(_)) => {
            Some(stepped(i128::from(item.micros().ok()?)))
        }
        (Form::Time { .. }, Item::Time(micros)) => Some(stepped(i128::from(*micros))),
        (Form::Interval { .. }, Item::Span { .. }) => Some(stepped(item.length().ok()?)),
        (Form::Date | Form::Timestamp { .. } | Form::Time { .. } | Form::Interval { .. }, _) => None,
        (_, Item::Int(number)) => form.read(&number.to_string()),
        (_, Item::Exact(number)) => form.read(&number.to_string()),
        (_, Item::Float(number)) => form.read(&format!("{number:e}")),
        _ => None,
    }
}

/// The number of a value in the units of a form.
pub(super) fn number(form: Form, value: &Value) -> Option<i128> {
    place(form, &Item::from(value)).map(|(number, _)| number)
}

/// The item as a value of a column, if it is one.
pub(crate) fn value(item: &Item, ty: &Type) -> Option<Value> {
    if item.is_null() {
        return Some(Value::Null);
    }
    match ty {
        Type::Double => return item.float().ok().map(Value::Double),
        Type::Real => return item.float().ok().map(|x| Value::Real(x as f32)),
        _ => {}
    }
    if let Some(form) = Form::of(ty, 0) {
        let (number, exact) = place(form, item)?;
        let (low, high) = form.limits();
        return (exact && (low..=high).contains(&number)).then(|| form.value(number));
    }
    match (item, ty) {
        (Item::Text(text), Type::Text { .. } | Type::Enum(_) | Type::Spelt(_)) => constant::literal(text, ty),
        (Item::Bool(truth), Type::Bool) => Some(Value::Bool(*truth)),
        (Item::Uuid(id), Type::Uuid) => Some(Value::Uuid(*id)),
        (Item::Bytes(bytes), Type::Bytes { .. }) => Some(Value::Bytes(bytes.clone())),
        (Item::Json(json), Type::Json) => Some(Value::Json(json.clone())),
        _ => None,
    }
}

/// The item the way a plan file writes a value of the type, if it is one.
pub(super) fn written(item: &Item, ty: &Type) -> Option<String> {
    let text = match item {
        Item::Bool(truth) => truth.to_string(),
        Item::Int(number) => number.to_string(),
        Item::Exact(number) => number.to_string(),
        Item::Float(number) => number.to_string(),
        Item::Text(text) => text.clone(),
        Item::Json(json) => json.to_string(),
        Item::Uuid(id) => format!("{id:032x}"),
        Item::Span { .. } if matches!(ty, Type::Interval(_)) => spelt(item)?,
        Item::Date(_) | Item::Time(_) | Item::Moment(_) => {
            let form = Form::of(ty, 0)?;
            form.show(place(form, item).filter(|(_, exact)| *exact)?.0)
        }
        _ => return None,
    };
    constant::literal(&text, ty).map(|_| text)
}

/// A span in the words that plan files and databases share.
fn spelt(item: &Item) -> Option<String> {
    let Item::Span { months, days, micros } = item else { return None };
    let sign = if *micros < 0 { "-" } else { "" };
    Some(format!("{months} mons {days} days {sign}{}", shown_time(i128::from(*micros).abs())))
}
