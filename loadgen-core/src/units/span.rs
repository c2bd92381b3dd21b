//! Durations.

use std::{fmt, str::FromStr, time::Duration};

use serde::{Serialize, Serializer};

use super::{UnitError, digits, in_files, refuse, unit_seconds};

/// A duration as in `500ms`, `90s`, `5m`, `1h30m`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Span(pub Duration);

impl FromStr for Span {
    type Err = UnitError;

    fn from_str(text: &str) -> Result<Self, UnitError> {
        let error = || refuse(text, "duration", "500ms, 90s, 5m or 1h30m");
        let mut rest = text.trim();
        if rest.is_empty() {
            return Err(error());
        }
        let mut seconds = 0.0;
        while !rest.is_empty() {
            let unit_at = rest.find(|c: char| c.is_ascii_alphabetic()).ok_or_else(error)?;
            let (number, tail) = rest.split_at(unit_at);
            let end = tail.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(tail.len());
            let (unit, next) = tail.split_at(end);
            seconds += digits(number).ok_or_else(error)? * unit_seconds(unit).ok_or_else(error)?;
            rest = next;
        }
        if seconds > LONGEST_SECONDS {
            return Err(refuse(text, "duration of at most 100 years", "500ms, 90s, 5m or 1h30m"));
        }
        Duration::try_from_secs_f64(seconds).map(Span).map_err(|_| error())
    }
}

/// A hundred years: what is longer is a slip, and near to what clocks can hold.
const LONGEST_SECONDS: f64 = 100.0 * 365.25 * 86_400.0;

impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let micros = self.0.as_micros();
        let mut rest = micros;
        if micros == 0 {
            return f.write_str("0s");
        }
        for (unit, size) in
            [("h", 3_600_000_000), ("m", 60_000_000), ("s", 1_000_000), ("ms", 1_000), ("us", 1)]
        {
            if rest >= size {
                write!(f, "{}{unit}", rest / size)?;
                rest %= size;
            }
        }
        Ok(())
    }
}

in_files!(Span, {
    "type": "string", "pattern": r"^\s*([0-9][0-9_.]*(us|ms|s|sec|m|min|h|d)\s*)+$"
});

impl Serialize for Span {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seconds(text: &str) -> Option<f64> {
        text.parse::<Span>().ok().map(|span| span.0.as_secs_f64())
    }

    #[test]
    fn durations_have_units() {
        assert_eq!(seconds("1h30m"), Some(5_400.0));
        assert_eq!(seconds("500ms"), Some(0.5));
        assert_eq!(seconds("1.5s"), Some(1.5));
        for bad in ["", "5", "5x", "-5s", "s", "5s3", "1e3s"] {
            assert_eq!(seconds(bad), None, "{bad}");
        }
    }

    #[test]
    fn durations_print_as_they_are_written() {
        for text in ["1h30m", "500ms", "1s500ms", "0s", "2us"] {
            assert_eq!(text.parse::<Span>().unwrap().to_string(), text);
        }
    }
}
