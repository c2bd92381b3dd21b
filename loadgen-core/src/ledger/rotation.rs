//! What becomes of a journal whose next segment cannot be made.

use std::fs;

use super::{Ledger, LedgerError, LedgerOptions, LedgerReader, Record, TransactionRecord, journal};

#[test]
fn nothing_is_written_behind_a_segment_that_could_not_be_made() {
    let directory = tempfile::tempdir().unwrap();
    let ledger = Ledger::create(
        directory.path(),
        LedgerOptions { journals: 1, segment: 1, ..LedgerOptions::default() },
    )
    .unwrap();
    let write = |seq| {
        let record = TransactionRecord { lane: 0, seq, entries: Vec::new() };
        ledger.write(0, &Record::Transaction(record))
    };
    write(1).unwrap();
    let taken = directory.path().join(journal::segment_name(0, 2));
    fs::write(&taken, "").unwrap();
    assert!(matches!(write(2), Err(LedgerError::Io { what: "create", .. })));
    fs::remove_file(taken).unwrap();
    assert!(matches!(write(3), Err(LedgerError::Failed(_))));
    drop(ledger);
    let reader = LedgerReader::open(directory.path()).unwrap();
    assert_eq!(reader.journal(0).unwrap().count(), 2, "what was written can be read");
}
