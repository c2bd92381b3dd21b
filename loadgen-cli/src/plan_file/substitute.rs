//! `${NAME}` and `${NAME:-default}` in a plan file.
//!
//! They are replaced after the file was parsed, within one value at a time, so nothing that a variable holds can change
//! the structure of the plan, lines keep their numbers, and comments and keys are left alone. What was put in is text;
//! it is taken for a number only where a number is expected. `$$` is a literal `$`.

use super::{
    PlanError,
    tree::{Content, Node, Text},
};

/// Looks up a variable of the environment.
pub(crate) type Lookup<'a> = &'a dyn Fn(&str) -> Option<String>;

/// Replaces the variables in every value below `node`.
pub(crate) fn substitute(node: &mut Node, lookup: Lookup<'_>) -> Result<(), PlanError> {
    match &mut node.content {
        Content::Text(text) if text.text.contains('$') => {
            let replaced = expand(&text.text, lookup);
            let replaced = replaced.map_err(|message| PlanError::new(node.place.clone(), message))?;
            *text = Text { raw: Some(std::mem::take(&mut text.text)), text: replaced };
            Ok(())
        }
        Content::List(nodes) => nodes.iter_mut().try_for_each(|node| substitute(node, lookup)),
        Content::Map(entries) => entries.iter_mut().try_for_each(|(_, node)| substitute(node, lookup)),
        _ => Ok(()),
    }
}

/// The text of a plan in which nothing is replaced any more: variables have been, and a dollar sign is one.
pub(super) fn escape(yaml: &str) -> String {
    let (mut escaped, mut rest) = (String::with_capacity(yaml.len()), yaml);
    while let Some(at) = rest.find('$') {
        let after = rest[at..].trim_start_matches('$');
        let dollars = rest.len() - at - after.len();
        let is_plain = dollars == 1 && !after.starts_with('{');
        escaped.push_str(&rest[..at]);
        escaped.extend(std::iter::repeat_n('$', if is_plain { 1 } else { 2 * dollars }));
        rest = after;
    }
    escaped + rest
}

/// A value of such a text as it was.
pub(crate) fn unescape(value: &str) -> String {
    value.replace("$$", "$")
}

fn expand(text: &str, lookup: Lookup<'_>) -> Result<String, String> {
    let mut result = String::new();
    let mut rest = text;
    while let Some(at) = rest.find('$') {
        result.push_str(&rest[..at]);
        rest = &rest[at + 1..];
        if let Some(after) = rest.strip_prefix('$') {
            result.push('$');
            rest = after;
        } else if let Some(after) = rest.strip_prefix('{') {
            let (inside, after) =
                after.split_once('}').ok_or("`${` without `}`: write $$ for a dollar sign")?;
            result.push_str(&variable(inside, lookup)?);
            rest = after;
        } else {
            result.push('$');
        }
    }
    result.push_str(rest);
    Ok(result)
}

fn variable(inside: &str, lookup: Lookup<'_>) -> Result<String, String> {
    let (name, default) = match inside.split_once(":-") {
        Some((name, default)) => (name, Some(default)),
        None => (inside, None),
    };
    let sound = name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    if !sound {
        return Err(format!("`${{{inside}}}` is not understood: write ${{NAME}} or ${{NAME:-default}}"));
    }
    match (lookup(name), default) {
        (Some(value), Some(default)) if value.is_empty() => Ok(default.to_owned()),
        (Some(value), _) => Ok(value),
        (None, Some(default)) => Ok(default.to_owned()),
        (None, None) => Err(format!("the variable {name} is not set: set it, or write ${{{name}:-default}}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_escaped_comes_back() {
        for text in ["$", "a$b", "${HOME}", "\\${3}", "$$", "$$${x}$$$", "$$$${"] {
            let escaped = escape(text);
            assert_eq!(expand(&escaped, &|_| None).as_deref(), Ok(text), "{escaped}");
            assert_eq!(unescape(&escaped), text, "{escaped}");
        }
    }

    #[test]
    fn variables_are_replaced_and_dollars_can_be_written() {
        let lookup = |name: &str| match name {
            "HOST" => Some("db".to_owned()),
            "EMPTY" => Some(String::new()),
            _ => None,
        };
        for (text, expected) in [
            ("x ${HOST} y ${HOST}", "x db y db"),
            ("${NONE:-a:-b}", "a:-b"),
            ("${EMPTY:-a}", "a"),
            ("${EMPTY}", ""),
            ("${HOST:-a}", "db"),
            ("$${HOST} 5$ $x", "${HOST} 5$ $x"),
        ] {
            assert_eq!(expand(text, &lookup).as_deref(), Ok(expected), "{text}");
        }
        for bad in ["${NONE}", "${HOST", "${}", "${1}", "${A-b}"] {
            assert!(expand(bad, &lookup).is_err(), "{bad}");
        }
    }
}
