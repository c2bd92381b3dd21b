//! Templates of texts, put together and quoted as the server does it.

/// What the server quotes a text for, inside something larger.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Inside {
    /// A field of a row: quotes and backslashes are doubled.
    Row,
    /// An item of an array: they have a backslash in front.
    Array,
    /// A bound of a range: they are doubled.
    Range,
}

const BLANKS: [char; 6] = [' ', '\t', '\n', '\r', '\u{b}', '\u{c}'];

impl Inside {
    fn needs_quotes(self, letter: char) -> bool {
        let special = match self {
            Inside::Row => "\"\\(),",
            Inside::Array => "\"\\{},",
            Inside::Range => "\"\\()[],",
        };
        special.contains(letter) || BLANKS.contains(&letter)
    }

    /// The template of the text as it stands inside.
    pub(super) fn quote(self, template: &str) -> String {
        let pieces = || pieces(template);
        if let (Some(Piece::Drawn(choice)), None) = (pieces().next(), pieces().nth(1))
            && let Some(choice) = each(choice, |text| self.quote(text))
        {
            return choice;
        }
        let is_special = |piece: Piece<'_>| match piece {
            Piece::Letter(letter) => self.needs_quotes(letter),
            Piece::Drawn(drawn) => texts(drawn).any(|text| text.contains(|letter| self.needs_quotes(letter))),
        };
        let is_null = self == Inside::Array && template.eq_ignore_ascii_case("null");
        if pieces().next().is_some() && !is_null && !pieces().any(is_special) {
            return template.to_owned();
        }
        let mut quoted = String::from('"');
        for piece in pieces() {
            match piece {
                Piece::Letter(letter @ ('"' | '\\')) => quoted.push_str(&self.escape(letter)),
                Piece::Letter(letter) => push(letter, &mut quoted),
                Piece::Drawn(piece) => {
                    let escaped = |text: &str| text.chars().map(|letter| self.escape(letter)).collect();
                    quoted.push_str(&each(piece, escaped).unwrap_or_else(|| piece.to_owned()));
                }
            }
        }
        quoted.push('"');
        quoted
    }

    /// A letter between quotes.
    fn escape(self, letter: char) -> String {
        match letter {
            '"' | '\\' if self == Inside::Array => format!("\\{letter}"),
            '"' | '\\' => format!("{letter}{letter}"),
            letter => letter.to_string(),
        }
    }
}

/// A part of a template.
enum Piece<'a> {
    Letter(char),
    /// In braces; of it come letters, digits and signs alone, unless it is a choice of texts.
    Drawn(&'a str),
}

/// What a choice of texts begins with.
const CHOICE: &str = "{=";
/// What no text of a choice has in it.
const BARRED: [&str; 4] = ["{", "}", "|", " / "];

/// The texts of a choice; none of what is no choice.
fn texts(piece: &str) -> impl Iterator<Item = &str> {
    piece
        .strip_prefix(CHOICE)
        .and_then(|rest| rest.strip_suffix('}'))
        .into_iter()
        .flat_map(|all| all.split('|'))
}

/// A choice with each of its texts changed; `None` where it is none.
fn each(piece: &str, change: impl Fn(&str) -> String) -> Option<String> {
    piece.starts_with(CHOICE).then(|| choice(texts(piece).map(change)))
}

fn choice(texts: impl Iterator<Item = String>) -> String {
    format!("{CHOICE}{}}}", texts.collect::<Vec<_>>().join("|"))
}

/// Templates that make one of some texts.
pub(super) fn one_of(texts: &[String]) -> Vec<String> {
    let is_plain = |text: &&String| !text.is_empty() && !BARRED.iter().any(|barred| text.contains(barred));
    let plain: Vec<String> = texts.iter().filter(is_plain).cloned().collect();
    if plain.is_empty() {
        return texts.iter().map(|text| literal(text)).collect();
    }
    vec![choice(plain.into_iter())]
}

/// The letters that a template is made of, and what is drawn between them.
fn pieces(mut rest: &str) -> impl Iterator<Item = Piece<'_>> {
    std::iter::from_fn(move || {
        loop {
            let letter = rest.chars().next()?;
            let width = if letter == '{' { rest.find('}')? + 1 } else { letter.len_utf8() };
            let (piece, tail) = rest.split_at(width);
            rest = tail;
            match piece {
                "{nothing}" => {}
                "{open}" => return Some(Piece::Letter('{')),
                piece if letter == '{' => return Some(Piece::Drawn(piece)),
                _ => return Some(Piece::Letter(letter)),
            }
        }
    })
}

/// The template of exactly this text.
pub(super) fn literal(text: &str) -> String {
    let mut template = String::with_capacity(text.len());
    text.chars().for_each(|letter| push(letter, &mut template));
    if template.is_empty() { "{nothing}".to_owned() } else { template }
}

fn push(letter: char, template: &mut String) {
    if letter == '{' { template.push_str("{open}") } else { template.push(letter) }
}

/// Rows of fields with these templates, which may be NULL or not: as many forms as the most varied field has, and one
/// of NULLs.
pub(super) fn rows(fields: &[(Vec<String>, bool)]) -> Vec<String> {
    let form = |number: usize| {
        let field = |(templates, _): &(Vec<String>, bool)| match templates.len() {
            0 => String::new(),
            len => Inside::Row.quote(&templates[number % len]),
        };
        format!("({})", fields.iter().map(field).collect::<Vec<_>>().join(","))
    };
    let most = fields.iter().map(|(templates, _)| templates.len()).max().unwrap_or(1);
    let mut rows: Vec<String> = (0..most.max(1)).map(form).collect();
    if fields.iter().any(|(_, nullable)| *nullable) {
        let field = |(templates, nullable): &(Vec<String>, bool)| match templates.first() {
            Some(template) if !nullable => Inside::Row.quote(template),
            _ => String::new(),
        };
        rows.push(format!("({})", fields.iter().map(field).collect::<Vec<_>>().join(",")));
    }
    rows
}

/// Arrays of items with these templates, of which one may be NULL or not, in so many dimensions.
pub(super) fn arrays(items: &[String], dimensions: usize, may_be_null: bool) -> Vec<String> {
    let quoted: Vec<String> = items.iter().map(|item| Inside::Array.quote(item)).collect();
    let pair = |a: &str, b: &str| {
        (1..dimensions).fold(format!("{{open}}{a},{b}}}"), |inner, _| format!("{{open}}{inner},{inner}}}"))
    };
    let usual = quoted.first().map_or("", String::as_str);
    let mut arrays: Vec<String> = quoted.iter().map(|item| pair(item, usual)).collect();
    if may_be_null {
        arrays.push(pair(usual, "NULL"));
    }
    arrays.push("{open}}".to_owned());
    arrays
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(texts: &[&str]) -> Vec<String> {
        texts.iter().map(|text| (*text).to_owned()).collect()
    }

    #[test]
    fn texts_are_quoted_where_the_server_quotes_them() {
        let check = |template: &str, expected: [&str; 3]| {
            assert_eq!([Inside::Row, Inside::Array, Inside::Range].map(|it| it.quote(template)), expected);
        };
        check("{1-9}.{#2}", ["{1-9}.{#2}"; 3]);
        check("{nothing}", ["\"\""; 3]);
        check("({1-9},b)", ["\"({1-9},b)\""; 3]);
        check("{open}a}", ["{open}a}", "\"{open}a}\"", "{open}a}"]);
        check("[x", ["[x", "[x", "\"[x\""]);
        check("say \"a\\b\"", ["\"say \"\"a\\\\b\"\"\"", "\"say \\\"a\\\\b\\\"\"", "\"say \"\"a\\\\b\"\"\""]);
        check("null", ["null", "\"null\"", "null"]);
        check("it's", ["it's"; 3]);
    }

    #[test]
    fn each_text_of_a_choice_is_quoted_for_itself() {
        let choice = one_of(&texts(&["a", "b c", "say \"\"", "null"])).remove(0);
        assert_eq!(choice, "{=a|b c|say \"\"|null}");
        assert_eq!(Inside::Array.quote(&choice), r#"{=a|"b c"|"say \"\""|"null"}"#);
        let row = format!("({})", Inside::Row.quote(&choice));
        assert_eq!(row, r#"({=a|"b c"|"say """""|null})"#);
        let nested = Inside::Array.quote(&row);
        assert_eq!(nested, r#""({=a|\"b c\"|\"say \"\"\"\"\"|null})""#);
        assert_eq!(one_of(&texts(&["{1,2}", "{}"])), ["{open}1,2}", "{open}}"]);
    }

    #[test]
    fn a_text_is_its_own_template() {
        assert_eq!(literal("a{b}"), "a{open}b}");
        assert_eq!(literal(""), "{nothing}");
    }

    #[test]
    fn rows_take_every_form_of_every_field() {
        let fields = [(texts(&["{1-9}", "0", "-1"]), true), (texts(&["a b", "{nothing}"]), false)];
        assert_eq!(rows(&fields), [r#"({1-9},"a b")"#, r#"(0,"")"#, r#"(-1,"a b")"#, r#"(,"a b")"#]);
        assert_eq!(rows(&[]), ["()"]);
    }

    #[test]
    fn arrays_have_the_dimensions_that_are_asked_for() {
        let expected = ["{open}{1-9},{1-9}}", "{open}a,{1-9}}", "{open}{1-9},NULL}", "{open}}"];
        assert_eq!(arrays(&texts(&["{1-9}", "a"]), 1, true), expected);
        assert_eq!(arrays(&texts(&["x"]), 2, false)[0], "{open}{open}x,x},{open}x,x}}");
    }
}
