//! Durations, counts and rates as people write them: `1h30m`, `10k`, `200/s`.

use std::{borrow::Cow, fmt, marker::PhantomData, str::FromStr, time::Duration};

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

mod size;
mod whole;

pub use size::Size;
pub use whole::Whole;

/// A duration as in `500ms`, `90s`, `5m`, `1h30m`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Span(pub Duration);

/// A number as in `500`, `10k`, `1.5M`, `10_000`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Count(pub u64);

/// Operations per time as in `200/s`, `20/min`, `1k/s`; always above zero.
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd)]
pub struct Rate {
    per_second: f64,
}

/// Why a unit was not understood.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{text:?} is not a {what}: write it like {example}")]
pub struct UnitError {
    text: String,
    what: &'static str,
    example: &'static str,
}

fn refuse(text: &str, what: &'static str, example: &'static str) -> UnitError {
    UnitError { text: text.to_owned(), what, example }
}

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

/// One a nanosecond, the finest that due times are told apart by.
const HIGHEST_RATE: f64 = 1e9;

fn unit_seconds(unit: &str) -> Option<f64> {
    Some(match unit {
        "us" => 1e-6,
        "ms" => 1e-3,
        "s" | "sec" => 1.0,
        "m" | "min" => 60.0,
        "h" => 3_600.0,
        "d" => 86_400.0,
        _ => return None,
    })
}

/// A plain non-negative decimal number: digits, one point, underscores between digits.
fn digits(text: &str) -> Option<f64> {
    let plain: String = text.chars().filter(|c| *c != '_').collect();
    let allowed = plain.chars().all(|c| c.is_ascii_digit() || c == '.');
    if allowed && plain.starts_with(|c: char| c.is_ascii_digit()) { plain.parse().ok() } else { None }
}

fn scaled(text: &str) -> Option<f64> {
    let text = text.trim();
    let (number, factor) = match text.strip_suffix(['k', 'K']) {
        Some(number) => (number, 1e3),
        None => text.strip_suffix('M').map_or((text, 1.0), |number| (number, 1e6)),
    };
    digits(number).map(|number| number * factor)
}

impl FromStr for Count {
    type Err = UnitError;

    fn from_str(text: &str) -> Result<Self, UnitError> {
        let error = || refuse(text, "count", "500, 10k or 1M");
        let number = scaled(text).ok_or_else(error)?;
        if number.fract() != 0.0 || number > 9e15 { Err(error()) } else { Ok(Count(number as u64)) }
    }
}

impl Rate {
    /// A rate of so many operations a second.
    ///
    /// # Errors
    /// When the number is not above zero, or above 1e9.
    pub fn per_second(per_second: f64) -> Result<Self, UnitError> {
        Rate::checked(per_second, &per_second.to_string(), "rate above zero")
    }

    fn checked(per_second: f64, text: &str, what: &'static str) -> Result<Self, UnitError> {
        if per_second > HIGHEST_RATE {
            Err(refuse(text, "rate of at most 1000M/s", "200/s or 20/min"))
        } else if per_second > 0.0 {
            Ok(Rate { per_second })
        } else {
            Err(refuse(text, what, "200/s or 20/min"))
        }
    }

    /// Operations a second.
    pub fn as_per_second(self) -> f64 {
        self.per_second
    }
}

impl FromStr for Rate {
    type Err = UnitError;

    fn from_str(text: &str) -> Result<Self, UnitError> {
        let what = "rate above zero with a unit of time";
        let error = || refuse(text, what, "200/s or 20/min");
        let (number, unit) = text.split_once('/').ok_or_else(error)?;
        let per = unit_seconds(unit.trim()).ok_or_else(error)?;
        Rate::checked(scaled(number).ok_or_else(error)? / per, text, what)
    }
}

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

impl fmt::Display for Count {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Display for Rate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/s", self.per_second)
    }
}

/// Read from a file, with a pattern in the JSON Schema.
macro_rules! in_files {
    ($unit:ident, $schema:tt) => {
        impl<'de> Deserialize<'de> for $unit {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                deserializer.deserialize_any(Written(PhantomData))
            }
        }

        impl JsonSchema for $unit {
            fn schema_name() -> Cow<'static, str> {
                stringify!($unit).into()
            }

            fn json_schema(_: &mut SchemaGenerator) -> Schema {
                json_schema!($schema)
            }
        }
    };
}

in_files!(Span, {
    "type": "string", "pattern": r"^\s*([0-9][0-9_.]*(us|ms|s|sec|m|min|h|d)\s*)+$"
});
in_files!(Count, {
    "type": ["string", "integer"], "pattern": r"^\s*[0-9][0-9_.]*[kKM]?\s*$", "minimum": 0
});
in_files!(Rate, {
    "type": "string", "pattern": r"^\s*[0-9][0-9_.]*[kKM]?\s*/\s*(us|ms|s|sec|m|min|h|d)\s*$"
});

impl Serialize for Span {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl Serialize for Count {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_u64(self.0)
    }
}

impl Serialize for Rate {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// Reads a unit from text, and from a bare number as if it were text: a count takes it, the others ask for their unit.
struct Written<T>(PhantomData<T>);

impl<T: FromStr<Err = UnitError>> de::Visitor<'_> for Written<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("text or a number")
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<T, E> {
        text.parse().map_err(E::custom)
    }

    fn visit_u64<E: de::Error>(self, number: u64) -> Result<T, E> {
        self.visit_str(&number.to_string())
    }

    fn visit_i64<E: de::Error>(self, number: i64) -> Result<T, E> {
        self.visit_str(&number.to_string())
    }

    fn visit_f64<E: de::Error>(self, number: f64) -> Result<T, E> {
        self.visit_str(&number.to_string())
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

    #[test]
    fn counts_take_k_and_m() {
        let count = |text: &str| text.parse::<Count>().ok().map(|count| count.0);
        assert_eq!(count("10k"), Some(10_000));
        assert_eq!(count("1.5M"), Some(1_500_000));
        assert_eq!(count("10_000"), Some(10_000));
        for bad in ["-1", "1.5", "k", "", "10kk", "ten"] {
            assert_eq!(count(bad), None, "{bad}");
        }
    }

    #[test]
    fn a_count_in_a_file_may_be_a_bare_number_and_the_others_ask_for_their_unit() {
        let count = |json: &str| serde_json::from_str::<Count>(json).map_err(|error| error.to_string());
        assert_eq!(count("20000"), Ok(Count(20_000)));
        assert_eq!(count("\"20k\""), Ok(Count(20_000)));
        assert_eq!(count("2.0"), Ok(Count(2)));
        assert!(count("-1").unwrap_err().starts_with("\"-1\" is not a count: write it like 500"));
        assert!(count("true").is_err());
        let rate = serde_json::from_str::<Rate>("200").unwrap_err().to_string();
        assert!(rate.starts_with("\"200\" is not a rate above zero with a unit of time"), "{rate}");
    }

    #[test]
    fn rates_need_a_unit_and_more_than_zero() {
        let rate = |text: &str| text.parse::<Rate>().ok().map(Rate::as_per_second);
        assert_eq!(rate("200/s"), Some(200.0));
        assert_eq!(rate("30/min"), Some(0.5));
        assert_eq!(rate("1k/s"), Some(1_000.0));
        for bad in ["200", "0/s", "-5/s", "/s", "200/", "200/week"] {
            assert_eq!(rate(bad), None, "{bad}");
        }
    }

    #[test]
    fn what_no_clock_can_hold_is_refused() {
        assert!("36500d".parse::<Span>().is_ok());
        let error = "36600d".parse::<Span>().unwrap_err().to_string();
        assert!(error.starts_with("\"36600d\" is not a duration of at most 100 years"), "{error}");
        assert!("1000M/s".parse::<Rate>().is_ok());
        let error = "1001M/s".parse::<Rate>().unwrap_err().to_string();
        assert!(error.starts_with("\"1001M/s\" is not a rate of at most 1000M/s"), "{error}");
        assert!(Rate::per_second(f64::INFINITY).is_err() && Rate::per_second(f64::NAN).is_err());
    }
}
