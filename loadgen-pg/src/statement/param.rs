//! What a parameter carries.

use loadgen_core::{Change, Value};
use sqlx::{
    Encode, Postgres, Type,
    encode::IsNull,
    error::BoxDynError,
    postgres::{PgArgumentBuffer, PgTypeInfo, types::Oid},
};

use crate::codec::{CodecError, Wire, array};

/// One parameter of a statement.
#[derive(Debug)]
pub(super) struct Param {
    /// Where its value stands in a row of the change.
    pub(super) at: usize,
    /// The index of its column in the table.
    pub(super) column: usize,
    /// The format of one value.
    pub(super) wire: Wire,
    /// The number of the type that it is declared with.
    pub(super) oid: u32,
    pub(super) carries: Carries,
}

/// Which values of the column go into the parameter.
///
/// `unnest` would take an array of arrays apart to the last item. So the arrays of all rows go as one long array,
/// with where each begins and where it ends beside it, and the statement slices them out again.
#[derive(Debug)]
pub(super) enum Carries {
    /// The value of the only row.
    One,
    /// The values of all rows, as an array.
    Column,
    /// The items of the arrays of all rows, as one array; the format is that of the items.
    Items,
    /// For each row the place of its first item, counted from 1; NULL where the array is.
    First,
    /// For each row the place of its last item.
    Last,
}

/// A parameter with the change that it takes its values from.
pub(super) struct Bound<'a> {
    pub(super) param: &'a Param,
    pub(super) change: &'a Change,
}

impl Bound<'_> {
    fn column(&self) -> impl Iterator<Item = &Value> {
        self.change.values.iter().skip(self.param.at).step_by(self.change.shape.width())
    }

    fn items(&self, buf: &mut Vec<u8>) -> Result<(), CodecError> {
        let arrays = || self.column().filter_map(items);
        let count = arrays().map(<[Value]>::len).sum();
        array::encode(&self.param.wire, count, arrays().flatten(), buf)
    }

    fn places(&self, first: bool, buf: &mut Vec<u8>) -> Result<(), CodecError> {
        let mut end = 0;
        let places: Vec<Value> = self
            .column()
            .map(|value| {
                let Some(items) = items(value) else { return Value::Null };
                let start = end;
                end += items.len() as i64;
                Value::Int(if first { start + 1 } else { end })
            })
            .collect();
        array::encode(&self.param.wire, places.len(), places.iter(), buf)
    }
}

fn items(value: &Value) -> Option<&[Value]> {
    match value {
        Value::Array(items) => Some(items),
        _ => None,
    }
}

impl Encode<'_, Postgres> for Bound<'_> {
    fn encode_by_ref(&self, buf: &mut PgArgumentBuffer) -> Result<IsNull, BoxDynError> {
        match self.param.carries {
            Carries::One => {
                let is_given = self.param.wire.encode(&self.change.values[self.param.at], buf)?;
                return Ok(if is_given { IsNull::No } else { IsNull::Yes });
            }
            Carries::Column => array::encode(&self.param.wire, self.change.rows, self.column(), buf)?,
            Carries::Items => self.items(buf)?,
            Carries::First => self.places(true, buf)?,
            Carries::Last => self.places(false, buf)?,
        }
        Ok(IsNull::No)
    }

    fn produces(&self) -> Option<PgTypeInfo> {
        Some(PgTypeInfo::with_oid(Oid(self.param.oid)))
    }
}

/// Asked for only where `produces` has no answer.
impl Type<Postgres> for Bound<'_> {
    fn type_info() -> PgTypeInfo {
        PgTypeInfo::with_oid(Oid(crate::codec::oid::TEXT))
    }
}
