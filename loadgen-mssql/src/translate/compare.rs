//! Comparisons, and what the server turns into the type of the other side.

use sqlparser::ast::{BinaryOperator as By, Expr};

use super::{
    Scope, date,
    literal::{self, quoted},
    sort::Sort,
};

/// Whether a sum of two is one text after the other.
pub(super) fn are_texts(scope: &Scope<'_>, left: &Expr, right: &Expr) -> bool {
    scope.sort(left) == Sort::Text || scope.sort(right) == Sort::Text
}

impl Scope<'_> {
    pub(super) fn comparison(&self, left: &Expr, op: &By, right: &Expr) -> String {
        if let Some(found) = self.found(left, op, right) {
            return found;
        }
        let sides = [(left, right), (right, left)].map(|(own, other)| self.beside(own, other));
        let [mut left_sql, mut right_sql] = sides;
        // What differs has to differ in more than case.
        if *op == By::NotEq && are_texts(self, left, right) && (self.is_folded(left) || self.is_folded(right))
        {
            let folded = |own: &Expr, sql: String| match literal::text(own) {
                Some(text) => quoted(&text.to_lowercase()),
                None => format!("lower({sql})"),
            };
            let has_letters =
                |own: &Expr| literal::text(own).is_none_or(|text| text.to_lowercase() != text.to_uppercase());
            if has_letters(left) && has_letters(right) {
                (left_sql, right_sql) = (folded(left, left_sql), folded(right, right_sql));
            }
        }
        format!("({left_sql} {op} {right_sql})")
    }

    /// One side of a comparison: a constant becomes one of the other's type.
    pub(super) fn beside(&self, own: &Expr, other: &Expr) -> String {
        let sort = self.sort(other);
        match (literal::text(own), literal::of(own)) {
            (Some(text), _) => match sort {
                Sort::Date | Sort::Moment | Sort::Time => {
                    date::constant(text, sort).unwrap_or_else(|| quoted(text))
                }
                Sort::Whole | Sort::Number => literal::number(text).unwrap_or_else(|| quoted(text)),
                Sort::Uuid => format!("CAST({} AS uuid)", quoted(&text.to_lowercase())),
                _ => quoted(text),
            },
            (None, Some(constant)) if sort == Sort::Bool => match constant.as_str() {
                "0" => "false".to_owned(),
                "1" => "true".to_owned(),
                _ => constant,
            },
            (None, Some(constant)) => constant,
            (None, None) => self.sql(own),
        }
    }

    /// A number that is computed with: a bit is one.
    pub(super) fn number(&self, expr: &Expr) -> String {
        let sql = self.sql(expr);
        if self.sort(expr) == Sort::Bool { format!("CAST({sql} AS integer)") } else { sql }
    }
}
