//! Bijections on `0..n`, for any `n`.

use crate::{Rng, Seed};

/// A keyed permutation of the numbers below a bound.
///
/// The generalised Feistel cipher of Black and Rogaway ("Ciphers with Arbitrary Finite Domains", 2002, section 5): a
/// number is a pair of digits below `a` and `b` with `a * b >= n`, each in turn is moved by a keyed function of the other,
/// and a result of `n` or more goes through again. With `a` and `b` near the root of `n` that is rare. The rounds scramble;
/// they are no protection against anyone.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Permutation {
    n: u128,
    a: u64,
    b: u64,
    keys: [u64; 4],
}

impl Permutation {
    /// A permutation of `0..n`, another one for each seed and purpose; `n` is at most 2^126.
    pub(crate) fn new(n: u128, seed: Seed, purpose: u64) -> Self {
        let n = n.clamp(1, 1 << 126);
        let root = (n - 1).isqrt() + 1;
        let mut rng = Rng::keyed(seed, [purpose, 0, 0]);
        let keys = [(); 4].map(|()| rng.bits());
        Permutation { n, a: root as u64, b: n.div_ceil(root) as u64, keys }
    }

    /// Where `number`, below `n`, goes.
    pub(crate) fn apply(&self, number: u64) -> u128 {
        let mut image = self.rounds(number / self.b, number % self.b);
        while image >= self.n {
            let b = u128::from(self.b);
            image = self.rounds((image / b) as u64, (image % b) as u64);
        }
        image
    }

    fn rounds(&self, mut left: u64, mut right: u64) -> u128 {
        for keys in self.keys.chunks_exact(2) {
            left = shift(left, right ^ keys[0], self.a);
            right = shift(right, left ^ keys[1], self.b);
        }
        u128::from(left) * u128::from(self.b) + u128::from(right)
    }
}

/// Adds a hash of `by` to `digit`, modulo `base`. Digits stay below 2^63, so the sum does not overflow.
fn shift(digit: u64, by: u64, base: u64) -> u64 {
    let hash = crate::rng::splitmix(by);
    let offset = ((u128::from(hash) * u128::from(base)) >> 64) as u64;
    let sum = digit + offset;
    if sum >= base { sum - base } else { sum }
}

#[cfg(test)]
mod tests {
    use proptest::{prop_assert, prop_assert_ne, proptest};

    use super::*;

    #[test]
    fn every_number_is_hit_once() {
        for n in (1..200).chain([1_000, 4_096, 10_007]) {
            let permutation = Permutation::new(n, Seed(3), 1);
            let mut hit = vec![false; n as usize];
            (0..n as u64).for_each(|number| {
                let image = permutation.apply(number) as usize;
                assert!(!std::mem::replace(&mut hit[image], true), "{n}: {image} twice");
            });
        }
    }

    proptest! {
        #[test]
        fn two_numbers_never_meet(n in 2u128..1 << 126, seed: u64, one: u64, other: u64) {
            let below = |number: u64| (u128::from(number) % n) as u64;
            let permutation = Permutation::new(n, Seed(seed), 0);
            let (one, other) = (below(one), below(other));
            prop_assert!(permutation.apply(one) < n);
            if one != other {
                prop_assert_ne!(permutation.apply(one), permutation.apply(other));
            }
        }
    }

    #[test]
    fn another_seed_is_another_permutation() {
        let images =
            |seed| (0..8).map(|n| Permutation::new(1 << 40, Seed(seed), 0).apply(n)).collect::<Vec<_>>();
        assert_ne!(images(1), images(2));
    }
}
