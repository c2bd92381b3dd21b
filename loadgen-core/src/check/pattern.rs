//! Patterns of LIKE and regular expressions.

use regex::{Regex, RegexBuilder};

/// A pattern, compiled.
#[derive(Clone, Debug)]
pub(crate) struct Pattern {
    /// As a regular expression without anchors that are not written.
    pub(super) source: String,
    regex: Regex,
}

impl Pattern {
    /// A regular expression; `None` for what is not one, or says something else here than in the database.
    pub(super) fn regex(source: &str, any_case: bool) -> Option<Self> {
        // Class escapes beyond these, back references and options in front are the database's own.
        let mut letters = source.chars();
        while let Some(letter) = letters.next() {
            let escaped = if letter == '\\' { letters.next()? } else { ' ' };
            if escaped.is_ascii_alphanumeric() && !"dDsSwWntr".contains(escaped) {
                return None;
            }
        }
        if source.starts_with("***") || source.starts_with("(?") && !source.starts_with("(?:") {
            return None;
        }
        // Unlike here, the database lets the point stand for a line break, too.
        let regex = RegexBuilder::new(source)
            .case_insensitive(any_case)
            .dot_matches_new_line(true)
            .size_limit(1 << 20)
            .build()
            .ok()?;
        Some(Pattern { source: source.to_owned(), regex })
    }

    /// A pattern of LIKE: `%` for anything, `_` for one character, `\` before either for itself.
    pub(super) fn like(pattern: &str, any_case: bool) -> Option<Self> {
        let mut source = String::from("^");
        let mut letters = pattern.chars();
        while let Some(letter) = letters.next() {
            match letter {
                '%' => source.push_str(".*"),
                '_' => source.push('.'),
                '\\' => source.push_str(&regex::escape(&letters.next()?.to_string())),
                other => source.push_str(&regex::escape(&other.to_string())),
            }
        }
        source.push('$');
        let regex = RegexBuilder::new(&source)
            .case_insensitive(any_case)
            .dot_matches_new_line(true)
            .size_limit(1 << 20)
            .build()
            .ok()?;
        Some(Pattern { source, regex })
    }

    pub(super) fn matches(&self, text: &str) -> bool {
        self.regex.is_match(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn like_takes_all_but_its_two_signs_as_they_are() {
        let check = |pattern: &str, text: &str, expected: bool| {
            assert_eq!(
                Pattern::like(pattern, false).unwrap().matches(text),
                expected,
                "{text} like {pattern}"
            );
        };
        check("a.%", "a.b", true);
        check("a.%", "axb", false);
        check("_b", "ab", true);
        check(r"10\%", "10%", true);
        check(r"10\%", "100", false);
        check("x%", "ax", false);
    }

    #[test]
    fn what_the_database_reads_differently_is_refused() {
        for bad in [r"\mword", r"(a)\1", "(?i)x", "***=x", "("] {
            assert!(Pattern::regex(bad, false).is_none(), "{bad}");
        }
        assert!(Pattern::regex(r"^\d{3}-[[:alpha:]]+$", false).unwrap().matches("123-ab"));
    }
}
