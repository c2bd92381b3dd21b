//! Values while a condition is computed: fewer kinds than columns have, each with one meaning of comparison.

use std::cmp::Ordering;

use crate::{Decimal, Value};

/// What an expression can be.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Item {
    Null,
    Bool(bool),
    Int(i128),
    Exact(Decimal),
    Float(f64),
    Text(String),
    Bytes(Vec<u8>),
    Uuid(u128),
    /// Days since 1970-01-01.
    Date(i64),
    /// Microseconds since midnight.
    Time(i64),
    /// Microseconds since 1970-01-01T00:00:00.
    Moment(i64),
    Span {
        months: i64,
        days: i64,
        micros: i64,
    },
    Json(serde_json::Value),
    List(Vec<Item>),
    /// A positive number that the database will give to the row, and to no other.
    Fresh,
}

/// A result that loadgen does not know, or an error in the database: the row is not to be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Unknown;

/// Microseconds of a day.
pub(super) const DAY: i64 = 86_400_000_000;

impl From<&Value> for Item {
    fn from(value: &Value) -> Self {
        match value {
            Value::Null => Item::Null,
            Value::Bool(x) => Item::Bool(*x),
            Value::Int(x) => Item::Int(i128::from(*x)),
            Value::Real(x) => Item::Float(f64::from(*x)),
            Value::Double(x) => Item::Float(*x),
            Value::Decimal(x) => Item::Exact(*x),
            Value::Text(x) => Item::Text(x.clone()),
            Value::Bytes(x) => Item::Bytes(x.clone()),
            Value::Uuid(x) => Item::Uuid(*x),
            Value::Date(x) => Item::Date(i64::from(*x)),
            Value::Time(x) => Item::Time(*x),
            Value::Timestamp(x) => Item::Moment(*x),
            Value::Interval { months, days, micros } => {
                Item::Span { months: i64::from(*months), days: i64::from(*days), micros: *micros }
            }
            Value::Json(x) => Item::Json(x.clone()),
            Value::Array(items) => Item::List(items.iter().map(Item::from).collect()),
        }
    }
}

impl Item {
    /// How two items compare that are not NULL; `None` when they differ in an order that only the database knows.
    pub(super) fn order(&self, other: &Item) -> Result<Option<Ordering>, Unknown> {
        use Item::{Bool, Bytes, Date, Exact, Float, Fresh, Int, Json, List, Moment, Span, Text, Time, Uuid};
        Ok(Some(match (self, other) {
            (Bool(a), Bool(b)) => a.cmp(b),
            (Int(a), Int(b)) => a.cmp(b),
            (Int(_) | Exact(_), Int(_) | Exact(_)) => exact(self)?.order(exact(other)?),
            (Int(_) | Exact(_) | Float(_), Int(_) | Exact(_) | Float(_)) => {
                let (a, b) = (self.float()?, other.float()?);
                // What is no number equals itself and is greater than any.
                a.partial_cmp(&b).unwrap_or_else(|| a.is_nan().cmp(&b.is_nan()))
            }
            (Text(a), Text(b)) if a.is_empty() || b.is_empty() || a == b => a.len().cmp(&b.len()),
            (Text(a), Text(b)) => return Ok(super::collation::order(a, b)),
            (Bytes(a), Bytes(b)) => a.cmp(b),
            (Uuid(a), Uuid(b)) => a.cmp(b),
            (Time(a), Time(b)) => a.cmp(b),
            (Date(_) | Moment(_), Date(_) | Moment(_)) => self.micros()?.cmp(&other.micros()?),
            (Span { .. }, Span { .. }) => self.length()?.cmp(&other.length()?),
            (Json(a), Json(b)) if a == b => Ordering::Equal,
            (Json(_), Json(_)) => return Ok(None),
            (List(a), List(b)) if a == b => Ordering::Equal,
            (List(_), List(_)) => return Ok(None),
            (Fresh, Int(b)) if *b <= 0 => Ordering::Greater,
            (Int(a), Fresh) if *a <= 0 => Ordering::Less,
            (Fresh, Int(_)) | (Int(_), Fresh) => return Ok(None),
            _ => return Err(Unknown),
        }))
    }

    /// The number as a float.
    pub(super) fn float(&self) -> Result<f64, Unknown> {
        match self {
            Item::Int(x) => Ok(*x as f64),
            Item::Exact(x) => x.to_string().parse().map_err(|_| Unknown),
            Item::Float(x) => Ok(*x),
            _ => Err(Unknown),
        }
    }

    /// The whole number.
    pub(super) fn int(&self) -> Result<i128, Unknown> {
        if let Item::Int(x) = self { Ok(*x) } else { Err(Unknown) }
    }

    /// Microseconds since 1970 of a day or a point in time.
    pub(super) fn micros(&self) -> Result<i64, Unknown> {
        match self {
            Item::Date(days) => days.checked_mul(DAY).ok_or(Unknown),
            Item::Moment(micros) => Ok(*micros),
            _ => Err(Unknown),
        }
    }

    /// Microseconds of a span, with months of 30 days, the way spans are compared.
    pub(super) fn length(&self) -> Result<i128, Unknown> {
        let Item::Span { months, days, micros } = self else { return Err(Unknown) };
        Ok((i128::from(*months) * 30 + i128::from(*days)) * i128::from(DAY) + i128::from(*micros))
    }

    /// The text of a text.
    pub(super) fn text(&self) -> Result<&str, Unknown> {
        if let Item::Text(text) = self { Ok(text) } else { Err(Unknown) }
    }

    pub(super) fn is_null(&self) -> bool {
        matches!(self, Item::Null)
    }
}

/// A number without a fraction that was lost.
pub(super) fn exact(item: &Item) -> Result<Decimal, Unknown> {
    match item {
        Item::Int(x) => Ok(Decimal { unscaled: *x, scale: 0 }),
        Item::Exact(x) => Ok(*x),
        _ => Err(Unknown),
    }
}
