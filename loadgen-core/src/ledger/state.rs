//! How far a ledger has come, for those who would take away what it needs.

use std::path::Path;

use super::{error::LedgerError, reader::LedgerReader, record::Record};

/// How far a ledger has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LedgerState {
    /// A process is writing it.
    Busy,
    /// It has transactions and no end: some of them may have to be looked up in the target.
    Unsettled,
    /// It has its end, or no transactions at all.
    Settled,
}

/// How far the ledger in a directory has come. There need not be one.
///
/// # Errors
/// When it cannot be read.
pub fn state(directory: &Path) -> Result<LedgerState, LedgerError> {
    if !directory.is_dir() {
        return Ok(LedgerState::Settled);
    }
    let reader = match LedgerReader::open(directory) {
        Err(LedgerError::Missing(_)) => return Ok(LedgerState::Settled),
        reader => reader?,
    };
    if reader.is_being_written() {
        return Ok(LedgerState::Busy);
    }
    let is_settled = reader.has(Record::is_end)? || !reader.has(Record::is_transaction)?;
    Ok(if is_settled { LedgerState::Settled } else { LedgerState::Unsettled })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_asks_leaves_nothing_behind() {
        let directory = tempfile::tempdir().unwrap();
        assert_eq!(state(directory.path()).unwrap(), LedgerState::Settled);
        assert_eq!(std::fs::read_dir(directory.path()).unwrap().count(), 0);
    }
}
