//! Typed values.

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
}
