//! Decimal numbers as people write them, without loss.

/// `digits * 10^-scale`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Exact {
    digits: i128,
    /// Not negative: `1e3` is 1000 with a scale of 0.
    pub(super) scale: u32,
}

impl Exact {
    /// Reads `-12.50` and `1e6`; `None` for what is not a number or has more than 38 digits.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        let (mantissa, exponent) = match text.split_once(['e', 'E']) {
            Some((mantissa, exponent)) => (mantissa, exponent.parse::<i32>().ok()?),
            None => (text, 0),
        };
        let (sign, unsigned) = match mantissa.strip_prefix('-') {
            Some(rest) => (-1, rest),
            None => (1, mantissa.strip_prefix('+').unwrap_or(mantissa)),
        };
        let (whole, fraction) = unsigned.split_once('.').unwrap_or((unsigned, ""));
        let fraction = fraction.trim_end_matches('0');
        let all = || whole.bytes().chain(fraction.bytes());
        if whole.is_empty() && fraction.is_empty() || !all().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        let mut digits = 0i128;
        for byte in all() {
            digits = digits.checked_mul(10)?.checked_add(i128::from(byte - b'0'))?;
        }
        let scale = i32::try_from(fraction.len()).ok()?.checked_sub(exponent)?;
        let up = if scale < 0 { 10i128.checked_pow(scale.unsigned_abs())? } else { 1 };
        Some(Exact { digits: sign * digits.checked_mul(up)?, scale: scale.max(0).unsigned_abs() })
    }

    /// The number in units of `10^-scale`, rounded down, and whether it is exactly that; `None` out of range.
    pub(super) fn at_scale(self, scale: u32) -> Option<(i128, bool)> {
        if scale >= self.scale {
            let digits = self.digits.checked_mul(10i128.checked_pow(scale - self.scale)?)?;
            return Some((digits, true));
        }
        let Some(unit) = 10i128.checked_pow(self.scale - scale) else {
            return Some((if self.digits < 0 { -1 } else { 0 }, self.digits == 0));
        };
        Some((self.digits.div_euclid(unit), self.digits.rem_euclid(unit) == 0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, scale: u32, expected: Option<(i128, bool)>) {
        assert_eq!(Exact::parse(text).and_then(|number| number.at_scale(scale)), expected, "{text}");
    }

    #[test]
    fn numbers_are_read_without_loss() {
        check("12.50", 2, Some((1250, true)));
        check("-0.5", 0, Some((-1, false)));
        check("1e3", 1, Some((10_000, true)));
        check("25e-1", 1, Some((25, true)));
        check(".5", 1, Some((5, true)));
        check("7.", 0, Some((7, true)));
        check("0.1234567890123456789", 2, Some((12, false)));
        check("1e-60", 2, Some((0, false)));
    }

    #[test]
    fn what_is_no_number_is_refused() {
        for bad in ["", "-", ".", "1,5", "ten", "1e", "--1", "1e99", "0x10", "NaN"] {
            check(bad, 0, None);
        }
    }
}
