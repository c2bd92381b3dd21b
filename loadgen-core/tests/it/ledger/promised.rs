//! What the ledger has when something is committed.

use std::{
    path::Path,
    sync::{Arc, Mutex},
};

use loadgen_core::{
    Change, Value,
    ledger::{LedgerReader, MARKER_TABLE, Record},
    memory::Faults,
};

use super::run;
use crate::shop::shop;

/// The lane and the number of a transaction, by the marker that it moves.
fn transaction(changes: &[Change]) -> Option<(u32, u64)> {
    let moves =
        |change: &&Change| change.shape.table.name.table == MARKER_TABLE && change.shape.key == [0, 1, 2, 3];
    match changes.iter().find(moves)?.values.as_slice() {
        [_, Value::Int(lane), _, _, Value::Int(seq)] => Some((*lane as u32, *seq as u64)),
        _ => None,
    }
}

fn has(directory: &Path, lane: u32, seq: u64) -> bool {
    let is_it =
        |record: Record| matches!(record, Record::Transaction(one) if (one.lane, one.seq) == (lane, seq));
    LedgerReader::open(directory).unwrap().records().any(|record| record.is_ok_and(is_it))
}

#[tokio::test]
async fn nothing_is_committed_before_it_is_written_down() {
    let directory = tempfile::tempdir().unwrap();
    let (path, looks) = (directory.path().to_owned(), Arc::new(Mutex::new(Vec::new())));
    let noted = Arc::clone(&looks);
    let faults = Faults::new(move |_, changes| {
        let (lane, seq) = transaction(changes)?;
        noted.lock().unwrap().push(has(&path, lane, seq));
        None
    });
    run(&shop().with_faults(faults), directory.path(), "r", 300).await;
    let looks = looks.lock().unwrap();
    let early = looks.iter().filter(|is_there| !**is_there).count();
    assert!(looks.len() > 200 && early == 0, "{early} of {}", looks.len());
}
