//! When operations are due: arithmetic, without a clock.

use std::time::Duration;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    LaneId, Limit, Rng, Seed,
    units::{Count, Rate, Span},
};

/// When operation `k` of lane `l` is due.
///
/// An open pace is a function of the operation alone, so a slow target shows as latency and not as a lower rate.
/// A closed one (unpaced, think time) waits for the lane's operation before.
#[derive(Clone, Copy, Debug, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Pace {
    /// Closed: as soon as the lane's operation before has ended.
    #[default]
    Unpaced,
    /// Open: at a constant rate over all lanes.
    Constant(Rate),
    /// Open: a Poisson process of that mean rate over all lanes (each lane is one of its own; their sum is one again). A limited
    /// number of operations is spread over the time that it takes at that rate, as the arrivals of such a process are that are known to
    /// be so many.
    Poisson(Rate),
    /// Closed: that long after the lane's operation before has ended.
    Think(Span),
    /// Closed: a while after the lane's operation before has ended, each as likely as any other between two bounds.
    ThinkBetween(Between),
    /// Open: so many operations at once, over all lanes, then a pause until the next.
    Bursts(Bursts),
}

/// Bursts of operations.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Bursts {
    /// Operations in a burst, over all lanes.
    pub operations: Count,
    /// From the start of a burst to the start of the next.
    pub pause: Span,
}

/// Bounds of a pause.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Between {
    /// The shortest pause.
    pub least: Span,
    /// The longest pause.
    pub most: Span,
}

impl Pace {
    /// Whether due times depend on when operations end.
    pub fn is_closed(&self) -> bool {
        matches!(self, Pace::Unpaced | Pace::Think(_) | Pace::ThinkBetween(_))
    }

    /// When operation `seq` of `lane` out of `lanes` is due, from the start of the run; `before` is when the lane's
    /// operation before was due (open) or ended (closed), and `limit` that of the run.
    pub fn due(
        &self,
        seed: Seed,
        lanes: u32,
        lane: LaneId,
        seq: u64,
        before: Duration,
        limit: &Limit,
    ) -> Duration {
        let global = || u128::from(seq) * u128::from(lanes) + u128::from(lane.0);
        match self {
            Pace::Unpaced => before,
            Pace::Think(_) | Pace::ThinkBetween(_) if seq == 0 => before,
            Pace::Think(think) => before.saturating_add(think.0),
            Pace::ThinkBetween(Between { least, most }) => {
                let part = Rng::keyed(seed, [u64::from(lane.0), seq, DUE]).unit();
                before.saturating_add(least.0).saturating_add(most.0.saturating_sub(least.0).mul_f64(part))
            }
            // Cut off, the first that is due at the end of a span would be due within it.
            Pace::Constant(rate) => nanos((global() as f64 * 1e9 / rate.as_per_second()).round()),
            Pace::Poisson(rate) => {
                let uniform = 1.0 - Rng::keyed(seed, [u64::from(lane.0), seq, DUE]).unit();
                let rate = rate.as_per_second();
                let gap = match limit.operations {
                    None => -uniform.ln() * 1e9 * f64::from(lanes) / rate,
                    // The first of so many points that lie anywhere in what is left: without that, lanes would end one by one.
                    Some(operations) => {
                        let left = limit.share(lanes, lane).saturating_sub(seq).max(1);
                        let room = operations as f64 * 1e9 / rate - before.as_nanos() as f64;
                        room.max(0.0) * -(uniform.ln() / left as f64).exp_m1()
                    }
                };
                before.saturating_add(nanos(gap))
            }
            Pace::Bursts(bursts) => {
                let burst = global() / u128::from(bursts.operations.0.max(1));
                nanos(burst as f64 * bursts.pause.0.as_nanos() as f64)
            }
        }
    }

    /// The rate over all lanes, where there is one.
    pub fn rate(&self) -> Option<f64> {
        match self {
            Pace::Constant(rate) | Pace::Poisson(rate) => Some(rate.as_per_second()),
            Pace::Bursts(bursts) => Some(bursts.operations.0 as f64 / bursts.pause.0.as_secs_f64()),
            Pace::Unpaced | Pace::Think(_) | Pace::ThinkBetween(_) => None,
        }
    }
}

/// Keeps the draws of due times apart from those of values: no operation is redrawn that often.
const DUE: u64 = u64::MAX;

fn nanos(nanos: f64) -> Duration {
    Duration::from_nanos(nanos as u64)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const ENDLESS: Limit = Limit { operations: None, duration: None };

    fn dues(pace: Pace, lanes: u32, each: u64) -> Vec<Duration> {
        dues_within(pace, lanes, each, &ENDLESS)
    }

    fn dues_within(pace: Pace, lanes: u32, each: u64, limit: &Limit) -> Vec<Duration> {
        let mut all = Vec::new();
        for lane in 0..lanes {
            let mut before = Duration::ZERO;
            for seq in 0..each {
                before = pace.due(Seed(1), lanes, LaneId(lane), seq, before, limit);
                all.push(before);
            }
        }
        all.sort();
        all
    }

    #[test]
    fn a_constant_rate_spaces_operations_evenly_over_the_lanes() {
        let all = dues(Pace::Constant("100/s".parse().unwrap()), 4, 25);
        let expected: Vec<_> = (0..100).map(|i| Duration::from_millis(10 * i)).collect();
        assert_eq!(all, expected);
    }

    #[test]
    fn poisson_arrivals_have_the_mean_and_the_spread_of_a_poisson_process() {
        let all = dues(Pace::Poisson("1k/s".parse().unwrap()), 10, 2_000);
        let window = Duration::from_secs(1);
        let counts: Vec<f64> = (0..15)
            .map(|i| all.iter().filter(|due| **due >= window * i && **due < window * (i + 1)).count() as f64)
            .collect();
        let mean = counts.iter().sum::<f64>() / counts.len() as f64;
        assert!((mean - 1_000.0).abs() < 40.0, "{mean}");
        assert!(counts.iter().any(|count| (count - mean).abs() > 5.0), "constant, not random: {counts:?}");
    }

    #[test]
    fn so_many_poisson_arrivals_take_the_time_that_they_take_at_their_rate() {
        let limit = Limit { operations: Some(20_000), duration: None };
        let all = dues_within(Pace::Poisson("1k/s".parse().unwrap()), 500, 40, &limit);
        assert_eq!(all.len(), 20_000);
        for second in 0..20 {
            let within = |due: &&Duration| due.as_secs() == second;
            let count = all.iter().filter(within).count();
            // Five times the standard deviation.
            assert!((840..1_160).contains(&count), "{count} in second {second}");
        }
        // What follows a point is as long as anything: the gaps of a process without memory have the same mean and deviation.
        let gaps: Vec<f64> = all.windows(2).map(|pair| (pair[1] - pair[0]).as_secs_f64() * 1e3).collect();
        let mean = gaps.iter().sum::<f64>() / gaps.len() as f64;
        let deviation = (gaps.iter().map(|gap| (gap - mean).powi(2)).sum::<f64>() / gaps.len() as f64).sqrt();
        assert!(
            (0.97..1.03).contains(&mean) && (0.95..1.05).contains(&(deviation / mean)),
            "{mean} {deviation}"
        );
    }

    #[test]
    fn bursts_come_together_and_then_pause() {
        let pace = Pace::Bursts(Bursts { operations: Count(10), pause: Span(Duration::from_secs(2)) });
        let all = dues(pace, 4, 5);
        assert!(all[..10].iter().all(|due| *due == Duration::ZERO));
        assert!(all[10..].iter().all(|due| *due == Duration::from_secs(2)));
    }

    #[test]
    fn pauses_between_bounds_are_drawn_from_the_lanes_own_stream_and_fill_the_range() {
        let between = |least, most| Between { least: Span(least), most: Span(most) };
        let second = Duration::from_secs(1);
        let pace = Pace::ThinkBetween(between(second, 5 * second));
        let pause = |lane, seq| pace.due(Seed(1), 2, LaneId(lane), seq, second, &ENDLESS) - second;
        assert_eq!(pause(0, 0), Duration::ZERO);
        let all: Vec<Duration> = (1..=4_000).map(|seq| pause(0, seq)).collect();
        assert!(all.iter().all(|pause| (second..=5 * second).contains(pause)));
        let mean = all.iter().sum::<Duration>() / 4_000;
        assert!((2.9..3.1).contains(&mean.as_secs_f64()), "{mean:?}");
        assert_eq!(pause(0, 7), all[6]);
        assert_ne!(pause(1, 7), all[6]);
        let fixed = Pace::ThinkBetween(between(second, second));
        assert_eq!(fixed.due(Seed(1), 2, LaneId(0), 9, second, &ENDLESS), 2 * second);
    }

    #[test]
    fn absurd_paces_end_at_the_end_of_time() {
        let slow = Rate::per_second(f64::MIN_POSITIVE).unwrap();
        let bursts = Bursts { operations: Count(1), pause: Span(Duration::MAX) };
        let think = Pace::Think(Span(Duration::MAX));
        let endless = Between { least: Span(Duration::MAX), most: Span(Duration::MAX) };
        let thinks = Pace::ThinkBetween(endless);
        for pace in [Pace::Constant(slow), Pace::Poisson(slow), Pace::Bursts(bursts), think, thinks] {
            let before = Duration::MAX - Duration::from_nanos(1);
            let due = pace.due(Seed(1), u32::MAX, LaneId(1), u64::MAX - 1, before, &ENDLESS);
            assert!(due >= Duration::from_nanos(u64::MAX), "{pace:?}: {due:?}");
        }
    }

    proptest! {
        #[test]
        fn due_times_never_go_back(rate in 0.01f64..1e6, lanes in 1u32..100, lane in 0u32..100, poisson: bool, most: Option<u64>) {
            let rate = Rate::per_second(rate).unwrap();
            let limit = Limit { operations: most, duration: None };
            let pace = if poisson { Pace::Poisson(rate) } else { Pace::Constant(rate) };
            let mut before = Duration::ZERO;
            for seq in 0..50 {
                let due = pace.due(Seed(3), lanes, LaneId(lane % lanes), seq, before, &limit);
                prop_assert!(due >= before);
                before = due;
            }
        }
    }
}
