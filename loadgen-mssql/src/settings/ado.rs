//! Connection strings of ADO: `Server=...;Database=...;User Id=...;Password=...`.

use std::ops::Range;

use super::{
    SettingsError,
    parts::{Parts, Spelling, like, plain},
};

/// One setting of a string: its name, its value without quotes, and where that stands with them.
pub(super) struct Pair<'a> {
    pub(super) name: &'a str,
    pub(super) value: String,
    pub(super) range: Range<usize>,
}

/// The settings of a string: those up to the first that cannot be read, and whether that was all of it.
///
/// A value in quotes may hold semicolons, and its own quotes twice.
pub(super) fn pairs(text: &str) -> (Vec<Pair<'_>>, bool) {
    let (mut pairs, mut at) = (Vec::new(), 0);
    loop {
        at += text[at..].len() - text[at..].trim_start_matches([';', ' ', '\t', '\r', '\n']).len();
        if at == text.len() {
            return (pairs, true);
        }
        let Some(equals) = text[at..].find('=') else { return (pairs, false) };
        let name = text[at..at + equals].trim();
        let rest = &text[at + equals + 1..];
        let start = text.len() - rest.trim_start().len();
        let Some((value, length)) = value(&text[start..]) else { return (pairs, false) };
        if name.is_empty() || name.contains(';') {
            return (pairs, false);
        }
        pairs.push(Pair { name, value, range: start..start + length });
        at = start + length;
        let after = text[at..].trim_start();
        if !after.is_empty() && !after.starts_with(';') {
            return (pairs, false);
        }
    }
}

/// A value and how long it is as written; none where a quote is not closed.
fn value(text: &str) -> Option<(String, usize)> {
    let Some(quote) = text.chars().next().filter(|char| matches!(char, '"' | '\'')) else {
        let end = text.find(';').unwrap_or(text.len());
        return Some((text[..end].trim_end().to_owned(), end));
    };
    let (mut value, mut chars) = (String::new(), text.char_indices().skip(1).peekable());
    while let Some((at, char)) = chars.next() {
        if char != quote {
            value.push(char);
        } else if chars.next_if(|(_, next)| *next == quote).is_some() {
            value.push(quote);
        } else {
            return Some((value, at + 1));
        }
    }
    None
}

/// Reads a whole string.
pub(super) fn parse(text: &str) -> Result<Parts, SettingsError> {
    let (pairs, whole) = pairs(text);
    let mut parts = Parts::default();
    for (at, pair) in pairs.into_iter().enumerate() {
        if !parts.set(pair.name, pair.value)? {
            // A password with a bare semicolon goes on as what looks like a setting, so its name is not quoted.
            return Err(SettingsError::Setting(at + 1, like(pair.name, Spelling::Ado)));
        }
    }
    if whole { Ok(parts) } else { Err(SettingsError::Cut) }
}

/// Whether a text is such a string: one of its settings is the server.
pub(super) fn is_one(text: &str) -> bool {
    let is_server = |pair: &Pair<'_>| {
        matches!(plain(pair.name).as_str(), "server" | "datasource" | "address" | "addr" | "networkaddress")
    };
    let first = text.split('=').next().unwrap_or_default();
    !first.contains("://") && pairs(text).0.iter().any(is_server)
}
