//! Expressions of the server, in the SQL in which conditions are understood: that of the standard, with names in double quotes,
//! casts, regular expressions and intervals.
//!
//! What cannot be said there stays as it is, and is not understood by whoever reads it. Where two texts that differ in case alone are
//! the same to the server, what is said is what holds however the case is.

pub(crate) use document::documents;
use loadgen_core::Table;
use sqlparser::{
    ast,
    dialect::{Dialect, MsSqlDialect, PostgreSqlDialect},
    parser::Parser,
    tokenizer::{Token, Tokenizer},
};

mod call;
mod compare;
mod date;
mod document;
mod expression;
mod literal;
mod pattern;
mod sort;
mod types;

/// An expression over the columns of a table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Translated {
    pub(crate) sql: String,
    /// The indexes of the columns that it reads.
    pub(crate) columns: Vec<usize>,
}

/// What an expression of the catalog says.
pub(crate) fn translate(text: &str, table: &Table) -> Translated {
    let scope = Scope { table };
    let sql = match parse(text) {
        Some(expr) => scope.sql(&expr),
        None => text.to_owned(),
    };
    Translated { sql, columns: scope.columns(text) }
}

/// A constant of the catalog that a column holds.
pub(crate) fn constant(text: &str, table: &Table, column: usize) -> String {
    let name = ast::Expr::Identifier(ast::Ident::with_quote('"', &table.columns[column].name));
    parse(text).map_or_else(|| text.to_owned(), |expr| Scope { table }.beside(&expr, &name))
}

/// The expression behind a text, if it can be read.
pub(crate) fn parse(text: &str) -> Option<ast::Expr> {
    let read = |dialect: &dyn Dialect, text: &str| {
        let tokens = Tokenizer::new(dialect, text).tokenize().ok()?;
        let mut parser = Parser::new(dialect).with_recursion_limit(DEEPEST).with_tokens(tokens);
        let expr = parser.parse_expr().ok()?;
        (parser.peek_token().token == Token::EOF).then_some(expr)
    };
    // Servers that are another database inside write some expressions in the words of that one, casts above all.
    let plain = text.replace(" COLLATE \"default\"", "");
    let other = if text.contains("::") { read(&PostgreSqlDialect {}, &plain) } else { None };
    other.or_else(|| read(&MsSqlDialect {}, text))
}

/// What stands in parentheses, without those.
pub(crate) fn unnested(mut expr: &ast::Expr) -> &ast::Expr {
    while let ast::Expr::Nested(inner) = expr {
        expr = inner;
    }
    expr
}

/// Deeper expressions than people write.
const DEEPEST: usize = 120;

/// What names mean.
struct Scope<'a> {
    table: &'a Table,
}

impl Scope<'_> {
    /// The column of that name: names that differ in case alone are the same in most databases.
    fn column(&self, name: &str) -> Option<usize> {
        let same = |own: &loadgen_core::Column| own.name.to_lowercase() == name.to_lowercase();
        self.table.column_index(name).or_else(|| self.table.columns.iter().position(same))
    }

    /// The columns whose names stand in a text.
    fn columns(&self, text: &str) -> Vec<usize> {
        let tokens = Tokenizer::new(&MsSqlDialect {}, text).tokenize().unwrap_or_default();
        let mut columns: Vec<usize> = Vec::new();
        for (at, token) in tokens.iter().enumerate() {
            if let Token::Word(word) = token
                && !matches!(tokens.get(at + 1), Some(Token::LParen))
            {
                columns.extend(self.column(&word.value));
            }
        }
        columns.sort_unstable();
        columns.dedup();
        columns
    }
}

#[cfg(test)]
mod tests;
