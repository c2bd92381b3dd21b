//! Typed values and their one canonical form.

use std::hash::Hasher;

use xxhash_rust::xxh3::Xxh3;

use crate::Decimal;

/// A value of a column.
///
/// Days count from 1970-01-01, microseconds from midnight or from 1970-01-01T00:00:00 (UTC where a zone is meant).
#[derive(Clone, Debug, PartialEq, Default)]
pub enum Value {
    /// No value.
    #[default]
    Null,
    /// True or false.
    Bool(bool),
    /// An integer of any width up to 64 bits.
    Int(i64),
    /// A 32-bit float.
    Real(f32),
    /// A 64-bit float.
    Double(f64),
    /// An exact decimal.
    Decimal(Decimal),
    /// Text, and the label of an enum.
    Text(String),
    /// Binary data.
    Bytes(Vec<u8>),
    /// A UUID, big-endian.
    Uuid(u128),
    /// Days since 1970-01-01.
    Date(i32),
    /// Microseconds since midnight.
    Time(i64),
    /// Microseconds since 1970-01-01T00:00:00.
    Timestamp(i64),
    /// A span of time, in the three parts that do not convert into each other.
    Interval {
        /// Whole months.
        months: i32,
        /// Whole days.
        days: i32,
        /// Microseconds.
        micros: i64,
    },
    /// A JSON document; equal documents are equal whatever their spacing and the order of their keys.
    Json(serde_json::Value),
    /// A one-dimensional array.
    Array(Vec<Value>),
}

impl Value {
    /// Whether this is NULL.
    pub fn is_null(&self) -> bool {
        matches!(self, Value::Null)
    }

    /// The canonical form of a text or binary value in two pieces, tag and length, then contents.
    pub(crate) fn flat_form(&self) -> Option<([u8; 9], &[u8])> {
        let (tag, body) = match self {
            Value::Text(text) => (6, text.as_bytes()),
            Value::Bytes(bytes) => (7, bytes.as_slice()),
            _ => return None,
        };
        let mut head = [tag; 9];
        head[1..].copy_from_slice(&(body.len() as u64).to_le_bytes());
        Some((head, body))
    }

    /// Feeds the canonical form to a hasher: one tag byte, then the value in little-endian, lengths before contents.
    /// Equal values feed equal bytes, on every machine and in every version.
    pub fn feed(&self, hasher: &mut Xxh3) {
        match self {
            Value::Null => hasher.update(&[0]),
            Value::Bool(x) => hasher.update(&[1, u8::from(*x)]),
            Value::Int(x) => feed_tagged(hasher, 2, &x.to_le_bytes()),
            Value::Real(x) => feed_tagged(hasher, 3, &(if *x == 0.0 { 0.0 } else { *x }).to_le_bytes()),
            Value::Double(x) => feed_tagged(hasher, 4, &(if *x == 0.0 { 0.0 } else { *x }).to_le_bytes()),
            Value::Decimal(x) => {
                feed_tagged(hasher, 5, &[x.scale]);
                hasher.update(&x.unscaled.to_le_bytes());
            }
            Value::Text(x) => feed_bytes(hasher, 6, x.as_bytes()),
            Value::Bytes(x) => feed_bytes(hasher, 7, x),
            Value::Uuid(x) => feed_tagged(hasher, 8, &x.to_be_bytes()),
            Value::Date(x) => feed_tagged(hasher, 9, &x.to_le_bytes()),
            Value::Time(x) => feed_tagged(hasher, 10, &x.to_le_bytes()),
            Value::Timestamp(x) => feed_tagged(hasher, 11, &x.to_le_bytes()),
            Value::Interval { months, days, micros } => {
                feed_tagged(hasher, 12, &months.to_le_bytes());
                hasher.update(&days.to_le_bytes());
                hasher.update(&micros.to_le_bytes());
            }
            Value::Json(x) => feed_json(hasher, x),
            Value::Array(items) => {
                feed_tagged(hasher, 14, &(items.len() as u64).to_le_bytes());
                items.iter().for_each(|item| item.feed(hasher));
            }
        }
    }
}

fn feed_tagged(hasher: &mut Xxh3, tag: u8, bytes: &[u8]) {
    hasher.write_u8(tag);
    hasher.update(bytes);
}

fn feed_bytes(hasher: &mut Xxh3, tag: u8, bytes: &[u8]) {
    feed_tagged(hasher, tag, &(bytes.len() as u64).to_le_bytes());
    hasher.update(bytes);
}

/// Keys go in sorted order, whatever order the map keeps them in.
fn feed_json(hasher: &mut Xxh3, document: &serde_json::Value) {
    match document {
        serde_json::Value::Array(items) => {
            feed_tagged(hasher, 15, &(items.len() as u64).to_le_bytes());
            items.iter().for_each(|item| feed_json(hasher, item));
        }
        serde_json::Value::Object(map) => {
            feed_tagged(hasher, 16, &(map.len() as u64).to_le_bytes());
            let mut entries: Vec<_> = map.iter().collect();
            entries.sort_by_key(|(key, _)| *key);
            for (key, item) in entries {
                feed_bytes(hasher, 13, key.as_bytes());
                feed_json(hasher, item);
            }
        }
        scalar => feed_bytes(hasher, 13, scalar.to_string().as_bytes()),
    }
}
