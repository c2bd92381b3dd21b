//! Bytes, as base64 or hexadecimal digits, and bits.

use base64::{
    Engine,
    alphabet::{STANDARD, URL_SAFE},
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig},
};

use super::schema::Schema;

const ANY: GeneralPurposeConfig =
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent);
const PLAIN: GeneralPurpose = GeneralPurpose::new(&STANDARD, ANY);
const FOR_URLS: GeneralPurpose = GeneralPurpose::new(&URL_SAFE, ANY);

/// From so many characters on, what has nothing but hexadecimal digits is no base64: one such text in 10^14 is.
const LONG: usize = 24;

/// The bytes of base64 in either alphabet.
pub(super) fn base64(text: &str) -> Option<Vec<u8>> {
    let engine = if text.contains(['-', '_']) { &FOR_URLS } else { &PLAIN };
    engine.decode(text).ok()
}

/// The bytes of a column; none if base64 and hexadecimal digits cannot be told apart.
pub(super) fn bytes(text: &str, schema: Option<&Schema>) -> Option<Vec<u8>> {
    let is_base64 = schema.is_some_and(|schema| schema.ty == "bytes");
    let is_hex = text.len().is_multiple_of(2)
        && text.bytes().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte));
    match () {
        () if is_base64 || !is_hex || text.is_empty() => base64(text),
        () if text.len() >= LONG || !text.len().is_multiple_of(4) => hex(text),
        () => None,
    }
}

fn hex(text: &str) -> Option<Vec<u8>> {
    let pair = |at: usize| text.get(at..at + 2).and_then(|pair| u8::from_str_radix(pair, 16).ok());
    (0..text.len()).step_by(2).map(pair).collect()
}

/// The number that bytes are in two's complement, the upper ones first; none if it needs more than 128 bits.
pub(super) fn number(bytes: &[u8]) -> Option<i128> {
    let first = if bytes.first()? & 0x80 == 0 { 0 } else { 0xff };
    let mut wide = [first; 16];
    let room = 16usize.checked_sub(bytes.len())?;
    wide[room..].copy_from_slice(bytes);
    Some(i128::from_be_bytes(wide))
}

/// So many bits, of which the bytes have the lowest first, as digits.
pub(super) fn bits(bytes: &[u8], length: usize) -> Option<String> {
    let bit = |at: usize| bytes.get(at / 8).is_some_and(|byte| byte >> (at % 8) & 1 == 1);
    let is_whole = (length..bytes.len() * 8).all(|at| !bit(at));
    is_whole.then(|| (0..length).rev().map(|at| if bit(at) { '1' } else { '0' }).collect())
}
