//! Sums of hashes: what was done, and what is there now.

use std::fmt;

use serde::{Serialize, Serializer};
use xxhash_rust::xxh3::{xxh3_64_with_seed, xxh3_128};

use crate::{ChangeKind, LaneId, Value, canonical::Canonical};

/// A 128-bit multiset hash: the wrapping sum of the hashes of its members, in any order.
///
/// Members can be taken out again, and the digests of disjoint parts add up.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Digest(pub u128);

impl Digest {
    /// Puts a member in.
    pub fn add(&mut self, hash: u128) {
        self.0 = self.0.wrapping_add(hash);
    }

    /// Takes a member out.
    pub fn remove(&mut self, hash: u128) {
        self.0 = self.0.wrapping_sub(hash);
    }

    /// Adds all members of another multiset.
    pub fn merge(&mut self, other: Digest) {
        self.add(other.0);
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:032x}", self.0)
    }
}

impl Serialize for Digest {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// The salt that ties a value to its column: xxh3-64 of the column's name.
pub fn column_salt(name: &str) -> u64 {
    xxhash_rust::xxh3::xxh3_64(name.as_bytes())
}

/// The hash of one value in one column: xxh3-64, seeded by [`column_salt`], of the value's canonical form.
///
/// The hashes of a row's columns are summed (wrapping) into the row's sum, so an update replaces the parts that it
/// writes without knowing the others.
pub fn column_hash(salt: u64, value: &Value) -> u64 {
    if let Some(bytes) = Canonical::of_word(value) {
        return xxh3_64_with_seed(&bytes, salt);
    }
    let mut canonical = Canonical::new(salt);
    canonical.value(value);
    canonical.finish()
}

/// The hash of a row out of the sum of its columns' hashes.
pub fn row_hash(sum: u64) -> u128 {
    xxh3_128(&sum.to_le_bytes())
}

/// What one lane has done, in order: a chain of hashes over every committed change.
#[derive(Clone, Copy, Debug, Default)]
pub struct History(u128);

impl History {
    /// Appends a change of one row: the operation, the table, the lane's own number of the row, and the sum of
    /// the hashes of the values that the lane itself chose.
    pub fn record(&mut self, seq: u64, table: u32, kind: ChangeKind, row: u64, sum: u64) {
        let mut bytes = [0u8; 45];
        bytes[..16].copy_from_slice(&self.0.to_le_bytes());
        bytes[16..24].copy_from_slice(&seq.to_le_bytes());
        bytes[24..28].copy_from_slice(&table.to_le_bytes());
        bytes[28] = kind as u8;
        bytes[29..37].copy_from_slice(&row.to_le_bytes());
        bytes[37..].copy_from_slice(&sum.to_le_bytes());
        self.0 = xxh3_128(&bytes);
    }

    /// The lane's part of the digest of the run.
    pub fn digest(&self, lane: LaneId) -> Digest {
        let mut bytes = [0u8; 20];
        bytes[..16].copy_from_slice(&self.0.to_le_bytes());
        bytes[16..].copy_from_slice(&lane.0.to_le_bytes());
        Digest(xxh3_128(&bytes))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn members_go_in_and_out_in_any_order() {
        let mut digest = Digest::default();
        [1, 2, 3].map(row_hash).iter().for_each(|hash| digest.add(*hash));
        [2, 3, 1].map(row_hash).iter().for_each(|hash| digest.remove(*hash));
        assert_eq!(digest, Digest::default());
    }

    #[test]
    fn the_short_way_and_the_long_way_hash_alike() {
        let values = [
            Value::Int(-7),
            Value::Int(i64::MAX),
            Value::Time(1),
            Value::Timestamp(i64::MIN),
            Value::Double(-0.0),
        ];
        for value in values {
            let mut canonical = Canonical::new(9);
            canonical.value(&value);
            assert_eq!(column_hash(9, &value), canonical.finish(), "{value:?}");
        }
    }

    #[test]
    fn a_value_in_another_column_is_another_value() {
        let value = Value::Int(1);
        assert_ne!(column_hash(column_salt("a"), &value), column_hash(column_salt("b"), &value));
    }
}
