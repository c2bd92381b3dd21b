//! What following a sink came to.

use std::fmt;

use hdrhistogram::Histogram;

/// How late the commits of a run were in a sink, the warm-up included.
#[derive(Clone)]
pub struct FreshnessReport {
    /// What was followed, without secrets.
    pub sink: String,
    /// From when a commit was acknowledged until the sink was seen to have it, microseconds: for each commit that was seen.
    pub latency_us: Histogram<u64>,
    /// By how much that may be too long: the time between two looks, microseconds, of which a commit came in between.
    pub resolution_us: Histogram<u64>,
    /// Commits that were acknowledged and not seen.
    pub unseen: u64,
    /// For how long the oldest of them was looked for, microseconds.
    pub oldest_us: u64,
    /// Looks that failed.
    pub failures: u64,
    /// Why the first of them did.
    pub failure: Option<String>,
}

/// The same so far; the figures are of the last seconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct FreshnessSnapshot {
    /// Commits that were seen in the last seconds.
    pub seen: u64,
    /// Half of them were seen within that time, microseconds.
    pub p50_us: u64,
    /// All but one of a hundred were, microseconds.
    pub p99_us: u64,
    /// Commits that are not seen yet, of the whole run.
    pub unseen: u64,
    /// For how long the oldest of them is looked for, microseconds.
    pub oldest_us: u64,
    /// Whether the last look failed.
    pub is_lost: bool,
}

impl fmt::Debug for FreshnessReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let figures = |histogram: &Histogram<u64>| {
            let at = |quantile| histogram.value_at_quantile(quantile);
            format!("{}: p50 {} p99 {} max {}", histogram.len(), at(0.5), at(0.99), histogram.max())
        };
        f.debug_struct("FreshnessReport")
            .field("sink", &self.sink)
            .field("latency_us", &figures(&self.latency_us))
            .field("resolution_us", &figures(&self.resolution_us))
            .field("unseen", &self.unseen)
            .field("oldest_us", &self.oldest_us)
            .field("failures", &self.failures)
            .field("failure", &self.failure)
            .finish()
    }
}
