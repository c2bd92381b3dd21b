//! Values as those of another type, where that is exact: foreign keys may refer to columns of other types.

use crate::{
    Decimal, Type, Value,
    check::{Item, value_of},
    generate::constant,
};

/// The value as one of a column of another type that equals it; none where no value of that type does.
pub(crate) fn turn(value: &Value, to: &Type) -> Option<Value> {
    match (value, to) {
        (_, Type::Unsupported) => None,
        (Value::Int(_) | Value::Decimal(_) | Value::Real(_) | Value::Double(_), _) => number(value, to),
        (Value::Text(text), Type::Int(_)) => number(&Value::Int(text.parse().ok()?), to),
        (Value::Text(text), Type::Text { max, fixed }) => {
            let fits = max.is_none_or(|max| text.chars().count() <= max as usize);
            // Blanks at the end are lost.
            (fits && !(*fixed && text.ends_with(' '))).then(|| value.clone())
        }
        (Value::Date(_) | Value::Timestamp(_), Type::Date | Type::Timestamp { .. })
        | (Value::Time(_), Type::Time(_)) => value_of(&Item::from(value), to),
        (Value::Interval { micros, .. }, Type::Interval(precision)) => {
            let step = 10i64.pow(6u32.saturating_sub((*precision).into()));
            (micros % step == 0).then(|| value.clone())
        }
        _ => Some(value.clone()),
    }
}

fn number(value: &Value, to: &Type) -> Option<Value> {
    match (value, to) {
        (Value::Double(x), Type::Real) => {
            let short = *x as f32;
            (f64::from(short) == *x).then_some(Value::Real(short))
        }
        (Value::Real(_), Type::Real) | (Value::Double(_), Type::Double) => Some(value.clone()),
        (Value::Real(x), Type::Double) => Some(Value::Double(f64::from(*x))),
        (_, Type::Real) => {
            let number: f32 = value.to_string().parse().ok()?;
            (number.abs() <= WHOLE_REAL).then_some(Value::Real(number))
        }
        (_, Type::Double) => {
            let number: f64 = value.to_string().parse().ok()?;
            (number.abs() <= WHOLE_DOUBLE).then_some(Value::Double(number))
        }
        // The shortest digits that stand for a float are what it is compared by.
        (Value::Real(_) | Value::Double(_), Type::Int(_) | Type::Decimal { .. }) => {
            number(&Value::Decimal(constant::decimal(&value.to_string())?), to)
        }
        (Value::Decimal(_), Type::Decimal { precision: Type::UNBOUNDED, .. }) => Some(value.clone()),
        (Value::Int(x), Type::Decimal { precision: Type::UNBOUNDED, .. }) => {
            Some(Value::Decimal(Decimal { unscaled: i128::from(*x), scale: 0 }))
        }
        (_, Type::Int(_) | Type::Decimal { .. }) => value_of(&Item::from(value), to),
        (Value::Int(x), Type::Spelt(_)) => (*x >= 0).then(|| Value::Text(x.to_string())),
        _ => Some(value.clone()),
    }
}

/// Up to here floats of 32 bits have every whole number.
const WHOLE_REAL: f32 = 16_777_216.0;
/// Up to here floats of 64 bits have every whole number.
const WHOLE_DOUBLE: f64 = 9_007_199_254_740_992.0;

/// What values of a column have to be turned into before another one can hold them: the type of that one, or one that nothing
/// is of where it is not known how; none where all values are held as they are.
pub(crate) fn target(from: &Type, to: &Type) -> Option<Type> {
    let is_narrow = match (from, to) {
        (Type::Unsupported, _) | (_, Type::Unsupported) => false,
        (own, other) if own == other => false,
        (Type::Int(own), Type::Int(other)) => other < own,
        (Type::Text { max: own, fixed: padded }, Type::Text { max: other, fixed }) => {
            *fixed && !padded || other.is_some_and(|other| own.is_none_or(|own| other < own))
        }
        (Type::Timestamp { precision: own, .. }, Type::Timestamp { precision: other, .. })
        | (Type::Time(own), Type::Time(other))
        | (Type::Interval(own), Type::Interval(other)) => other < own,
        (Type::Decimal { .. }, Type::Decimal { precision: Type::UNBOUNDED, .. }) => false,
        (Type::Date | Type::Timestamp { .. }, Type::Date | Type::Timestamp { .. })
        | (Type::Int(_) | Type::Text { .. }, Type::Spelt(_))
        | (Type::Spelt(_), Type::Int(_) | Type::Text { .. }) => true,
        // Types that are written alike in part take each other's values.
        (Type::Spelt(own), Type::Spelt(other)) if other.iter().any(|text| own.contains(text)) => false,
        (Type::Spelt(_), Type::Spelt(_)) => return Some(Type::Unsupported),
        (own, other) if is_number(own) && is_number(other) => true,
        (own, other) if std::mem::discriminant(own) == std::mem::discriminant(other) => false,
        _ => return Some(Type::Unsupported),
    };
    is_narrow.then(|| to.clone())
}

fn is_number(ty: &Type) -> bool {
    matches!(ty, Type::Int(_) | Type::Decimal { .. } | Type::Real | Type::Double)
}

/// A type whose values a column can hold, and another one that refers to it, too; none where all values do.
pub(crate) fn narrowed(own: &Type, other: &Type) -> Option<Type> {
    target(own, other)?;
    let digits = |bits: u8| match bits {
        8 => 2,
        16 => 4,
        32 => 9,
        _ => 15,
    };
    Some(match (own, other) {
        (Type::Text { fixed, .. }, Type::Text { max, fixed: padded }) => {
            Type::Text { max: *max, fixed: *fixed || *padded }
        }
        (Type::Timestamp { .. }, Type::Date) => Type::Date,
        (Type::Text { .. }, Type::Spelt(_)) | (Type::Spelt(_), Type::Text { .. }) => other.clone(),
        (Type::Timestamp { zoned, .. }, Type::Timestamp { precision, .. }) => {
            Type::Timestamp { precision: *precision, zoned: *zoned }
        }
        (Type::Time(_), Type::Time(_))
        | (Type::Interval(_), Type::Interval(_))
        | (Type::Int(_), Type::Int(_))
        | (Type::Double, Type::Real) => other.clone(),
        (Type::Decimal { .. }, Type::Int(bits)) => meet(own, (digits(*bits), 0))?,
        (Type::Double, Type::Int(bits)) => Type::Decimal { precision: digits(*bits), scale: 0 },
        (Type::Real, Type::Int(bits)) => Type::Decimal { precision: digits(*bits).min(6), scale: 0 },
        (Type::Decimal { .. }, Type::Decimal { precision, scale }) => {
            meet(own, (precision.saturating_sub(u16::from(*scale)), *scale))?
        }
        (Type::Double, Type::Decimal { precision, scale }) => floating((*precision, *scale), 15),
        (Type::Real, Type::Decimal { precision, scale }) => floating((*precision, *scale), 6),
        _ => return None,
    })
}

/// Decimals of so many digits before and after the point that a type has.
fn meet(own: &Type, (before, after): (u16, u8)) -> Option<Type> {
    let Type::Decimal { precision, scale } = own else { return None };
    let bounded = *precision != Type::UNBOUNDED;
    let scale = if bounded { after.min(*scale) } else { after };
    let room =
        precision.saturating_sub(if let Type::Decimal { scale, .. } = own { u16::from(*scale) } else { 0 });
    let before = if bounded { before.min(room) } else { before };
    (before > 0 || scale > 0).then(|| Type::Decimal { precision: before + u16::from(scale), scale })
}

/// Decimals that a float of so many digits keeps apart.
fn floating((precision, scale): (u16, u8), most: u16) -> Type {
    let spare = precision.saturating_sub(most);
    let scale = if precision == Type::UNBOUNDED { scale } else { scale.saturating_sub(spare.min(255) as u8) };
    Type::Decimal { precision: precision.min(most), scale }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decimal(unscaled: i128, scale: u8) -> Value {
        Value::Decimal(Decimal { unscaled, scale })
    }

    #[test]
    fn a_value_is_turned_where_another_type_has_the_same() {
        let check = |value: Value, to: Type, expected: Option<Value>| {
            assert_eq!(turn(&value, &to), expected, "{value:?} as {to:?}");
        };
        let money = Type::Decimal { precision: 8, scale: 2 };
        check(decimal(120_000, 4), Type::Int(32), Some(Value::Int(12)));
        check(decimal(120_001, 4), Type::Int(32), None);
        check(decimal(1_234_500, 4), money.clone(), Some(decimal(12_345, 2)));
        check(decimal(1_234_501, 4), money.clone(), None);
        check(Value::Int(7), money, Some(decimal(700, 2)));
        check(Value::Int(40_000), Type::Int(16), None);
        check(Value::Double(0.5), Type::Real, Some(Value::Real(0.5)));
        check(Value::Double(0.1), Type::Real, None);
        check(Value::Double(12.34), Type::Decimal { precision: 8, scale: 2 }, Some(decimal(1_234, 2)));
        check(Value::Timestamp(86_400_000_000), Type::Date, Some(Value::Date(1)));
        check(Value::Timestamp(1), Type::Date, None);
        let moment = Type::Timestamp { precision: 6, zoned: false };
        check(Value::Date(1), moment, Some(Value::Timestamp(86_400_000_000)));
        let letters = Type::Text { max: Some(2), fixed: true };
        check(Value::Text("ab".into()), letters.clone(), Some(Value::Text("ab".into())));
        check(Value::Text("abc".into()), letters.clone(), None);
        check(Value::Text("a ".into()), letters, None);
        check(Value::Text("12".into()), Type::Int(32), Some(Value::Int(12)));
    }

    #[test]
    fn what_is_not_known_to_be_alike_is_turned_into_nothing() {
        let spelt = |texts: &[&str]| Type::Spelt(texts.iter().map(|text| (*text).to_owned()).collect());
        let check = |from: &Type, to: &Type, expected| assert_eq!(target(from, to), expected, "{from:?}");
        check(&spelt(&["{1-9}", "0"]), &spelt(&["{5-9}", "0"]), None);
        check(&spelt(&["{1-9}"]), &spelt(&["{5-9}"]), Some(Type::Unsupported));
        check(&Type::Time(6), &Type::Interval(6), Some(Type::Unsupported));
        check(&Type::Uuid, &Type::Uuid, None);
        assert_eq!(turn(&Value::Time(1), &Type::Unsupported), None);
    }

    #[test]
    fn a_column_is_narrowed_to_what_refers_to_it() {
        let decimal = |precision, scale| Type::Decimal { precision, scale };
        let check = |own: Type, other: Type, expected: Option<Type>| {
            assert_eq!(narrowed(&own, &other), expected, "{own:?} for {other:?}");
        };
        check(decimal(10, 4), decimal(8, 2), Some(decimal(8, 2)));
        check(decimal(8, 2), decimal(10, 4), Some(decimal(8, 2)));
        check(decimal(Type::UNBOUNDED, 2), Type::Int(32), Some(decimal(9, 0)));
        check(decimal(6, 2), Type::Int(32), Some(decimal(4, 0)));
        check(Type::Int(32), Type::Int(64), None);
        let words = Type::Text { max: Some(9), fixed: false };
        check(Type::Text { max: None, fixed: false }, words.clone(), Some(words));
        check(Type::Date, Type::Timestamp { precision: 6, zoned: true }, None);
    }
}
