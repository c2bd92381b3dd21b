//! One value of an event, as it stands in the line.

use std::borrow::Cow;

use serde_json::value::RawValue;

/// A JSON value, of which numbers keep their digits.
#[derive(Debug)]
pub(super) enum Token<'a> {
    Null,
    Bool(bool),
    Number(&'a str),
    Text(Cow<'a, str>),
    Array(Vec<&'a RawValue>),
    /// The text of an object.
    Object(&'a str),
}

/// What stands in the place of a value that an update has not changed and the source did not send.
const PLACEHOLDER: &str = "__debezium_unavailable_value";
/// The same in a column of bytes: in base64, of either alphabet, and in hexadecimal digits.
const ENCODED: [&str; 2] =
    ["X19kZWJleml1bV91bmF2YWlsYWJsZV92YWx1ZQ==", "5f5f646562657a69756d5f756e617661696c61626c655f76616c7565"];

impl<'a> Token<'a> {
    /// Reads what has been found to be JSON already.
    pub(super) fn read(raw: &'a RawValue) -> Self {
        let text = raw.get();
        match text.as_bytes().first() {
            Some(b'"') => Token::Text(string(text)),
            Some(b'[') => Token::Array(serde_json::from_str(text).unwrap_or_default()),
            Some(b'{') => Token::Object(text),
            Some(b't') => Token::Bool(true),
            Some(b'f') => Token::Bool(false),
            Some(b'n') | None => Token::Null,
            Some(_) => Token::Number(text),
        }
    }

    /// Whether it only says that there is a value.
    pub(super) fn is_placeholder(&self) -> bool {
        match self {
            Token::Text(text) => text == PLACEHOLDER || ENCODED.contains(&text.as_ref()),
            Token::Array(items) => match items.as_slice() {
                [item] => matches!(Token::read(item), Token::Text(text) if text == PLACEHOLDER),
                items => {
                    items.len() == PLACEHOLDER.len()
                        && items
                            .iter()
                            .zip(PLACEHOLDER.bytes())
                            .all(|(item, byte)| item.get() == byte.to_string())
                }
            },
            Token::Object(text) => text.contains(PLACEHOLDER),
            Token::Null | Token::Bool(_) | Token::Number(_) => false,
        }
    }
}

/// What a text in quotes says.
pub(super) fn string(quoted: &str) -> Cow<'_, str> {
    let inside = quoted.get(1..quoted.len().saturating_sub(1)).unwrap_or_default();
    if !inside.contains('\\') {
        return Cow::Borrowed(inside);
    }
    Cow::Owned(serde_json::from_str(quoted).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_that_was_not_sent_has_several_faces() {
        let check = |json: &str, expected| {
            let raw: &RawValue = serde_json::from_str(json).unwrap();
            assert_eq!(Token::read(raw).is_placeholder(), expected, "{json}");
        };
        check(&format!("\"{PLACEHOLDER}\""), true);
        check(&format!("[\"{PLACEHOLDER}\"]"), true);
        check(&format!("{{\"{PLACEHOLDER}\":\"{PLACEHOLDER}\"}}"), true);
        check(&format!("{:?}", PLACEHOLDER.as_bytes()), true);
        ENCODED.iter().for_each(|text| check(&format!("\"{text}\""), true));
        check("\"value\"", false);
        check("[95, 95]", false);
        check("null", false);
    }
}
