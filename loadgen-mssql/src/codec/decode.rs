//! Values out of answers.

use loadgen_core::{Decimal, Value};
use tiberius::{
    ColumnData,
    time::{Date, DateTime2, Time},
};

use super::{CodecError, DAY, FIRST_DAY, Kind};

/// A value of a column, as [`readable`](super::readable) has it.
pub(crate) fn decode(kind: Kind, data: &ColumnData<'_>) -> Result<Value, CodecError> {
    if is_null(data) {
        return Ok(Value::Null);
    }
    Ok(match (kind, data) {
        (Kind::Bool, ColumnData::Bit(Some(x))) => Value::Bool(*x),
        (Kind::Int(_), ColumnData::U8(Some(x))) => Value::Int(i64::from(*x)),
        (Kind::Int(_), ColumnData::I16(Some(x))) => Value::Int(i64::from(*x)),
        (Kind::Int(_), ColumnData::I32(Some(x))) => Value::Int(i64::from(*x)),
        (Kind::Int(_), ColumnData::I64(Some(x))) => Value::Int(*x),
        (Kind::Decimal, ColumnData::Numeric(Some(x))) => {
            Value::Decimal(Decimal { unscaled: x.value(), scale: x.scale() })
        }
        (Kind::Real, ColumnData::F32(Some(x))) => Value::Real(*x),
        (Kind::Double, ColumnData::F64(Some(x))) => Value::Double(*x),
        (Kind::Text, ColumnData::String(Some(x))) => Value::Text(x.clone().into_owned()),
        (Kind::Bytes, ColumnData::Binary(Some(x))) => Value::Bytes(x.clone().into_owned()),
        (Kind::Uuid, ColumnData::Guid(Some(x))) => Value::Uuid(x.as_u128()),
        (Kind::Date, ColumnData::Date(Some(x))) => Value::Date(day(*x)?),
        (Kind::Time, ColumnData::Time(Some(x))) => Value::Time(time(*x)?),
        (Kind::Moment, ColumnData::DateTime2(Some(x))) => Value::Timestamp(moment(*x)?),
        // The driver gives the time in UTC, and beside it the offset that it was written with.
        (Kind::Instant, ColumnData::DateTimeOffset(Some(x))) => Value::Timestamp(moment(x.datetime2())?),
        (Kind::Json, ColumnData::String(Some(x))) => {
            Value::Json(serde_json::from_str(x).map_err(|error| CodecError(error.to_string()))?)
        }
        (kind, data) => return Err(CodecError(format!("{data:?} came for a value of the kind {kind:?}"))),
    })
}

fn is_null(data: &ColumnData<'_>) -> bool {
    matches!(
        data,
        ColumnData::U8(None)
            | ColumnData::I16(None)
            | ColumnData::I32(None)
            | ColumnData::I64(None)
            | ColumnData::F32(None)
            | ColumnData::F64(None)
            | ColumnData::Bit(None)
            | ColumnData::String(None)
            | ColumnData::Guid(None)
            | ColumnData::Binary(None)
            | ColumnData::Numeric(None)
            | ColumnData::Xml(None)
            | ColumnData::DateTime(None)
            | ColumnData::SmallDateTime(None)
            | ColumnData::Time(None)
            | ColumnData::Date(None)
            | ColumnData::DateTime2(None)
            | ColumnData::DateTimeOffset(None)
    )
}

fn day(date: Date) -> Result<i32, CodecError> {
    let days = i64::from(date.days()) - FIRST_DAY;
    i32::try_from(days).map_err(|_| CodecError(format!("the day {days} is out of range")))
}

/// Microseconds since midnight; what is finer is cut off.
fn time(time: Time) -> Result<i64, CodecError> {
    let (increments, scale) = (time.increments(), u32::from(time.scale()));
    let micros = match scale {
        0..=6 => increments.checked_mul(10u64.pow(6 - scale)),
        _ => increments.checked_div(10u64.pow(scale.min(19) - 6)),
    };
    let micros = micros.and_then(|micros| i64::try_from(micros).ok());
    micros.ok_or_else(|| CodecError(format!("the time {increments} is out of range")))
}

fn moment(moment: DateTime2) -> Result<i64, CodecError> {
    Ok(i64::from(day(moment.date())?) * DAY + time(moment.time())?)
}
