//! Ordered types as whole numbers.

use super::{calendar, exact::Exact};
use crate::{Decimal, Type, Value};

/// A type whose values are whole numbers of some unit, in order: integers, decimals in units of their scale, floats
/// likewise, days, microseconds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Form {
    Int { bits: u8 },
    Decimal { digits: u8, scale: u8 },
    Real { scale: u8 },
    Double { scale: u8 },
    Date,
    Time { precision: u8 },
    Timestamp { precision: u8, zoned: bool },
    Interval { precision: u8 },
}

const DAY: i128 = 86_400_000_000;
/// 0001-01-01 and 9999-12-31 in days since 1970: what every database knows.
const DAYS: (i128, i128) = (-719_162, 2_932_896);
/// The largest magnitude accepted for a float; every unit of it fits an i128 at the scales used.
const FLOAT: i128 = 10i128.pow(28);

impl Form {
    /// The form of a type, if it has one. Floats get `scale` digits after the point, and so do decimals without a bound.
    pub(crate) fn of(ty: &Type, scale: u8) -> Option<Self> {
        Some(match *ty {
            Type::Int(bits) => Form::Int { bits: bits.clamp(1, 64) },
            Type::Decimal { precision: Type::UNBOUNDED, scale: usual } => {
                decimal(Type::UNBOUNDED, usual.max(scale))
            }
            Type::Decimal { precision, scale } => decimal(precision, scale),
            Type::Real => Form::Real { scale },
            Type::Double => Form::Double { scale },
            Type::Date => Form::Date,
            Type::Time(precision) => Form::Time { precision: precision.min(6) },
            Type::Timestamp { precision, zoned } => Form::Timestamp { precision: precision.min(6), zoned },
            Type::Interval(precision) => Form::Interval { precision: precision.min(6) },
            _ => return None,
        })
    }

    /// The least and the greatest value of the type.
    pub(crate) fn limits(self) -> (i128, i128) {
        match self {
            Form::Int { bits } => Type::whole_numbers(bits),
            Form::Decimal { digits, .. } => (-Decimal::max_unscaled(digits), Decimal::max_unscaled(digits)),
            Form::Real { scale } | Form::Double { scale } => {
                let unit = 10i128.pow(u32::from(scale));
                (-FLOAT * unit, FLOAT * unit)
            }
            Form::Date => DAYS,
            Form::Time { .. } => (0, DAY - self.step()),
            Form::Timestamp { .. } => (DAYS.0 * DAY, (DAYS.1 + 1) * DAY - self.step()),
            Form::Interval { .. } => (-36_500 * DAY, 36_500 * DAY),
        }
    }

    /// The least and the greatest value where nothing is said: moderate sizes, and dates from 2015 to 2025.
    pub(crate) fn usual(self) -> (i128, i128) {
        let (first, end) = (16_436, 20_454);
        let high = match self {
            Form::Int { bits: 0..=32 } => 999_999,
            Form::Int { .. } => 999_999_999,
            Form::Decimal { scale, .. } => Decimal::max_unscaled(scale.saturating_add(5)),
            Form::Real { scale } => 10_000 * 10i128.pow(u32::from(scale)) - 1,
            Form::Double { scale } => 1_000_000 * 10i128.pow(u32::from(scale)) - 1,
            Form::Date => end - 1,
            Form::Timestamp { .. } => end * DAY - self.step(),
            Form::Time { .. } => DAY - self.step(),
            Form::Interval { .. } => 30 * DAY,
        };
        let low = match self {
            Form::Date => first,
            Form::Timestamp { .. } => first * DAY,
            _ => 0,
        };
        (low, high.min(self.limits().1))
    }

    /// The distance between neighbours.
    pub(crate) fn step(self) -> i128 {
        match self {
            Form::Time { precision } | Form::Timestamp { precision, .. } | Form::Interval { precision } => {
                10i128.pow(u32::from(6 - precision))
            }
            _ => 1,
        }
    }

    /// The value of a number within the limits.
    pub(crate) fn value(self, number: i128) -> Value {
        match self {
            Form::Int { .. } => Value::Int(number as i64),
            Form::Decimal { scale, .. } => Value::Decimal(Decimal { unscaled: number, scale }),
            Form::Real { scale } => Value::Real((number as f64 / POWERS[usize::from(scale)]) as f32),
            Form::Double { scale } => Value::Double(number as f64 / POWERS[usize::from(scale)]),
            Form::Date => Value::Date(number as i32),
            Form::Time { .. } => Value::Time(number as i64),
            Form::Timestamp { .. } => Value::Timestamp(number as i64),
            Form::Interval { .. } => {
                let (days, micros) = (number.div_euclid(DAY), number.rem_euclid(DAY));
                Value::Interval { months: 0, days: days as i32, micros: micros as i64 }
            }
        }
    }

    /// The number of a value written as text, rounded down, and whether it is exactly that.
    pub(crate) fn read(self, text: &str) -> Option<(i128, bool)> {
        let micros = |micros: i128| {
            let step = self.step();
            (micros.div_euclid(step) * step, micros.rem_euclid(step) == 0)
        };
        match self {
            Form::Int { .. } => Exact::parse(text)?.at_scale(0),
            Form::Decimal { scale, .. } | Form::Real { scale } | Form::Double { scale } => {
                Exact::parse(text)?.at_scale(u32::from(scale))
            }
            Form::Date => Some((calendar::days(text)?, true)),
            Form::Time { .. } => Some(micros(calendar::time(text)?)),
            Form::Timestamp { zoned, .. } => {
                let instant = if zoned { calendar::instant(text) } else { None };
                Some(micros(instant.or_else(|| calendar::timestamp(text))?))
            }
            Form::Interval { .. } => match calendar::interval(text)? {
                Value::Interval { months: 0, days, micros: rest } => {
                    Some(micros(i128::from(days) * DAY + i128::from(rest)))
                }
                _ => None,
            },
        }
    }

    /// What a value of this form looks like in a plan file.
    pub(super) fn example(self) -> &'static str {
        match self {
            Form::Int { .. } => "a whole number such as 42",
            Form::Decimal { .. } | Form::Real { .. } | Form::Double { .. } => "a number such as 9.75",
            Form::Date => "a day such as 2024-02-29",
            Form::Time { .. } => "a time of day such as 18:30:00",
            Form::Timestamp { zoned: true, .. } => "an instant such as 2024-02-29T18:30:00Z",
            Form::Timestamp { .. } => "a date and time such as 2024-02-29T18:30:00",
            Form::Interval { .. } => "a span of days and less such as P1DT2H30M",
        }
    }

    /// The kind of value, and the number as people write it.
    pub(crate) fn show(self, number: i128) -> String {
        match self {
            Form::Int { .. } => number.to_string(),
            Form::Decimal { scale, .. } | Form::Real { scale } | Form::Double { scale } => {
                Decimal { unscaled: number, scale }.to_string()
            }
            Form::Date => calendar::shown_day(number),
            Form::Time { .. } => calendar::shown_time(number),
            Form::Timestamp { .. } => {
                format!(
                    "{} {}",
                    calendar::shown_day(number.div_euclid(DAY)),
                    calendar::shown_time(number.rem_euclid(DAY))
                )
            }
            Form::Interval { .. } => {
                format!("{} days {}", number.div_euclid(DAY), calendar::shown_time(number.rem_euclid(DAY)))
            }
        }
    }

    /// What such values are called.
    pub(super) fn noun(self) -> &'static str {
        match self {
            Form::Int { .. } => "integer",
            Form::Decimal { .. } => "decimal",
            Form::Real { .. } | Form::Double { .. } => "float",
            Form::Date => "date",
            Form::Time { .. } => "time",
            Form::Timestamp { .. } => "timestamp",
            Form::Interval { .. } => "interval",
        }
    }
}

/// Floats have at most this many digits after the point.
pub(crate) const FLOAT_SCALE: u8 = 9;
const POWERS: [f64; FLOAT_SCALE as usize + 1] = [1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9];

/// At most 38 digits, of which as many stay before the point as the type has there.
fn decimal(precision: u16, scale: u8) -> Form {
    let before = i32::from(precision) - i32::from(scale);
    let scale = scale.min(Decimal::MAX_DIGITS);
    let digits = (before + i32::from(scale)).clamp(0, i32::from(Decimal::MAX_DIGITS));
    Form::Decimal { digits: digits as u8, scale }
}
