//! Whole numbers between two bounds.

use std::fmt;

use serde::{Deserialize, Deserializer, de};

/// A whole number from `LEAST` to `MOST`; a file that says another is told these bounds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Whole<const LEAST: u32, const MOST: u32>(u32);

impl<const LEAST: u32, const MOST: u32> Whole<LEAST, MOST> {
    /// The number.
    pub fn get(self) -> u32 {
        self.0
    }
}

impl<'de, const LEAST: u32, const MOST: u32> Deserialize<'de> for Whole<LEAST, MOST> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_u32(Written)
    }
}

struct Written<const LEAST: u32, const MOST: u32>;

impl<const LEAST: u32, const MOST: u32> de::Visitor<'_> for Written<LEAST, MOST> {
    type Value = Whole<LEAST, MOST>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "a whole number from {LEAST} to {MOST}")
    }

    fn visit_u64<E: de::Error>(self, number: u64) -> Result<Self::Value, E> {
        let fits = u32::try_from(number).ok().filter(|number| (LEAST..=MOST).contains(number));
        fits.map(Whole).ok_or_else(|| E::invalid_value(de::Unexpected::Unsigned(number), &self))
    }

    fn visit_i64<E: de::Error>(self, number: i64) -> Result<Self::Value, E> {
        match u64::try_from(number) {
            Ok(number) => self.visit_u64(number),
            Err(_) => Err(E::invalid_value(de::Unexpected::Signed(number), &self)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_between_the_bounds_is_read() {
        let read = |json: &str| serde_json::from_str::<Whole<1, 9>>(json).map(Whole::get);
        assert_eq!((read("1").ok(), read("9").ok()), (Some(1), Some(9)));
        for bad in ["0", "10", "-1", "1.5", "\"1\"", "4294967297", "null"] {
            let error = read(bad).unwrap_err().to_string();
            assert!(error.contains("expected a whole number from 1 to 9"), "{bad}: {error}");
        }
    }
}
