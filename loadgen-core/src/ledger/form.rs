//! What values a column has, for whoever reads them elsewhere.

use serde::{Deserialize, Serialize};

use crate::Type;

/// What values a column has, whatever its target calls the type, and whatever domains are over it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Form {
    /// True or false.
    Bool,
    /// Integers of any width.
    Integer,
    /// 32-bit floats.
    Real,
    /// 64-bit floats.
    Double,
    /// Exact decimals with so many digits after the point; none where each value has its own number of them.
    Decimal(Option<u8>),
    /// Texts and labels.
    Text,
    /// Texts whose blanks at the end do not count.
    Padded,
    /// Binary data.
    Bytes,
    /// UUIDs.
    Uuid,
    /// Days.
    Date,
    /// Times of day with so many fractional digits.
    Time(u8),
    /// Dates and times with so many fractional digits, in no zone.
    Timestamp(u8),
    /// The same, of an instant.
    Instant(u8),
    /// Spans of time.
    Interval,
    /// JSON documents.
    Json,
    /// Texts as the target spells values of a type of its own.
    Spelt,
    /// Arrays.
    Array(Box<Form>),
}

impl Form {
    /// The form of a type's values.
    pub fn of(ty: &Type) -> Self {
        match ty {
            Type::Bool => Form::Bool,
            Type::Int(_) => Form::Integer,
            Type::Real => Form::Real,
            Type::Double => Form::Double,
            Type::Decimal { precision: Type::UNBOUNDED, .. } => Form::Decimal(None),
            Type::Decimal { scale, .. } => Form::Decimal(Some(*scale)),
            Type::Text { fixed: true, .. } => Form::Padded,
            Type::Text { fixed: false, .. } | Type::Enum(_) => Form::Text,
            Type::Bytes { .. } => Form::Bytes,
            Type::Uuid => Form::Uuid,
            Type::Date => Form::Date,
            Type::Time(digits) => Form::Time(*digits),
            Type::Timestamp { precision, zoned: false } => Form::Timestamp(*precision),
            Type::Timestamp { precision, zoned: true } => Form::Instant(*precision),
            Type::Interval(_) => Form::Interval,
            Type::Json => Form::Json,
            Type::Array(items) => Form::Array(Box::new(Form::of(items))),
            Type::Spelt(_) | Type::Unsupported => Form::Spelt,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_is_written_as_one_word_or_with_what_it_is_made_of() {
        let check = |ty: Type, expected: &str| {
            let form = Form::of(&ty);
            assert_eq!(serde_json::to_string(&form).unwrap(), expected);
            assert_eq!(serde_json::from_str::<Form>(expected).unwrap(), form);
        };
        check(Type::Int(16), r#""integer""#);
        check(Type::Decimal { precision: 10, scale: 2 }, r#"{"decimal":2}"#);
        check(Type::Decimal { precision: Type::UNBOUNDED, scale: 2 }, r#"{"decimal":null}"#);
        check(
            Type::Array(Box::new(Type::Timestamp { precision: 3, zoned: true })),
            r#"{"array":{"instant":3}}"#,
        );
    }
}
