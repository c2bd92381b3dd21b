//! Days that never repeat.

use super::{form::Form, ladder::Ladder};
use crate::Value;

/// Days of some decades around now first, scattered, and when they are used up the days after them in order. Those decades are shared out
/// between the beginning and the end of the numbering, as whoever fills tables counts from the end.
#[derive(Clone, Copy, Debug)]
pub(super) struct Days {
    near: Ladder,
    later: Ladder,
}

/// 2000-01-01 and 2029-12-31 in days since 1970.
const NEAR: (i128, i128) = (10_957, 21_914);
/// Has no factor in common with the number of these days, so that its multiples meet all of them.
const STRIDE: u64 = 4_231;

impl Days {
    pub(super) fn new() -> Option<Self> {
        let form = Form::Date;
        let later = Ladder::between(form, NEAR.1 + 1, form.limits().1)?;
        Some(Days { near: Ladder::between(form, NEAR.0, NEAR.1)?, later })
    }

    /// How many there are.
    pub(super) fn count(&self) -> u128 {
        self.near.last() + self.later.last() + 2
    }

    /// The day of an index below their count; another order for another salt.
    pub(super) fn value(&self, index: u64, salt: u64) -> Value {
        let (near, later) = (self.near.last() as u64 + 1, self.later.last() as u64 + 1);
        let half = near / 2;
        let scattered = |place: u64| self.near.value(u128::from((place * STRIDE + salt % near) % near));
        match index.checked_sub(half) {
            None => scattered(index),
            Some(after) if after < later => self.later.value(after.into()),
            Some(after) => scattered(half + after - later),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn days_are_near_at_both_ends_and_none_comes_twice() {
        let days = Days::new().unwrap();
        let all: HashSet<String> =
            (0..days.count() as u64).map(|index| days.value(index, 77).to_string()).collect();
        assert_eq!(all.len() as u128, days.count());
        let last = days.count() as u64 - 1;
        for index in (0..5_000).chain(last - 5_000..=last) {
            let day = days.value(index, 77).to_string();
            assert!(("2000"..="2029").contains(&&day[..4]), "{day}");
        }
        assert_ne!(days.value(0, 1), days.value(0, 2));
    }
}
