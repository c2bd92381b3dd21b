//! Values that are drawn, moved to what is asked of their letters, digits and divisors.

use super::{
    item::Item,
    limits::{Limits, form},
    place::place,
};
use crate::{Decimal, Type, Value};

impl Limits {
    /// What its letters and its divisor ask for.
    pub(super) fn mended(&self, value: Value, ty: &Type) -> Value {
        match (value, self.upper, self.rest) {
            (Value::Text(text), Some(true), _) => Value::Text(text.to_ascii_uppercase()),
            (Value::Text(text), Some(false), _) => Value::Text(text.to_ascii_lowercase()),
            (Value::Int(number), _, Some((by, rest))) => {
                let moved = i128::from(number).checked_rem(by).map(|own| i128::from(number) - own);
                let moved = moved.and_then(|moved| self.inside(moved.checked_add(rest)?, by, ty));
                Value::Int(moved.unwrap_or(number))
            }
            (Value::Decimal(number), ..) => {
                let spare = self.digits.map_or(0, |digits| number.scale.saturating_sub(digits));
                let unit = 10i128.pow(u32::from(spare));
                let unit = self.unit.and_then(|unit| number.multiples_of(unit)).unwrap_or(unit);
                let moved = number.unscaled - number.unscaled % unit;
                let is_low = |moved: i128| !self.allow(&Item::Exact(Decimal { unscaled: moved, ..number }));
                let moved = if is_low(moved) { moved + unit } else { moved };
                Value::Decimal(Decimal { unscaled: moved, ..number })
            }
            (Value::Array(values), ..) => match (&self.items, ty) {
                (Some(items), Type::Array(element)) => {
                    Value::Array(values.into_iter().map(|value| items.mended(value, element)).collect())
                }
                _ => Value::Array(values),
            },
            (value, ..) => value,
        }
    }

    /// The number, or the next one in steps of `by` that the type has and that is within the column's limits.
    fn inside(&self, number: i128, by: i128, ty: &Type) -> Option<i64> {
        let form = form(ty, &[])?;
        let (floor, ceiling) = form.limits();
        let end = |bound: &Option<(Item, bool)>| {
            bound.as_ref().and_then(|(item, _)| place(form, item)).map(|(number, _)| number)
        };
        let low = end(&self.low).map_or(floor, |low| low.max(floor));
        let high = end(&self.high).map_or(ceiling, |high| high.min(ceiling));
        let by = by.checked_abs()?;
        let steps = |far: i128| far / by + i128::from(far % by != 0);
        let moved = match () {
            () if number > high => number.checked_sub(steps(number.checked_sub(high)?).checked_mul(by)?)?,
            () if number < low => number.checked_add(steps(low.checked_sub(number)?).checked_mul(by)?)?,
            () => number,
        };
        i64::try_from(moved).ok()
    }
}
