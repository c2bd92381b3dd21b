//! Why a capture could not be read.

use std::io;

use loadgen_core::verify::VerifyError;

/// Why a capture could not be read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DebeziumError {
    /// The file or stream broke off.
    #[error("failed to read the capture")]
    Read(#[from] io::Error),
    /// A line is no event that can be judged.
    #[error("line {line} of the capture: {what}")]
    Line {
        /// The number of the line, from 1 on.
        line: u64,
        /// What is wrong with it, and what to do.
        what: String,
    },
    /// The verifier did not take an event.
    #[error(transparent)]
    Verify(#[from] VerifyError),
}
