//! Arrays: written in one dimension, read in any.

use loadgen_core::Value;

use super::{CodecError, Wire, decode::fixed};

/// Appends an array of `len` items: dimensions, a flag for NULLs, the element's type, length and lower bound, items.
///
/// An array without items has no dimension.
pub(crate) fn encode<'a>(
    element: &Wire,
    len: usize,
    items: impl Iterator<Item = &'a Value>,
    buf: &mut Vec<u8>,
) -> Result<(), CodecError> {
    let start = buf.len();
    buf.extend(i32::from(len > 0).to_be_bytes());
    buf.extend(0i32.to_be_bytes());
    buf.extend(element.oid.to_be_bytes());
    if len == 0 {
        return Ok(());
    }
    let count = i32::try_from(len).map_err(|_| CodecError("an array of too many items".into()))?;
    buf.extend(count.to_be_bytes());
    buf.extend(1i32.to_be_bytes());
    let mut nulls = false;
    for item in items {
        nulls |= item.is_null();
        element.encode_field(item, buf)?;
    }
    buf[start + 7] = u8::from(nulls);
    Ok(())
}

/// Reads an array. One of several dimensions is an array of arrays.
pub(super) fn decode(element: &Wire, bytes: &[u8]) -> Result<Vec<Value>, CodecError> {
    let (dimensions, rest) = number(bytes)?;
    let (_nulls, rest) = number(rest)?;
    let (_element, mut rest) = number(rest)?;
    if dimensions == 0 {
        return Ok(Vec::new());
    }
    let mut counts = Vec::new();
    for _ in 0..dimensions.clamp(0, MOST_DIMENSIONS) {
        let (count, tail) = number(rest)?;
        let (_lower, tail) = number(tail)?;
        counts.push(usize::try_from(count).map_err(|_| torn())?);
        rest = tail;
    }
    items(element, &counts, &mut rest)
}

/// The most dimensions that the server has.
const MOST_DIMENSIONS: i32 = 6;

fn items(element: &Wire, counts: &[usize], rest: &mut &[u8]) -> Result<Vec<Value>, CodecError> {
    let Some((count, inner)) = counts.split_first() else { return Err(torn()) };
    let mut items = Vec::new();
    for _ in 0..*count {
        if !inner.is_empty() {
            items.push(Value::Array(self::items(element, inner, rest)?));
            continue;
        }
        let (length, tail) = number(rest)?;
        *rest = tail;
        let Ok(length) = usize::try_from(length) else {
            items.push(Value::Null);
            continue;
        };
        let (item, tail) = rest.split_at_checked(length).ok_or_else(torn)?;
        items.push(element.decode(item)?);
        *rest = tail;
    }
    Ok(items)
}

fn number(bytes: &[u8]) -> Result<(i32, &[u8]), CodecError> {
    let (head, rest) = bytes.split_at_checked(4).ok_or_else(torn)?;
    Ok((i32::from_be_bytes(fixed(head)?), rest))
}

fn torn() -> CodecError {
    CodecError("an array that ends too early".into())
}
