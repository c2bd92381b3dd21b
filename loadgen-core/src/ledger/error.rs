//! What can be wrong with a ledger.

use std::{io, path::PathBuf};

use super::record::VERSION;

/// Why a ledger cannot be written or read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LedgerError {
    /// The file system refused something.
    #[error("failed to {what} {}", path.display())]
    Io {
        /// What was tried: `write to`, `create`.
        what: &'static str,
        /// Where.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// A ledger is there already.
    #[error("{} holds a ledger already; choose another directory, or remove it", .0.display())]
    Exists(PathBuf),
    /// Somebody is writing it.
    #[error("{} is being written by another process; wait until that run has ended", .0.display())]
    Busy(PathBuf),
    /// It was written by another version.
    #[error("{} has format {version}, and this version reads format {VERSION}; use the version that wrote it", path.display())]
    Version {
        /// The ledger.
        path: PathBuf,
        /// Its format.
        version: u32,
    },
    /// What was written first is not there any more.
    #[error("{} does not begin with the header of a run: the first lines of its first journal were cut off", .0.display())]
    Headless(PathBuf),
    /// There are no journals.
    #[error("{} holds no ledger; name the directory of a run that was made with --ledger", .0.display())]
    Missing(PathBuf),
    /// A line in the middle of a journal is damaged.
    #[error("{}:{line}: {what}; everything before this line is sound", path.display())]
    Damaged {
        /// The segment.
        path: PathBuf,
        /// The line, from 1.
        line: u64,
        /// What is wrong with it.
        what: String,
    },
    /// A journal failed before, and nothing is written behind a failure.
    #[error("{} failed before; the run goes no further without its ledger", .0.display())]
    Failed(PathBuf),
}

impl LedgerError {
    pub(super) fn io(what: &'static str, path: impl Into<PathBuf>) -> impl FnOnce(io::Error) -> Self {
        let path = path.into();
        move |source| LedgerError::Io { what, path, source }
    }
}
