//! Constants of conditions, and what is computed with days.

use jiff::{Span, civil::Date};

use super::{calendar, exact::Exact};
use crate::{Decimal, Type, Value};

const DAY: i64 = 86_400_000_000;

/// The value that a text stands for in a column of the type, if it is one.
pub(crate) fn literal(text: &str, ty: &Type) -> Option<Value> {
    super::literal::literal(text, ty).ok()
}

/// A number with as many digits as it is written with.
pub(crate) fn decimal(text: &str) -> Option<Decimal> {
    let number = Exact::parse(text)?;
    let scale = u8::try_from(number.scale).ok().filter(|scale| *scale <= Decimal::MAX_DIGITS)?;
    number.at_scale(u32::from(scale)).map(|(unscaled, _)| Decimal { unscaled, scale })
}

/// Microseconds since 1970 of a day, a date with a time, or an instant.
pub(crate) fn moment(text: &str) -> Option<i64> {
    let days = || calendar::days(text).map(|days| days * i128::from(DAY));
    let found = calendar::instant(text).or_else(|| calendar::timestamp(text)).or_else(days)?;
    i64::try_from(found).ok()
}

/// A span the way databases write it: `1 year 2 mons 3 days 04:05:06.5`.
pub(crate) fn span(text: &str) -> Option<Value> {
    let (mut months, mut days, mut micros) = (0i32, 0i32, 0i64);
    let mut words = text.split_whitespace();
    while let Some(word) = words.next() {
        if word.contains(':') {
            let (sign, clock) = word.strip_prefix('-').map_or((1, word), |clock| (-1, clock));
            let mut parts = clock.split(':');
            let hours: i64 = parts.next()?.parse().ok()?;
            let minutes: i64 = parts.next()?.parse().ok()?;
            let seconds = decimal(parts.next().unwrap_or("0"))?;
            let rest =
                seconds.unscaled.checked_mul(1_000_000)? / 10i128.checked_pow(u32::from(seconds.scale))?;
            let minutes = hours.checked_mul(60)?.checked_add(minutes)?.checked_mul(60_000_000)?;
            let clock = minutes.checked_add(i64::try_from(rest).ok()?)?;
            micros = micros.checked_add(clock.checked_mul(sign)?)?;
            continue;
        }
        let count: i32 = word.parse().ok()?;
        match words.next()?.trim_end_matches('s') {
            "year" => months = months.checked_add(count.checked_mul(12)?)?,
            "mon" | "month" => months = months.checked_add(count)?,
            "week" => days = days.checked_add(count.checked_mul(7)?)?,
            "day" => days = days.checked_add(count)?,
            "hour" => micros = micros.checked_add(i64::from(count) * 3_600_000_000)?,
            "minute" | "min" => micros = micros.checked_add(i64::from(count) * 60_000_000)?,
            "second" | "sec" => micros = micros.checked_add(i64::from(count) * 1_000_000)?,
            _ => return None,
        }
    }
    Some(Value::Interval { months, days, micros })
}

/// A point in time so many months later; the day of the month is kept as far as the month has it.
pub(crate) fn months_later(micros: i64, months: i64) -> Option<i64> {
    if months == 0 {
        return Some(micros);
    }
    let later = date(micros)?.checked_add(Span::new().try_months(months).ok()?).ok()?;
    let days = i64::try_from(calendar::days(&later.to_string())?).ok()?;
    days.checked_mul(DAY)?.checked_add(micros.rem_euclid(DAY))
}

/// Year, month and day.
pub(crate) fn civil(micros: i64) -> Option<(i64, i64, i64)> {
    let date = date(micros)?;
    Some((date.year().into(), date.month().into(), date.day().into()))
}

fn date(micros: i64) -> Option<Date> {
    Date::constant(1970, 1, 1).checked_add(Span::new().try_days(micros.div_euclid(DAY)).ok()?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_are_read_as_databases_write_them() {
        let check = |text, months, days, micros| {
            assert_eq!(span(text), Some(Value::Interval { months, days, micros }), "{text}");
        };
        check("18 years", 216, 0, 0);
        check("1 mon -2 days", 1, -2, 0);
        check("-01:30:00.5", 0, 0, -5_400_500_000);
        assert_eq!(span("soon"), None);
    }

    #[test]
    fn months_end_where_they_end() {
        let day = |text| moment(text).unwrap();
        assert_eq!(months_later(day("2024-01-31"), 1), Some(day("2024-02-29")));
        assert_eq!(months_later(day("2024-03-01 12:00:00"), -12), Some(day("2023-03-01 12:00:00")));
        assert_eq!(civil(day("2024-02-29 23:59:59+00")), Some((2024, 2, 29)));
    }
}
