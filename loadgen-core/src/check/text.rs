//! Functions of texts.

use super::{
    function::Function,
    item::{Item, Unknown},
};

/// Calls a function whose first argument is a text or binary data; none is NULL.
pub(super) fn strict(function: Function, args: &[Item]) -> Result<Item, Unknown> {
    use Item::{Bool, Bytes, Int, Text};
    Ok(match (function, args) {
        (Function::Length, [Text(text)]) => Int(text.chars().count() as i128),
        (Function::Length | Function::Octets, [Bytes(bytes)]) => Int(bytes.len() as i128),
        (Function::Pad, [Text(text), Int(width)]) => {
            let width = usize::try_from(*width).map_err(|_| Unknown)?;
            let missing = width.saturating_sub(text.chars().count());
            Text(format!("{text}{}", " ".repeat(missing)))
        }
        (Function::Octets, [Text(text)]) => Int(text.len() as i128),
        (Function::Lower | Function::Upper, [Text(text)]) => Text(cased(text, function == Function::Upper)?),
        (Function::Trim { start, end }, [Text(text), rest @ ..]) => {
            let what = rest.first().map_or(Ok(" "), Item::text)?;
            let mut text = text.as_str();
            text = if start { text.trim_start_matches(|c| what.contains(c)) } else { text };
            text = if end { text.trim_end_matches(|c| what.contains(c)) } else { text };
            Text(text.to_owned())
        }
        (Function::Left, [Text(text), Int(count)]) => {
            Text(text.chars().take(usize::try_from(*count).map_err(|_| Unknown)?).collect())
        }
        (Function::Right, [Text(text), Int(count)]) => {
            let skip = text.chars().count().saturating_sub(usize::try_from(*count).map_err(|_| Unknown)?);
            Text(text.chars().skip(skip).collect())
        }
        (Function::Substring, [Text(text), Int(from), rest @ ..]) => {
            let end =
                rest.first().map_or(Ok(i128::MAX), |count| from.checked_add(count.int()?).ok_or(Unknown))?;
            let within = |at: &(usize, char)| (*from..end).contains(&(at.0 as i128 + 1));
            Text(text.chars().enumerate().filter(within).map(|(_, letter)| letter).collect())
        }
        (Function::Position, [Text(text), Text(what)]) => {
            Int(text.find(what.as_str()).map_or(0, |at| text[..at].chars().count() as i128 + 1))
        }
        (Function::Replace, [text @ Text(_), Text(from), Text(_)]) if from.is_empty() => text.clone(),
        (Function::Replace, [Text(text), Text(from), Text(to)]) => Text(text.replace(from.as_str(), to)),
        (Function::StartsWith, [Text(text), Text(start)]) => Bool(text.starts_with(start.as_str())),
        (Function::Similar, [Text(pattern)]) => Text(super::similar::regex(pattern).ok_or(Unknown)?),
        (Function::IsEmpty, [Text(text)]) => Bool(text == "empty" || text == "{}"),
        (Function::Concat, [Text(a), Text(b)]) => Text(format!("{a}{b}")),
        _ => return Err(Unknown),
    })
}

/// Letters beyond ASCII change their case in some databases and not in others.
fn cased(text: &str, upper: bool) -> Result<String, Unknown> {
    let (ascii, full) = if upper {
        (text.to_ascii_uppercase(), text.to_uppercase())
    } else {
        (text.to_ascii_lowercase(), text.to_lowercase())
    };
    if ascii == full { Ok(ascii) } else { Err(Unknown) }
}
