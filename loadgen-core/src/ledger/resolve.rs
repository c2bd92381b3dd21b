//! Settles what a killed run has left undecided.

use std::path::Path;

use super::{
    directory::Ledger,
    error::LedgerError,
    reader::LedgerReader,
    record::{Header, Record, Standing},
    tracer::Tracer,
};
use crate::{Failure, SqlSession};

/// What came of it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Settled {
    /// Transactions that turned out to be committed.
    pub committed: u64,
    /// Transactions that turned out to be aborted.
    pub aborted: u64,
    /// Whether the run had ended by itself, with nothing left to do.
    pub had_ended: bool,
}

/// Why a run cannot be resolved.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ResolveError {
    /// The ledger cannot be read or written.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
    /// The target refused something.
    #[error(transparent)]
    Target(#[from] Failure),
    /// The run went somewhere else.
    #[error(
        "the run went to a database whose {name} was {was}, and here it is {is}; give the address of that database"
    )]
    Elsewhere {
        /// What differs.
        name: String,
        /// What the ledger says.
        was: String,
        /// What the session says.
        is: String,
    },
}

/// What tells one database from another.
const IDENTITY: [&str; 2] = ["system identifier", "database oid"];

/// Finds out, for each transaction of a ledger without an end, whether it was committed; bars those that might still come;
/// and ends the ledger. The process that wrote it has to be gone.
///
/// # Errors
/// When the ledger is being written or damaged, or the session is one of another database or fails.
pub async fn resolve(session: &mut impl SqlSession, directory: &Path) -> Result<Settled, ResolveError> {
    let reader = LedgerReader::open(directory)?;
    let header = reader.header()?;
    check_identity(session, &header).await?;
    if reader.has(Record::is_end)? {
        return Ok(Settled { had_ended: true, ..Settled::default() });
    }
    let tracer = Tracer::reopen(session, Ledger::reopen(directory)?, &header).await?;
    let (committed, aborted) = tracer.finish(session).await?;
    Ok(Settled { committed, aborted, had_ended: false })
}

/// What tells a database from all others: the number of its server, and its own there; empty where the target does not say.
pub fn identity(standing: &Standing) -> [String; 2] {
    IDENTITY.map(|name| standing.get(name).cloned().unwrap_or_default())
}

/// Whether a session is one of the database that a run went to.
///
/// # Errors
/// When it is not, or does not say.
pub async fn check_identity(session: &mut impl SqlSession, header: &Header) -> Result<(), ResolveError> {
    let here = session.standing().await?;
    for ((name, was), is) in IDENTITY.into_iter().zip(identity(&header.standing)).zip(identity(&here)) {
        if was != is {
            return Err(ResolveError::Elsewhere { name: name.to_owned(), was, is });
        }
    }
    Ok(())
}
