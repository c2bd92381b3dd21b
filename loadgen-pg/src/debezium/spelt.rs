//! Types that the ledger has as texts of the server.

use loadgen_core::Value;

use super::{binary, schema::Schema, token::Token};

/// Types whose texts are the same on both sides.
const ALIKE: &str = include_str!("spelt.txt");

/// The text that the server gives; none if the event does not say so much.
pub(super) fn spelt(token: &Token<'_>, ty: &str, schema: Option<&Schema>) -> Option<Value> {
    // The server puts what would mean something else without a length into quotes.
    let ty = ty.trim_matches('"');
    let text = match (ty, token) {
        ("bit", Token::Bool(bit)) => u8::from(*bit).to_string(),
        ("bit", Token::Text(text)) => {
            let length = schema.filter(|schema| schema.meaning() == "Bits")?.number("length")?;
            binary::bits(&binary::base64(text)?, length)?
        }
        // The server's own cast always says how long the network's part is.
        ("inet", Token::Text(text)) if !text.contains('/') => {
            format!("{text}/{}", if text.contains(':') { 128 } else { 32 })
        }
        ("inet", Token::Text(text)) => text.to_string(),
        ("oid", Token::Number(text)) => (*text).to_owned(),
        (ty, Token::Text(text)) if is_alike(ty) => text.to_string(),
        _ => return None,
    };
    Some(Value::Text(text))
}

fn is_alike(ty: &str) -> bool {
    let name = match ty.split_once('.') {
        Some((_, name)) => format!("*.{name}"),
        None => ty.to_owned(),
    };
    ALIKE.lines().any(|line| line == name)
}
