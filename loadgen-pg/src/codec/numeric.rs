//! `numeric`: groups of four decimal digits around the point.

use loadgen_core::Decimal;

use super::{CodecError, decode::fixed};

const NEGATIVE: u16 = 0x4000;

/// Appends the number of groups, the weight of the first, the sign, the digits after the point, and the groups.
pub(super) fn encode(value: Decimal, buf: &mut Vec<u8>) -> Result<(), CodecError> {
    if value.scale > Decimal::MAX_DIGITS {
        return Err(CodecError(format!("a decimal of {} digits after the point", value.scale)));
    }
    let unit = 10u128.pow(value.scale.into());
    let digits = value.unscaled.unsigned_abs();
    // Filled from the end: 10 groups hold 38 digits after the point, 10 the 39 of an i128 before it.
    let mut groups = [0u16; 20];
    let fraction_groups = usize::from(value.scale).div_ceil(4);
    let mut at = fill_fraction(digits % unit, value.scale, &mut groups);
    let mut whole = digits / unit;
    while whole > 0 {
        at -= 1;
        groups[at] = (whole % 10_000) as u16;
        whole /= 10_000;
    }
    let end = groups.iter().rposition(|group| *group != 0).map_or(at, |last| last + 1);
    let start = (at..end).find(|&index| groups[index] != 0).unwrap_or(end);
    let weight = (groups.len() - fraction_groups) as i16 - start as i16 - 1;
    let count = (end - start) as i16;
    buf.extend(count.to_be_bytes());
    buf.extend((if count == 0 { 0 } else { weight }).to_be_bytes());
    buf.extend((if value.unscaled < 0 { NEGATIVE } else { 0 }).to_be_bytes());
    buf.extend(u16::from(value.scale).to_be_bytes());
    groups[start..end].iter().for_each(|group| buf.extend(group.to_be_bytes()));
    Ok(())
}

/// Puts the digits after the point at the end of `groups`; where the next group goes.
fn fill_fraction(mut fraction: u128, scale: u8, groups: &mut [u16; 20]) -> usize {
    let mut at = groups.len();
    // The last group may be cut short: its digits are the upper ones.
    let last = u32::from(scale) % 4;
    if last > 0 {
        at -= 1;
        let unit = 10u128.pow(last);
        groups[at] = (fraction % unit) as u16 * 10u16.pow(4 - last);
        fraction /= unit;
    }
    for _ in 0..scale / 4 {
        at -= 1;
        groups[at] = (fraction % 10_000) as u16;
        fraction /= 10_000;
    }
    at
}

/// Reads a number of at most 38 digits or so; the scale is the one that the server shows it with.
pub(super) fn decode(bytes: &[u8]) -> Result<Decimal, CodecError> {
    let (head, groups) = bytes.split_at_checked(8).ok_or_else(|| CodecError("a torn numeric".into()))?;
    let head: [u8; 8] = fixed(head)?;
    let field = |index: usize| u16::from_be_bytes([head[index], head[index + 1]]);
    let (count, weight, sign, scale) = (field(0), field(2) as i16, field(4), field(6));
    if sign != 0 && sign != NEGATIVE {
        return Err(CodecError("a numeric that is NaN or infinite".into()));
    }
    if groups.len() != usize::from(count) * 2 {
        return Err(CodecError("a torn numeric".into()));
    }
    let too_large = || CodecError("a numeric of more digits than 38".into());
    let scale =
        u8::try_from(scale).ok().filter(|scale| *scale <= Decimal::MAX_DIGITS).ok_or_else(too_large)?;
    let mut unscaled = 0i128;
    for (index, group) in groups.chunks_exact(2).enumerate() {
        let digits = i128::from(u16::from_be_bytes([group[0], group[1]]));
        let exponent = 4 * (i32::from(weight) - index as i32) + i32::from(scale);
        let part = match u32::try_from(exponent) {
            _ if digits == 0 => Some(0),
            Ok(exponent) => 10i128.checked_pow(exponent).and_then(|unit| unit.checked_mul(digits)),
            // Digits below the scale are the padding of the last group.
            Err(_) => Some(10i128.checked_pow(exponent.unsigned_abs()).map_or(0, |unit| digits / unit)),
        };
        unscaled = part.and_then(|part| unscaled.checked_add(part)).ok_or_else(too_large)?;
    }
    Ok(Decimal { unscaled: if sign == NEGATIVE { -unscaled } else { unscaled }, scale })
}
