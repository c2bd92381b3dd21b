//! Bytes into values.

use loadgen_core::Value;

use super::{CodecError, EPOCH_DAYS, EPOCH_MICROS, Wire, array, numeric, wire::Kind};

impl Wire {
    /// Reads the bytes of a value that is not NULL.
    ///
    /// # Errors
    /// When the bytes are not such a value, or one that has no [`Value`]: infinity, NaN as a decimal, an array of
    /// several dimensions.
    pub fn decode(&self, bytes: &[u8]) -> Result<Value, CodecError> {
        Ok(match &self.kind {
            Kind::Bool => Value::Bool(fixed::<1>(bytes)? != [0]),
            Kind::Int2 => Value::Int(i16::from_be_bytes(fixed(bytes)?).into()),
            Kind::Int4 => Value::Int(i32::from_be_bytes(fixed(bytes)?).into()),
            Kind::Int8 => Value::Int(i64::from_be_bytes(fixed(bytes)?)),
            Kind::Real => Value::Real(f32::from_be_bytes(fixed(bytes)?)),
            Kind::Double => Value::Double(f64::from_be_bytes(fixed(bytes)?)),
            Kind::Numeric => Value::Decimal(numeric::decode(bytes)?),
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

fn json(bytes: &[u8]) -> Result<Value, CodecError> {
    serde_json::from_slice(bytes).map(Value::Json).map_err(|error| CodecError(error.to_string()))
}

fn date(days: i32) -> Result<Value, CodecError> {
    let shifted = days.checked_add(EPOCH_DAYS).filter(|_| days != i32::MIN);
    shifted.map(Value::Date).ok_or_else(|| CodecError("a date of infinity".into()))
}

fn timestamp(micros: i64) -> Result<Value, CodecError> {
    let shifted = micros.checked_add(EPOCH_MICROS).filter(|_| micros != i64::MIN);
    shifted.map(Value::Timestamp).ok_or_else(|| CodecError("a timestamp of infinity".into()))
}

fn interval(bytes: [u8; 16]) -> Value {
    let bits = u128::from_be_bytes(bytes);
    Value::Interval { micros: (bits >> 64) as i64, days: (bits >> 32) as i32, months: bits as i32 }
}
