//! Patterns of LIKE, which have classes of characters here.

use sqlparser::ast::{BinaryOperator as By, Expr, Value};

use super::{
    Scope,
    expression::negated_if,
    literal::{self, quoted},
    unnested,
};

/// A part of a pattern.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Piece {
    /// `%`.
    Any,
    /// `_`.
    One,
    /// `[a-f]`, as a class of a regular expression.
    Class(String),
    Letter(char),
}

/// The parts of a pattern; none of one that the server finds nothing with.
fn pieces(pattern: &str, escape: Option<char>) -> Option<Vec<Piece>> {
    let (mut pieces, mut letters) = (Vec::new(), pattern.chars());
    while let Some(letter) = letters.next() {
        pieces.push(match letter {
            letter if Some(letter) == escape => Piece::Letter(letters.next()?),
            '%' => Piece::Any,
            '_' => Piece::One,
            '[' => {
                let rest = letters.as_str();
                // A bracket right behind the first one closes nothing but is one of the class.
                let (negated, inner) = rest.strip_prefix('^').map_or((false, rest), |inner| (true, inner));
                let end = inner.char_indices().skip(1).find(|(_, letter)| *letter == ']')?.0;
                letters = inner[end + 1..].chars();
                class(negated, &inner[..end])
            }
            letter => Piece::Letter(letter),
        });
    }
    Some(pieces)
}

fn class(negated: bool, inner: &str) -> Piece {
    let mut letters = inner.chars();
    if let (false, Some(only), None) = (negated, letters.next(), letters.next()) {
        return Piece::Letter(only);
    }
    let mut class = String::from(if negated { "[^" } else { "[" });
    for (at, letter) in inner.char_indices() {
        let is_range = letter == '-' && at > 0 && at + 1 < inner.len();
        if !is_range && !letter.is_alphanumeric() && letter != ' ' {
            class.push('\\');
        }
        class.push(letter);
    }
    Piece::Class(class + "]")
}

/// A pattern of LIKE without classes.
fn plain(pieces: &[Piece]) -> Option<String> {
    let mut pattern = String::new();
    for piece in pieces {
        match piece {
            Piece::Any => pattern.push('%'),
            Piece::One => pattern.push('_'),
            Piece::Class(_) => return None,
            Piece::Letter(letter) => {
                if matches!(letter, '%' | '_' | '\\') {
                    pattern.push('\\');
                }
                pattern.push(*letter);
            }
        }
    }
    Some(pattern)
}

fn regex(pieces: &[Piece]) -> String {
    let mut regex = String::from("^");
    for piece in pieces {
        match piece {
            Piece::Any => regex.push_str(".*"),
            Piece::One => regex.push('.'),
            Piece::Class(class) => regex.push_str(class),
            Piece::Letter(letter) => {
                if !letter.is_alphanumeric() && letter.is_ascii() && *letter != ' ' {
                    regex.push('\\');
                }
                regex.push(*letter);
            }
        }
    }
    regex + "$"
}

impl Scope<'_> {
    /// A text against a pattern that is a constant.
    pub(super) fn like(
        &self,
        text: &Expr,
        pattern: &Expr,
        escape: Option<&Value>,
        negated: bool,
    ) -> Option<String> {
        let escape = match escape {
            Some(Value::SingleQuotedString(escape) | Value::NationalStringLiteral(escape)) => {
                Some(escape.chars().next()?)
            }
            Some(_) => return None,
            None => None,
        };
        let pieces = pieces(literal::text(pattern)?, escape)?;
        let (sql, any_case) = (self.sql(text), self.is_folded(text) && !self.is_folded_otherwise(pattern));
        if let ([Piece::Any, Piece::Class(class), Piece::Any], true) = (pieces.as_slice(), negated)
            && let Some(others) = class.strip_prefix("[^")
        {
            // Nothing in it that is none of these: it is made of these.
            let made = quoted(&format!("^[{others}*$"));
            return Some(format!("({sql} {} {made})", if any_case { "~*" } else { "~" }));
        }
        let matches = match plain(&pieces) {
            Some(pattern) => {
                format!("({sql} {} {})", if any_case { "ILIKE" } else { "LIKE" }, quoted(&pattern))
            }
            None => format!("({sql} {} {})", if any_case { "~*" } else { "~" }, quoted(&regex(&pieces))),
        };
        Some(negated_if(negated, matches))
    }

    /// Whether a pattern says by its collation that case counts.
    fn is_folded_otherwise(&self, pattern: &Expr) -> bool {
        match unnested(pattern) {
            Expr::Collate { collation, .. } => {
                let name = collation.to_string().to_uppercase();
                name.contains("_CS") || name.contains("_BIN")
            }
            _ => false,
        }
    }

    /// `patindex(pattern, text)` and `charindex(what, text)` against zero: whether the text is like that.
    pub(super) fn found(&self, left: &Expr, op: &By, right: &Expr) -> Option<String> {
        let Expr::Function(function) = unnested(left) else { return None };
        let negated = match (op, literal::whole(right)?) {
            (By::Eq | By::LtEq, 0) | (By::Lt, 1) => true,
            (By::Gt | By::NotEq, 0) | (By::GtEq, 1) => false,
            _ => return None,
        };
        let args = super::call::arguments(function);
        let [what, text] = args.as_slice() else { return None };
        match super::call::name(function).as_str() {
            "patindex" => self.like(text, what, None, negated),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_is_one_of_like_or_a_regular_expression() {
        let check = |pattern: &str, escape, expected: Option<&str>| {
            let pieces = pieces(pattern, escape);
            let said = pieces.map(|pieces| plain(&pieces).unwrap_or_else(|| regex(&pieces)));
            assert_eq!(said.as_deref(), expected, "{pattern}");
        };
        check("a%_b", None, Some("a%_b"));
        check("100[%]", None, Some("100\\%"));
        check("a[_]b[[]c]", None, Some("a\\_b[c]"));
        check("C:\\x", None, Some("C:\\\\x"));
        check("10!%!!", Some('!'), Some("10\\%!"));
        check("[A-Z][0-9]%", None, Some("^[A-Z][0-9].*$"));
        check("[^a-c.]_-", None, Some("^[^a-c\\.].\\-$"));
        check("[-+]1", None, Some("^[\\-\\+]1$"));
        check("[a", None, None);
        check("[]", None, None);
    }
}
