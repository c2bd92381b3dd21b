//! What the ledger says of rows, dealt to parts by their keys.

use std::collections::BTreeMap;

use super::{
    error::VerifyError,
    relation::{Relation, key_hash},
    spill::Spill,
    verification::Counts,
    version::{Fate, Version},
};
use crate::ledger::{Entry, TransactionRecord};

/// The tables and all versions of their rows.
#[derive(Debug)]
pub(super) struct Expectation {
    pub(super) relations: Vec<Relation>,
    /// By the number that transactions name a table with: the table and its columns at that time.
    pub(super) forms: BTreeMap<u32, (u32, u16)>,
    /// Versions, and the sightings that come to them.
    pub(super) rows: Spill,
    pub(super) counts: Counts,
    pub(super) buffer: Vec<u8>,
}

impl Expectation {
    pub(super) fn new(relations: Vec<Relation>, forms: BTreeMap<u32, (u32, u16)>, rows: Spill) -> Self {
        Expectation { relations, forms, rows, counts: Counts::default(), buffer: Vec::new() }
    }

    /// Takes a transaction that ended so.
    pub(super) fn take(&mut self, transaction: &TransactionRecord, fate: Fate) -> Result<(), VerifyError> {
        for (place, entry) in (0u32..).zip(&transaction.entries) {
            let Some(&(relation, layout)) = self.forms.get(&entry.table) else {
                return Err(VerifyError::Table(entry.table));
            };
            let table = &mut self.relations[relation as usize];
            let is_committed = u64::from(fate == Fate::Committed);
            self.counts.changes += is_committed;
            if table.exempt.is_some() {
                table.passed_over += is_committed;
                continue;
            }
            let TransactionRecord { lane, seq, .. } = *transaction;
            let Entry { kind, sum, before, is_unsure, .. } = *entry;
            let key = key_hash(relation, &entry.key, &mut self.buffer);
            let version =
                Version { key, relation, layout, lane, seq, place, kind, fate, sum, before, is_unsure };
            self.rows.deal((key >> 64) as u64, |bytes| version.write(bytes))?;
        }
        Ok(())
    }
}
