//! The address of a database where a line says which one it is: `target: ...` in a plan, `target=...` in a flag.

use loadgen_pg::PgSettings;

use super::MASK;

/// The line with the address left out unless it is safe to show; none if the line names no target.
pub(super) fn masked(line: &str) -> Option<String> {
    let (before, value) = line.split_at(value_at(line)?);
    let Some(quote) = value.chars().next().filter(|first| matches!(first, '"' | '\'')) else {
        // Nobody knows where it ends.
        return Some(format!("{before}{}", shown(value).unwrap_or_else(|| MASK.to_owned())));
    };
    let text = &value[1..];
    let (end, last) = (closing(text, quote).unwrap_or(text.len()), text.rfind(quote).unwrap_or(text.len()));
    // A connection string may have a quote in its password.
    let is_clear = end == last || text[..end].contains("://");
    let (shown, after) = match shown(&text[..end]).filter(|_| is_clear) {
        Some(shown) => (shown, &text[end..]),
        None => (MASK.to_owned(), &text[last..]),
    };
    let after = masked(after).unwrap_or_else(|| after.to_owned());
    Some(format!("{before}{quote}{shown}{after}"))
}

/// Where the value of a target begins.
pub(super) fn value_at(line: &str) -> Option<usize> {
    line.match_indices(KEY).find_map(|(at, _)| {
        let rest = &line[at + KEY.len()..];
        let rest = rest.trim_start_matches(['"', '\'']).trim_start();
        let value = rest.strip_prefix([':', '='])?.trim_start();
        (!value.is_empty()).then(|| line.len() - value.len())
    })
}

const KEY: &str = "target";

/// Where a quoted text ends: a backslash keeps what follows it, and a quote comes twice for one.
fn closing(text: &str, quote: char) -> Option<usize> {
    let mut chars = text.char_indices().peekable();
    while let Some((at, char)) = chars.next() {
        match char {
            '\\' if quote == '"' => drop(chars.next()),
            _ if char == quote && chars.peek().is_some_and(|(_, next)| *next == quote) => drop(chars.next()),
            _ if char == quote => return Some(at),
            _ => {}
        }
    }
    None
}

/// An address that would be accepted is shown, without its password where that may stand anywhere, and a variable by its name. Of
/// anything else nobody knows what is secret in it.
fn shown(value: &str) -> Option<String> {
    let inside = value.trim_end();
    let name = inside.strip_prefix("${").and_then(|rest| rest.strip_suffix('}'));
    if name.is_some_and(|name| !name.contains('$')) {
        return Some(value.to_owned());
    }
    if loadgen_mssql::is_address(inside) {
        return Some(loadgen_mssql::without_password(inside));
    }
    PgSettings::resolve(Some(inside), &|_| None).is_ok().then(|| value.to_owned())
}
