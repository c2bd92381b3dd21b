//! Arrays as the server writes them: `{1,NULL,"a \"quoted\" one"}`, in braces once more for each dimension.

use loadgen_core::Value;

use super::{CodecError, Wire};

/// The items of an array.
pub(super) fn read(element: &Wire, text: &str) -> Result<Vec<Value>, CodecError> {
    // Bounds that do not begin at 1 stand in front: `[0:1]={1,2}`.
    let start = if text.starts_with('[') { text.find('=').map_or(0, |at| at + 1) } else { 0 };
    let mut rest = &text[start..];
    let items = list(element, &mut rest)?;
    if rest.is_empty() { Ok(items) } else { Err(wrong(rest)) }
}

fn list(element: &Wire, rest: &mut &str) -> Result<Vec<Value>, CodecError> {
    *rest = rest.strip_prefix('{').ok_or_else(|| wrong(rest))?;
    let mut items = Vec::new();
    loop {
        if let Some(behind) = rest.strip_prefix('}') {
            *rest = behind;
            return Ok(items);
        }
        *rest = rest.strip_prefix(',').unwrap_or(rest);
        items.push(item(element, rest)?);
    }
}

fn item(element: &Wire, rest: &mut &str) -> Result<Value, CodecError> {
    if rest.starts_with('{') {
        return list(element, rest).map(Value::Array);
    }
    if rest.starts_with('"') {
        return element.read(&quoted(rest)?);
    }
    let end = rest.find([',', '}']).ok_or_else(|| wrong(rest))?;
    let (text, behind) = rest.split_at(end);
    *rest = behind;
    if text == "NULL" { Ok(Value::Null) } else { element.read(text) }
}

/// What stands between quotes, where a backslash takes the next character as it is.
fn quoted(rest: &mut &str) -> Result<String, CodecError> {
    let mut text = String::new();
    let mut signs = rest.char_indices().skip(1);
    while let Some((at, sign)) = signs.next() {
        match sign {
            '"' => {
                *rest = &rest[at + 1..];
                return Ok(text);
            }
            '\\' => text.extend(signs.next().map(|(_, sign)| sign)),
            sign => text.push(sign),
        }
    }
    Err(wrong(rest))
}

fn wrong(rest: &str) -> CodecError {
    CodecError(format!("an array that goes on with {:?}", rest.chars().take(20).collect::<String>()))
}
