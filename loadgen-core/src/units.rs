//! Durations, counts and rates as people write them: `1h30m`, `10k`, `200/s`.

use std::{fmt, marker::PhantomData, str::FromStr};

use serde::de;

mod count;
mod rate;
mod size;
mod span;
mod whole;

pub use count::Count;
pub use rate::Rate;
pub use size::Size;
pub use span::Span;
pub use whole::Whole;

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

/// Read from a file, with a pattern in the JSON Schema.
macro_rules! in_files {
    ($unit:ident, $schema:tt) => {
        impl<'de> serde::Deserialize<'de> for $unit {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                deserializer.deserialize_any($crate::units::Written(std::marker::PhantomData))
            }
        }

        impl schemars::JsonSchema for $unit {
            fn schema_name() -> std::borrow::Cow<'static, str> {
                stringify!($unit).into()
            }

            fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
                schemars::json_schema!($schema)
            }
        }
    };
}

use in_files;

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
