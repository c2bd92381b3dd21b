//! What keeps a sink from being judged.

use std::{io, path::PathBuf};

use crate::ledger::LedgerError;

/// Why there is no [`Verification`](super::Verification).
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum VerifyError {
    /// The ledger cannot be read.
    #[error("failed to read the ledger")]
    Ledger(#[from] LedgerError),
    /// A temporary file cannot be written or read.
    #[error("failed to {what} the temporary {}; is there another directory for temporary files, as `--temporary` names one?", path.display())]
    Spill {
        /// What was tried: `write`, `read`.
        what: &'static str,
        /// Where.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// A transaction of the ledger names a table that is not in the header.
    #[error(
        "transactions of the ledger change table {0}, which its header does not have; the ledger is damaged"
    )]
    Table(u32),
    /// A sink handed over what its kind does not have, or what the ledger's table does not have.
    #[error("the sink shows {what} of {table}; this is a defect of the sink's reader")]
    Observation {
        /// What is wrong with the observation.
        what: String,
        /// The table.
        table: String,
    },
}
