//! Numbers, dates and times between two bounds.

use super::{
    Generator,
    distribution::{Distribution, Ranks},
    ladder::Ladder,
};
use crate::{Rng, Value};

/// Values of a ladder.
#[derive(Debug)]
pub(crate) struct Range {
    ladder: Ladder,
    draw: Draw,
}

/// How a number from 0 to the ladder's last is drawn.
#[derive(Debug)]
enum Draw {
    /// Each below this bound alike.
    Below(u64),
    /// Each multiple of `stride` alike, for ladders of more than 64 bits.
    Strides { count: u64, stride: u128 },
    /// Multiples of `stride`, by a distribution.
    Ranked { ranks: Ranks, stride: u128 },
    /// Each doubling alike: as often from 1 to 2 as from 100 to 200, the way prices and counts spread.
    Octaves { count: u64, first: u64, last: u64 },
}

impl Range {
    /// All values alike.
    pub(crate) fn even(ladder: Ladder) -> Self {
        let (count, stride) = strides(ladder, u64::MAX);
        let draw = if stride == 1 { Draw::Below(count) } else { Draw::Strides { count, stride } };
        Range { ladder, draw }
    }

    /// All values, spread by a distribution.
    pub(super) fn spread(ladder: Ladder, distribution: Distribution) -> Self {
        if distribution == Distribution::Uniform {
            return Range::even(ladder);
        }
        let (count, stride) = strides(ladder, 1 << 62);
        let ranks = match (distribution, ladder.first()) {
            (Distribution::LogNormal, Some(first)) if stride == 1 && first < 1 << 62 => {
                Ranks::log_normal(count, first)
            }
            _ => Ranks::new(distribution, count),
        };
        Range { ladder, draw: Draw::Ranked { ranks, stride } }
    }

    /// Small values more often: each doubling alike. In integers, as logarithms differ between machines.
    pub(super) fn octaves(ladder: Ladder) -> Self {
        let last = u64::try_from(ladder.last()).ok();
        let bounds =
            ladder.first().zip(last).and_then(|(first, last)| Some((first, first.checked_add(last)?)));
        match bounds.filter(|(_, last)| *last < 1 << 62) {
            Some((first, last)) => {
                let count = u64::from((last / first).ilog2()) + 1;
                Range { ladder, draw: Draw::Octaves { count, first, last } }
            }
            None => Range::even(ladder),
        }
    }
}

/// At most `most` values of a ladder, and how far they are apart.
fn strides(ladder: Ladder, most: u64) -> (u64, u128) {
    let mut stride = 1u128;
    while ladder.last() / stride >= u128::from(most) {
        stride *= 10;
    }
    ((ladder.last() / stride) as u64 + 1, stride)
}

impl Generator for Range {
    fn generate(&self, rng: &mut Rng) -> Value {
        let number = match &self.draw {
            Draw::Below(bound) => u128::from(rng.below(*bound)),
            Draw::Strides { count, stride } => u128::from(rng.below(*count)) * stride,
            Draw::Ranked { ranks, stride } => u128::from(ranks.draw(rng)) * stride,
            &Draw::Octaves { count, first, last } => {
                let low = first << rng.below(count);
                let high = last.min(low * 2 - 1);
                u128::from(low + rng.below(high - low + 1) - first)
            }
        };
        self.ladder.value(number)
    }

    fn describe(&self) -> String {
        self.ladder.describe()
    }
}
