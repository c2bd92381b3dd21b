//! One change of a row as the ledger has it.

use super::spill::{Bytes, put_option};
use crate::ChangeKind;

/// What a transaction makes of a row.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Version {
    /// The hash of table and key.
    pub(super) key: u128,
    pub(super) relation: u32,
    /// The number of the table's columns at that time.
    pub(super) layout: u16,
    pub(super) lane: u32,
    pub(super) seq: u64,
    /// The place in the transaction.
    pub(super) place: u32,
    pub(super) kind: ChangeKind,
    pub(super) fate: Fate,
    /// The sum of the row afterwards, if the lane knew it.
    pub(super) sum: Option<u64>,
    /// The sum of the row as it was, if the lane has taken rows over and knew it.
    pub(super) before: Option<u64>,
    /// Whether nobody knows what became of the row.
    pub(super) is_unsure: bool,
}

/// How a transaction ended. In this order, what may be seen stands in front of what must not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Fate {
    Committed,
    Unresolved,
    Aborted,
}

/// What a record in a part begins with if it is a version.
pub(super) const VERSION: u8 = 0;

impl Version {
    pub(super) fn write(&self, bytes: &mut Vec<u8>) {
        bytes.push(VERSION);
        bytes.extend_from_slice(&self.key.to_le_bytes());
        bytes.extend_from_slice(&self.relation.to_le_bytes());
        bytes.extend_from_slice(&self.layout.to_le_bytes());
        bytes.extend_from_slice(&self.lane.to_le_bytes());
        bytes.extend_from_slice(&self.seq.to_le_bytes());
        bytes.extend_from_slice(&self.place.to_le_bytes());
        bytes.extend_from_slice(&[self.kind as u8, self.fate as u8, u8::from(self.is_unsure)]);
        put_option(self.sum, bytes);
        put_option(self.before, bytes);
    }

    /// What [`Version::write`] wrote, behind its first byte.
    pub(super) fn read(bytes: &mut Bytes<'_>) -> Option<Self> {
        Some(Version {
            key: bytes.u128()?,
            relation: bytes.u32()?,
            layout: bytes.u16()?,
            lane: bytes.u32()?,
            seq: bytes.u64()?,
            place: bytes.u32()?,
            kind: match bytes.u8()? {
                0 => ChangeKind::Insert,
                1 => ChangeKind::Update,
                _ => ChangeKind::Delete,
            },
            fate: match bytes.u8()? {
                0 => Fate::Committed,
                1 => Fate::Unresolved,
                _ => Fate::Aborted,
            },
            is_unsure: bytes.u8()? == 1,
            sum: bytes.option()?,
            before: bytes.option()?,
        })
    }

    /// Versions of a key in their order, aborted ones behind all others.
    pub(super) fn order(&self) -> (u128, bool, u32, u64, u32) {
        (self.key, self.fate == Fate::Aborted, self.lane, self.seq, self.place)
    }
}
