//! Rates.

use std::{fmt, str::FromStr};

use serde::{Serialize, Serializer};

use super::{UnitError, in_files, refuse, scaled, unit_seconds};

/// Operations per time as in `200/s`, `20/min`, `1k/s`; always above zero.
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd)]
pub struct Rate {
    per_second: f64,
}

/// One a nanosecond, the finest that due times are told apart by.
const HIGHEST_RATE: f64 = 1e9;

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

impl fmt::Display for Rate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/s", self.per_second)
    }
}

in_files!(Rate, {
    "type": "string", "pattern": r"^\s*[0-9][0-9_.]*[kKM]?\s*/\s*(us|ms|s|sec|m|min|h|d)\s*$"
});

impl Serialize for Rate {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
}
