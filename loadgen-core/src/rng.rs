//! The random stream of one operation.

use std::convert::Infallible;

use rand::TryRng;
use rand_xoshiro::{Xoshiro256PlusPlus, rand_core::SeedableRng};

use crate::{LaneId, Seed};

/// The stream that operation `seq` of lane `lane` draws everything from.
///
/// Xoshiro256++ (Blackman and Vigna, <https://prng.di.unimi.it/>) keyed through SplitMix64, so that
/// neighbouring operations have unrelated streams. The draws below are our own and fixed: a value
/// drawn today is the value drawn by every later version (golden values are pinned in the tests).
/// It implements [`rand::Rng`] as well, for generators that are written against it.
#[derive(Clone, Debug)]
pub struct Rng(Xoshiro256PlusPlus);

impl Rng {
    /// The stream of operation `seq` of `lane`.
    pub fn new(seed: Seed, lane: LaneId, seq: u64) -> Self {
        Self::keyed(seed, [u64::from(lane.0), seq, 0])
    }

    /// The stream of operation `seq` of `lane` after `redraws` rejected draws of its values.
    pub fn redrawn(seed: Seed, lane: LaneId, seq: u64, redraws: u32) -> Self {
        Self::keyed(seed, [u64::from(lane.0), seq, u64::from(redraws)])
    }

    /// A stream of its own for each key; for everything that is not an operation of a lane.
    pub fn keyed(seed: Seed, key: [u64; 3]) -> Self {
        let mut state = seed.0;
        for word in key {
            state = splitmix(state ^ word.wrapping_mul(0xd6e8_feb8_6659_fd93));
        }
        Rng(Xoshiro256PlusPlus::seed_from_u64(state))
    }

    /// 64 random bits.
    pub fn bits(&mut self) -> u64 {
        match self.0.try_next_u64() {
            Ok(bits) => bits,
            Err(never) => match never {},
        }
    }

    /// A number in `0..bound`, unbiased (Lemire, "Fast Random Integer Generation in an Interval").
    /// A `bound` of 0 gives 0.
    pub fn below(&mut self, bound: u64) -> u64 {
        let mut product = u128::from(self.bits()) * u128::from(bound);
        if (product as u64) < bound {
            let threshold = bound.wrapping_neg() % bound;
            while (product as u64) < threshold {
                product = u128::from(self.bits()) * u128::from(bound);
            }
        }
        (product >> 64) as u64
    }

    /// A number in `low..=high`; `low` when the range is empty.
    pub fn between(&mut self, low: i64, high: i64) -> i64 {
        if high <= low {
            return low;
        }
        let span = high.wrapping_sub(low) as u64;
        let offset = if span == u64::MAX { self.bits() } else { self.below(span + 1) };
        low.wrapping_add(offset as i64)
    }

    /// A number in `[0, 1)` with 53 random bits.
    pub fn unit(&mut self) -> f64 {
        (self.bits() >> 11) as f64 * (1.0 / (1u64 << 53) as f64)
    }

    /// True with the given probability.
    pub fn chance(&mut self, probability: f64) -> bool {
        self.unit() < probability
    }

    /// One element of a slice that is not empty.
    ///
    /// # Panics
    /// When `items` is empty.
    pub fn pick<'a, T>(&mut self, items: &'a [T]) -> &'a T {
        &items[self.below(items.len() as u64) as usize]
    }
}

impl TryRng for Rng {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        Ok((self.bits() >> 32) as u32)
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        Ok(self.bits())
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Infallible> {
        for chunk in bytes.chunks_mut(8) {
            let word = self.bits().to_le_bytes();
            chunk.copy_from_slice(&word[..chunk.len()]);
        }
        Ok(())
    }
}

/// One step of SplitMix64 (Steele, Lea and Flood, "Fast Splittable Pseudorandom Number Generators").
pub(crate) fn splitmix(state: u64) -> u64 {
    let mut z = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

#[cfg(test)]
mod tests {
    use proptest::{prop_assert, proptest};

    use super::*;

    #[test]
    fn the_stream_of_an_operation_never_changes() {
        let mut rng = Rng::new(Seed(42), LaneId(7), 1_000);
        assert_eq!([rng.bits(), rng.bits(), rng.bits()], GOLDEN_BITS);
        assert_eq!([rng.below(1_000), rng.below(10), rng.below(2)], GOLDEN_BELOW);
    }

    const GOLDEN_BITS: [u64; 3] =
        [2_356_802_780_303_160_481, 92_674_735_790_010_333, 7_040_874_131_045_353_100];
    const GOLDEN_BELOW: [u64; 3] = [921, 1, 1];

    #[test]
    fn seed_lane_sequence_and_redraws_all_select_the_stream() {
        let first = |seed, lane, seq, redraws| Rng::redrawn(Seed(seed), LaneId(lane), seq, redraws).bits();
        let base = first(1, 1, 1, 0);
        assert!(
            [first(2, 1, 1, 0), first(1, 2, 1, 0), first(1, 1, 2, 0), first(1, 1, 1, 1)]
                .iter()
                .all(|x| *x != base)
        );
    }

    proptest! {
        #[test]
        fn draws_stay_in_their_range(seq: u64, low: i64, high: i64, bound in 1u64..) {
            let mut rng = Rng::new(Seed(1), LaneId(1), seq);
            prop_assert!(rng.below(bound) < bound);
            let drawn = rng.between(low.min(high), low.max(high));
            prop_assert!(low.min(high) <= drawn && drawn <= low.max(high));
            prop_assert!((0.0..1.0).contains(&rng.unit()));
        }
    }
}
