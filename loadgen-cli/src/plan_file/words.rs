//! The words for what a value is and should have been.

use serde::de::{Expected, Unexpected};

/// What a value is.
pub(super) fn found(unexpected: &Unexpected<'_>) -> String {
    match unexpected {
        Unexpected::Bool(value) => value.to_string(),
        Unexpected::Unsigned(number) => number.to_string(),
        Unexpected::Signed(number) => number.to_string(),
        Unexpected::Float(number) => number.to_string(),
        Unexpected::Str(text) => format!("{text:?}"),
        Unexpected::Map | Unexpected::StructVariant | Unexpected::NewtypeVariant => "a mapping".into(),
        Unexpected::Seq | Unexpected::TupleVariant => "a list".into(),
        Unexpected::Unit | Unexpected::Option | Unexpected::UnitVariant => "empty".into(),
        other => other.to_string(),
    }
}

/// What it should have been: serde speaks of Rust's types.
pub(super) fn wanted(expected: &dyn Expected) -> String {
    let text = expected.to_string();
    match text.as_str() {
        "u8" | "u16" | "u32" | "u64" | "usize" => format!("a whole number from 0 to {}", largest(&text)),
        "i8" | "i16" | "i32" | "i64" | "isize" => "a whole number".into(),
        "f32" | "f64" => "a number".into(),
        "a boolean" | "bool" => "true or false".into(),
        "a string" => "text".into(),
        "a sequence" => "a list".into(),
        "a map" => "a mapping".into(),
        _ if text.starts_with("struct ") => "a mapping".into(),
        _ => text,
    }
}

fn largest(ty: &str) -> u64 {
    match ty {
        "u8" => u8::MAX.into(),
        "u16" => u16::MAX.into(),
        "u32" => u32::MAX.into(),
        _ => u64::MAX,
    }
}

/// `; did you mean "tables"?`, or that it goes beside the key that it is below, or else what there is.
pub(super) fn suggestion(wrong: &str, known: &[&str], beside: Option<&str>) -> String {
    let distance = |name: &&&str| strsim::damerau_levenshtein(wrong, name);
    let near = known.iter().min_by_key(distance).filter(|name| distance(name) <= name.len().div_ceil(3));
    match (near, beside) {
        (Some(near), _) => format!("; did you mean {near:?}?"),
        (None, Some(key)) => format!("; {wrong} goes beside {key}, not below it"),
        (None, None) if known.is_empty() => String::new(),
        (None, None) => format!("; there are {}", known.join(", ")),
    }
}
