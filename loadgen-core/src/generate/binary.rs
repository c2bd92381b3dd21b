//! Bytes and UUIDs.

use super::Generator;
use crate::{Rng, Value};

/// Random bytes.
#[derive(Debug)]
pub(super) struct Blob {
    /// The fewest and the most bytes.
    pub(super) length: (u32, u32),
}

impl Generator for Blob {
    fn generate(&self, rng: &mut Rng) -> Value {
        let length = rng.between(self.length.0.into(), self.length.1.into()) as usize;
        let mut bytes = vec![0; length];
        for chunk in bytes.chunks_mut(8) {
            let word = rng.bits().to_le_bytes();
            chunk.copy_from_slice(&word[..chunk.len()]);
        }
        Value::Bytes(bytes)
    }

    fn describe(&self) -> String {
        match self.length {
            (1, 1) => "1 byte".to_owned(),
            (low, high) if low == high => format!("{low} bytes"),
            (low, high) => format!("{low} to {high} bytes"),
        }
    }
}

/// Random UUIDs of version 4.
#[derive(Debug)]
pub(super) struct Uuids;

impl Generator for Uuids {
    fn generate(&self, rng: &mut Rng) -> Value {
        let (high, low) = (rng.bits(), rng.bits());
        Value::Uuid(version_4(u128::from(high) << 64 | u128::from(low) & LOW))
    }

    fn describe(&self) -> String {
        "UUID".to_owned()
    }
}

/// The low 62 bits, below the variant.
const LOW: u128 = (1 << 62) - 1;
/// The 60 bits around the version.
const TIME: u128 = 0xffff_ffff_ffff_0fff << 64;

/// The same with the version and the variant of a random UUID (RFC 9562, section 5.4).
fn version_4(bits: u128) -> u128 {
    bits & (TIME | LOW) | 0x4 << 76 | 0b10 << 62
}

/// The UUID of version 4 whose 122 free bits spell a number.
pub(super) fn uuid_of(number: u128) -> u128 {
    let high = number >> 62;
    version_4((high >> 12) << 80 | (high & 0xfff) << 64 | number & LOW)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_uuid_keeps_all_the_free_bits() {
        assert_eq!(uuid_of(0), 0x0000_0000_0000_4000_8000_0000_0000_0000);
        assert_eq!(uuid_of((1 << 122) - 1), 0xffff_ffff_ffff_4fff_bfff_ffff_ffff_ffff);
        let singles: Vec<u128> = (0..122).map(|bit| uuid_of(1 << bit) ^ uuid_of(0)).collect();
        assert!(singles.iter().all(|bits| bits.count_ones() == 1));
        assert_eq!(singles.iter().fold(0, |all, bits| all | bits).count_ones(), 122);
    }
}
