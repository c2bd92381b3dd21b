//! How late a sink was.

use hdrhistogram::Histogram;
use serde::{Deserialize, Serialize};

use super::Quantiles;
use crate::freshness::FreshnessReport;

/// From when a commit was acknowledged until the sink was seen to have it, the warm-up included.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FreshnessSummary {
    /// What was followed, without secrets.
    pub sink: String,
    /// Commits that were seen in the sink.
    pub count: u64,
    /// Commits that were acknowledged and not seen by the end.
    pub unseen: u64,
    /// For how long the oldest of these was looked for, milliseconds.
    pub oldest_unseen_ms: f64,
    /// Of the commits that were seen; none if there are none.
    pub latency_ms: Option<Quantiles>,
    /// The time between two looks, by which that may be too long; none if there was no look.
    pub resolution_ms: Option<Quantiles>,
    /// Looks that failed.
    pub failures: u64,
    /// Why the first of them did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failure: Option<String>,
}

impl FreshnessSummary {
    pub(crate) fn new(report: &FreshnessReport) -> Self {
        FreshnessSummary {
            sink: report.sink.clone(),
            count: report.latency_us.len(),
            unseen: report.unseen,
            oldest_unseen_ms: report.oldest_us as f64 / 1e3,
            latency_ms: known(&report.latency_us),
            resolution_ms: known(&report.resolution_us),
            failures: report.failures,
            failure: report.failure.clone(),
        }
    }
}

/// Nothing is no figure, and least of all zero.
fn known(histogram: &Histogram<u64>) -> Option<Quantiles> {
    (!histogram.is_empty()).then(|| Quantiles::of(histogram))
}

/// What a reader should know of a sink that was not there, or did not show everything.
pub(super) fn warnings(report: &FreshnessReport) -> impl Iterator<Item = String> {
    let FreshnessReport { sink, unseen, failures, failure, .. } = report;
    let lost = (*failures > 0).then(|| {
        let why = failure.as_deref().unwrap_or_default();
        format!("{sink} could not be looked at {failures} times, at first: {why}; how late it was then is not certain")
    });
    let seconds = report.oldest_us as f64 / 1e6;
    let late = (*unseen > 0).then(|| {
        format!("{unseen} commits were not seen in {sink}, the oldest for {seconds:.1} s: no figure of lateness has them")
    });
    lost.into_iter().chain(late)
}
