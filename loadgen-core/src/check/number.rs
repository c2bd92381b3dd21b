//! Arithmetic on exact decimals and on what else can be added and multiplied.

use std::cmp::Ordering;

use super::{
    expr::Arith,
    item::{DAY, Item, Unknown, exact},
};
use crate::{Decimal, Type};

impl Decimal {
    /// Both numbers with as many digits after the point.
    fn aligned(self, other: Decimal) -> Result<(i128, i128, u8), Unknown> {
        let scale = self.scale.max(other.scale);
        Ok((self.at(scale)?, other.at(scale)?, scale))
    }

    /// All digits with `scale` of them after the point, which are at least as many as there are.
    fn at(self, scale: u8) -> Result<i128, Unknown> {
        let unit = 10i128.checked_pow(u32::from(scale - self.scale)).ok_or(Unknown)?;
        self.unscaled.checked_mul(unit).ok_or(Unknown)
    }

    pub(super) fn order(self, other: Decimal) -> Ordering {
        match self.aligned(other) {
            Ok((a, b, _)) => a.cmp(&b),
            Err(Unknown) => {
                let float = |x: Decimal| x.unscaled as f64 / 10f64.powi(i32::from(x.scale));
                float(self).total_cmp(&float(other))
            }
        }
    }

    /// Rounded to `scale` digits after the point, halves away from zero.
    pub(super) fn rounded(self, scale: u8) -> Result<Decimal, Unknown> {
        if scale >= self.scale {
            return Ok(Decimal { unscaled: self.at(scale)?, scale });
        }
        let unit = 10i128.checked_pow(u32::from(self.scale - scale)).ok_or(Unknown)?;
        let half = if self.unscaled < 0 { -unit / 2 } else { unit / 2 };
        Ok(Decimal { unscaled: self.unscaled.checked_add(half).ok_or(Unknown)? / unit, scale })
    }

    /// The first group of four digits that is not zero, counted from the point, and which it is: 0 before the point.
    fn leading(self) -> (i32, u128) {
        let digits = self.unscaled.unsigned_abs();
        let Some(exponent) = digits.checked_ilog10() else { return (0, 0) };
        let weight = (exponent as i32 - i32::from(self.scale)).div_euclid(4);
        let below = 4 * weight + i32::from(self.scale);
        let unit = 10u128.pow(below.unsigned_abs());
        (weight, if below < 0 { digits * unit } else { digits / unit })
    }

    /// By what the digits of this number are to be divided so that it is a multiple of another.
    pub(super) fn multiples_of(self, unit: Decimal) -> Option<i128> {
        let most = self.scale.max(unit.scale);
        let step = unit.at(most).ok()?;
        let digit = 10i128.checked_pow(u32::from(most - self.scale))?;
        let (mut a, mut b) = (step, digit);
        while b != 0 {
            (a, b) = (b, a % b);
        }
        (a != 0).then(|| step / a)
    }

    /// Without what is behind the point.
    pub(super) fn truncated(self) -> i128 {
        10i128.checked_pow(u32::from(self.scale)).map_or(0, |unit| self.unscaled / unit)
    }
}

/// Computes with two items that are not NULL.
pub(super) fn arith(op: Arith, a: &Item, b: &Item, bits: Option<u8>) -> Result<Item, Unknown> {
    use Item::{Date, Exact, Float, Int, Moment, Span, Time};
    Ok(match (a, b) {
        (Int(a), Int(b)) => Int(fitting(whole(op, *a, *b).ok_or(Unknown)?, bits)?),
        (Int(_) | Exact(_), Int(_) | Exact(_)) => decimal(op, exact(a)?, exact(b)?)?,
        (Int(_) | Exact(_) | Float(_), Int(_) | Exact(_) | Float(_)) => {
            let (a, b) = (a.float()?, b.float()?);
            let result = match op {
                Arith::Add => a + b,
                Arith::Sub => a - b,
                Arith::Mul => a * b,
                Arith::Div => a / b,
                Arith::Rem => return Err(Unknown),
            };
            Float(Some(result).filter(|x| x.is_finite()).ok_or(Unknown)?)
        }
        (Date(a), Int(b)) => Date(shifted(op, *a, i64::try_from(*b).map_err(|_| Unknown)?)?),
        (Int(a), Date(b)) if op == Arith::Add => {
            Date(shifted(op, *b, i64::try_from(*a).map_err(|_| Unknown)?)?)
        }
        (Date(a), Date(b)) if op == Arith::Sub => Int(i128::from(*a) - i128::from(*b)),
        (Moment(a), Moment(b)) if op == Arith::Sub => {
            let apart = a.checked_sub(*b).ok_or(Unknown)?;
            Span { months: 0, days: apart / DAY, micros: apart % DAY }
        }
        (Time(a), Time(b)) if op == Arith::Sub => {
            Span { months: 0, days: 0, micros: a.checked_sub(*b).ok_or(Unknown)? }
        }
        (Date(_) | Moment(_), Span { .. }) => Moment(moved(op, a.micros()?, b)?),
        (Span { .. }, Date(_) | Moment(_)) if op == Arith::Add => Moment(moved(op, b.micros()?, a)?),
        (Date(a), Time(b)) if op == Arith::Add => Moment(Date(*a).micros()?.checked_add(*b).ok_or(Unknown)?),
        _ => return Err(Unknown),
    })
}

/// What the database refuses as out of range.
pub(super) fn fitting(number: i128, bits: Option<u8>) -> Result<i128, Unknown> {
    let (least, most) = Type::whole_numbers(bits.unwrap_or(64));
    if (least..=most).contains(&number) { Ok(number) } else { Err(Unknown) }
}

fn whole(op: Arith, a: i128, b: i128) -> Option<i128> {
    match op {
        Arith::Add => a.checked_add(b),
        Arith::Sub => a.checked_sub(b),
        Arith::Mul => a.checked_mul(b),
        Arith::Div => a.checked_div(b),
        Arith::Rem => a.checked_rem(b),
    }
}

fn decimal(op: Arith, a: Decimal, b: Decimal) -> Result<Item, Unknown> {
    let (x, y, scale) = a.aligned(b)?;
    let same =
        |unscaled: Option<i128>| Ok(Item::Exact(Decimal { unscaled: unscaled.ok_or(Unknown)?, scale }));
    match op {
        Arith::Add => same(x.checked_add(y)),
        Arith::Sub => same(x.checked_sub(y)),
        Arith::Rem => same(x.checked_rem(y)),
        Arith::Mul => {
            // As a float, where there is no room for all digits, such as those of quotients.
            let float = |it: Decimal| it.unscaled as f64 / 10f64.powi(i32::from(it.scale));
            Ok(product(a, b).map_or(Item::Float(float(a) * float(b)), Item::Exact))
        }
        Arith::Div if y == 0 => Err(Unknown),
        // As a float, where there is no room for all digits.
        Arith::Div => Ok(quotient(a, b).map_or(Item::Float(x as f64 / y as f64), Item::Exact)),
    }
}

fn product(a: Decimal, b: Decimal) -> Option<Decimal> {
    let scale = a.scale.checked_add(b.scale).filter(|scale| *scale <= Decimal::MAX_DIGITS)?;
    Some(Decimal { unscaled: a.unscaled.checked_mul(b.unscaled)?, scale })
}

/// A quotient with the digits that the server keeps, so that it is rounded from the same ones: 16 that count at least,
/// by groups of four, and as many after the point as either side has.
fn quotient(a: Decimal, b: Decimal) -> Option<Decimal> {
    let ((weight_a, first_a), (weight_b, first_b)) = (a.leading(), b.leading());
    let weight = weight_a - weight_b - i32::from(first_a <= first_b);
    let scale = (16 - 4 * weight).max(a.scale.into()).max(b.scale.into());
    let more = u32::try_from(scale + i32::from(b.scale) - i32::from(a.scale)).ok()?;
    let whole = a.unscaled.checked_mul(10i128.checked_pow(more)?)?;
    let (quotient, rest) = (whole.checked_div(b.unscaled)?, whole.checked_rem(b.unscaled)?);
    let up = rest.unsigned_abs() * 2 >= b.unscaled.unsigned_abs();
    let away = if (whole < 0) == (b.unscaled < 0) { 1 } else { -1 };
    let scale = u8::try_from(scale).ok().filter(|scale| *scale <= Decimal::MAX_DIGITS)?;
    Some(Decimal { unscaled: if up { quotient.checked_add(away)? } else { quotient }, scale })
}

fn shifted(op: Arith, days: i64, by: i64) -> Result<i64, Unknown> {
    match op {
        Arith::Add => days.checked_add(by).ok_or(Unknown),
        Arith::Sub => days.checked_sub(by).ok_or(Unknown),
        _ => Err(Unknown),
    }
}

/// A point in time, a span later or earlier.
fn moved(op: Arith, micros: i64, span: &Item) -> Result<i64, Unknown> {
    let sign = match op {
        Arith::Add => 1,
        Arith::Sub => -1,
        _ => return Err(Unknown),
    };
    let Item::Span { months, days, micros: rest } = span else { return Err(Unknown) };
    let start = crate::generate::constant::months_later(micros, months.checked_mul(sign).ok_or(Unknown)?)
        .ok_or(Unknown)?;
    let days = days.checked_mul(DAY).and_then(|days| days.checked_add(*rest)).ok_or(Unknown)?;
    start.checked_add(days.checked_mul(sign).ok_or(Unknown)?).ok_or(Unknown)
}
