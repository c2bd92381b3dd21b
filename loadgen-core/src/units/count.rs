//! Counts.

use std::{fmt, str::FromStr};

use serde::{Serialize, Serializer};

use super::{UnitError, in_files, refuse, scaled};

/// A number as in `500`, `10k`, `1.5M`, `10_000`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Count(pub u64);

impl FromStr for Count {
    type Err = UnitError;

    fn from_str(text: &str) -> Result<Self, UnitError> {
        let error = || refuse(text, "count", "500, 10k or 1M");
        let number = scaled(text).ok_or_else(error)?;
        if number.fract() != 0.0 || number > 9e15 { Err(error()) } else { Ok(Count(number as u64)) }
    }
}

impl fmt::Display for Count {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

in_files!(Count, {
    "type": ["string", "integer"], "pattern": r"^\s*[0-9][0-9_.]*[kKM]?\s*$", "minimum": 0
});

impl Serialize for Count {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_u64(self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
}
