//! What contradicts the ledger: all of it counted, and kept in temporary files.

use std::{collections::BTreeMap, sync::Arc};

use super::{
    error::VerifyError,
    sighting::Sighting,
    spill::{Bytes, Scratch, Spill, put_option, put_text, take_text},
    verification::Check,
    version::Version,
};

/// What was found so far.
#[derive(Debug)]
pub(super) struct Findings {
    pub(super) counts: BTreeMap<Check, u64>,
    drafts: Spill,
    /// Which keys have to be looked up in the ledger, by a part of their hashes.
    pub(super) wanted: Sieve,
    /// Checks whose findings do not count.
    withdrawn: Vec<Check>,
    /// Why something could not be kept.
    failed: Option<VerifyError>,
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

/// Passes all that was put in, and a little of what was not.
#[derive(Debug)]
pub(super) struct Sieve(Vec<u64>);

/// As many bits as keep a sieve at a mebibyte.
const BITS: u128 = 1 << 23;

impl Sieve {
    fn place(hash: u128) -> (usize, u64) {
        let bit = hash % BITS;
        ((bit / 64) as usize, 1 << (bit % 64))
    }

    fn put(&mut self, hash: u128) {
        self.0.resize((BITS / 64) as usize, 0);
        let (word, bit) = Sieve::place(hash);
        self.0[word] |= bit;
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn passes(&self, hash: u128) -> bool {
        let (word, bit) = Sieve::place(hash);
        self.0.get(word).is_some_and(|word| word & bit != 0)
    }
}

impl Findings {
    /// Dealt to as many files.
    pub(super) fn new(scratch: &Arc<Scratch>, parts: usize) -> Self {
        Findings {
            counts: Check::ALL.map(|check| (check, 0)).into(),
            drafts: Spill::new(scratch, "findings", parts),
            wanted: Sieve(Vec::new()),
            withdrawn: Vec::new(),
            failed: None,
        }
    }

    pub(super) fn add(&mut self, check: Check, draft: impl FnOnce() -> Draft) {
        *self.counts.entry(check).or_default() += 1;
        let draft = draft();
        if draft.key.is_none() {
            self.wanted.put(draft.hash);
        }
        // Those of one key come together, and all that are about no row apart from each other.
        let seq = draft.seq.unwrap_or_default() ^ u64::from(draft.lane.unwrap_or_default()) << 40;
        let hash = if draft.hash == 0 { seq } else { (draft.hash >> 64) as u64 };
        if let Err(error) = self.drafts.deal(hash, |bytes| draft.write(bytes)) {
            self.failed.get_or_insert(error);
        }
    }

    /// Takes back what a check has found.
    pub(super) fn withdraw(&mut self, check: Check) -> u64 {
        self.withdrawn.push(check);
        self.counts.insert(check, 0).unwrap_or(0)
    }

    pub(super) fn parts(&self) -> usize {
        self.drafts.parts()
    }

    /// What is in one of the files and counts.
    pub(super) fn take(&mut self, part: usize) -> Result<Vec<Draft>, VerifyError> {
        if let Some(error) = self.failed.take() {
            return Err(error);
        }
        let bytes = self.drafts.take(part)?;
        let (mut rest, mut drafts) = (Bytes(&bytes), Vec::new());
        while !rest.0.is_empty() {
            drafts.push(Draft::read(&mut rest).ok_or_else(|| self.drafts.damaged(part))?);
        }
        drafts.retain(|draft| !self.withdrawn.contains(&draft.check));
        Ok(drafts)
    }
}

impl Draft {
    fn write(&self, bytes: &mut Vec<u8>) {
        bytes.push(self.check as u8);
        bytes.extend_from_slice(&self.relation.unwrap_or(u32::MAX).to_le_bytes());
        bytes.extend_from_slice(&self.hash.to_le_bytes());
        put_option(self.lane.map(u64::from), bytes);
        put_option(self.seq, bytes);
        put_option(self.key.as_ref().map(|key| key.len() as u64), bytes);
        self.key.iter().flatten().for_each(|text| put_text(text, bytes));
        put_text(&self.words, bytes);
    }

    /// What [`Draft::write`] wrote.
    fn read(bytes: &mut Bytes<'_>) -> Option<Self> {
        let check = bytes.u8()?;
        let check = Check::ALL.into_iter().find(|known| *known as u8 == check)?;
        let relation = Some(bytes.u32()?).filter(|relation| *relation != u32::MAX);
        let (hash, lane, seq, texts) = (bytes.u128()?, bytes.option()?, bytes.option()?, bytes.option()?);
        let key = match texts {
            Some(texts) => Some((0..texts).map(|_| take_text(bytes)).collect::<Option<_>>()?),
            None => None,
        };
        let lane = lane.map(u32::try_from).transpose().ok()?;
        Some(Draft { check, relation, hash, key, lane, seq, words: take_text(bytes)? })
    }

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
