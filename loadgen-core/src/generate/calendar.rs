//! Dates and times in ISO 8601, as numbers.

use jiff::{
    SignedDuration, Span, Timestamp,
    civil::{Date, DateTime, Time},
};

use crate::Value;

const EPOCH: Date = Date::constant(1970, 1, 1);

/// Days since 1970-01-01.
pub(crate) fn days(text: &str) -> Option<i128> {
    let date: Date = text.parse().ok()?;
    Some(i128::from(date.duration_since(EPOCH).as_hours() / 24))
}

/// Microseconds since midnight.
pub(crate) fn time(text: &str) -> Option<i128> {
    let time: Time = text.parse().ok()?;
    Some(time.duration_since(Time::midnight()).as_micros())
}

/// Microseconds since 1970-01-01T00:00:00 of a date and time without an offset.
pub(crate) fn timestamp(text: &str) -> Option<i128> {
    let time: DateTime = text.parse().ok()?;
    Some(time.duration_since(EPOCH.at(0, 0, 0, 0)).as_micros())
}

/// Microseconds since 1970-01-01T00:00:00Z of a date and time with an offset.
pub(super) fn instant(text: &str) -> Option<i128> {
    text.parse::<Timestamp>().ok().map(|instant| i128::from(instant.as_microsecond()))
}

/// A span in ISO 8601 (`P1Y2DT3H`) or in words (`1 year 2 days`).
pub(super) fn interval(text: &str) -> Option<Value> {
    let span: Span = text.parse().ok()?;
    let months = i32::from(span.get_years()).checked_mul(12)?.checked_add(span.get_months())?;
    let days = span.get_weeks().checked_mul(7)?.checked_add(span.get_days())?;
    let minutes = i64::from(span.get_hours()).checked_mul(60)?.checked_add(span.get_minutes())?;
    let seconds = minutes.checked_mul(60)?.checked_add(span.get_seconds())?;
    let millis = seconds.checked_mul(1_000)?.checked_add(span.get_milliseconds())?;
    let micros = millis.checked_mul(1_000)?.checked_add(span.get_microseconds())?;
    Some(Value::Interval { months, days, micros: micros.checked_add(span.get_nanoseconds() / 1_000)? })
}

/// Whole years from one day to another, both in days since 1970-01-01; `None` if it comes before.
pub(crate) fn years(from: i64, to: i64) -> Option<i64> {
    let day = |days: i64| EPOCH.checked_add(SignedDuration::from_hours(days.saturating_mul(24))).ok();
    let (from, to) = (day(from)?, day(to)?);
    let is_early = (to.month(), to.day()) < (from.month(), from.day());
    Some(i64::from(to.year()) - i64::from(from.year()) - i64::from(is_early)).filter(|years| *years >= 0)
}

/// A number of days since 1970-01-01 as a date.
pub(crate) fn shown_day(days: i128) -> String {
    let hours = i64::try_from(days).unwrap_or(0).saturating_mul(24);
    EPOCH
        .checked_add(SignedDuration::from_hours(hours))
        .map_or_else(|_| days.to_string(), |day| day.to_string())
}

/// Microseconds as hours, minutes and seconds.
pub(crate) fn shown_time(micros: i128) -> String {
    let seconds = micros / 1_000_000;
    let clock = format!("{:02}:{:02}:{:02}", seconds / 3_600, seconds / 60 % 60, seconds % 60);
    match micros % 1_000_000 {
        0 => clock,
        fraction => format!("{clock}.{fraction:06}").trim_end_matches('0').to_owned(),
    }
}
