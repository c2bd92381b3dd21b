//! From SQL to expressions.

use sqlparser::{
    dialect::GenericDialect,
    parser::Parser,
    tokenizer::{Token, Tokenizer},
};

use super::{expr::Expr, scope::Scope};
use crate::Table;

/// Why a condition is not understood.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0} is not understood")]
pub(crate) struct NotUnderstood(pub(super) String);

pub(super) type Parsed = Result<Expr, NotUnderstood>;

/// Deeper conditions than people write.
const DEEPEST: usize = 120;

/// Reads a condition over the columns of a table.
///
/// # Errors
/// When it contains anything of which loadgen cannot say what the database makes of it.
pub(crate) fn parse(condition: &str, table: &Table) -> Parsed {
    let dialect = GenericDialect {};
    let tokens = Tokenizer::new(&dialect, condition).tokenize();
    let tokens = tokens.map_err(|_| NotUnderstood(condition.to_owned()))?;
    let parser = Parser::new(&dialect).with_recursion_limit(DEEPEST).with_tokens(trimmed(tokens));
    let parsed = { parser }.parse_expr();
    let parsed = parsed.map_err(|_| NotUnderstood(condition.to_owned()))?;
    Scope { table }.expr(&parsed)
}

/// Writes `TRIM(BOTH FROM x)`, which the parser does not know, as a call of a function; and a question mark is an
/// operator here.
fn trimmed(mut tokens: Vec<Token>) -> Vec<Token> {
    tokens.retain(|token| !matches!(token, Token::Whitespace(_)));
    for token in &mut tokens {
        if matches!(token, Token::Placeholder(text) if text == "?") {
            *token = Token::Question;
        }
    }
    let is = |token: Option<&Token>, word: &str| matches!(token, Some(Token::Word(own)) if own.quote_style.is_none() && own.value.eq_ignore_ascii_case(word));
    for at in 0..tokens.len() {
        let sides = [("BOTH", "btrim"), ("LEADING", "ltrim"), ("TRAILING", "rtrim")];
        let side = sides.into_iter().find(|(side, _)| is(tokens.get(at + 2), side));
        if let (true, Some((_, name)), true) =
            (is(tokens.get(at), "TRIM"), side, is(tokens.get(at + 3), "FROM"))
        {
            tokens[at] = Token::make_word(name, None);
            tokens.drain(at + 2..at + 4);
        }
    }
    tokens
}
