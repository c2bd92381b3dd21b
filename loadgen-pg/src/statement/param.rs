//! What a parameter carries.

use loadgen_core::{Change, Value};
use sqlx::{
    Encode, Postgres, Type,
    encode::IsNull,
    error::BoxDynError,
    postgres::{PgArgumentBuffer, PgTypeInfo, types::Oid},
};

use crate::codec::{CodecError, Kind, Wire, array, literal, name};

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
/// `unnest` would take an array of arrays apart to the last item, and slicing one long array takes the server time that
/// grows with its square. So an array in a statement of many rows goes as a text, which the server parses.
#[derive(Debug)]
pub(super) enum Carries {
    /// The value of the only row.
    One,
    /// The values of all rows, as an array.
    Column,
    /// The arrays of all rows, each as its text, as an array of texts.
    Literals,
}

/// A parameter with the change that it takes its values from.
pub(super) struct BoundParam<'a> {
    pub(super) param: &'a Param,
    pub(super) change: &'a Change,
}

impl BoundParam<'_> {
    fn column(&self) -> impl Iterator<Item = &Value> {
        self.change.values.iter().skip(self.param.at).step_by(self.change.shape.width())
    }

    fn literals(&self, buf: &mut Vec<u8>) -> Result<(), CodecError> {
        let texts: Vec<Value> = self.column().map(|value| self.literal(value)).collect::<Result<_, _>>()?;
        array::encode(&Wire::text(), texts.len(), texts.iter(), buf)
    }

    fn literal(&self, value: &Value) -> Result<Value, CodecError> {
        match (value, &self.param.wire.kind) {
            (Value::Null, _) => Ok(Value::Null),
            (Value::Array(items), Kind::Array(element)) => literal::array(element, items).map(Value::Text),
            (value, kind) => Err(CodecError(format!("{} as {kind:?}", name(value)))),
        }
    }
}

impl Encode<'_, Postgres> for BoundParam<'_> {
    fn encode_by_ref(&self, buf: &mut PgArgumentBuffer) -> Result<IsNull, BoxDynError> {
        match self.param.carries {
            Carries::One => {
                let is_given = self.param.wire.encode(&self.change.values[self.param.at], buf)?;
                return Ok(if is_given { IsNull::No } else { IsNull::Yes });
            }
            Carries::Column => array::encode(&self.param.wire, self.change.rows, self.column(), buf)?,
            Carries::Literals => self.literals(buf)?,
        }
        Ok(IsNull::No)
    }

    fn produces(&self) -> Option<PgTypeInfo> {
        Some(PgTypeInfo::with_oid(Oid(self.param.oid)))
    }
}

/// Asked for only where `produces` has no answer.
impl Type<Postgres> for BoundParam<'_> {
    fn type_info() -> PgTypeInfo {
        PgTypeInfo::with_oid(Oid(crate::codec::oid::TEXT))
    }
}
