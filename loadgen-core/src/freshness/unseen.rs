//! The commits of one lane that the sink has not shown yet.

use std::{collections::VecDeque, time::Duration};

use tokio::time::Instant;

/// What was acknowledged and not seen.
#[derive(Debug, Default)]
pub(super) struct Unseen {
    /// The first number of each stretch of commits, and when it was acknowledged. A stretch goes on to the next, and all of
    /// it counts as its first commit.
    stretches: VecDeque<(u64, Instant)>,
    /// The last commit that was acknowledged.
    last: u64,
    /// How many commits a new stretch has.
    width: u64,
    /// The last commit that the sink has shown, and when it did.
    shown: Option<(u64, Instant)>,
}

impl Unseen {
    /// The next commit was acknowledged. There are never more stretches than `most`.
    pub(super) fn acknowledged(&mut self, seq: u64, at: Instant, most: usize) {
        let is_new =
            self.stretches.back().is_none_or(|(first, _)| seq.saturating_sub(*first) >= self.width.max(1));
        if is_new {
            if self.stretches.len() >= most.max(2) {
                self.thin();
            }
            self.stretches.push_back((seq, at));
        }
        self.last = seq;
    }

    /// Every other stretch goes on through the next.
    fn thin(&mut self) {
        let mut keeps = false;
        self.stretches.retain(|_| {
            keeps = !keeps;
            keeps
        });
        self.width = self.width.max(1) * 2;
    }

    /// The sink shows all commits up to a number; says of those that it had not how late each stretch of them is.
    pub(super) fn shown(&mut self, upto: u64, at: Instant, mut each: impl FnMut(Duration, u64)) {
        let before = self.shown;
        if before.is_none_or(|(shown, _)| shown < upto) {
            self.shown = Some((upto, at));
        }
        // What was there before anybody had heard of it is not late.
        for (upto, at) in before.into_iter().chain(self.shown) {
            self.take(upto, at, &mut each);
        }
        if self.stretches.len() < 4 {
            self.width /= 2;
        }
    }

    fn take(&mut self, upto: u64, at: Instant, each: &mut impl FnMut(Duration, u64)) {
        while let Some((first, since)) = self.stretches.front().copied().filter(|(first, _)| *first <= upto) {
            let end = self.stretches.get(1).map_or(self.last, |(next, _)| next - 1);
            each(at.saturating_duration_since(since), end.min(upto) + 1 - first);
            if end > upto {
                self.stretches[0].0 = upto + 1;
                return;
            }
            self.stretches.pop_front();
        }
    }

    /// How many commits the sink has not shown.
    pub(super) fn count(&self) -> u64 {
        self.stretches.front().map_or(0, |(first, _)| self.last + 1 - first)
    }

    /// When the first of them was acknowledged.
    pub(super) fn oldest(&self) -> Option<Instant> {
        self.stretches.front().map(|(_, since)| *since)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The sum of what was late, in milliseconds, and of how many commits.
    fn shown(unseen: &mut Unseen, upto: u64, at: Instant) -> Vec<(u128, u64)> {
        let mut late = Vec::new();
        unseen.shown(upto, at, |by, commits| late.push((by.as_millis(), commits)));
        late
    }

    #[test]
    fn each_commit_is_as_late_as_it_is() {
        let (start, mut unseen) = (Instant::now(), Unseen::default());
        let after = |millis| start + Duration::from_millis(millis);
        (1..=4).for_each(|seq| unseen.acknowledged(seq, after(seq), 100));
        assert_eq!((unseen.count(), unseen.oldest()), (4, Some(after(1))));
        assert_eq!(shown(&mut unseen, 0, after(5)), []);
        assert_eq!(shown(&mut unseen, 3, after(10)), [(9, 1), (8, 1), (7, 1)]);
        assert_eq!(shown(&mut unseen, 3, after(15)), []);
        assert_eq!(shown(&mut unseen, 4, after(20)), [(16, 1)]);
        assert_eq!((unseen.count(), unseen.oldest()), (0, None));
    }

    #[test]
    fn what_is_there_before_it_is_acknowledged_is_not_late() {
        let (start, mut unseen) = (Instant::now(), Unseen::default());
        let after = |millis| start + Duration::from_millis(millis);
        assert_eq!(shown(&mut unseen, 2, after(1)), []);
        (1..=3).for_each(|seq| unseen.acknowledged(seq, after(5), 100));
        assert_eq!(shown(&mut unseen, 3, after(25)), [(0, 1), (0, 1), (20, 1)]);
    }

    #[test]
    fn a_sink_that_stands_still_takes_no_memory_and_hides_nothing() {
        let (start, mut unseen, most) = (Instant::now(), Unseen::default(), 16);
        let after = |millis| start + Duration::from_millis(millis);
        for seq in 1..=10_000 {
            unseen.acknowledged(seq, after(seq), most);
            assert!(unseen.stretches.len() <= most);
        }
        assert_eq!((unseen.count(), unseen.oldest()), (10_000, Some(after(1))));
        let first = shown(&mut unseen, 5_000, after(20_000));
        assert_eq!(unseen.count(), 5_000);
        let rest = shown(&mut unseen, 10_000, after(20_000));
        let all: Vec<_> = first.into_iter().chain(rest).collect();
        assert_eq!(all.iter().map(|(_, commits)| commits).sum::<u64>(), 10_000);
        assert_eq!(all[0].0, 19_999);
        // Nothing is said to be less late than it is: the n-th commit was acknowledged after n milliseconds.
        let mut seq = 1;
        for (late, commits) in all {
            assert!(late >= u128::from(20_000 - seq), "{late} of the {commits} from {seq} on");
            seq += commits;
        }
    }

    #[test]
    fn every_commit_has_its_own_instant_again_when_the_sink_has_caught_up() {
        let (start, mut unseen) = (Instant::now(), Unseen::default());
        (1..=1_000).for_each(|seq| unseen.acknowledged(seq, start, 4));
        for seq in 1_001..1_100 {
            shown(&mut unseen, seq - 1, start);
            unseen.acknowledged(seq, start, 4);
        }
        assert_eq!(unseen.width, 0);
    }
}
