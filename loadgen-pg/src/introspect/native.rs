//! The server's types and their modifiers, as types that values can be made for.

use loadgen_core::Type;

use crate::codec::oid;

/// The type with this number and modifier (`atttypmod`, -1: none). Enums and arrays are seen to before.
pub(super) fn ty(id: u32, modifier: i32) -> Type {
    match id {
        oid::BOOL => Type::Bool,
        oid::INT2 => Type::Int(16),
        oid::INT4 => Type::Int(32),
        oid::INT8 => Type::Int(64),
        oid::FLOAT4 => Type::Real,
        oid::FLOAT8 => Type::Double,
        oid::NUMERIC => numeric(modifier),
        oid::TEXT => Type::Text { max: None, fixed: false },
        oid::VARCHAR => Type::Text { max: length(modifier), fixed: false },
        oid::BPCHAR => Type::Text { max: length(modifier), fixed: true },
        oid::BYTEA => Type::BYTES,
        oid::UUID => Type::Uuid,
        oid::DATE => Type::Date,
        oid::TIME => Type::Time(fraction(modifier)),
        oid::TIMESTAMP => Type::Timestamp { precision: fraction(modifier), zoned: false },
        oid::TIMESTAMPTZ => Type::Timestamp { precision: fraction(modifier), zoned: true },
        oid::INTERVAL => interval(modifier),
        oid::JSON | oid::JSONB => Type::Json,
        _ => Type::Unsupported,
    }
}

/// Lengths are kept four too large, as if the length word counted.
fn length(modifier: i32) -> Option<u32> {
    u32::try_from(modifier - 4).ok().filter(|_| modifier >= 4)
}

/// Without a precision a number is kept as it is given; two digits after the point are usual.
fn numeric(modifier: i32) -> Type {
    match precision(modifier) {
        None => Type::Decimal { precision: Type::UNBOUNDED, scale: 2 },
        Some((precision, scale @ 0..=38)) => Type::Decimal { precision, scale: scale as u8 },
        Some(_) => Type::Unsupported,
    }
}

/// Precision in the upper half, scale in the lower 11 bits with a sign (servers from 15 on allow it to be negative).
fn precision(modifier: i32) -> Option<(u16, i32)> {
    let bits = modifier.checked_sub(4).filter(|bits| *bits >= 0)?;
    Some(((bits >> 16) as u16, ((bits & 0x7ff) ^ 0x400) - 0x400))
}

fn fraction(modifier: i32) -> u8 {
    u8::try_from(modifier).unwrap_or(6)
}

/// The fraction in the lower half, all ones for none given.
fn interval(modifier: i32) -> Type {
    match fields(modifier) {
        Some(_) => Type::Unsupported,
        None if modifier < 0 => Type::Interval(6),
        None => Type::Interval(u8::try_from(modifier & 0xffff).unwrap_or(6)),
    }
}

/// The fields that a column of intervals is restricted to, as its definition names them: "day to second".
pub(super) fn fields(modifier: i32) -> Option<String> {
    const ALL: i32 = 0x7fff;
    const FIELDS: [(&str, i32); 6] =
        [("year", 2), ("month", 1), ("day", 3), ("hour", 10), ("minute", 11), ("second", 12)];
    let mask = (modifier >> 16) & ALL;
    if modifier < 0 || mask == ALL {
        return None;
    }
    let mut kept = FIELDS.iter().filter(|(_, bit)| mask & (1 << bit) != 0).map(|(name, _)| *name);
    let first = kept.next()?;
    Some(kept.next_back().map_or(first.to_owned(), |last| format!("{first} to {last}")))
}

/// Templates for types whose modifier says how long their texts are; none for others.
pub(super) fn sized(name: &str, modifier: i32) -> Option<Vec<String>> {
    let bits = |length: usize| "{0-1}".repeat(length.min(64)) + &"0".repeat(length.saturating_sub(64));
    let width = usize::try_from(modifier).ok();
    Some(match (name, width) {
        ("bit", width) => {
            let width = width.unwrap_or(1);
            vec![bits(width), "0".repeat(width), "1".repeat(width)]
        }
        ("varbit", width) => {
            let width = width.unwrap_or(4_096);
            vec![bits(width.min(24)), "{nothing}".to_owned(), "1".repeat(width.min(4_096))]
        }
        ("varchar", _) => {
            let width = length(modifier)? as usize;
            vec![drawn('%', width.min(12)), "{nothing}".to_owned(), drawn('%', width.min(1_000))]
        }
        ("bpchar", _) => {
            let width = length(modifier)? as usize;
            vec![drawn('%', width.min(32)) + &"x".repeat(width.saturating_sub(32))]
        }
        ("numeric", _) => {
            let (precision, scale) = precision(modifier)?;
            decimals(precision.into(), scale)
        }
        _ => return None,
    })
}

/// Numbers of so many digits in all and after the point. With a negative scale the last digits are zeros, with one above
/// the precision the first ones after the point.
fn decimals(precision: usize, scale: i32) -> Vec<String> {
    let after = usize::try_from(scale).unwrap_or(0);
    let zeros = "0".repeat(usize::try_from(-scale).unwrap_or(0));
    let (before, free) = (precision.saturating_sub(after), precision.min(after));
    let before = if scale < 0 { precision } else { before };
    let point = |digits: String| match after {
        0 => String::new(),
        _ => format!(".{}{digits}", "0".repeat(after - free)),
    };
    let whole = match before {
        0 => "0".to_owned(),
        _ => "{1-9}".to_owned() + &drawn('#', (before - 1).min(5)) + &zeros,
    };
    let most = if before == 0 { "0".to_owned() } else { "9".repeat(before) + &zeros };
    let end = most + &point("9".repeat(free));
    let usual = whole + &point(drawn('#', free));
    vec![usual, "0".to_owned() + &point("0".repeat(free)), end.clone(), format!("-{end}"), "NaN".to_owned()]
}

/// So many characters: `%` hexadecimal, `#` decimal digits.
fn drawn(kind: char, mut count: usize) -> String {
    let mut template = String::new();
    while count > 0 {
        let part = count.min(16);
        template += &format!("{{{kind}{part}}}");
        count -= part;
    }
    template
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(precision: i32, scale: i32, expected: [&str; 3]) {
        let modifier = ((precision << 16) | (scale & 0x7ff)) + 4;
        assert_eq!(sized("numeric", modifier).unwrap()[..3], expected, "numeric({precision}, {scale})");
    }

    #[test]
    fn numbers_have_the_digits_of_their_type() {
        check(5, 2, ["{1-9}{#2}.{#2}", "0.00", "999.99"]);
        check(3, 3, ["0.{#3}", "0.000", "0.999"]);
        check(2, 5, ["0.000{#2}", "0.00000", "0.00099"]);
        check(3, -2, ["{1-9}{#2}00", "0", "99900"]);
        check(40, 0, ["{1-9}{#5}", "0", &"9".repeat(40)]);
        check(
            50,
            39,
            [
                &format!("{{1-9}}{{#5}}.{}", drawn('#', 39)),
                &format!("0.{}", "0".repeat(39)),
                &format!("{}.{}", "9".repeat(11), "9".repeat(39)),
            ],
        );
    }

    #[test]
    fn restricted_intervals_say_their_fields() {
        let mask = |bits: &[i32]| Some(bits.iter().fold(0, |mask, bit| mask | 1 << bit) << 16 | 0xffff);
        let of = |bits: &[i32]| mask(bits).and_then(fields);
        assert_eq!(of(&[2]).as_deref(), Some("year"));
        assert_eq!(of(&[2, 1]).as_deref(), Some("year to month"));
        assert_eq!(of(&[3, 10, 11, 12]).as_deref(), Some("day to second"));
        assert_eq!((fields(-1), fields(0x7fff << 16 | 3)), (None, None));
    }

    #[test]
    fn bits_are_as_many_as_the_type_has() {
        assert_eq!(sized("bit", 3).unwrap(), ["{0-1}{0-1}{0-1}", "000", "111"]);
        assert_eq!(sized("varbit", 1).unwrap(), ["{0-1}", "{nothing}", "1"]);
        assert_eq!(sized("inet", -1), None);
    }
}
