//! The seed of a run, from a number or a phrase.

use std::{borrow::Cow, convert::Infallible, fmt, str::FromStr};

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, de};

/// What every random draw of a run starts from.
///
/// Parsed from text it takes a decimal number as it is and hashes anything else, so that
/// `--seed 42` and `--seed "black friday"` both work. The hash is xxh3-64 of the UTF-8 text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(transparent)]
pub struct Seed(pub u64);

impl From<u64> for Seed {
    fn from(number: u64) -> Self {
        Seed(number)
    }
}

impl From<&str> for Seed {
    fn from(text: &str) -> Self {
        let text = text.trim();
        Seed(text.parse().unwrap_or_else(|_| xxhash_rust::xxh3::xxh3_64(text.as_bytes())))
    }
}

impl FromStr for Seed {
    type Err = Infallible;

    fn from_str(text: &str) -> Result<Self, Infallible> {
        Ok(Seed::from(text))
    }
}

impl fmt::Display for Seed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// A number or a phrase.
impl<'de> Deserialize<'de> for Seed {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Written)
    }
}

struct Written;

impl de::Visitor<'_> for Written {
    type Value = Seed;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a whole number from 0 or a phrase")
    }

    fn visit_u64<E: de::Error>(self, number: u64) -> Result<Seed, E> {
        Ok(Seed(number))
    }

    fn visit_i64<E: de::Error>(self, number: i64) -> Result<Seed, E> {
        let negative = || E::invalid_value(de::Unexpected::Signed(number), &self);
        u64::try_from(number).map(Seed).map_err(|_| negative())
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Seed, E> {
        Ok(Seed::from(text))
    }
}

impl JsonSchema for Seed {
    fn schema_name() -> Cow<'static, str> {
        "Seed".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({"type": ["integer", "string"], "minimum": 0})
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_may_hold_a_number_or_a_phrase() {
        let seed = |json: &str| serde_json::from_str::<Seed>(json).ok();
        assert_eq!(seed("42"), Some(Seed(42)));
        assert_eq!(seed("\"black friday\""), Some(Seed::from("black friday")));
        assert_eq!(seed("-1"), None);
    }

    #[test]
    fn a_number_is_taken_as_it_is_and_a_phrase_is_hashed() {
        assert_eq!(Seed::from("42"), Seed(42));
        assert_eq!(Seed::from("black friday"), Seed(9_375_421_949_379_673_917));
    }
}
