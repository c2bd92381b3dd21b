//! Dates, times and spans as the server writes them.

const SECOND: i64 = 1_000_000;
const DAY: i64 = 86_400 * SECOND;

/// Days since 1970-01-01 of `2024-10-04`, or of `0044-03-15 BC`.
pub(super) fn day(text: &str) -> Option<i32> {
    let (text, is_before) = text.strip_suffix(" BC").map_or((text, false), |text| (text, true));
    let mut parts = text.split('-');
    let mut next = || parts.next()?.parse::<u32>().ok();
    let (year, month, day) = (i64::from(next()?), i64::from(next()?), i64::from(next()?));
    let is_whole = parts.next().is_none() && (1..=12).contains(&month) && (1..=31).contains(&day);
    let year = if is_before { 1 - year } else { year };
    is_whole.then(|| i32::try_from(days(year, month, day)).ok()).flatten()
}

/// Howard Hinnant's `days_from_civil`: years begin in March, so that the day that comes and goes is the last.
fn days(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let (era, of_era) = (year.div_euclid(400), year.rem_euclid(400));
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
}

/// Microseconds since midnight of `14:05:06.789`.
pub(super) fn time(text: &str) -> Option<i64> {
    let mut parts = text.splitn(3, ':');
    let (hours, minutes) = (parts.next()?.parse::<u32>().ok()?, parts.next()?.parse::<u32>().ok()?);
    let seconds = micros(parts.next()?)?;
    (i64::from(hours) * 3_600 + i64::from(minutes) * 60).checked_mul(SECOND)?.checked_add(seconds)
}

/// Microseconds since 1970-01-01T00:00:00 of `2024-10-04 14:05:06.789`, perhaps with the zone `+00`.
pub(super) fn moment(text: &str) -> Option<i64> {
    let (text, era) = text.strip_suffix(" BC").map_or((text, ""), |text| (text, " BC"));
    let (date, clock) = text.split_once(' ')?;
    let clock = clock.strip_suffix("+00").unwrap_or(clock);
    i64::from(day(&format!("{date}{era}"))?).checked_mul(DAY)?.checked_add(time(clock)?)
}

/// Months, days and microseconds of `1 year 2 mons -3 days +04:05:06.7`.
pub(super) fn interval(text: &str) -> Option<(i32, i32, i64)> {
    let (mut months, mut days, mut clock) = (0i64, 0i64, 0);
    let mut words = text.split(' ');
    while let Some(number) = words.next() {
        if number.contains(':') {
            let (sign, unsigned) = number.strip_prefix('-').map_or((1, number), |rest| (-1, rest));
            clock = sign * time(unsigned.strip_prefix('+').unwrap_or(unsigned))?;
            continue;
        }
        let number: i64 = number.parse().ok()?;
        match words.next()?.trim_end_matches('s') {
            "year" => months += number * 12,
            "mon" => months += number,
            "day" => days += number,
            _ => return None,
        }
    }
    Some((months.try_into().ok()?, days.try_into().ok()?, clock))
}

/// Microseconds of seconds with up to six digits after the point.
fn micros(text: &str) -> Option<i64> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let padded = format!("{fraction:0<6}");
    let fraction = (padded.len() == 6).then(|| padded.parse::<u32>().ok()).flatten()?;
    Some(i64::from(whole.parse::<u32>().ok()?) * SECOND + i64::from(fraction))
}
