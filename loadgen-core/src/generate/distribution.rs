//! How often each of some ordered values comes.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{Rng, Weights};

/// How values are spread from the least to the greatest, or over a choice from the first to the last.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Distribution {
    /// Each alike.
    #[default]
    Uniform,
    /// Around the middle; a sixth of the range is two standard deviations.
    Normal,
    /// Around the middle of the logarithms: mostly small, some very large.
    LogNormal,
    /// The n-th an n-th as often as the first: a few hot values and a long tail.
    Zipf,
}

impl Distribution {
    /// The word in a plan file.
    pub fn name(self) -> &'static str {
        match self {
            Distribution::Uniform => "uniform",
            Distribution::Normal => "normal",
            Distribution::LogNormal => "log_normal",
            Distribution::Zipf => "zipf",
        }
    }
}

/// Ranks `0..count`, drawn by a distribution. Draws are made of integers; the logarithms that the tables are made of are
/// rounded to fewer digits than machines differ in.
#[derive(Clone, Debug)]
pub(super) enum Ranks {
    Uniform {
        count: u64,
    },
    Normal {
        count: u64,
    },
    /// Whole numbers from `first` on, whose logarithms are spread over `octaves` (32 bits after the point).
    LogNormal {
        count: u64,
        first: u64,
        octaves: u64,
    },
    Zipf {
        count: u64,
        buckets: Weights,
    },
}

/// Ranks with a weight of their own in a Zipf distribution; behind them ranks share one with their neighbours up to
/// twice as far.
const HEAD: u64 = 1_024;

/// The weight of the first rank. 40 bits leave room for the sum, and are fewer than logarithms differ in.
const FIRST: u64 = 1 << 40;

impl Ranks {
    /// The ranks below `count`, which is above 0.
    pub(super) fn new(distribution: Distribution, count: u64) -> Self {
        match distribution {
            Distribution::Uniform => Ranks::Uniform { count },
            Distribution::Normal => Ranks::Normal { count },
            Distribution::LogNormal => Ranks::log_normal(count, 1),
            Distribution::Zipf => {
                let buckets =
                    Weights::new(&zipf(count)).expect("the first weight is above zero, and few are large");
                Ranks::Zipf { count, buckets }
            }
        }
    }

    /// The ranks of whole numbers from `first`, which is above 0, on: the logarithms of the numbers are spread.
    pub(super) fn log_normal(count: u64, first: u64) -> Self {
        let ratio = 1.0 + (count - 1) as f64 / first as f64;
        let octaves = (ratio.log2() * (1u64 << 32) as f64).round() as u64;
        Ranks::LogNormal { count, first, octaves }
    }

    pub(super) fn draw(&self, rng: &mut Rng) -> u64 {
        match self {
            Ranks::Uniform { count } => rng.below(*count),
            Ranks::Normal { count } => scaled(bell(rng), *count),
            Ranks::LogNormal { count, first, octaves } => {
                let exponent = (u128::from(bell(rng)) * u128::from(*octaves)) >> 32;
                let (whole, fraction) = ((exponent >> 32) as u32, exponent & 0xffff_ffff);
                let number = u128::from(*first) << whole;
                let rank = number + ((number * fraction) >> 32) - u128::from(*first);
                rank.min(u128::from(count - 1)) as u64
            }
            Ranks::Zipf { count, buckets } => {
                let bucket = buckets.pick(rng) as u64;
                if bucket < HEAD {
                    return bucket;
                }
                let low = HEAD << (bucket - HEAD);
                low + rng.below(low.min(count - low))
            }
        }
    }
}

/// The mean of twelve even draws, 32 bits after the point: close to a normal distribution, and bounded
/// (Irwin and Hall).
fn bell(rng: &mut Rng) -> u32 {
    let sum: u64 = (0..6).map(|_| rng.bits()).map(|bits| (bits >> 32) + (bits & 0xffff_ffff)).sum();
    (sum / 12) as u32
}

fn scaled(fraction: u32, count: u64) -> u64 {
    ((u128::from(fraction) * u128::from(count)) >> 32) as u64
}

/// Weights of the first ranks, then of octaves.
fn zipf(count: u64) -> Vec<u64> {
    let mut weights: Vec<u64> = (1..=count.min(HEAD)).map(|rank| FIRST / rank).collect();
    let mut low = HEAD;
    while low < count {
        let high = low.saturating_mul(2).min(count);
        weights.push(((high as f64 / low as f64).ln() * FIRST as f64).round() as u64);
        low = low.saturating_mul(2);
    }
    weights
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Seed;

    const DRAWS: usize = 100_000;

    fn ranks(distribution: Distribution, count: u64) -> Vec<u64> {
        let (ranks, mut rng) = (Ranks::new(distribution, count), Rng::keyed(Seed(3), [0; 3]));
        let mut drawn: Vec<u64> = (0..DRAWS).map(|_| ranks.draw(&mut rng)).collect();
        drawn.sort_unstable();
        drawn
    }

    const ALL: [Distribution; 4] =
        [Distribution::Uniform, Distribution::Normal, Distribution::LogNormal, Distribution::Zipf];

    #[test]
    fn ranks_stay_below_their_count() {
        for distribution in ALL {
            for count in [1, 2, 1_024, 1_025, 3_000, 1 << 62] {
                assert!(*ranks(distribution, count).last().unwrap() < count, "{distribution:?} of {count}");
            }
        }
    }

    #[test]
    fn the_first_comes_twice_as_often_as_the_second_and_the_tail_is_there() {
        let drawn = ranks(Distribution::Zipf, 1_000_000);
        let count = |rank| drawn.iter().filter(|drawn| **drawn == rank).count() as f64;
        assert!((count(0) / count(1) - 2.0).abs() < 0.2 && (count(0) / count(9) - 10.0).abs() < 1.5);
        // The harmonic number of a million is 14.39, that of 1,024 is 7.51.
        let tail = drawn.iter().filter(|rank| **rank >= HEAD).count() as f64 / DRAWS as f64;
        assert!((tail - (1.0 - 7.51 / 14.39)).abs() < 0.01, "{tail}");
    }

    #[test]
    fn a_bell_has_its_middle_and_its_width() {
        let drawn = ranks(Distribution::Normal, 12_000);
        assert!(drawn[DRAWS / 2].abs_diff(6_000) < 30, "{}", drawn[DRAWS / 2]);
        // A twelfth of the range is one standard deviation, within which 68 of 100 lie.
        assert!((drawn[DRAWS * 84 / 100] - drawn[DRAWS * 16 / 100]).abs_diff(2_000) < 60);
    }

    #[test]
    fn logarithms_are_spread_around_their_middle() {
        let drawn = ranks(Distribution::LogNormal, 1 << 20);
        let median = drawn[DRAWS / 2];
        assert!((950..1_100).contains(&median), "{median}");
        assert!(drawn[DRAWS - 1] > 60 * median);
    }
}
