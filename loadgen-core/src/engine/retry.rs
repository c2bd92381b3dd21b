//! How often, and after what pause, a failed attempt is repeated.

use std::time::Duration;

use crate::{Action, Rng};

/// Bounds on repeating an operation. Pauses double from `base` up to `cap` and are drawn between half and all of that
/// from the lane's own stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RetryPolicy {
    /// Most repetitions of one operation with the same values (deadlock, serialization failure, lost session).
    pub same: u32,
    /// Most repetitions with other values (unique violation and the like).
    pub new_values: u32,
    /// Most pauses when the target is short of something, before the run gives up.
    pub pauses: u32,
    /// The first pause.
    pub base: Duration,
    /// The longest pause.
    pub cap: Duration,
    /// The longest pause between two calls of a lost target, where it is not `cap`.
    pub reconnect_cap: Option<Duration>,
    /// How long a lost target is called again before the run gives up.
    pub reconnect: Duration,
}

impl Default for RetryPolicy {
    fn default() -> Self {
        RetryPolicy {
            same: 10,
            new_values: 10,
            pauses: 5,
            base: Duration::from_millis(5),
            cap: Duration::from_secs(1),
            reconnect_cap: None,
            reconnect: Duration::from_secs(120),
        }
    }
}

/// "Three times, then skip": the bound on waiting for a lock or a statement that was cancelled.
const LOCK_RETRIES: u32 = 3;

impl RetryPolicy {
    /// How often a failure with this action may be met with another attempt.
    pub fn bound(&self, action: Action) -> u32 {
        match action {
            Action::Retry | Action::Reconnect => self.same,
            Action::RetryThenSkip => LOCK_RETRIES,
            Action::NewValues => self.new_values,
            Action::RereadSchema => 1,
            Action::PauseThenFatal => self.pauses,
            Action::Skip | Action::Resolve | Action::Fatal | Action::Defect => 0,
        }
    }

    /// The pause after the failure number `nth` (from 1) of an operation with this action.
    pub fn pause(&self, action: Action, nth: u32, rng: &mut Rng) -> Duration {
        let base = match action {
            Action::NewValues | Action::RereadSchema => return Duration::ZERO,
            Action::PauseThenFatal => self.cap,
            _ => self.base,
        };
        let calls = self.reconnect_cap.filter(|_| action == Action::Reconnect);
        let cap = calls.unwrap_or(self.cap);
        let longest = base.saturating_mul(1 << nth.saturating_sub(1).min(20)).min(cap.max(base));
        longest.mul_f64(0.5 + rng.unit() / 2.0)
    }
}

/// How often one operation has failed, by what was to be done about it: each action has a bound of its own.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Tries([u32; Action::Defect as usize + 1]);

impl Tries {
    /// Counts a failure; the answer is how many with this action there were.
    pub(crate) fn count(&mut self, action: Action) -> u32 {
        let tries = &mut self.0[action as usize];
        *tries += 1;
        *tries
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Seed;

    #[test]
    fn pauses_double_up_to_the_cap_and_are_jittered() {
        let policy = RetryPolicy::default();
        let mut rng = Rng::keyed(Seed(1), [0; 3]);
        let mut pause = |attempt| policy.pause(Action::Retry, attempt, &mut rng);
        let (first, later, last) = (pause(1), pause(4), pause(30));
        assert!(first >= policy.base / 2 && first <= policy.base, "{first:?}");
        assert!(later >= policy.base * 4 && later <= policy.base * 8, "{later:?}");
        assert!(last >= policy.cap / 2 && last <= policy.cap, "{last:?}");
        assert_ne!(pause(30), pause(30));
    }

    #[test]
    fn a_lost_target_may_be_called_less_often_than_an_operation_is_tried_again() {
        let policy = RetryPolicy { reconnect_cap: Some(Duration::from_secs(30)), ..RetryPolicy::default() };
        let mut rng = Rng::keyed(Seed(1), [0; 3]);
        assert!(policy.pause(Action::Reconnect, 30, &mut rng) >= Duration::from_secs(15));
        assert!(policy.pause(Action::Retry, 30, &mut rng) <= policy.cap);
    }

    #[test]
    fn other_values_need_no_pause_and_skips_no_retry() {
        let policy = RetryPolicy::default();
        assert_eq!(policy.pause(Action::NewValues, 3, &mut Rng::keyed(Seed(1), [0; 3])), Duration::ZERO);
        assert_eq!(policy.bound(Action::Skip), 0);
        assert_eq!(policy.bound(Action::RetryThenSkip), 3);
    }
}
