//! The values of an ordered type between two bounds.

use super::{
    exact::Exact,
    form::{FLOAT_SCALE, Form},
    unfillable::Refusal,
};
use crate::{Type, Value};

/// The values from a least to a greatest in even steps, counted from 0.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Ladder {
    form: Form,
    low: i128,
    step: i128,
    last: u128,
}

/// The least and the greatest value as a plan file or a rule writes them.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Bounds<'a> {
    pub(super) min: Option<&'a str>,
    pub(super) max: Option<&'a str>,
}

impl Bounds<'_> {
    /// Enough digits after the point for both bounds, and 2 at least.
    fn scale(self) -> u8 {
        let scale = |text: Option<&str>| text.and_then(Exact::parse).map_or(2, |number| number.scale);
        scale(self.min).max(scale(self.max)).clamp(2, u32::from(FLOAT_SCALE)) as u8
    }
}

impl Ladder {
    /// The values that a plan file asks for; `None` for a type without an order.
    pub(super) fn asked(ty: &Type, bounds: Bounds<'_>) -> Option<Result<Self, Refusal>> {
        let form = Form::of(ty, bounds.scale())?;
        Some(Self::strict(form, bounds))
    }

    fn strict(form: Form, bounds: Bounds<'_>) -> Result<Self, Refusal> {
        let (floor, ceiling) = form.limits();
        let read = |text: &str| {
            let wrong = |what: &str| Refusal::new(format!("{text:?} {what}"), form.example());
            let (number, exact) = form.read(text).ok_or_else(|| wrong("is not a value of its type"))?;
            if number < floor || number > ceiling {
                return Err(wrong("is out of the range of its type"));
            }
            Ok((number, exact))
        };
        let (usual_low, usual_high) = form.usual();
        let min =
            bounds.min.map(read).transpose()?.map(|(low, exact)| if exact { low } else { low + form.step() });
        let max = bounds.max.map(read).transpose()?.map(|(high, _)| high);
        let low = min.unwrap_or_else(|| match max {
            Some(high) if high < usual_low => high.saturating_sub(usual_high - usual_low).max(floor),
            _ => usual_low,
        });
        let high = max.unwrap_or_else(|| {
            if low <= usual_high {
                usual_high
            } else {
                low.saturating_add(usual_high - usual_low).min(ceiling)
            }
        });
        Self::between(form, low, high).ok_or_else(|| {
            Refusal::new("there is no value between min and max", "a min that is not above max")
        })
    }

    /// The values of a type between bounds as far as the type has them; `None` when it has none.
    pub(super) fn clipped(ty: &Type, bounds: Bounds<'_>) -> Option<Self> {
        let form = Form::of(ty, decimals(bounds))?;
        let (floor, ceiling) = form.limits();
        let (low, exact) = form.read(bounds.min?)?;
        let low = if exact { low } else { low + form.step() };
        Self::between(form, low.max(floor), form.read(bounds.max?)?.0.min(ceiling))
    }

    /// All values of a form from `low` to `high`.
    pub(crate) fn between(form: Form, low: i128, high: i128) -> Option<Self> {
        let step = form.step();
        let low = low.div_euclid(step) * step + if low.rem_euclid(step) == 0 { 0 } else { step };
        let last = high.abs_diff(low) / step.unsigned_abs();
        (low <= high).then_some(Ladder { form, low, step, last })
    }

    /// The part of the ladder from `low` to `high`, in the form's own numbers; `None` when nothing is left.
    pub(super) fn cut(self, low: i128, high: i128) -> Option<Self> {
        Self::between(self.form, low.max(self.low), high.min(self.number(self.last)))
    }

    /// What the values are.
    pub(super) fn form(self) -> Form {
        self.form
    }

    /// The number of the last value; the first is 0.
    pub(super) fn last(self) -> u128 {
        self.last
    }

    /// The first value in steps from zero, if there are whole ones and it is above zero.
    pub(super) fn first(self) -> Option<u64> {
        u64::try_from(self.low / self.step).ok().filter(|first| *first > 0)
    }

    /// The value of that number, at most `last`.
    pub(super) fn value(self, number: u128) -> Value {
        self.form.value(self.number(number))
    }

    /// The value of that number as people write it.
    pub(super) fn shown(self, number: u128) -> String {
        self.form.show(self.number(number))
    }

    /// "decimal 0.00 to 99999.99".
    pub(super) fn describe(self) -> String {
        let high = self.number(self.last);
        format!("{} {} to {}", self.form.noun(), self.form.show(self.low), self.form.show(high))
    }

    /// Wraps inside only where the distance between the bounds takes more than 127 bits.
    fn number(self, number: u128) -> i128 {
        self.low.wrapping_add((number as i128).wrapping_mul(self.step))
    }
}

/// The digits after the point that a rule shows: `0.0` has one.
fn decimals(bounds: Bounds<'_>) -> u8 {
    let shown =
        |text: Option<&str>| text.and_then(|text| text.split_once('.')).map_or(0, |(_, tail)| tail.len());
    shown(bounds.min).max(shown(bounds.max)).min(usize::from(FLOAT_SCALE)) as u8
}
