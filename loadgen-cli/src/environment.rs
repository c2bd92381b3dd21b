//! The variables that plans and settings read: those of the process, then those of a file.

use std::{collections::BTreeMap, fmt, path::Path};

use crate::failed::{Code, Failed};

/// Variables by name.
#[derive(Default)]
pub(crate) struct Environment {
    file: BTreeMap<String, String>,
}

/// What variables hold is nobody else's business.
impl fmt::Debug for Environment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Environment").field("file", &self.file.keys()).finish()
    }
}

impl Environment {
    /// With the variables of a file behind those of the process.
    pub(crate) fn with_file(path: Option<&Path>) -> Result<Self, Failed> {
        let Some(path) = path else { return Ok(Environment::default()) };
        let name = path.display();
        let text = std::fs::read_to_string(path)
            .map_err(|error| Failed::new(Code::Usage, format!("failed to read {name}: {error}")))?;
        let file = parse(&text).map_err(|line| {
            Failed::new(
                Code::Usage,
                format!("{name}:{line}: a line has to be NAME=VALUE, with quotes closed"),
            )
        })?;
        Ok(Environment { file })
    }

    pub(crate) fn get(&self, name: &str) -> Option<String> {
        std::env::var(name).ok().or_else(|| self.file.get(name).cloned())
    }
}

/// `NAME=VALUE` lines, with `export`, quotes and `#` comments as shells have them; or the number of a bad line.
fn parse(text: &str) -> Result<BTreeMap<String, String>, usize> {
    let mut variables = BTreeMap::new();
    for (index, line) in text.lines().enumerate() {
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let line = line.strip_prefix("export ").unwrap_or(line);
        let (name, value) = line.split_once('=').ok_or(index + 1)?;
        let (name, value) = (name.trim(), value.trim());
        if name.is_empty() || name.contains(char::is_whitespace) {
            return Err(index + 1);
        }
        variables.insert(name.to_owned(), unquoted(value).ok_or(index + 1)?.to_owned());
    }
    Ok(variables)
}

/// A value without its quotes, and without the comment behind it; nothing if there is more behind a quote than that.
fn unquoted(value: &str) -> Option<&str> {
    for quote in ['"', '\''] {
        let Some(rest) = value.strip_prefix(quote) else { continue };
        let (inside, behind) = rest.split_once(quote)?;
        let behind = behind.trim_start();
        return (behind.is_empty() || behind.starts_with('#')).then_some(inside);
    }
    let comment = value.match_indices('#').find(|(at, _)| value[..*at].ends_with(char::is_whitespace));
    Some(comment.map_or(value, |(at, _)| value[..at].trim_end()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_read_as_shells_read_them() {
        let read = parse(
            "# comment\n\nA=1\nexport B = \"two words\"\nC='#x'\nD=a=b\nE=s#c # not this\nF=\"a # b\" # c\nG=\nH=#x\n",
        )
        .unwrap();
        let pairs: Vec<_> = read.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        assert_eq!(
            pairs,
            [
                ("A", "1"),
                ("B", "two words"),
                ("C", "#x"),
                ("D", "a=b"),
                ("E", "s#c"),
                ("F", "a # b"),
                ("G", ""),
                ("H", "#x"),
            ]
        );
        assert_eq!(parse("A=1\nnothing"), Err(2));
        assert_eq!(parse("A B=1"), Err(1));
        assert_eq!(parse("A='x"), Err(1));
        assert_eq!(parse("A='x' y"), Err(1));
    }
}
