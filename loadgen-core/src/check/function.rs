//! Functions that conditions call.

use super::{
    item::{DAY, Item, Unknown, exact},
    number::arith,
    text,
};
use crate::Decimal;

/// A function that loadgen knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Function {
    Length,
    Octets,
    /// Blanks up to a number of characters.
    Pad,
    Lower,
    Upper,
    /// Without the characters of a second argument, or blanks, at the start, the end, or both.
    Trim {
        start: bool,
        end: bool,
    },
    Left,
    Right,
    Substring,
    Position,
    Replace,
    StartsWith,
    /// The regular expression of a pattern of SIMILAR TO.
    Similar,
    Concat,
    Abs,
    Sign,
    Round,
    Floor,
    Ceil,
    Truncate,
    Coalesce,
    NullIf,
    Greatest,
    Least,
    NumNulls,
    NumNonNulls,
    Cardinality,
    ArrayLength,
    /// Of an array that is not empty.
    Dimensions,
    /// Where an item stands in an array, counted from one.
    ArrayPosition,
    JsonType,
    HasKey,
    /// Whether all items of an array are among those of another.
    Within,
    Overlaps,
    Part(Field),
    /// The bits that two numbers share.
    Bits,
    /// Whether a point in time is one.
    IsFinite,
    /// Whether a span of values has none.
    IsEmpty,
    /// An end of a span of values, or the size of an array of several dimensions, which the database alone finds in its text.
    End,
}

/// A part of a day or of a point in time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Field {
    Year,
    Month,
    Day,
    Hour,
    Minute,
    /// The day of the week, Sunday being 0.
    WeekDay,
    /// The day of the week, Sunday being 7.
    IsoWeekDay,
    Epoch,
}

/// Calls the functions that have a result for NULL.
pub(super) fn lenient(function: Function, args: &[Item]) -> Option<Result<Item, Unknown>> {
    let nulls = || args.iter().filter(|arg| arg.is_null()).count();
    Some(Ok(match function {
        Function::Coalesce => args.iter().find(|arg| !arg.is_null()).cloned().unwrap_or(Item::Null),
        Function::NumNulls => Item::Int(nulls() as i128),
        Function::NumNonNulls => Item::Int((args.len() - nulls()) as i128),
        Function::ArrayPosition => match args {
            [Item::List(items), item] => {
                let at = items.iter().position(|own| own == item);
                at.map_or(Item::Null, |at| Item::Int(at as i128 + 1))
            }
            [Item::Null, _] => Item::Null,
            _ => return Some(Err(Unknown)),
        },
        Function::Greatest | Function::Least => return Some(extreme(function, args)),
        Function::NullIf => match args {
            [a, b] if a.is_null() || b.is_null() => a.clone(),
            [a, b] => {
                return Some(
                    a.order(b).map(|o| if o.is_some_and(|o| o.is_eq()) { Item::Null } else { a.clone() }),
                );
            }
            _ => return Some(Err(Unknown)),
        },
        _ => return None,
    }))
}

fn extreme(function: Function, args: &[Item]) -> Result<Item, Unknown> {
    let mut best = Item::Null;
    for arg in args.iter().filter(|arg| !arg.is_null()) {
        let better = best.is_null() || {
            let order = arg.order(&best)?.ok_or(Unknown)?;
            if function == Function::Greatest { order.is_gt() } else { order.is_lt() }
        };
        if better {
            best = arg.clone();
        }
    }
    Ok(best)
}

/// Calls a function with arguments of which none is NULL.
pub(super) fn strict(function: Function, args: &[Item]) -> Result<Item, Unknown> {
    use Item::{Bool, Date, Exact, Float, Int, Json, List, Moment, Text, Time};
    if let [Text(_) | Item::Bytes(_), ..] = args {
        return text::strict(function, args);
    }
    Ok(match (function, args) {
        (Function::Abs, [Int(x)]) => Int(x.checked_abs().ok_or(Unknown)?),
        (Function::Abs, [Exact(x)]) => {
            Exact(Decimal { unscaled: x.unscaled.checked_abs().ok_or(Unknown)?, ..*x })
        }
        (Function::Abs, [Float(x)]) => Float(x.abs()),
        (Function::Sign, [Int(x)]) => Int(x.signum()),
        (Function::Sign, [Exact(x)]) => Int(x.unscaled.signum()),
        (Function::Round | Function::Floor | Function::Ceil | Function::Truncate, args) => {
            rounded(function, args)?
        }
        (Function::Cardinality, [List(items)]) => Int(items.len() as i128),
        (Function::ArrayLength, [List(items), Int(1)]) => {
            if items.is_empty() {
                Item::Null
            } else {
                Int(items.len() as i128)
            }
        }
        (Function::Dimensions, [List(items)]) => {
            if items.is_empty() {
                Item::Null
            } else {
                Int(1)
            }
        }
        (Function::JsonType, [Json(json)]) => Text(json_type(json).to_owned()),
        (Function::HasKey, [Json(json), Text(key)]) => Bool(match json {
            serde_json::Value::Object(map) => map.contains_key(key),
            serde_json::Value::Array(items) => items.iter().any(|item| item.as_str() == Some(key)),
            other => other.as_str() == Some(key),
        }),
        (Function::Within, [List(items), List(of)]) => Bool(items.iter().all(|item| of.contains(item))),
        (Function::Overlaps, [List(items), List(of)]) => Bool(items.iter().any(|item| of.contains(item))),
        (Function::Bits, [Int(a), Int(b)]) => Int(a & b),
        (Function::IsFinite, [Date(_) | Moment(_)]) => {
            Bool(!matches!(args[0].micros(), Ok(i64::MIN | i64::MAX)) && args[0].micros().is_ok())
        }
        (Function::IsFinite, [Item::Span { .. }]) => Bool(true),
        (Function::Part(field), [Date(_) | Moment(_)]) => part(field, args[0].micros()?)?,
        (Function::Part(Field::Hour), [Time(micros)]) => Int(i128::from(micros / 3_600_000_000)),
        (Function::Part(Field::Minute), [Time(micros)]) => Int(i128::from(micros / 60_000_000 % 60)),
        (Function::Part(Field::Epoch), [span @ Item::Span { .. }]) => {
            arith(super::expr::Arith::Div, &Float(span.length()? as f64), &Float(1e6), None)?
        }
        _ => return Err(Unknown),
    })
}

fn rounded(function: Function, args: &[Item]) -> Result<Item, Unknown> {
    let (number, digits) = match args {
        [number] => (number, 0),
        [number, Item::Int(digits @ 0..=38)] => (number, *digits as u8),
        _ => return Err(Unknown),
    };
    Ok(match (function, number) {
        (_, Item::Int(x)) => Item::Int(*x),
        (Function::Round, Item::Exact(x)) => Item::Exact(x.rounded(digits)?),
        (Function::Truncate, Item::Exact(x)) => {
            let lost = x.rounded(digits.max(x.scale))?.unscaled
                % 10i128.pow(u32::from(x.scale.saturating_sub(digits)));
            Item::Exact(Decimal { unscaled: x.unscaled - lost, scale: x.scale })
        }
        (Function::Floor | Function::Ceil, Item::Exact(x)) => {
            let whole = x.truncated();
            let back = exact(&Item::Int(whole))?.order(*x);
            let step = match function {
                Function::Floor if back.is_gt() => -1,
                Function::Ceil if back.is_lt() => 1,
                _ => 0,
            };
            Item::Exact(Decimal { unscaled: whole + step, scale: 0 })
        }
        (Function::Round, Item::Float(x)) if digits == 0 => Item::Float(x.round_ties_even()),
        (Function::Round, Item::Float(x)) => {
            let step = 10f64.powi(i32::from(digits));
            Item::Float((x * step).round() / step)
        }
        (Function::Floor, Item::Float(x)) => Item::Float(x.floor()),
        (Function::Ceil, Item::Float(x)) => Item::Float(x.ceil()),
        (Function::Truncate, Item::Float(x)) => Item::Float(x.trunc()),
        _ => return Err(Unknown),
    })
}

fn json_type(json: &serde_json::Value) -> &'static str {
    use serde_json::Value::{Array, Bool, Null, Number, Object, String};
    match json {
        Null => "null",
        Bool(_) => "boolean",
        Number(_) => "number",
        String(_) => "string",
        Array(_) => "array",
        Object(_) => "object",
    }
}

fn part(field: Field, micros: i64) -> Result<Item, Unknown> {
    let (year, month, day) = crate::generate::constant::civil(micros).ok_or(Unknown)?;
    let week_day = (micros.div_euclid(DAY) + 4).rem_euclid(7);
    let time = micros.rem_euclid(DAY);
    Ok(Item::Int(i128::from(match field {
        Field::Year => year,
        Field::Month => month,
        Field::Day => day,
        Field::Hour => time / 3_600_000_000,
        Field::Minute => time / 60_000_000 % 60,
        Field::WeekDay => week_day,
        Field::IsoWeekDay => {
            if week_day == 0 {
                7
            } else {
                week_day
            }
        }
        Field::Epoch => micros.div_euclid(1_000_000),
    })))
}
