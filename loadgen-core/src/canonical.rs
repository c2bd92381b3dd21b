//! The one form of bytes that a value has for every hash.

use xxhash_rust::xxh3::{Xxh3, xxh3_64_with_seed, xxh3_128_with_seed};

use crate::Value;

/// Hashes the canonical form of values with seeded xxh3-64.
///
/// Short forms never leave the stack: setting up the streaming hasher costs ten times as much as hashing them.
pub(crate) struct Canonical {
    seed: u64,
    bytes: [u8; SHORT],
    len: usize,
    long: Option<Xxh3>,
}

/// Up to here xxh3 needs no state.
const SHORT: usize = 240;

impl Canonical {
    pub(crate) fn new(seed: u64) -> Self {
        Canonical { seed, bytes: [0; SHORT], len: 0, long: None }
    }

    /// The whole form of a value of eight bytes, which is most of them.
    pub(crate) fn of_word(value: &Value) -> Option<[u8; 9]> {
        let (tag, number) = match value {
            Value::Int(x) => (2, x),
            Value::Time(x) => (10, x),
            Value::Timestamp(x) => (11, x),
            _ => return None,
        };
        let mut bytes = [tag; 9];
        bytes[1..].copy_from_slice(&number.to_le_bytes());
        Some(bytes)
    }

    /// One tag byte, then the value in little-endian, lengths before contents. Equal values feed equal bytes, on every
    /// machine and in every version.
    pub(crate) fn value(&mut self, value: &Value) {
        match value {
            Value::Null => self.bytes(&[0]),
            Value::Bool(x) => self.bytes(&[1, u8::from(*x)]),
            Value::Int(x) => self.tagged(2, x.to_le_bytes()),
            Value::Real(x) => self.tagged(3, (if *x == 0.0 { 0.0 } else { *x }).to_le_bytes()),
            Value::Double(x) => self.tagged(4, (if *x == 0.0 { 0.0 } else { *x }).to_le_bytes()),
            Value::Decimal(x) => {
                self.bytes(&[5, x.scale]);
                self.bytes(&x.unscaled.to_le_bytes());
            }
            Value::Text(x) => self.counted(6, x.as_bytes()),
            Value::Bytes(x) => self.counted(7, x),
            Value::Uuid(x) => self.tagged(8, x.to_be_bytes()),
            Value::Date(x) => self.tagged(9, x.to_le_bytes()),
            Value::Time(x) => self.tagged(10, x.to_le_bytes()),
            Value::Timestamp(x) => self.tagged(11, x.to_le_bytes()),
            Value::Interval { months, days, micros } => {
                self.tagged(12, months.to_le_bytes());
                self.bytes(&days.to_le_bytes());
                self.bytes(&micros.to_le_bytes());
            }
            Value::Json(x) => self.json(x),
            Value::Array(items) => {
                self.length(14, items.len());
                items.iter().for_each(|item| self.value(item));
            }
        }
    }

    /// Keys go in sorted order, whatever order the map keeps them in.
    fn json(&mut self, document: &serde_json::Value) {
        use serde_json::Value::{Array, Bool, Null, Number, Object, String};
        match document {
            Array(items) => {
                self.length(15, items.len());
                items.iter().for_each(|item| self.json(item));
            }
            Object(map) => {
                self.length(16, map.len());
                let mut entry = |(key, item): (&std::string::String, &serde_json::Value)| {
                    self.counted(13, key.as_bytes());
                    self.json(item);
                };
                if map.keys().is_sorted() {
                    return map.iter().for_each(entry);
                }
                let mut entries: Vec<_> = map.iter().collect();
                entries.sort_by_key(|(key, _)| *key);
                entries.into_iter().for_each(&mut entry);
            }
            String(text) if text.bytes().all(is_plain) => {
                self.length(13, text.len() + 2);
                self.bytes(b"\"");
                self.bytes(text.as_bytes());
                self.bytes(b"\"");
            }
            Number(number) => match number.as_i64() {
                Some(whole) => self.counted(13, itoa::Buffer::new().format(whole).as_bytes()),
                None => self.counted(13, number.to_string().as_bytes()),
            },
            Bool(true) => self.counted(13, b"true"),
            Bool(false) => self.counted(13, b"false"),
            Null => self.counted(13, b"null"),
            String(_) => self.counted(13, document.to_string().as_bytes()),
        }
    }

    fn tagged<const N: usize>(&mut self, tag: u8, bytes: [u8; N]) {
        self.bytes(&[tag]);
        self.bytes(&bytes);
    }

    fn length(&mut self, tag: u8, length: usize) {
        self.tagged(tag, (length as u64).to_le_bytes());
    }

    fn counted(&mut self, tag: u8, bytes: &[u8]) {
        self.length(tag, bytes.len());
        self.bytes(bytes);
    }

    #[inline]
    fn bytes(&mut self, bytes: &[u8]) {
        match self.bytes.get_mut(self.len..self.len + bytes.len()) {
            Some(room) if self.long.is_none() => {
                room.copy_from_slice(bytes);
                self.len += bytes.len();
            }
            _ => self.spill(bytes),
        }
    }

    #[cold]
    fn spill(&mut self, bytes: &[u8]) {
        let hasher = self.long.get_or_insert_with(|| {
            let mut hasher = Xxh3::with_seed(self.seed);
            hasher.update(&self.bytes[..self.len]);
            hasher
        });
        hasher.update(bytes);
    }

    pub(crate) fn finish(&self) -> u64 {
        match &self.long {
            Some(hasher) => hasher.digest(),
            None => xxh3_64_with_seed(&self.bytes[..self.len], self.seed),
        }
    }

    pub(crate) fn finish_wide(&self) -> u128 {
        match &self.long {
            Some(hasher) => hasher.digest128(),
            None => xxh3_128_with_seed(&self.bytes[..self.len], self.seed),
        }
    }
}

/// Whether a byte stands for itself in a JSON text.
fn is_plain(byte: u8) -> bool {
    byte >= 0x20 && byte != b'"' && byte != b'\\'
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn streamed(bytes: &[u8]) -> u64 {
        let mut hasher = Xxh3::with_seed(9);
        hasher.update(bytes);
        hasher.digest()
    }

    #[test]
    fn short_and_long_forms_hash_like_their_bytes_in_one_piece() {
        for length in [0, 1, 100, SHORT - 9, SHORT - 8, SHORT, 1_000, 5_000] {
            let text = "x".repeat(length);
            let mut canonical = Canonical::new(9);
            canonical.value(&Value::Text(text.clone()));
            let whole = [&[6u8], &(length as u64).to_le_bytes()[..], text.as_bytes()].concat();
            assert_eq!(canonical.finish(), streamed(&whole), "{length}");
        }
    }

    #[test]
    fn what_comes_behind_a_long_form_is_part_of_it() {
        let items = vec![Value::Text("x".repeat(50)); 10];
        let mut canonical = Canonical::new(9);
        canonical.value(&Value::Array(items));
        let item = [&[6u8], &50u64.to_le_bytes()[..], "x".repeat(50).as_bytes()].concat();
        let whole = [&[14u8], &10u64.to_le_bytes()[..], &item.repeat(10)].concat();
        assert_eq!(canonical.finish(), streamed(&whole));
    }

    #[test]
    fn a_scalar_in_a_document_is_fed_as_json_spells_it() {
        let texts = ["", "plain", "with \"quotes\"", "line\nbreak", "é\u{7f}"].map(serde_json::Value::from);
        let numbers = [json!(0), json!(i64::MIN), json!(u64::MAX), json!(-0.0), json!(1e300), json!(0.25)];
        for json in texts.into_iter().chain(numbers).chain([json!(null), json!(true), json!(false)]) {
            let spelt = json.to_string();
            let mut canonical = Canonical::new(9);
            canonical.value(&Value::Json(json));
            let whole = [&[13u8], &(spelt.len() as u64).to_le_bytes()[..], spelt.as_bytes()].concat();
            assert_eq!(canonical.finish(), streamed(&whole), "{spelt}");
        }
    }
}
