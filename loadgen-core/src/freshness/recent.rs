//! A histogram of the last seconds.

use hdrhistogram::Histogram;

use crate::report::histogram;

/// How many seconds are kept.
const KEPT: u64 = 5;

/// What came in each of the last seconds.
#[derive(Debug)]
pub(super) struct Recent {
    seconds: [Histogram<u64>; KEPT as usize],
    /// The second that is under way.
    now: u64,
}

impl Recent {
    pub(super) fn new() -> Self {
        Recent { seconds: std::array::from_fn(|_| histogram()), now: 0 }
    }

    /// So many came, each of that value.
    pub(super) fn record(&mut self, second: u64, value: u64, times: u64) {
        self.forget(second);
        let _ = self.seconds[(second % KEPT) as usize].record_n(value, times);
    }

    /// All of the last seconds together.
    pub(super) fn all(&mut self, second: u64) -> Histogram<u64> {
        self.forget(second);
        let mut all = histogram();
        for one in &self.seconds {
            all.add(one).expect("histograms of one precision that resize themselves");
        }
        all
    }

    /// Makes room for the seconds since the last.
    fn forget(&mut self, second: u64) {
        for passed in (self.now + 1..=second).rev().take(KEPT as usize) {
            self.seconds[(passed % KEPT) as usize].reset();
        }
        self.now = self.now.max(second);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_came_longer_ago_is_forgotten() {
        let mut recent = Recent::new();
        recent.record(0, 10, 1);
        recent.record(3, 20, 2);
        assert_eq!((recent.all(4).len(), recent.all(4).max()), (3, 20));
        assert_eq!((recent.all(5).len(), recent.all(5).min()), (2, 20));
        assert_eq!(recent.all(8).len(), 0);
        recent.record(1_000, 30, 1);
        assert_eq!(recent.all(1_000).len(), 1);
    }
}
