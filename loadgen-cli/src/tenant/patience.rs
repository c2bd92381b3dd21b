//! How often a database is called that cannot be reached, and until when.

use std::time::{Duration, Instant};

use loadgen_core::{Rng, Seed, column_salt};

use crate::{course::LONGEST, job::Job};

/// How long a database is called before a number of operations is begun: as long as in the middle of them. So long too one that is
/// not there, of a job without an end: its name may be wrong, or its user without a right to it.
const CALLED: Duration = Duration::from_secs(120);

/// What is left of a job's patience with its database.
pub(super) struct Patience {
    pauses: Pauses,
    /// When the job is over, if that is known before it begins.
    until: Option<Instant>,
    /// Since when the answer has been that there is no such database.
    absent: Option<Instant>,
}

impl Patience {
    pub(super) fn new(job: &Job, began: Instant) -> Self {
        let limit = job.duration().or_else(|| job.operations().map(|_| CALLED));
        Patience {
            pauses: Pauses::new(job.seed),
            until: limit.and_then(|limit| began.checked_add(limit)),
            absent: None,
        }
    }

    /// The pause before the next attempt; none if that would come too late.
    pub(super) fn pause(&mut self, is_absent: bool, now: Instant) -> Option<Duration> {
        self.absent = is_absent.then(|| self.absent.unwrap_or(now));
        let until = self.until.or_else(|| Some(self.absent? + CALLED));
        let pause = self.pauses.next();
        until.is_none_or(|until| now + pause < until).then_some(pause)
    }
}

/// Pauses that double from a second up to half a minute, each drawn between half and all of that.
struct Pauses {
    rng: Rng,
    longest: Duration,
}

impl Pauses {
    fn new(seed: Seed) -> Self {
        let rng = Rng::keyed(seed, [column_salt("the pauses before a database is called again"), 0, 0]);
        Pauses { rng, longest: Duration::from_secs(1) }
    }

    fn next(&mut self) -> Duration {
        let pause = self.longest.mul_f64(0.5 + self.rng.unit() / 2.0);
        self.longest = (self.longest * 2).min(LONGEST);
        pause
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_double_up_to_half_a_minute_and_follow_from_the_seed() {
        let all = |seed| {
            let mut pauses = Pauses::new(Seed(seed));
            (0..8).map(|_| pauses.next()).collect::<Vec<_>>()
        };
        for (pause, longest) in all(1).iter().zip([1, 2, 4, 8, 16, 30, 30, 30].map(Duration::from_secs)) {
            assert!(*pause >= longest / 2 && *pause <= longest, "{pause:?} of {longest:?}");
        }
        assert_eq!(all(1), all(1));
        assert_ne!(all(1), all(2));
    }

    /// How long a job is patient, up to an hour, with a database of which this is said at each time since it began.
    fn waits(limit: Option<u64>, is_absent: impl Fn(u64) -> bool) -> u64 {
        let began = Instant::now();
        let until = limit.map(|limit| began + Duration::from_secs(limit));
        let mut patience = Patience { pauses: Pauses::new(Seed(1)), until, absent: None };
        let mut now = began;
        while let Some(pause) = patience.pause(is_absent((now - began).as_secs()), now) {
            now += pause;
            if now - began > Duration::from_secs(3600) {
                break;
            }
        }
        (now - began).as_secs()
    }

    #[test]
    fn a_database_that_is_not_there_is_not_waited_for_without_end() {
        assert!((85..120).contains(&waits(None, |_| true)), "{}", waits(None, |_| true));
        assert!(waits(None, |_| false) >= 3600);
        assert!((565..620).contains(&waits(Some(600), |_| true)) && waits(Some(10), |_| true) < 10);
        // One that was lost for long may be missing for a moment, when it comes back.
        assert!(waits(None, |at| at % 100 > 60) >= 3600);
        assert!((1090..1150).contains(&waits(None, |at| at > 1000)));
    }
}
