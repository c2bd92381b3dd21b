//! What one worker saw. Owned by it alone; merged when it has ended.

use std::{
    borrow::Cow,
    collections::{BTreeMap, btree_map::Entry},
    time::Duration,
};

use hdrhistogram::Histogram;

use crate::{
    Counts, Failure, Outcome, Outcomes, Rows,
    report::{ErrorReport, ScenarioReport, histogram},
};

/// Different codes or reasons that are kept apart; what comes later is counted as `other`.
const KINDS: usize = 64;

/// One operation from when it was due to its end.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Times {
    pub(crate) due: Duration,
    pub(crate) started: Duration,
    pub(crate) ended: Duration,
}

type Entries<T> = Vec<(Cow<'static, str>, T)>;

/// What was seen of one scenario.
#[derive(Debug)]
struct Seen {
    report: ScenarioReport,
    /// Operations that began when they were due, as all do unpaced: one time says latency and service, and there is no lag.
    prompt_us: Histogram<u64>,
}

impl Seen {
    fn new() -> Self {
        let report = ScenarioReport {
            outcomes: Outcomes::default(),
            rows: Rows::default(),
            latency_us: histogram(),
            service_us: histogram(),
            lag_us: histogram(),
        };
        Seen { report, prompt_us: histogram() }
    }

    fn record(&mut self, outcome: Outcome, times: Times) {
        let Times { due, started, ended } = times;
        // What was skipped asked nothing of the target: its microseconds would only make the target look fast.
        let is_skipped = outcome == Outcome::Skipped;
        if started == due && !is_skipped {
            return record(&mut self.prompt_us, ended.saturating_sub(due));
        }
        record(&mut self.report.lag_us, started.saturating_sub(due));
        if !is_skipped {
            record(&mut self.report.latency_us, ended.saturating_sub(due));
            record(&mut self.report.service_us, ended.saturating_sub(started));
        }
    }

    fn into_report(self) -> ScenarioReport {
        let Seen { mut report, prompt_us } = self;
        for histogram in [&mut report.latency_us, &mut report.service_us] {
            histogram.add(&prompt_us).expect("histograms of one precision that resize themselves");
        }
        report.lag_us.saturating_record_n(0, prompt_us.len());
        report
    }
}

#[derive(Debug)]
pub(crate) struct Recorder {
    warmup_end: Duration,
    scenarios: Vec<Seen>,
    skips: Entries<u64>,
    errors: Entries<ErrorReport>,
    pub(crate) counts: Counts,
    pub(crate) cut: bool,
    pub(crate) last_end: Option<Duration>,
}

impl Recorder {
    pub(crate) fn new(scenarios: usize, warmup_end: Duration) -> Self {
        let mut recorder = Recorder {
            warmup_end,
            scenarios: Vec::new(),
            skips: Vec::new(),
            errors: Vec::new(),
            counts: Counts::default(),
            cut: false,
            last_end: None,
        };
        recorder.reports(scenarios);
        recorder
    }

    /// Has room for so many scenarios.
    pub(crate) fn reports(&mut self, scenarios: usize) {
        self.scenarios.resize_with(scenarios.max(self.scenarios.len()), Seen::new);
    }

    /// Counts an operation that has ended. What was due in the warm-up is kept apart.
    pub(crate) fn ended(&mut self, scenario: usize, outcome: Outcome, rows: Rows, times: Times) {
        self.last_end = Some(times.ended);
        if times.due < self.warmup_end {
            self.counts.warmup.count(outcome);
            return;
        }
        let scenario = &mut self.scenarios[scenario];
        scenario.report.outcomes.count(outcome);
        scenario.report.rows += rows;
        scenario.record(outcome, times);
    }

    /// Counts why an operation was skipped, as far as the operation counts.
    pub(crate) fn skipped(&mut self, reason: Cow<'static, str>, due: Duration) {
        if due < self.warmup_end {
            return;
        }
        *entry(&mut self.skips, reason, || 0) += 1;
    }

    /// Counts a failure, in the warm-up too: what went wrong is to be known.
    pub(crate) fn failed(&mut self, failure: &Failure) {
        let (action, subjects) = (failure.action, BTreeMap::new());
        let new = || ErrorReport { count: 0, action, example: failure.message.clone(), subjects };
        entry(&mut self.errors, failure.code.clone(), new).count(failure, KINDS);
    }

    /// A call for a lost target that came to nothing: apart from the loss itself, which may have the same code.
    pub(crate) fn failed_to_reconnect(&mut self, failure: &Failure) {
        self.failed(&Failure::aborted(failure.action, "reconnect failed", failure));
    }

    /// Pours everything into the parts of a report.
    pub(crate) fn merge_into(
        self,
        names: &[String],
        scenarios: &mut BTreeMap<String, ScenarioReport>,
        skips: &mut BTreeMap<String, u64>,
        errors: &mut BTreeMap<String, ErrorReport>,
    ) {
        for (name, mine) in names.iter().zip(self.scenarios.into_iter().map(Seen::into_report)) {
            match scenarios.get_mut(name) {
                Some(theirs) => theirs.merge(&mine),
                None => drop(scenarios.insert(name.clone(), mine)),
            }
        }
        for (reason, count) in self.skips {
            *skips.entry(reason.into_owned()).or_default() += count;
        }
        for (code, error) in self.errors {
            match errors.entry(code.into_owned()) {
                Entry::Occupied(known) => known.into_mut().merge(error),
                Entry::Vacant(place) => drop(place.insert(error)),
            }
        }
    }
}

/// Few entries, so a vector that is searched beats a map.
fn entry<'a, T>(entries: &'a mut Entries<T>, key: Cow<'static, str>, new: impl FnOnce() -> T) -> &'a mut T {
    let known = entries.iter().position(|(known, _)| *known == key);
    let index = known.unwrap_or_else(|| {
        let key = if entries.len() < KINDS { key } else { Cow::Borrowed("other") };
        entries.iter().position(|(known, _)| *known == key).unwrap_or_else(|| {
            entries.push((key, new()));
            entries.len() - 1
        })
    });
    &mut entries[index].1
}

fn record(histogram: &mut Histogram<u64>, span: Duration) {
    let micros = span.min(LONGEST).as_micros() as u64;
    histogram.record(micros).expect("a histogram that resizes itself takes any bounded value");
}

/// Longer spans are recorded as this one, so that a histogram stays below half a megabyte.
const LONGEST: Duration = Duration::from_secs(24 * 3_600);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Action;

    #[test]
    fn kinds_of_failures_are_bounded() {
        let mut recorder = Recorder::new(0, Duration::ZERO);
        (0..1_000).for_each(|i| recorder.failed(&Failure::aborted(Action::Skip, i.to_string(), "")));
        assert_eq!(recorder.errors.len(), KINDS + 1);
        assert_eq!(recorder.errors[KINDS].1.count, 1_000 - KINDS as u64);
    }

    #[test]
    fn failures_of_one_code_are_counted_for_each_table_with_a_message_of_each() {
        let mut errors = BTreeMap::new();
        for worker in ["first", "second"] {
            let mut recorder = Recorder::new(0, Duration::ZERO);
            let failure = |said: &str| Failure::aborted(Action::Skip, "P0001", format!("{worker} {said}"));
            recorder.failed(&failure("of a").about(&"a"));
            recorder.failed(&failure("of b").about(&"b"));
            recorder.failed(&failure("of b again").about(&"b").about(&"a"));
            recorder.failed(&failure("of nothing"));
            recorder.merge_into(&[], &mut BTreeMap::new(), &mut BTreeMap::new(), &mut errors);
        }
        let said = &errors["P0001"];
        let of = |name: &str| (said.subjects[name].count, said.subjects[name].example.as_str());
        assert_eq!((said.count, said.subjects.len()), (8, 2));
        assert_eq!((of("a"), of("b")), ((2, "first of a"), (4, "first of b")));
    }

    #[test]
    fn what_is_due_in_the_warm_up_is_kept_apart() {
        let mut recorder = Recorder::new(1, Duration::from_secs(1));
        for second in [0, 1, 2] {
            let due = Duration::from_secs(second);
            let times = Times { due, started: due, ended: due + Duration::from_millis(5) };
            recorder.ended(0, Outcome::Committed, Rows::default(), times);
        }
        for second in [0, 1] {
            recorder.skipped("nothing to do".into(), Duration::from_secs(second));
        }
        assert_eq!(recorder.skips, [("nothing to do".into(), 1)]);
        let report = recorder.scenarios.remove(0).into_report();
        assert_eq!((recorder.counts.warmup.committed, report.outcomes.committed), (1, 2));
        assert_eq!(report.latency_us.len(), 2);
    }

    #[test]
    fn operations_have_the_same_three_times_whether_they_begin_when_they_are_due_or_not() {
        let millis = Duration::from_millis;
        let seen = |late: u64| {
            let mut recorder = Recorder::new(1, Duration::ZERO);
            for (outcome, took) in [(Outcome::Committed, 3), (Outcome::Aborted, 5), (Outcome::Skipped, 7)] {
                let times = Times { due: millis(9 - late), started: millis(9), ended: millis(9 + took) };
                recorder.ended(0, outcome, Rows::default(), times);
            }
            let report = recorder.scenarios.remove(0).into_report();
            let all = |histogram: &Histogram<u64>| {
                histogram
                    .iter_recorded()
                    .map(|at| (at.value_iterated_to(), at.count_at_value()))
                    .collect::<Vec<_>>()
            };
            (all(&report.latency_us), all(&report.service_us), all(&report.lag_us))
        };
        let prompt = vec![(3_001, 1), (5_003, 1)];
        assert_eq!(seen(0), (prompt.clone(), prompt.clone(), vec![(0, 3)]));
        assert_eq!(seen(1), (vec![(4_001, 1), (6_003, 1)], prompt, vec![(1_000, 3)]));
    }
}
