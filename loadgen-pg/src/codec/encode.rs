//! Values into bytes.

use loadgen_core::Value;

use super::{CodecError, EPOCH_DAYS, EPOCH_MICROS, Wire, array, numeric, wire::Kind};

impl Wire {
    /// Appends the value's bytes, without a length; `false` for NULL, which has none.
    ///
    /// # Errors
    /// When the value is of another type or out of its range.
    pub(crate) fn encode(&self, value: &Value, buf: &mut Vec<u8>) -> Result<bool, CodecError> {
        match (&self.kind, value) {
            (_, Value::Null) => return Ok(false),
            (Kind::Bool, Value::Bool(x)) => buf.push(u8::from(*x)),
            (Kind::Int2, Value::Int(x)) => buf.extend(narrow::<i16>(*x)?.to_be_bytes()),
            (Kind::Int4, Value::Int(x)) => buf.extend(narrow::<i32>(*x)?.to_be_bytes()),
            (Kind::Int8, Value::Int(x)) => buf.extend(x.to_be_bytes()),
            (Kind::Real, Value::Real(x)) => buf.extend(x.to_be_bytes()),
            (Kind::Double, Value::Double(x)) => buf.extend(x.to_be_bytes()),
            (Kind::Numeric, Value::Decimal(x)) => numeric::encode(*x, buf)?,
            (Kind::Numeric, Value::Text(x)) => numeric::encode_text(x, buf)?,
            (Kind::Date, Value::Text(x)) => buf.extend(infinite(x, i32::MIN, i32::MAX)?.to_be_bytes()),
            (Kind::Timestamp, Value::Text(x)) => buf.extend(infinite(x, i64::MIN, i64::MAX)?.to_be_bytes()),
            (Kind::Text | Kind::Blank, Value::Text(x)) => buf.extend_from_slice(x.as_bytes()),
            (Kind::Bytes, Value::Bytes(x)) => buf.extend_from_slice(x),
            (Kind::Uuid, Value::Uuid(x)) => buf.extend(x.to_be_bytes()),
            (Kind::Date, Value::Date(x)) => buf.extend(date(*x)?.to_be_bytes()),
            (Kind::Time, Value::Time(x)) => buf.extend(x.to_be_bytes()),
            (Kind::Timestamp, Value::Timestamp(x)) => buf.extend(timestamp(*x)?.to_be_bytes()),
            (Kind::Interval, Value::Interval { months, days, micros }) => {
                buf.extend(micros.to_be_bytes());
                buf.extend(days.to_be_bytes());
                buf.extend(months.to_be_bytes());
            }
            (Kind::Json, Value::Json(x)) => json(x, buf)?,
            (Kind::Jsonb, Value::Json(x)) => {
                buf.push(1);
                json(x, buf)?;
            }
            (Kind::Array(element), Value::Array(items)) => {
                array::encode(element, items.len(), items.iter(), buf)?;
            }
            (kind, value) => return Err(CodecError(format!("{} as {kind:?}", name(value)))),
        }
        Ok(true)
    }

    /// Appends the length and the bytes, as they stand in a bind message, an array and a COPY tuple.
    ///
    /// # Errors
    /// When the value is of another type or out of its range.
    pub(crate) fn encode_field(&self, value: &Value, buf: &mut Vec<u8>) -> Result<(), CodecError> {
        let start = buf.len();
        buf.extend([0xff; 4]);
        if self.encode(value, buf)? {
            let length =
                i32::try_from(buf.len() - start - 4).map_err(|_| CodecError("2 GiB or more".into()))?;
            buf[start..start + 4].copy_from_slice(&length.to_be_bytes());
        }
        Ok(())
    }
}

pub(super) fn narrow<T: TryFrom<i64>>(number: i64) -> Result<T, CodecError> {
    T::try_from(number)
        .map_err(|_| CodecError(format!("{number} does not fit {} bits", 8 * std::mem::size_of::<T>())))
}

/// The smallest and the largest numbers mean infinity, which has only a text.
fn infinite<T>(text: &str, low: T, high: T) -> Result<T, CodecError> {
    match text {
        "-infinity" => Ok(low),
        "infinity" => Ok(high),
        _ => Err(CodecError(format!("{text:?} as a date"))),
    }
}

fn date(days: i32) -> Result<i32, CodecError> {
    let shifted = days.checked_sub(EPOCH_DAYS).filter(|days| *days != i32::MIN);
    shifted.ok_or_else(|| CodecError(format!("day {days} is out of range")))
}

fn timestamp(micros: i64) -> Result<i64, CodecError> {
    let shifted = micros.checked_sub(EPOCH_MICROS).filter(|micros| *micros != i64::MIN);
    shifted.ok_or_else(|| CodecError(format!("microsecond {micros} is out of range")))
}

fn json(document: &serde_json::Value, buf: &mut Vec<u8>) -> Result<(), CodecError> {
    serde_json::to_writer(buf, document).map_err(|error| CodecError(error.to_string()))
}

pub(crate) fn name(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a bool",
        Value::Int(_) => "an integer",
        Value::Real(_) => "a 32-bit float",
        Value::Double(_) => "a 64-bit float",
        Value::Decimal(_) => "a decimal",
        Value::Text(_) => "text",
        Value::Bytes(_) => "bytes",
        Value::Uuid(_) => "a uuid",
        Value::Date(_) => "a date",
        Value::Time(_) => "a time",
        Value::Timestamp(_) => "a timestamp",
        Value::Interval { .. } => "an interval",
        Value::Json(_) => "a JSON document",
        Value::Array(_) => "an array",
    }
}
