//! Bytes into values.

use loadgen_core::Value;

use super::{CodecError, EPOCH_DAYS, EPOCH_MICROS, Wire, array, numeric, wire::Kind};

impl Wire {
    /// Reads the bytes of a value that is not NULL.
    ///
    /// # Errors
    /// When the bytes are not such a value. One that has no [`Value`] of its own is its text: infinite dates, and
    /// decimals that are infinite, not a number or too long.
    pub(crate) fn decode(&self, bytes: &[u8]) -> Result<Value, CodecError> {
        Ok(match &self.kind {
            Kind::Bool => Value::Bool(fixed::<1>(bytes)? != [0]),
            Kind::Int2 => Value::Int(i16::from_be_bytes(fixed(bytes)?).into()),
            Kind::Int4 => Value::Int(i32::from_be_bytes(fixed(bytes)?).into()),
            Kind::Int8 => Value::Int(i64::from_be_bytes(fixed(bytes)?)),
            Kind::Real => Value::Real(f32::from_be_bytes(fixed(bytes)?)),
            Kind::Double => Value::Double(f64::from_be_bytes(fixed(bytes)?)),
            Kind::Numeric => numeric::decode(bytes)?,
            Kind::Text => Value::Text(text(bytes)?.to_owned()),
            Kind::Blank => Value::Text(text(bytes)?.trim_end_matches(' ').to_owned()),
            Kind::Bytes => Value::Bytes(bytes.to_vec()),
            Kind::Uuid => Value::Uuid(u128::from_be_bytes(fixed(bytes)?)),
            Kind::Date => date(i32::from_be_bytes(fixed(bytes)?))?,
            Kind::Time => Value::Time(i64::from_be_bytes(fixed(bytes)?)),
            Kind::Timestamp => timestamp(i64::from_be_bytes(fixed(bytes)?))?,
            Kind::Interval => interval(fixed(bytes)?),
            Kind::Json => json(bytes)?,
            Kind::Jsonb => match bytes.split_first() {
                Some((1, document)) => json(document)?,
                _ => return Err(CodecError("an unknown version of jsonb".into())),
            },
            Kind::Array(element) => Value::Array(array::decode(element, bytes)?),
        })
    }
}

pub(super) fn fixed<const N: usize>(bytes: &[u8]) -> Result<[u8; N], CodecError> {
    bytes.try_into().map_err(|_| CodecError(format!("{} bytes where {N} are expected", bytes.len())))
}

fn text(bytes: &[u8]) -> Result<&str, CodecError> {
    std::str::from_utf8(bytes).map_err(|_| CodecError("text that is not UTF-8".into()))
}

/// A document; or its text where it is one that PostgreSQL takes and others do not, as with half of a surrogate pair in it.
fn json(bytes: &[u8]) -> Result<Value, CodecError> {
    match serde_json::from_slice(bytes) {
        Ok(document) => Ok(Value::Json(document)),
        Err(_) => Ok(Value::Text(text(bytes)?.to_owned())),
    }
}

/// The smallest and the largest numbers mean infinity.
fn date(days: i32) -> Result<Value, CodecError> {
    match days.checked_add(EPOCH_DAYS) {
        _ if days == i32::MIN => Ok(Value::Text("-infinity".into())),
        _ if days == i32::MAX => Ok(Value::Text("infinity".into())),
        Some(shifted) => Ok(Value::Date(shifted)),
        None => Err(CodecError(format!("day {days} is out of range"))),
    }
}

fn timestamp(micros: i64) -> Result<Value, CodecError> {
    match micros.checked_add(EPOCH_MICROS) {
        _ if micros == i64::MIN => Ok(Value::Text("-infinity".into())),
        _ if micros == i64::MAX => Ok(Value::Text("infinity".into())),
        Some(shifted) => Ok(Value::Timestamp(shifted)),
        None => Err(CodecError(format!("microsecond {micros} is out of range"))),
    }
}

fn interval(bytes: [u8; 16]) -> Value {
    let bits = u128::from_be_bytes(bytes);
    Value::Interval { micros: (bits >> 64) as i64, days: (bits >> 32) as i32, months: bits as i32 }
}
