//! Patterns of SIMILAR TO.

use std::{iter::Peekable, str::Chars};

/// The regular expression of a pattern; `None` for what means something else in one.
pub(super) fn regex(pattern: &str) -> Option<String> {
    let (mut regex, mut letters) = (String::from("^(?:"), pattern.chars().peekable());
    while let Some(letter) = letters.next() {
        match letter {
            '%' => regex.push_str(".*"),
            '_' => regex.push('.'),
            '"' => return None,
            '\\' => regex.push_str(&escaped(letters.next()?)?),
            '^' | '$' | '.' => regex.push_str(&regex::escape(&letter.to_string())),
            '[' => class(&mut letters, &mut regex)?,
            other => regex.push(other),
        }
    }
    Some(regex + ")$")
}

/// What a letter stands for behind a backslash: a few kinds of characters, those that all databases count among them, and signs as
/// they are.
fn escaped(letter: char) -> Option<String> {
    Some(match letter {
        'd' => "[0-9]".to_owned(),
        'w' => "[A-Za-z0-9_]".to_owned(),
        's' => r"[ \t\n\r\f\v]".to_owned(),
        letter if letter.is_alphanumeric() => return None,
        sign => regex::escape(&sign.to_string()),
    })
}

/// Characters in brackets, up to the end of them. What the two languages read differently is none.
fn class(letters: &mut Peekable<Chars<'_>>, regex: &mut String) -> Option<()> {
    regex.push('[');
    if letters.next_if_eq(&'^').is_some() {
        regex.push('^');
    }
    let mut last = '[';
    for letter in letters.by_ref() {
        let is_double = letter == last && "&-~".contains(letter);
        if "[\\\"".contains(letter) || is_double {
            return None;
        }
        regex.push(letter);
        if letter == ']' {
            return (last != '[').then_some(());
        }
        last = letter;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(pattern: &str, expected: Option<&str>) {
        assert_eq!(regex(pattern).as_deref(), expected, "{pattern}");
    }

    #[test]
    fn signs_mean_what_they_mean_in_either_language() {
        check("[A-Z]{2}[0-9]{8}", Some("^(?:[A-Z]{2}[0-9]{8})$"));
        check("AB[^0-9_%]+", Some("^(?:AB[^0-9_%]+)$"));
        check("(a|b)_.%", Some(r"^(?:(a|b).\..*)$"));
        check(r"10\%", Some("^(?:10%)$"));
        check(r"\d{3}.\d+", Some(r"^(?:[0-9]{3}\.[0-9]+)$"));
        check(r"\D", None);
        check("[]a]", None);
        check("[[:alpha:]]", None);
        check("[a", None);
    }
}
