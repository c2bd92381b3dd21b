//! Dates, times and spans in ISO 8601, of any year.

/// Microseconds of a second, and of a day.
const SECOND: i64 = 1_000_000;
const DAY: i64 = 86_400 * SECOND;

/// Days since 1970-01-01, with or without a `Z`.
pub(super) fn days(text: &str) -> Option<i64> {
    let (days, rest) = date(text)?;
    matches!(rest, "" | "Z").then_some(days)
}

/// Microseconds since midnight, with or without a `Z`.
pub(super) fn time(text: &str) -> Option<i64> {
    let (micros, rest) = clock(text)?;
    matches!(rest, "" | "Z").then_some(micros)
}

/// Microseconds since 1970-01-01T00:00:00, and whether a zone has been said.
pub(super) fn timestamp(text: &str) -> Option<(i64, bool)> {
    let (days, rest) = date(text)?;
    let (micros, zone) = clock(rest.strip_prefix(['T', ' '])?)?;
    let micros = days.checked_mul(DAY)?.checked_add(micros)?;
    Some((micros.checked_sub(offset(zone)?)?, !zone.is_empty()))
}

/// Months, days and microseconds of `P1Y2M3DT4H5M6.78S`, of which each number has its own sign.
pub(super) fn interval(text: &str) -> Option<(i32, i32, i64)> {
    let (date, time) = text.strip_prefix('P').map(|rest| rest.split_once('T').unwrap_or((rest, "")))?;
    let (mut months, mut days, mut micros) = (0i64, 0i64, 0i64);
    for (number, unit) in parts(date)? {
        let number: i64 = number.parse().ok()?;
        match unit {
            'Y' => months = months.checked_add(number.checked_mul(12)?)?,
            'M' => months = months.checked_add(number)?,
            'D' => days = days.checked_add(number)?,
            _ => return None,
        }
    }
    for (number, unit) in parts(time)? {
        let part = match unit {
            'H' => number.parse::<i64>().ok()?.checked_mul(3_600 * SECOND)?,
            'M' => number.parse::<i64>().ok()?.checked_mul(60 * SECOND)?,
            'S' => seconds(number)?,
            _ => return None,
        };
        micros = micros.checked_add(part)?;
    }
    Some((months.try_into().ok()?, days.try_into().ok()?, micros))
}

/// Numbers, each with the letter behind it.
fn parts(mut text: &str) -> Option<Vec<(&str, char)>> {
    let mut parts = Vec::new();
    while !text.is_empty() {
        let end = text.find(|letter: char| letter.is_ascii_uppercase())?;
        parts.push((&text[..end], char::from(text.as_bytes()[end])));
        text = &text[end + 1..];
    }
    Some(parts)
}

/// Microseconds of seconds with a fraction and a sign.
fn seconds(text: &str) -> Option<i64> {
    let (sign, text) = text.strip_prefix('-').map_or((1, text), |text| (-1, text));
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let whole: i64 = whole.parse().ok()?;
    Some(sign * whole.checked_mul(SECOND)?.checked_add(micros(fraction)?)?)
}

/// The digits behind a point as microseconds; finer ones have to be zeros.
fn micros(fraction: &str) -> Option<i64> {
    let (kept, finer) = fraction.split_at(fraction.len().min(6));
    let is_exact =
        fraction.bytes().all(|byte| byte.is_ascii_digit()) && finer.bytes().all(|byte| byte == b'0');
    is_exact.then(|| format!("{kept:0<6}").parse().ok()).flatten()
}

fn date(text: &str) -> Option<(i64, &str)> {
    let (sign, digits) = match text.as_bytes().first()? {
        b'-' => (-1, &text[1..]),
        b'+' => (1, &text[1..]),
        _ => (1, text),
    };
    let (year, rest) = digits.split_once('-')?;
    let (month, rest) = rest.split_once('-')?;
    let (day, rest) = rest.split_at_checked(2)?;
    let is_number = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let (year, month, day) = (is_number(year).then_some(year)?.parse::<i64>().ok()?, two(month)?, two(day)?);
    let is_valid = (1..=12).contains(&month) && (1..=31).contains(&day) && year < 10_000_000;
    is_valid.then(|| (days_of(sign * year, month, day), rest))
}

/// Days since 1970-01-01 of a date of the proleptic Gregorian calendar (Hinnant, "chrono-compatible low-level date
/// algorithms").
fn days_of(year: i64, month: i64, day: i64) -> i64 {
    let year = year - i64::from(month <= 2);
    let era = year.div_euclid(400);
    let of_era = year.rem_euclid(400);
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
}

fn clock(text: &str) -> Option<(i64, &str)> {
    let (hours, rest) = text.split_at_checked(2)?;
    let (minutes, mut rest) = rest.strip_prefix(':')?.split_at_checked(2)?;
    let mut micros = (two(hours)? * 3_600 + two(minutes)? * 60) * SECOND;
    if let Some((seconds, tail)) = rest.strip_prefix(':').and_then(|rest| rest.split_at_checked(2)) {
        micros += two(seconds)? * SECOND;
        rest = tail;
    }
    if let Some(tail) = rest.strip_prefix('.') {
        let end = tail.find(|letter: char| !letter.is_ascii_digit()).unwrap_or(tail.len());
        micros += self::micros(&tail[..end])?;
        rest = &tail[end..];
    }
    Some((micros, rest))
}

fn two(text: &str) -> Option<i64> {
    (text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_digit())).then(|| text.parse().ok()).flatten()
}

/// Microseconds east of Greenwich: nothing, `Z`, `+02`, `+02:00` or `+02:00:30`.
fn offset(zone: &str) -> Option<i64> {
    let (sign, digits) = match zone.as_bytes().first() {
        None => return Some(0),
        Some(b'Z') => return (zone.len() == 1).then_some(0),
        Some(b'+') => (1, &zone[1..]),
        Some(b'-') => (-1, &zone[1..]),
        Some(_) => return None,
    };
    let mut units = [3_600, 60, 1].into_iter();
    let mut seconds = 0;
    for part in digits.split(':') {
        seconds += two(part)? * units.next()?;
    }
    Some(sign * seconds * SECOND)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_counted_in_any_year() {
        let check = |text: &str, expected| assert_eq!(days(text), expected, "{text}");
        check("1970-01-01", Some(0));
        check("2024-02-29", Some(19_782));
        check("2024-03-01Z", Some(19_783));
        check("1969-12-31", Some(-1));
        check("+12345-06-07", Some(3_789_548));
        check("0000-01-01", Some(-719_528));
        check("2024-2-29", None);
        check("today", None);
    }

    #[test]
    fn times_have_up_to_six_digits() {
        let check = |text: &str, expected| assert_eq!(time(text), expected, "{text}");
        check("12:30:00", Some(45_000_000_000));
        check("12:30", Some(45_000_000_000));
        check("00:00:00.000001Z", Some(1));
        check("24:00:00", Some(86_400_000_000));
        check("00:00:00.123456000", Some(123_456));
        check("00:00:00.1234567", None);
    }

    #[test]
    fn a_zone_moves_a_timestamp() {
        let check = |text: &str, expected| assert_eq!(timestamp(text), expected, "{text}");
        check("2024-02-29T12:30:00Z", Some((1_709_209_800_000_000, true)));
        check("2024-02-29T14:30:00.000001+02:00", Some((1_709_209_800_000_001, true)));
        check("2024-02-29 12:30:00", Some((1_709_209_800_000_000, false)));
        check("-0001-01-01T00:00:00Z", Some((-62_198_755_200_000_000, true)));
        check("2024-02-29", None);
    }

    #[test]
    fn a_span_keeps_its_three_parts() {
        let check = |text: &str, expected| assert_eq!(interval(text), expected, "{text}");
        check("P1Y2M3DT4H5M6.78S", Some((14, 3, 14_706_780_000)));
        check("P0Y0M0DT0H0M0S", Some((0, 0, 0)));
        check("P-1Y-2M3DT-4H-5M-6.000001S", Some((-14, 3, -14_706_000_001)));
        check("P0Y0M0DT0H0M0.0000010S", Some((0, 0, 1)));
        check("1 day", None);
    }
}
