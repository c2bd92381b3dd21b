//! What a run came to.

use std::{collections::BTreeMap, fmt, time::Duration};

use hdrhistogram::Histogram;

use crate::{Action, Counts, Failure, Outcome, Rows, SchemaChanges, Seed, Tally};

/// The result of a run.
#[derive(Clone, Debug)]
pub struct Report {
    /// Where it went, without secrets.
    pub target: String,
    /// The seed.
    pub seed: Seed,
    /// Lanes of the plan.
    pub lanes: u32,
    /// Connections that carried them.
    pub connections: u32,
    /// Whether operations were due at times of their own (open model) or after each other (closed).
    pub open: bool,
    /// From the start until the last operation ended; if there was none, until the workers did.
    pub duration: Duration,
    /// Over all workers.
    pub counts: Counts,
    /// By the name of the scenario. The operations of the warm-up are not in here.
    pub scenarios: BTreeMap<String, ScenarioReport>,
    /// Why operations were skipped, and how often; without the warm-up.
    pub skips: BTreeMap<String, u64>,
    /// Failed attempts by code, those of the warm-up and those that a later attempt mended included. Calls for a lost target that came to
    /// nothing are apart, as `reconnect failed`.
    pub errors: BTreeMap<String, ErrorReport>,
    /// What the lanes did to the target, the warm-up included.
    pub tally: Tally,
    /// What others did to the schema meanwhile, as far as it was noticed.
    pub schema_changes: SchemaChanges,
    /// What ended the run early, if anything did.
    pub fatal: Option<Failure>,
    /// Whether operations were cut off: by a second stop, or at the end of the grace period.
    pub cut: bool,
}

/// What became of the operations of one scenario.
#[derive(Clone)]
pub struct ScenarioReport {
    /// By how they ended.
    pub outcomes: Outcomes,
    /// Rows changed.
    pub rows: Rows,
    /// From when an operation was due to its end, microseconds. Skipped operations are not in here.
    pub latency_us: Histogram<u64>,
    /// From when it was started to its end, retries included, microseconds. Skipped operations are not in here.
    pub service_us: Histogram<u64>,
    /// From when it was due to its start, microseconds.
    pub lag_us: Histogram<u64>,
}

/// A few figures of each histogram and not its thousands of buckets: reports end up in the messages of failed tests.
impl fmt::Debug for ScenarioReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let figures = |histogram: &Histogram<u64>| {
            let at = |quantile| histogram.value_at_quantile(quantile);
            format!("p50 {} p99 {} max {}", at(0.5), at(0.99), histogram.max())
        };
        f.debug_struct("ScenarioReport")
            .field("outcomes", &self.outcomes)
            .field("rows", &self.rows)
            .field("latency_us", &figures(&self.latency_us))
            .field("service_us", &figures(&self.service_us))
            .field("lag_us", &figures(&self.lag_us))
            .finish()
    }
}

impl ScenarioReport {
    /// Adds what another worker saw of the same scenario.
    pub(crate) fn merge(&mut self, other: &ScenarioReport) {
        self.outcomes += other.outcomes;
        self.rows += other.rows;
        let pairs = [
            (&mut self.latency_us, &other.latency_us),
            (&mut self.service_us, &other.service_us),
            (&mut self.lag_us, &other.lag_us),
        ];
        for (mine, theirs) in pairs {
            mine.add(theirs).expect("histograms of one precision that resize themselves");
        }
    }
}

/// Failures of one code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ErrorReport {
    /// How often.
    pub count: u64,
    /// What was done about it.
    pub action: Action,
    /// The first message.
    pub example: String,
    /// Those of which it is known what they were about, by that: the names of tables.
    pub subjects: BTreeMap<String, SubjectErrors>,
}

/// Failures of one code about one thing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SubjectErrors {
    /// How often.
    pub count: u64,
    /// The first message.
    pub example: String,
}

impl ErrorReport {
    /// Counts one; of more things than `most`, the later ones are not told apart.
    pub(crate) fn count(&mut self, failure: &Failure, most: usize) {
        self.count += 1;
        let Some(subject) = &failure.subject else { return };
        if let Some(known) = self.subjects.get_mut(subject) {
            known.count += 1;
        } else if self.subjects.len() < most {
            let example = failure.message.clone();
            self.subjects.insert(subject.clone(), SubjectErrors { count: 1, example });
        }
    }

    /// Adds what another worker saw of the same code.
    pub(crate) fn merge(&mut self, other: ErrorReport) {
        self.count += other.count;
        for (subject, errors) in other.subjects {
            let count = errors.count;
            self.subjects.entry(subject).or_insert(SubjectErrors { count: 0, ..errors }).count += count;
        }
    }
}

/// Operations by how they ended.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Outcomes {
    /// Acknowledged.
    pub committed: u64,
    /// Nothing was eligible.
    pub skipped: u64,
    /// Certainly not done.
    pub aborted: u64,
    /// Unknown.
    pub indeterminate: u64,
}

impl Outcomes {
    /// Counts one.
    pub fn count(&mut self, outcome: Outcome) {
        match outcome {
            Outcome::Committed => self.committed += 1,
            Outcome::Skipped => self.skipped += 1,
            Outcome::Aborted => self.aborted += 1,
            Outcome::Indeterminate => self.indeterminate += 1,
        }
    }

    /// All of them.
    pub fn total(&self) -> u64 {
        self.committed + self.skipped + self.aborted + self.indeterminate
    }
}

impl std::ops::AddAssign for Outcomes {
    fn add_assign(&mut self, other: Outcomes) {
        self.committed += other.committed;
        self.skipped += other.skipped;
        self.aborted += other.aborted;
        self.indeterminate += other.indeterminate;
    }
}

impl Report {
    /// All scenarios' outcomes together, without the warm-up.
    pub fn outcomes(&self) -> Outcomes {
        let mut all = Outcomes::default();
        self.scenarios.values().for_each(|scenario| all += scenario.outcomes);
        all
    }

    /// Operations that ended in any way, the warm-up included.
    pub fn completed(&self) -> u64 {
        self.outcomes().total() + self.counts.warmup.total()
    }

    /// The latency of all scenarios together, microseconds.
    pub fn latency_us(&self) -> Histogram<u64> {
        self.merged(|scenario| &scenario.latency_us)
    }

    /// The schedule lag of all scenarios together, microseconds.
    pub fn lag_us(&self) -> Histogram<u64> {
        self.merged(|scenario| &scenario.lag_us)
    }

    fn merged(&self, of: impl Fn(&ScenarioReport) -> &Histogram<u64>) -> Histogram<u64> {
        let mut all = histogram();
        for scenario in self.scenarios.values() {
            all.add(of(scenario)).expect("histograms of one precision that resize themselves");
        }
        all
    }
}

/// An empty histogram of microseconds: three significant digits, growing with what is recorded.
pub(crate) fn histogram() -> Histogram<u64> {
    let mut histogram = Histogram::new(3).expect("three significant digits are in range");
    histogram.auto(true);
    histogram
}
