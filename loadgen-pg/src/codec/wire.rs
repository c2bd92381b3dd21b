//! How values of one column travel.

use loadgen_core::{Column, Type};

use super::oid;

/// The binary format of one column, settled once so that nothing is looked up for each value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Wire {
    /// The number of the type that parameters are declared with.
    pub(crate) oid: u32,
    pub(crate) kind: Kind,
}

/// The layouts that there are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Bool,
    Int2,
    Int4,
    Int8,
    Real,
    Double,
    Numeric,
    Text,
    /// `char(n)`: the server pads with blanks, which mean nothing.
    Blank,
    Bytes,
    Uuid,
    Date,
    Time,
    Timestamp,
    Interval,
    Json,
    Jsonb,
    Array(Box<Wire>),
}

impl Wire {
    /// The format of a column; none if there is no such type in the server.
    pub(crate) fn of(column: &Column) -> Option<Self> {
        Self::new(&column.ty, column.native.id)
    }

    /// The format of a type with its number in the server.
    ///
    /// Enums are declared as text, and a cast in the statement makes them what they are. The driver asks the server
    /// about each type that it does not know, statement by statement, and stumbles over arrays of enums.
    ///
    /// Types of which only the spelling is known go the same way: the server makes values of their texts, and texts of
    /// its values. What comes back is the text of its own cast, which may not be what was written: `10.0.0.1` of an
    /// `inet` comes back as `10.0.0.1/32`. Templates write the server's own text; a plan that lists another makes a
    /// comparison find a difference.
    pub(crate) fn new(ty: &Type, id: u32) -> Option<Self> {
        let kind = match ty {
            Type::Bool => Kind::Bool,
            Type::Int(16) => Kind::Int2,
            Type::Int(32) => Kind::Int4,
            Type::Int(64) => Kind::Int8,
            Type::Real => Kind::Real,
            Type::Double => Kind::Double,
            Type::Decimal { .. } => Kind::Numeric,
            Type::Text { fixed: true, .. } => Kind::Blank,
            Type::Text { fixed: false, .. } => Kind::Text,
            Type::Enum(_) | Type::Spelt(_) | Type::Unsupported => return Some(Self::text()),
            Type::Bytes { .. } => Kind::Bytes,
            Type::Uuid => Kind::Uuid,
            Type::Date => Kind::Date,
            Type::Time(_) => Kind::Time,
            Type::Timestamp { .. } => Kind::Timestamp,
            Type::Interval(_) => Kind::Interval,
            Type::Json if id == oid::JSONB => Kind::Jsonb,
            Type::Json => Kind::Json,
            Type::Array(element) => return Self::array(element, id),
            Type::Int(_) => return None,
        };
        Some(Wire { oid: id, kind })
    }

    fn array(element: &Type, id: u32) -> Option<Self> {
        let (element, id) = match element {
            Type::Array(_) => return None,
            Type::Enum(_) | Type::Spelt(_) => (Self::text(), oid::TEXT_ARRAY),
            element => (Wire::new(element, oid::element(id)?)?, id),
        };
        Some(Wire { oid: id, kind: Kind::Array(Box::new(element)) })
    }

    /// The format of a type that is the same in every server, by its number alone.
    pub(crate) fn built_in(id: u32) -> Option<Self> {
        let kind = match id {
            oid::BOOL => Kind::Bool,
            oid::INT2 => Kind::Int2,
            oid::INT4 => Kind::Int4,
            oid::INT8 => Kind::Int8,
            oid::FLOAT4 => Kind::Real,
            oid::FLOAT8 => Kind::Double,
            oid::NUMERIC => Kind::Numeric,
            oid::TEXT | oid::VARCHAR => Kind::Text,
            oid::BPCHAR => Kind::Blank,
            oid::BYTEA => Kind::Bytes,
            oid::UUID => Kind::Uuid,
            oid::DATE => Kind::Date,
            oid::TIME => Kind::Time,
            oid::TIMESTAMP | oid::TIMESTAMPTZ => Kind::Timestamp,
            oid::INTERVAL => Kind::Interval,
            oid::JSON => Kind::Json,
            oid::JSONB => Kind::Jsonb,
            _ => Kind::Array(Box::new(Self::built_in(oid::element(id)?)?)),
        };
        Some(Wire { oid: id, kind })
    }

    pub(crate) fn text() -> Self {
        Wire { oid: oid::TEXT, kind: Kind::Text }
    }
}
