//! Values between loadgen and the driver.

use loadgen_core::{Column, Type};

mod decode;
mod encode;
mod words;

pub(crate) use decode::decode;
pub(crate) use encode::{encode, encode_raw};
pub(crate) use words::{COLLATE, base, collated, readable, scale, sought, written};

/// Why a value cannot be sent or read.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub(crate) struct CodecError(pub(crate) String);

/// How the values of a column travel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Bool,
    /// An integer of so many bits.
    Int(u8),
    Decimal,
    Real,
    Double,
    Text,
    Bytes,
    Uuid,
    Date,
    Time,
    /// A date and a time without a zone.
    Moment,
    /// A date and a time in UTC.
    Instant,
    Json,
}

impl Kind {
    /// That of a column; none where its type is not supported.
    pub(crate) fn of(column: &Column) -> Option<Self> {
        Some(match &column.ty {
            Type::Bool => Kind::Bool,
            Type::Int(bits) => Kind::Int(*bits),
            Type::Decimal { .. } => Kind::Decimal,
            Type::Real => Kind::Real,
            Type::Double => Kind::Double,
            Type::Text { .. } | Type::Spelt(_) => Kind::Text,
            Type::Bytes { .. } => Kind::Bytes,
            Type::Uuid => Kind::Uuid,
            Type::Date => Kind::Date,
            Type::Time(_) => Kind::Time,
            Type::Timestamp { zoned: false, .. } => Kind::Moment,
            Type::Timestamp { zoned: true, .. } => Kind::Instant,
            Type::Json => Kind::Json,
            Type::Interval(_) | Type::Enum(_) | Type::Array(_) | Type::Unsupported => return None,
        })
    }

    /// Whether the driver has a NULL of the type itself, which every server takes.
    pub(crate) fn has_null(self) -> bool {
        matches!(self, Kind::Bool | Kind::Int(_) | Kind::Real | Kind::Double | Kind::Uuid)
    }
}

/// The day that the server counts from, 0001-01-01, in days before 1970-01-01.
const FIRST_DAY: i64 = 719_162;

/// Microseconds of a day.
const DAY: i64 = 86_400_000_000;

#[cfg(test)]
mod tests;
