//! Refusals that have not come before: somebody may have made a rule that only some rows break.

use std::{borrow::Cow, collections::HashSet, time::Duration};

use tokio::time::Instant;

use crate::{Action, Failure};

/// What the target has refused by now.
#[derive(Debug, Default)]
pub(super) struct Refusals {
    /// The code, and what the target said, which names the rule; but what somebody's trigger says may differ from row to row.
    known: HashSet<(Cow<'static, str>, String)>,
    latest: Option<Instant>,
}

impl Refusals {
    /// Whether a failure is a reason to look at the schema though other values may do: the first of its kind is. The next
    /// one is only after a pause, and no kind is noted until then.
    pub(super) fn is_news(&mut self, failure: &Failure, now: Instant) -> bool {
        // A value that another row has says nothing of the rules.
        let is_refusal = !failure.indeterminate
            && !failure.taken
            && matches!(failure.action, Action::NewValues | Action::Skip);
        let is_early = self.latest.is_some_and(|latest| now < latest + PAUSE);
        if !is_refusal || is_early || self.known.len() >= MOST {
            return false;
        }
        let is_free = failure.vetoed || failure.action == Action::Skip;
        let words = if is_free { String::new() } else { failure.message.clone() };
        let is_new = self.known.insert((failure.code.clone(), words));
        if is_new {
            self.latest = Some(now);
        }
        is_new
    }
}

/// How long nobody looks again because of another kind.
const PAUSE: Duration = Duration::from_secs(2);

/// More kinds than these are words that differ from row to row.
const MOST: usize = 256;

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(rule: &str) -> Failure {
        Failure::aborted(Action::NewValues, "23514", format!("the row violates {rule}"))
    }

    #[test]
    fn the_first_refusal_of_a_kind_is_news_and_the_next_kind_waits() {
        let (mut refusals, start) = (Refusals::default(), Instant::now());
        let mut is_news =
            |rule: &str, s: u64| refusals.is_news(&refused(rule), start + Duration::from_secs(s));
        assert!(is_news("a", 0));
        assert!(!is_news("a", 1));
        assert!(!is_news("b", 1), "too early");
        assert!(is_news("b", 2));
        assert!(!is_news("a", 9));
    }

    #[test]
    fn words_of_triggers_are_one_kind() {
        let (mut refusals, start) = (Refusals::default(), Instant::now());
        let raised = |row: u64| {
            Failure::aborted(Action::NewValues, "P0001", format!("row {row} is refused")).by_veto()
        };
        assert!(refusals.is_news(&raised(1), start));
        assert!(!refusals.is_news(&raised(2), start + Duration::from_secs(9)));
    }

    #[test]
    fn only_rows_that_are_refused_are_a_reason() {
        let mut refusals = Refusals::default();
        for action in [Action::Retry, Action::Reconnect, Action::Fatal] {
            assert!(!refusals.is_news(&Failure::aborted(action, "x", "y"), Instant::now()));
        }
        assert!(!refusals.is_news(&Failure::indeterminate(Action::Resolve, "x", "y"), Instant::now()));
        assert!(!refusals.is_news(&refused("a key").over_taken_value(), Instant::now()));
    }
}
