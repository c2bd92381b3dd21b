//! Turns drafts into findings: the keys that are known by their hashes are looked up in the ledger once more.

use std::collections::{BTreeMap, HashMap};

use super::{
    error::VerifyError,
    findings::Draft,
    relation::{Relation, key_hash},
    verification::Finding,
};
use crate::ledger::{LedgerReader, Record};

/// The findings, in order.
pub(super) fn name(
    mut drafts: Vec<Draft>,
    ledger: &LedgerReader,
    relations: &[Relation],
    forms: &BTreeMap<u32, (u32, u16)>,
) -> Result<Vec<Finding>, VerifyError> {
    let mut wanted: HashMap<u128, Option<Vec<String>>> =
        drafts.iter().filter(|draft| draft.key.is_none()).map(|draft| (draft.hash, None)).collect();
    look_up(&mut wanted, ledger, forms)?;
    let finding = |draft: Draft| Finding {
        check: draft.check,
        table: draft.relation.map(|relation| relations[relation as usize].name.clone()),
        lane: draft.lane,
        seq: draft.seq,
        key: draft.key.or_else(|| wanted.get(&draft.hash).cloned().flatten()).unwrap_or_default(),
        words: draft.words,
    };
    let mut findings: Vec<Finding> = drafts.drain(..).map(finding).collect();
    findings.sort_unstable();
    Ok(findings)
}

fn look_up(
    wanted: &mut HashMap<u128, Option<Vec<String>>>,
    ledger: &LedgerReader,
    forms: &BTreeMap<u32, (u32, u16)>,
) -> Result<(), VerifyError> {
    let (mut missing, mut buffer) = (wanted.len(), Vec::new());
    for record in ledger.records() {
        if missing == 0 {
            return Ok(());
        }
        let Record::Transaction(transaction) = record? else { continue };
        for entry in transaction.entries {
            let Some((relation, _)) = forms.get(&entry.table) else { continue };
            let key = wanted.get_mut(&key_hash(*relation, &entry.key, &mut buffer));
            if let Some(key @ None) = key {
                *key = Some(entry.key);
                missing -= 1;
            }
        }
    }
    Ok(())
}
