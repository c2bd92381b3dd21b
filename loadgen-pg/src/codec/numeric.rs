//! `numeric`: groups of four decimal digits around the point.

use loadgen_core::{Decimal, Value};

use super::{CodecError, decode::fixed};

const NEGATIVE: u16 = 0x4000;
/// What stands for a sign where there is no number, as the server writes it.
const SPECIAL: [(&str, u16); 3] = [("NaN", 0xC000), ("Infinity", 0xD000), ("-Infinity", 0xF000)];
/// The most digits that the server keeps there.
const MOST_AFTER_POINT: u16 = 16_383;

/// Appends the number of groups, the weight of the first, the sign, the digits after the point, and the groups.
pub(super) fn encode(value: Decimal, buf: &mut Vec<u8>) -> Result<(), CodecError> {
    if value.scale > Decimal::MAX_DIGITS {
        return Err(CodecError(format!("a decimal of {} digits after the point", value.scale)));
    }
    // Filled from the end: 39 digits, of which a group that is cut short takes but one.
    let mut groups = [0u16; 11];
    let start = fill(value.unscaled.unsigned_abs(), value.scale, &mut groups);
    let end = groups.iter().rposition(|group| *group != 0).map_or(start, |last| last + 1);
    let fraction_groups = usize::from(value.scale).div_ceil(4);
    let weight = (groups.len() - fraction_groups) as i16 - start as i16 - 1;
    let count = (end - start) as i16;
    buf.extend(count.to_be_bytes());
    buf.extend((if count == 0 { 0 } else { weight }).to_be_bytes());
    buf.extend((if value.unscaled < 0 { NEGATIVE } else { 0 }).to_be_bytes());
    buf.extend(u16::from(value.scale).to_be_bytes());
    groups[start..end].iter().for_each(|group| buf.extend(group.to_be_bytes()));
    Ok(())
}

/// Puts a number at the end of `groups`, so that a group ends where the point is; where it begins.
fn fill(mut number: u128, scale: u8, groups: &mut [u16; 11]) -> usize {
    let mut at = groups.len();
    // The last group may be cut short: its digits are the upper ones.
    let last = u32::from(scale) % 4;
    if last > 0 {
        at -= 1;
        let unit = 10u128.pow(last);
        groups[at] = (number % unit) as u16 * 10u16.pow(4 - last);
        number /= unit;
    }
    // Dividing 128 bits takes long, and few numbers have them.
    while number > u128::from(u64::MAX) {
        at -= 1;
        groups[at] = (number % 10_000) as u16;
        number /= 10_000;
    }
    let mut number = number as u64;
    while number > 0 {
        at -= 1;
        groups[at] = (number % 10_000) as u16;
        number /= 10_000;
    }
    at
}

/// Appends a number from its text: what [`Decimal`] has no room for, NaN and the infinities.
pub(super) fn encode_text(text: &str, buf: &mut Vec<u8>) -> Result<(), CodecError> {
    if let Some((_, sign)) = SPECIAL.iter().find(|(name, _)| *name == text) {
        buf.extend([0; 4]);
        buf.extend(sign.to_be_bytes());
        buf.extend([0; 2]);
        return Ok(());
    }
    let wrong = || CodecError(format!("{text:?} as a numeric"));
    let (sign, digits) = text.strip_prefix('-').map_or((0, text), |digits| (NEGATIVE, digits));
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let is_number =
        !whole.is_empty() && whole.bytes().chain(fraction.bytes()).all(|byte| byte.is_ascii_digit());
    let scale = u16::try_from(fraction.len()).ok().filter(|scale| is_number && *scale <= MOST_AFTER_POINT);
    let scale = scale.ok_or_else(wrong)?;
    let aligned = "0".repeat(whole.len().next_multiple_of(4) - whole.len()) + whole + fraction;
    let mut groups: Vec<u16> = (aligned.as_bytes().chunks(4))
        .map(|group| {
            (0..4).fold(0, |number, at| number * 10 + u16::from(group.get(at).unwrap_or(&b'0') - b'0'))
        })
        .collect();
    let zeros = groups.iter().take_while(|group| **group == 0).count();
    groups.drain(..zeros);
    groups.truncate(groups.iter().rposition(|group| *group != 0).map_or(0, |last| last + 1));
    let weight = whole.len().div_ceil(4) as i64 - 1 - zeros as i64;
    let weight = if groups.is_empty() { 0 } else { i16::try_from(weight).map_err(|_| wrong())? };
    buf.extend(u16::try_from(groups.len()).map_err(|_| wrong())?.to_be_bytes());
    buf.extend(weight.to_be_bytes());
    buf.extend(sign.to_be_bytes());
    buf.extend(scale.to_be_bytes());
    groups.iter().for_each(|group| buf.extend(group.to_be_bytes()));
    Ok(())
}

/// Reads a number; the scale is the one that the server shows it with. What is not a number, and what has more than 38
/// digits or so, is its text.
pub(super) fn decode(bytes: &[u8]) -> Result<Value, CodecError> {
    let torn = || CodecError("a torn numeric".into());
    let (head, groups) = bytes.split_at_checked(8).ok_or_else(torn)?;
    let head: [u8; 8] = fixed(head)?;
    let field = |index: usize| u16::from_be_bytes([head[index], head[index + 1]]);
    let (count, weight, sign, scale) = (field(0), field(2) as i16, field(4), field(6));
    if let Some((name, _)) = SPECIAL.iter().find(|(_, special)| *special == sign) {
        return Ok(Value::Text((*name).to_owned()));
    }
    if groups.len() != usize::from(count) * 2 || sign & !NEGATIVE != 0 || scale > MOST_AFTER_POINT {
        return Err(torn());
    }
    let groups: Vec<u16> =
        groups.chunks_exact(2).map(|pair| u16::from_be_bytes([pair[0], pair[1]])).collect();
    if groups.iter().any(|group| *group > 9_999) {
        return Err(torn());
    }
    let is_negative = sign == NEGATIVE;
    Ok(match unscaled(&groups, weight, scale) {
        Some((unscaled, scale)) => {
            Value::Decimal(Decimal { unscaled: if is_negative { -unscaled } else { unscaled }, scale })
        }
        None => Value::Text(spell(&groups, weight, scale, is_negative)),
    })
}

fn unscaled(groups: &[u16], weight: i16, scale: u16) -> Option<(i128, u8)> {
    let scale = u8::try_from(scale).ok().filter(|scale| *scale <= Decimal::MAX_DIGITS)?;
    let mut unscaled = 0i128;
    for (index, group) in groups.iter().enumerate() {
        let digits = i128::from(*group);
        let exponent = 4 * (i32::from(weight) - index as i32) + i32::from(scale);
        let part = match u32::try_from(exponent) {
            _ if digits == 0 => Some(0),
            Ok(exponent) => 10i128.checked_pow(exponent).and_then(|unit| unit.checked_mul(digits)),
            // Digits below the scale are the padding of the last group.
            Err(_) => Some(10i128.checked_pow(exponent.unsigned_abs()).map_or(0, |unit| digits / unit)),
        };
        unscaled = unscaled.checked_add(part?)?;
    }
    Some((unscaled, scale))
}

/// All digits that the scale shows, as the server writes them.
fn spell(groups: &[u16], weight: i16, scale: u16, is_negative: bool) -> String {
    let group = |place: i32| {
        let index = usize::try_from(i32::from(weight) - place).ok();
        index.and_then(|index| groups.get(index)).copied().unwrap_or(0)
    };
    let digits = |places: &mut dyn Iterator<Item = i32>| {
        places.map(|place| format!("{:04}", group(place))).collect::<String>()
    };
    let whole = digits(&mut (0..=i32::from(weight)).rev());
    let mut text = String::from(if is_negative { "-" } else { "" });
    let whole = whole.trim_start_matches('0');
    text.push_str(if whole.is_empty() { "0" } else { whole });
    if scale > 0 {
        let fraction = digits(&mut (1..=i32::from(scale.div_ceil(4))).map(|place| -place));
        text.push('.');
        text.push_str(&fraction[..usize::from(scale)]);
    }
    text
}
