//! What contradicts the ledger: all of it counted, the first few of each check kept.

use std::collections::BTreeMap;

use super::{sighting::Sighting, verification::Check, version::Version};

/// What was found so far.
#[derive(Debug)]
pub(super) struct Findings {
    pub(super) counts: BTreeMap<Check, u64>,
    pub(super) kept: Vec<Draft>,
    most: usize,
}

/// A finding whose key may only be known by its hash.
#[derive(Clone, Debug)]
pub(super) struct Draft {
    pub(super) check: Check,
    pub(super) relation: Option<u32>,
    pub(super) hash: u128,
    pub(super) key: Option<Vec<String>>,
    pub(super) lane: Option<u32>,
    pub(super) seq: Option<u64>,
    pub(super) words: String,
}

impl Findings {
    /// Keeps the first `most` of each check.
    pub(super) fn new(most: usize) -> Self {
        Findings { counts: Check::ALL.map(|check| (check, 0)).into(), kept: Vec::new(), most }
    }

    pub(super) fn add(&mut self, check: Check, draft: impl FnOnce() -> Draft) {
        let count = self.counts.entry(check).or_default();
        *count += 1;
        if *count <= self.most as u64 {
            self.kept.push(draft());
        }
    }

    /// Takes back what a check has found.
    pub(super) fn withdraw(&mut self, check: Check) -> u64 {
        self.kept.retain(|draft| draft.check != check);
        self.counts.insert(check, 0).unwrap_or(0)
    }
}

impl Draft {
    /// About a transaction, and no row.
    pub(super) fn of_transaction(check: Check, lane: u32, seq: u64, words: impl Into<String>) -> Self {
        let (relation, hash, key) = (None, 0, Some(Vec::new()));
        Draft { check, relation, hash, key, lane: Some(lane), seq: Some(seq), words: words.into() }
    }

    /// About a table, and no row.
    pub(super) fn of_table(check: Check, relation: u32, words: impl Into<String>) -> Self {
        let (hash, key, words) = (0, Some(Vec::new()), words.into());
        Draft { check, relation: Some(relation), hash, key, lane: None, seq: None, words }
    }

    /// About what the sink shows.
    pub(super) fn of_sighting(check: Check, sighting: &Sighting<'_>, words: impl Into<String>) -> Self {
        let (relation, hash) = (Some(sighting.relation), sighting.key);
        Draft {
            check,
            relation,
            hash,
            key: Some(sighting.text()),
            lane: None,
            seq: None,
            words: words.into(),
        }
    }

    /// About a version that the sink shows.
    pub(super) fn at(self, version: &Version) -> Self {
        Draft { lane: Some(version.lane), seq: Some(version.seq), ..self }
    }
}
