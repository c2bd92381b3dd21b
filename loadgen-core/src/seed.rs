//! The seed of a run, from a number or a phrase.

use std::{convert::Infallible, fmt, str::FromStr};

use serde::{Deserialize, Serialize};

/// What every random draw of a run starts from.
///
/// Parsed from text it takes a decimal number as it is and hashes anything else, so that
/// `--seed 42` and `--seed "black friday"` both work. The hash is xxh3-64 of the UTF-8 text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_taken_as_it_is_and_a_phrase_is_hashed() {
        assert_eq!(Seed::from("42"), Seed(42));
        assert_eq!(Seed::from("black friday"), Seed(9_375_421_949_379_673_917));
    }
}
