//! Values for the driver.

use std::borrow::Cow;

use loadgen_core::Value;
use tiberius::{
    ColumnData, Uuid,
    numeric::Numeric,
    time::{Date, DateTime2, DateTimeOffset, Time},
};

use super::{CodecError, DAY, FIRST_DAY, Kind};

/// A value of a column, with so many digits of a second where it has a time.
pub(crate) fn encode(kind: Kind, value: &Value, digits: u8) -> Result<ColumnData<'_>, CodecError> {
    Ok(match (kind, value) {
        (kind, Value::Null) => null(kind),
        (Kind::Bool, Value::Bool(x)) => ColumnData::Bit(Some(*x)),
        (Kind::Int(bits), Value::Int(x)) => integer(bits, *x)?,
        // As text, and cast: a parameter of its own precision would be another plan for each number of digits.
        (Kind::Decimal, Value::Decimal(x)) => ColumnData::String(Some(Cow::Owned(x.to_string()))),
        (Kind::Decimal, Value::Int(x)) => ColumnData::String(Some(Cow::Owned(x.to_string()))),
        (Kind::Real, Value::Real(x)) => ColumnData::F32(Some(*x)),
        (Kind::Double, Value::Double(x)) => ColumnData::F64(Some(*x)),
        (Kind::Text, Value::Text(x)) => ColumnData::String(Some(Cow::Borrowed(x))),
        (Kind::Bytes, Value::Bytes(x)) => ColumnData::Binary(Some(Cow::Borrowed(x))),
        (Kind::Uuid, Value::Uuid(x)) => ColumnData::Guid(Some(Uuid::from_u128(*x))),
        (Kind::Date, Value::Date(x)) => ColumnData::Date(Some(day(i64::from(*x))?)),
        // As text, too: not every server keeps the last digit of a parameter.
        (Kind::Time, Value::Time(_)) => ColumnData::String(Some(Cow::Owned(value.to_string()))),
        (Kind::Moment, Value::Timestamp(x)) => ColumnData::DateTime2(Some(moment(*x, digits)?)),
        (Kind::Instant, Value::Timestamp(x)) => {
            ColumnData::DateTimeOffset(Some(DateTimeOffset::new(moment(*x, digits)?, 0)))
        }
        (Kind::Json, Value::Json(x)) => ColumnData::String(Some(Cow::Owned(x.to_string()))),
        (kind, value) => return Err(CodecError(format!("{value:?} is no value of the kind {kind:?}"))),
    })
}

/// The same for a bulk load, where there is nothing that could cast.
pub(crate) fn encode_raw(kind: Kind, value: &Value, digits: u8) -> Result<ColumnData<'_>, CodecError> {
    match (kind, value) {
        (Kind::Decimal, Value::Null) => Ok(ColumnData::Numeric(None)),
        (Kind::Time, Value::Null) => Ok(ColumnData::Time(None)),
        (Kind::Time, Value::Time(x)) => Ok(ColumnData::Time(Some(time(*x, digits)))),
        (Kind::Decimal, Value::Decimal(x)) => {
            Ok(ColumnData::Numeric(Some(Numeric::new_with_scale(x.unscaled, x.scale.min(38)))))
        }
        (Kind::Decimal, Value::Int(x)) => {
            Ok(ColumnData::Numeric(Some(Numeric::new_with_scale(i128::from(*x), 0))))
        }
        (kind, value) => encode(kind, value, digits),
    }
}

fn null(kind: Kind) -> ColumnData<'static> {
    match kind {
        Kind::Bool => ColumnData::Bit(None),
        Kind::Int(8) => ColumnData::U8(None),
        Kind::Int(16) => ColumnData::I16(None),
        Kind::Int(32) => ColumnData::I32(None),
        Kind::Int(_) => ColumnData::I64(None),
        Kind::Real => ColumnData::F32(None),
        Kind::Double => ColumnData::F64(None),
        Kind::Decimal | Kind::Text | Kind::Time | Kind::Json => ColumnData::String(None),
        Kind::Bytes => ColumnData::Binary(None),
        Kind::Uuid => ColumnData::Guid(None),
        Kind::Date => ColumnData::Date(None),
        Kind::Moment => ColumnData::DateTime2(None),
        Kind::Instant => ColumnData::DateTimeOffset(None),
    }
}

fn integer(bits: u8, value: i64) -> Result<ColumnData<'static>, CodecError> {
    let out_of_range = |_| CodecError(format!("{value} does not fit into {bits} bits"));
    Ok(match bits {
        8 => ColumnData::U8(Some(value.try_into().map_err(out_of_range)?)),
        16 => ColumnData::I16(Some(value.try_into().map_err(out_of_range)?)),
        32 => ColumnData::I32(Some(value.try_into().map_err(out_of_range)?)),
        _ => ColumnData::I64(Some(value)),
    })
}

fn day(days: i64) -> Result<Date, CodecError> {
    /// Days from 0001-01-01 to 9999-12-31.
    const LAST: i64 = 3_652_058;
    match u32::try_from(days + FIRST_DAY) {
        Ok(day) if i64::from(day) <= LAST => Ok(Date::new(day)),
        _ => Err(CodecError(format!("{} is no day between the years 1 and 9999", days))),
    }
}

fn time(micros: i64, digits: u8) -> Time {
    let micros = micros.unsigned_abs();
    let increments = match digits {
        0..=6 => micros / 10u64.pow(u32::from(6 - digits)),
        _ => micros * 10,
    };
    Time::new(increments, digits.min(7))
}

fn moment(micros: i64, digits: u8) -> Result<DateTime2, CodecError> {
    Ok(DateTime2::new(day(micros.div_euclid(DAY))?, time(micros.rem_euclid(DAY), digits)))
}
