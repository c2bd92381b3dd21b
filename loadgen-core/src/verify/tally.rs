//! Of each transaction: what of it is there, and what is not.

use std::sync::Arc;

use super::{
    error::VerifyError,
    findings::{Draft, Findings},
    spill::{Bytes, Scratch, Spill, put_option},
    verification::Check,
    version::Version,
};

/// One change of a transaction.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Tally {
    pub(super) lane: u32,
    pub(super) seq: u64,
    pub(super) place: u32,
    /// The table; none if it is the marker.
    pub(super) relation: Option<u32>,
    pub(super) key: u128,
    /// What it is called that it is not there; none if it is.
    pub(super) missing: Option<Check>,
    /// The source's number of the transaction that it came in.
    pub(super) transaction: Option<u64>,
}

impl Tally {
    pub(super) fn seen(version: &Version, transaction: Option<u64>) -> Self {
        let Version { lane, seq, place, key, .. } = *version;
        Tally { lane, seq, place, relation: Some(version.relation), key, missing: None, transaction }
    }

    pub(super) fn missing(version: &Version, check: Check) -> Self {
        Tally { missing: Some(check), ..Tally::seen(version, None) }
    }

    /// The marker of a transaction.
    pub(super) fn marker(lane: u32, seq: u64, transaction: Option<u64>) -> Self {
        Tally { lane, seq, place: 0, relation: None, key: 0, missing: None, transaction }
    }

    fn write(&self, bytes: &mut Vec<u8>) {
        bytes.extend_from_slice(&self.lane.to_le_bytes());
        bytes.extend_from_slice(&self.seq.to_le_bytes());
        bytes.extend_from_slice(&self.place.to_le_bytes());
        bytes.extend_from_slice(&self.relation.unwrap_or(u32::MAX).to_le_bytes());
        bytes.extend_from_slice(&self.key.to_le_bytes());
        bytes.push(match self.missing {
            None => 0,
            Some(Check::FinalState) => 2,
            Some(_) => 1,
        });
        put_option(self.transaction, bytes);
    }

    fn read(bytes: &mut Bytes<'_>) -> Option<Self> {
        let (lane, seq, place) = (bytes.u32()?, bytes.u64()?, bytes.u32()?);
        let relation = Some(bytes.u32()?).filter(|relation| *relation != u32::MAX);
        let key = bytes.u128()?;
        let missing = match bytes.u8()? {
            0 => None,
            1 => Some(Check::Lost),
            _ => Some(Check::FinalState),
        };
        Some(Tally { lane, seq, place, relation, key, missing, transaction: bytes.option()? })
    }
}

/// The changes of all transactions.
#[derive(Debug)]
pub(super) struct Tallies {
    spill: Spill,
}

impl Tallies {
    pub(super) fn new(scratch: &Arc<Scratch>, parts: usize) -> Self {
        Tallies { spill: Spill::new(scratch, "transactions", parts) }
    }

    pub(super) fn add(&mut self, tally: &Tally) -> Result<(), VerifyError> {
        let hash = (u64::from(tally.lane) << 40 ^ tally.seq).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 32;
        self.spill.deal(hash, |bytes| tally.write(bytes))
    }

    /// Tells what is lost, and transactions of which only a part is there.
    pub(super) fn judge(mut self, findings: &mut Findings) -> Result<(), VerifyError> {
        for part in 0..self.spill.parts() {
            let bytes = self.spill.take(part)?;
            let mut rest = Bytes(&bytes);
            let mut tallies = Vec::new();
            while !rest.0.is_empty() {
                tallies.push(Tally::read(&mut rest).ok_or_else(|| self.spill.damaged(part))?);
            }
            tallies.sort_unstable_by_key(|tally| (tally.lane, tally.seq, tally.place));
            for of_one in tallies.chunk_by(|a, b| (a.lane, a.seq) == (b.lane, b.seq)) {
                transaction(of_one, findings);
            }
        }
        Ok(())
    }
}

fn transaction(tallies: &[Tally], findings: &mut Findings) {
    let (lane, seq) = (tallies[0].lane, tallies[0].seq);
    let lost = tallies.iter().filter_map(|tally| Some((tally, tally.missing?)));
    lost.clone().for_each(|(tally, check)| findings.add(check, || draft(tally, check)));
    let seen = tallies.iter().filter(|tally| tally.missing.is_none());
    let (missing, count) = (lost.count(), seen.clone().count());
    if missing > 0 && count > 0 {
        let words = format!("{missing} of its {} changes are not there", missing + count);
        findings.add(Check::Torn, || Draft::of_transaction(Check::Torn, lane, seq, words));
    }
    let mut numbers = seen.filter_map(|tally| tally.transaction);
    let first = numbers.next();
    if let Some(other) = numbers.find(|number| Some(*number) != first) {
        let words =
            format!("it came as transactions {} and {other} of the source", first.unwrap_or_default());
        findings.add(Check::Torn, || Draft::of_transaction(Check::Torn, lane, seq, words));
    }
}

fn draft(tally: &Tally, check: Check) -> Draft {
    let words = match (check, tally.relation) {
        (_, None) => "the marker of a committed transaction is not there",
        (Check::FinalState, _) => "the row is not as the last committed change has left it",
        _ => "a committed change is not there",
    };
    let key = if tally.relation.is_none() { Some(Vec::new()) } else { None };
    Draft {
        relation: tally.relation,
        hash: tally.key,
        key,
        ..Draft::of_transaction(check, tally.lane, tally.seq, words)
    }
}
