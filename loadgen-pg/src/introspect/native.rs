//! The server's types and their modifiers, as types that values can be made for.

use loadgen_core::Type;

use crate::codec::oid;

/// The type with this number and modifier (`atttypmod`, -1: none). Enums and arrays are seen to before.
pub(super) fn ty(id: u32, modifier: i32) -> Type {
    match id {
        oid::BOOL => Type::Bool,
        oid::INT2 => Type::Int(16),
        oid::INT4 => Type::Int(32),
        oid::INT8 => Type::Int(64),
        oid::FLOAT4 => Type::Real,
        oid::FLOAT8 => Type::Double,
        oid::NUMERIC => numeric(modifier),
        oid::TEXT => Type::Text { max: None, fixed: false },
        oid::VARCHAR => Type::Text { max: length(modifier), fixed: false },
        oid::BPCHAR => Type::Text { max: length(modifier), fixed: true },
        oid::BYTEA => Type::Bytes,
        oid::UUID => Type::Uuid,
        oid::DATE => Type::Date,
        oid::TIME => Type::Time(fraction(modifier)),
        oid::TIMESTAMP => Type::Timestamp { precision: fraction(modifier), zoned: false },
        oid::TIMESTAMPTZ => Type::Timestamp { precision: fraction(modifier), zoned: true },
        oid::INTERVAL => interval(modifier),
        oid::JSON | oid::JSONB => Type::Json,
        _ => Type::Unsupported,
    }
}

/// Lengths are kept four too large, as if the length word counted.
fn length(modifier: i32) -> Option<u32> {
    u32::try_from(modifier - 4).ok().filter(|_| modifier >= 4)
}

/// Precision in the upper half, scale in the lower 11 bits with a sign (servers from 15 on allow it to be negative).
/// Without a precision a number has no bound, and with a negative scale no exact text.
fn numeric(modifier: i32) -> Type {
    if modifier < 4 {
        return Type::Unsupported;
    }
    let bits = modifier - 4;
    let scale = ((bits & 0x7ff) ^ 0x400) - 0x400;
    match u8::try_from(scale) {
        Ok(scale @ 0..=38) => Type::Decimal { precision: (bits >> 16) as u16, scale },
        _ => Type::Unsupported,
    }
}

fn fraction(modifier: i32) -> u8 {
    u8::try_from(modifier).unwrap_or(6)
}

/// The fraction in the lower half, all ones for none given; above it the fields that are kept.
fn interval(modifier: i32) -> Type {
    const ALL_FIELDS: i32 = 0x7fff;
    match modifier {
        -1 => Type::Interval(6),
        _ if (modifier >> 16) & ALL_FIELDS != ALL_FIELDS => Type::Unsupported,
        _ => Type::Interval(u8::try_from(modifier & 0xffff).unwrap_or(6)),
    }
}
