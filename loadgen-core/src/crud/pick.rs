//! Which of a lane's rows updates choose.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::Rng;

/// How updates choose among the rows that a lane has live, in the words of the YCSB benchmark.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Pick {
    /// Each alike.
    #[default]
    Uniform,
    /// A few hot rows and a long tail: the n-th about an n-th as often as the first.
    Zipf,
    /// The newest rows most often.
    Latest,
}

impl Pick {
    /// A position among `len` rows, the oldest first, from which `count` rows on are chosen. `len` is above 0.
    pub(super) fn draw(self, rng: &mut Rng, len: usize, count: usize) -> u64 {
        match self {
            Pick::Uniform => rng.below(len as u64),
            Pick::Zipf => rank(rng, len as u64),
            Pick::Latest => {
                let last = len.saturating_sub(count.max(1)) as u64;
                last - rank(rng, last + 1)
            }
        }
    }
}

/// A number below `count`: each doubling of it is as likely as the others. In integers, as logarithms differ between
/// machines.
fn rank(rng: &mut Rng, count: u64) -> u64 {
    let low = 1 << rng.below(u64::from(count.ilog2()) + 1);
    low + rng.below(low.min(count + 1 - low)) - 1
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Seed;

    fn share(pick: Pick, of: impl Fn(u64) -> bool) -> f64 {
        let rng = &mut Rng::keyed(Seed(1), [0; 3]);
        (0..10_000).filter(|_| of(pick.draw(rng, 1_000, 1))).count() as f64 / 1e4
    }

    #[test]
    fn hot_rows_are_few_and_the_tail_is_there() {
        assert!((share(Pick::Uniform, |at| at < 100) - 0.1).abs() < 0.02);
        assert!((share(Pick::Zipf, |at| at == 0) - 0.1).abs() < 0.02);
        assert!(share(Pick::Zipf, |at| at < 31) > 0.45 && share(Pick::Zipf, |at| at > 500) > 0.05);
        assert!(share(Pick::Latest, |at| at >= 969) > 0.45 && share(Pick::Latest, |at| at < 500) > 0.05);
    }

    #[test]
    fn positions_stay_within_the_rows() {
        let rng = &mut Rng::keyed(Seed(1), [0; 3]);
        for (len, count) in [(1, 1), (1, 5), (2, 1), (3, 2), (7, 7), (1_000, 3)] {
            for pick in [Pick::Uniform, Pick::Zipf, Pick::Latest] {
                assert!((0..200).all(|_| pick.draw(rng, len, count) < len as u64), "{pick:?} of {len}");
            }
        }
    }
}
