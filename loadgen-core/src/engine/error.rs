//! Why a run ends without a report.

use crate::{CheckError, Failure, PrepareError, Report, WeightsError};

/// Why there is no report.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RunError {
    /// A session could not be opened before the first operation.
    #[error("failed to connect to {target}")]
    Connect {
        /// Where to.
        target: String,
        /// Why.
        #[source]
        source: Failure,
    },
    /// The workload could not get ready.
    #[error("failed to prepare {target}")]
    Prepare {
        /// Where.
        target: String,
        /// Why.
        #[source]
        source: PrepareError,
    },
    /// The weights of the scenarios.
    #[error("no scenario can be picked")]
    Mix(#[from] WeightsError),
    /// No lanes or no connections.
    #[error("a run needs at least one lane and one connection")]
    Empty,
    /// The pace is none that can be held.
    #[error("{0}")]
    Pace(&'static str),
    /// A worker was gone before the first operation: a panic while it connected, or no runtime for it.
    #[error("a worker was gone before it was connected: it panicked, or it got no thread or no runtime")]
    Worker,
    /// A stop was asked for before the first operation.
    #[error("stopped before the first operation")]
    Stopped,
    /// What the lanes know and what the target holds are not the same.
    #[error("the check of {target} did not hold")]
    Check {
        /// Where.
        target: String,
        /// What differs, or why it could not be compared.
        #[source]
        source: CheckError,
        /// The report all the same.
        report: Box<Report>,
    },
}
