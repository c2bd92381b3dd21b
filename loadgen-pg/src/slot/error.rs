//! What goes wrong with slots.

use std::{io, path::PathBuf};

use loadgen_core::{Failure, verify::VerifyError};

use super::bytes::Torn;

/// Why a slot cannot be made, read or removed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SlotError {
    /// The server refused something.
    #[error(transparent)]
    Server(#[from] Failure),
    /// A slot cannot be had here; nothing was made.
    #[error("{0}")]
    Refused(String),
    /// Not all of a slot could be made, and not all of what was made be removed.
    #[error("{error}; {left}")]
    Left {
        /// What stood in the way.
        error: Box<SlotError>,
        /// What stays, and what to do about it.
        left: String,
    },
    /// What was made is written down for another database.
    #[error("the run went to another database than this one; give the address of {0}")]
    Elsewhere(String),
    /// A file cannot be written or read.
    #[error("failed to {what} {}", path.display())]
    File {
        /// What was tried.
        what: &'static str,
        /// Where.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// The slot gave something that is not understood.
    #[error("the slot {slot} gave a message that cannot be read: {why}")]
    Message {
        /// The slot.
        slot: String,
        /// What is wrong.
        why: String,
    },
    /// The verifier did not take a change.
    #[error(transparent)]
    Verify(#[from] VerifyError),
}

impl SlotError {
    pub(super) fn io(what: &'static str, path: impl Into<PathBuf>) -> impl FnOnce(io::Error) -> Self {
        let path = path.into();
        move |source| SlotError::File { what, path, source }
    }

    pub(super) fn torn(slot: &str, why: Torn) -> Self {
        SlotError::Message { slot: slot.to_owned(), why: why.to_string() }
    }
}
