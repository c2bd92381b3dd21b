//! Generators for columns of which only the type is known.

use super::{
    Generator,
    binary::{Blob, Uuids},
    choice::Choice,
    config::ColumnConfig,
    document::Documents,
    flag::Flag,
    form::Form,
    ladder::Ladder,
    prose::Prose,
    range::Range,
    spelt::Spelt,
    text::Codes,
    unfillable::Refusal,
};
use crate::Type;

/// How long texts and binary data may be.
#[derive(Clone, Copy, Debug)]
pub(super) struct Lengths {
    /// The fewest characters or bytes, when the plan file says.
    pub(super) min: Option<u32>,
    /// The most characters or bytes.
    pub(super) max: u32,
    /// Whether the plan file says both: then all lengths between them come up.
    pub(super) spread: bool,
}

/// The lengths that a column and its plan allow.
pub(super) fn lengths(ty: &Type, config: &ColumnConfig) -> Result<Lengths, Refusal> {
    let bound = match ty {
        Type::Text { max, .. } => max.unwrap_or(u32::MAX),
        Type::Bytes { max, .. } => max.unwrap_or(u32::MAX),
        _ if config.sized() => {
            return Err(Refusal::new("its type has no length", "neither min_length nor max_length"));
        }
        _ => 0,
    };
    if config.pattern.is_some() && !matches!(ty, Type::Text { .. }) {
        return Err(Refusal::new(
            "it is no text that a pattern could spell",
            "choice: [..] instead of pattern",
        ));
    }
    let min = config.min_length;
    if min.is_some_and(|min| min > bound) {
        return Err(Refusal::new(
            format!("it holds at most {bound} characters"),
            format!("a min_length up to {bound}"),
        ));
    }
    let spread = min.is_some() && config.max_length.is_some();
    Ok(Lengths { min, max: bound.min(config.max_length.unwrap_or(u32::MAX)), spread })
}

/// Texts from this many characters on are words, shorter ones are codes.
const SHORTEST_WORDS: u32 = 12;
/// Without a bound, texts and binary data stay below this length.
pub(super) const USUAL: u32 = 64;

/// A generator of valid values of a type.
pub(super) fn generator(ty: &Type, lengths: Lengths) -> Result<Box<dyn Generator>, Refusal> {
    Ok(match ty {
        Type::Bool => Box::new(Flag(0.5)),
        Type::Text { fixed, .. } => text(*fixed, lengths),
        // What the database fills up is filled to the end, so that what is read back is what was written.
        Type::Bytes { fixed: true, .. } => Box::new(Blob { length: (lengths.max, lengths.max) }),
        Type::Bytes { .. } => {
            let (low, high) = span(lengths, 8, USUAL);
            Box::new(Blob { length: (low, high) })
        }
        Type::Uuid => Box::new(Uuids),
        Type::Json => Box::new(Documents::new()),
        Type::Enum(labels) => Box::new(Choice::labels(labels)?),
        Type::Spelt(templates) => Box::new(Spelt::new(templates)?),
        Type::Array(_) => return Err(refuse("arrays of arrays are not known to loadgen")),
        Type::Unsupported => return Err(refuse("its type is not known to loadgen")),
        ordered => {
            let form = Form::of(ordered, 2).ok_or_else(|| refuse("its type is not known to loadgen"))?;
            let (low, high) = form.usual();
            let ladder = Ladder::between(form, low, high).ok_or_else(|| refuse("its type has no values"))?;
            Box::new(Range::even(ladder))
        }
    })
}

/// What a column of an unknown type needs.
pub(super) fn refuse(reason: &str) -> Refusal {
    Refusal::new(reason, "choice: [..] with values as the database writes them, or leave_out: true")
}

/// Padded columns are filled to the end, so that what is read back is what was written.
fn text(fixed: bool, lengths: Lengths) -> Box<dyn Generator> {
    if fixed && lengths.max <= USUAL {
        return Box::new(Codes { length: (lengths.min.unwrap_or(lengths.max), lengths.max) });
    }
    if lengths.max < SHORTEST_WORDS {
        return Box::new(Codes { length: (lengths.min.unwrap_or(1).min(lengths.max), lengths.max) });
    }
    if lengths.spread {
        return Box::new(Prose::spread("words", (lengths.min.unwrap_or(0), lengths.max)));
    }
    Box::new(Prose::new("words", (1, 6), span(lengths, 0, USUAL)))
}

/// From the fewest, or `low`, to the most, or at least `high`.
fn span(lengths: Lengths, low: u32, high: u32) -> (u32, u32) {
    let usual = if lengths.spread { lengths.max } else { lengths.min.unwrap_or(0).max(high) };
    let most = lengths.max.min(usual);
    (lengths.min.unwrap_or(low).min(most), most)
}
