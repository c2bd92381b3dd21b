//! Everything that contradicts the ledger, one finding after the other.

use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
};

use super::{
    error::VerifyError,
    findings::{Draft, Findings},
    relation::{Relation, key_hash},
    spill::{Bytes, Scratch, Spill, put_text, take_text},
    verification::Finding,
};
use crate::ledger::{LedgerReader, Record};

/// All findings, in temporary files: there may be more of them than fit into memory.
#[derive(Debug)]
pub struct Evidence {
    pub(super) findings: Findings,
    pub(super) scratch: Arc<Scratch>,
    pub(super) ledger: LedgerReader,
    pub(super) relations: Vec<Relation>,
    /// Which table the numbers of the ledger are.
    pub(super) forms: BTreeMap<u32, (u32, u16)>,
}

impl Evidence {
    /// Hands each finding over, with its key, which may have to be looked up in the ledger. They come in no particular order.
    ///
    /// # Errors
    /// When the ledger or a temporary file cannot be read, or `each` fails.
    pub fn each<E: From<VerifyError>>(
        mut self,
        mut each: impl FnMut(&Finding) -> Result<(), E>,
    ) -> Result<(), E> {
        let mut keys = self.keys()?;
        for part in 0..self.findings.parts() {
            let known = keys_in(&mut keys, part)?;
            for draft in self.findings.take(part)? {
                each(&self.named(draft, &known))?;
            }
        }
        Ok(())
    }

    fn named(&self, draft: Draft, known: &HashMap<u128, Vec<String>>) -> Finding {
        Finding {
            check: draft.check,
            table: draft.relation.map(|relation| self.relations[relation as usize].name.clone()),
            lane: draft.lane,
            seq: draft.seq,
            key: draft.key.or_else(|| known.get(&draft.hash).cloned()).unwrap_or_default(),
            words: draft.words,
        }
    }

    /// The keys of the ledger that may be wanted, dealt as the findings are.
    fn keys(&self) -> Result<Spill, VerifyError> {
        let mut keys = Spill::new(&self.scratch, "keys", self.findings.parts());
        let mut buffer = Vec::new();
        for record in self.ledger.records().take_while(|_| !self.findings.wanted.is_empty()) {
            let Record::Transaction(transaction) = record? else { continue };
            for entry in transaction.entries {
                let Some((relation, _)) = self.forms.get(&entry.table) else { continue };
                let hash = key_hash(*relation, &entry.key, &mut buffer);
                if self.findings.wanted.passes(hash) {
                    keys.deal((hash >> 64) as u64, |bytes| {
                        bytes.extend_from_slice(&hash.to_le_bytes());
                        bytes.extend_from_slice(&(entry.key.len() as u32).to_le_bytes());
                        entry.key.iter().for_each(|text| put_text(text, bytes));
                    })?;
                }
            }
        }
        Ok(keys)
    }
}

fn keys_in(keys: &mut Spill, part: usize) -> Result<HashMap<u128, Vec<String>>, VerifyError> {
    let bytes = keys.take(part)?;
    let (mut rest, mut known) = (Bytes(&bytes), HashMap::new());
    let key = |rest: &mut Bytes<'_>| {
        let (hash, texts) = (rest.u128()?, rest.u32()?);
        Some((hash, (0..texts).map(|_| take_text(rest)).collect::<Option<Vec<String>>>()?))
    };
    while !rest.0.is_empty() {
        let (hash, texts) = key(&mut rest).ok_or_else(|| keys.damaged(part))?;
        known.insert(hash, texts);
    }
    Ok(known)
}
