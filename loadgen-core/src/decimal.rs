//! Exact decimals of up to 38 digits.

use std::fmt;

/// `unscaled / 10^scale`, exact.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Decimal {
    /// All digits, without the point.
    pub unscaled: i128,
    /// Digits after the point, at most 38.
    pub scale: u8,
}

impl Decimal {
    /// The most digits that fit.
    pub const MAX_DIGITS: u8 = 38;

    /// The largest unscaled value of `digits` decimal digits: `10^digits - 1`.
    pub fn max_unscaled(digits: u8) -> i128 {
        10i128.pow(u32::from(digits.min(Self::MAX_DIGITS))) - 1
    }
}

impl fmt::Display for Decimal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.unscaled < 0 { "-" } else { "" };
        let digits = self.unscaled.unsigned_abs();
        if self.scale == 0 {
            return write!(f, "{sign}{digits}");
        }
        let width = usize::from(self.scale);
        // Nearly all decimals are small, and a division of 128 bits is slow.
        if let (Ok(digits), Some(unit)) = (u64::try_from(digits), 10u64.checked_pow(u32::from(self.scale))) {
            return write!(f, "{sign}{}.{:0width$}", digits / unit, digits % unit);
        }
        match 10u128.checked_pow(u32::from(self.scale)) {
            Some(unit) => write!(f, "{sign}{}.{:0width$}", digits / unit, digits % unit),
            // Then it is above all that 128 bits hold.
            None => write!(f, "{sign}0.{digits:0width$}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_decimal_prints_all_digits_of_its_scale() {
        let show = |unscaled, scale| Decimal { unscaled, scale }.to_string();
        assert_eq!(show(-5, 2), "-0.05");
        assert_eq!(show(12_345, 2), "123.45");
        assert_eq!(show(7, 0), "7");
        assert_eq!(show(i128::MIN, 38), "-1.70141183460469231731687303715884105728");
        assert_eq!(show(i128::MAX, 39), "0.170141183460469231731687303715884105727");
        assert_eq!(show(-1, 200), format!("-0.{}1", "0".repeat(199)));
    }
}
