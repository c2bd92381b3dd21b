//! One change of a row, or a row, as the sink has it.

use super::{
    observation::Seen,
    relation::Parts,
    spill::{Bytes, put_option},
};

/// What was seen of a row.
#[derive(Clone, Copy, Debug)]
pub(super) struct Sighting<'a> {
    /// The hash of table and key.
    pub(super) key: u128,
    pub(super) relation: u32,
    pub(super) stream: u32,
    /// The place among all that came in the stream.
    pub(super) position: u64,
    pub(super) seen: Seen,
    pub(super) transaction: Option<u64>,
    /// The sum of the salts of the columns that came.
    pub(super) names: u64,
    /// Sums, known hashes, unchanged columns, and the key's texts: see [`Sighting::write`].
    lists: [&'a [u8]; 3],
    text: &'a [u8],
}

/// What a record in a part begins with if it is a sighting.
pub(super) const SIGHTING: u8 = 1;

impl<'a> Sighting<'a> {
    /// Writes what [`Sighting::read`] reads.
    pub(super) fn write(head: &Head, parts: &Parts, key: &[String], bytes: &mut Vec<u8>) {
        bytes.push(SIGHTING);
        bytes.extend_from_slice(&head.key.to_le_bytes());
        bytes.extend_from_slice(&head.relation.to_le_bytes());
        bytes.extend_from_slice(&head.stream.to_le_bytes());
        bytes.extend_from_slice(&head.position.to_le_bytes());
        bytes.push(head.seen as u8);
        put_option(head.transaction, bytes);
        bytes.extend_from_slice(&parts.names.to_le_bytes());
        let counts = [parts.sums.len(), parts.known.len(), parts.unchanged.len()];
        counts.iter().for_each(|count| bytes.extend_from_slice(&(*count as u16).to_le_bytes()));
        for (number, hash) in parts.sums.iter().chain(&parts.known) {
            bytes.extend_from_slice(&number.to_le_bytes());
            bytes.extend_from_slice(&hash.to_le_bytes());
        }
        parts.unchanged.iter().for_each(|column| bytes.extend_from_slice(&column.to_le_bytes()));
        let length: usize = key.iter().map(|text| text.len() + 4).sum();
        bytes.extend_from_slice(&(length as u32).to_le_bytes());
        for text in key {
            bytes.extend_from_slice(&(text.len() as u32).to_le_bytes());
            bytes.extend_from_slice(text.as_bytes());
        }
    }

    /// What was written, behind its first byte.
    pub(super) fn read(bytes: &mut Bytes<'a>) -> Option<Self> {
        let (key, relation, stream, position) = (bytes.u128()?, bytes.u32()?, bytes.u32()?, bytes.u64()?);
        let seen = match bytes.u8()? {
            0 => Seen::Row,
            1 => Seen::Insert,
            2 => Seen::Update,
            3 => Seen::Delete,
            _ => Seen::Truncate,
        };
        let (transaction, names) = (bytes.option()?, bytes.u64()?);
        let counts = [bytes.u16()?, bytes.u16()?, bytes.u16()?].map(usize::from);
        let lists =
            [bytes.take(counts[0] * PAIR)?, bytes.take(counts[1] * PAIR)?, bytes.take(counts[2] * 2)?];
        let length = bytes.u32()? as usize;
        let text = bytes.take(length)?;
        Some(Sighting { key, relation, stream, position, seen, transaction, names, lists, text })
    }

    /// The sum of what a layout covers, but for unchanged columns; none if something of it did not come.
    pub(super) fn sum(&self, layout: u16) -> Option<u64> {
        pairs(self.lists[0]).find(|(number, _)| *number == layout).map(|(_, sum)| sum)
    }

    /// The hashes of values that may be left out later, by column.
    pub(super) fn known(&self) -> impl Iterator<Item = (u16, u64)> + use<'a> {
        pairs(self.lists[1])
    }

    /// The columns that were left out.
    pub(super) fn unchanged(&self) -> impl Iterator<Item = u16> + use<'a> {
        self.lists[2].chunks_exact(2).map(|bytes| u16::from_le_bytes([bytes[0], bytes[1]]))
    }

    /// Whether another one of the row has the same columns and values.
    pub(super) fn is_same(&self, other: &Sighting<'_>) -> bool {
        (self.seen, self.names, self.lists) == (other.seen, other.names, other.lists)
    }

    /// The key's texts.
    pub(super) fn text(&self) -> Vec<String> {
        let mut bytes = Bytes(self.text);
        let mut texts = Vec::new();
        while let Some(text) = bytes.u32().and_then(|length| bytes.take(length as usize)) {
            texts.push(String::from_utf8_lossy(text).into_owned());
        }
        texts
    }
}

/// What each sighting has.
pub(super) struct Head {
    pub(super) key: u128,
    pub(super) relation: u32,
    pub(super) stream: u32,
    pub(super) position: u64,
    pub(super) seen: Seen,
    pub(super) transaction: Option<u64>,
}

/// Bytes of a number and a hash.
const PAIR: usize = 10;

fn pairs(bytes: &[u8]) -> impl Iterator<Item = (u16, u64)> + use<'_> {
    bytes.chunks_exact(PAIR).filter_map(|pair| {
        let mut pair = Bytes(pair);
        Some((pair.u16()?, pair.u64()?))
    })
}
