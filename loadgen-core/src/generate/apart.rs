//! Spans that do not overlap.

use super::{
    Distinct,
    distinct::{After, Domain},
    form::Form,
    ladder::Ladder,
    permutation::Permutation,
};
use crate::{Apart, Seed, Type, Value, column_salt};

/// An ordered type in blocks that follow each other.
#[derive(Clone, Debug)]
pub(super) struct Blocks {
    ladder: Ladder,
    /// Values a block.
    length: u128,
    text: String,
}

/// Blocks of times are this many of their units long: a minute of seconds.
const MINUTE: u128 = 60;

impl Blocks {
    fn new(apart: &Apart) -> Option<Self> {
        let (ty, length) = match apart.bounds {
            Type::Timestamp { zoned, .. } => (Type::Timestamp { precision: 0, zoned }, MINUTE),
            Type::Int(_) | Type::Decimal { .. } | Type::Date => (apart.bounds.clone(), 1),
            _ => return None,
        };
        let form = Form::of(&ty, 0)?;
        let (low, high) = form.usual();
        let high = if length == 1 { form.limits().1 } else { high };
        let ladder = Ladder::between(form, low, high.min(MOST))?;
        Some(Blocks { ladder, length, text: apart.text.clone() })
    }

    pub(super) fn count(&self) -> u128 {
        self.ladder.last() / self.length
    }

    /// From the first value of a block to the first of the next.
    pub(super) fn value(&self, block: u128) -> Value {
        let bound = |block: u128| self.ladder.shown(block * self.length);
        Value::Text(self.text.replace("{low}", &bound(block)).replace("{high}", &bound(block + 1)))
    }
}

/// Enough for any run, and short.
const MOST: i128 = 999_999_999_999_999_999;

impl Distinct {
    /// Spans of a column that do not overlap; `None` where nothing is known of what they lie between.
    pub(crate) fn apart(name: &str, apart: &Apart, seed: Seed) -> Option<Self> {
        let blocks = Blocks::new(apart)?;
        let (values, salt) = (blocks.count(), column_salt(name));
        let (domain, scramble) = (Domain::Apart(blocks), Permutation::new(values, seed, salt));
        Some(Distinct {
            domain,
            values,
            scramble,
            seed,
            salt,
            digit: None,
            after: After::Nothing,
            by_name: None,
            turned: None,
            is_plain: false,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(bounds: Type, text: &str, expected: &str) {
        let text = text.to_owned();
        let blocks = Blocks::new(&Apart { column: 0, bounds, text }).unwrap();
        assert_eq!(blocks.value(1), Value::Text(expected.to_owned()));
        assert!(blocks.count() > 100_000, "{}", blocks.count());
    }

    #[test]
    fn a_span_ends_where_the_next_begins() {
        check(Type::Int(32), "[{low},{high})", "[1,2)");
        check(Type::Decimal { precision: Type::UNBOUNDED, scale: 2 }, "[{low},{high})", "[0.01,0.02)");
        check(Type::Date, "[{low},{high})", "[2015-01-02,2015-01-03)");
        let moment = Type::Timestamp { precision: 6, zoned: true };
        check(moment, "{low}+00/{high}+00", "2015-01-01 00:01:00+00/2015-01-01 00:02:00+00");
        let apart = Apart { column: 0, bounds: Type::Bool, text: String::new() };
        assert!(Distinct::apart("a", &apart, Seed(1)).is_none());
    }
}
