//! What sort of values an expression has, as far as its meaning depends on that.

use loadgen_core::Type;
use sqlparser::ast::{BinaryOperator as By, Expr, Value};

use super::{Scope, call, types};

/// Values that compare and compute alike.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sort {
    Text,
    Bool,
    Whole,
    Number,
    Date,
    Time,
    Moment,
    Uuid,
    Other,
}

impl Sort {
    fn of(ty: &Type) -> Self {
        match ty {
            Type::Text { .. } => Sort::Text,
            Type::Bool => Sort::Bool,
            Type::Int(_) => Sort::Whole,
            Type::Decimal { .. } | Type::Real | Type::Double => Sort::Number,
            Type::Date => Sort::Date,
            Type::Time(_) => Sort::Time,
            Type::Timestamp { .. } => Sort::Moment,
            Type::Uuid => Sort::Uuid,
            _ => Sort::Other,
        }
    }
}

impl Scope<'_> {
    /// The column that an expression is, under parentheses and casts of texts.
    pub(super) fn column_of(&self, expr: &Expr) -> Option<usize> {
        match expr {
            Expr::Nested(inner) => self.column_of(inner),
            Expr::Cast { expr: inner, .. } => {
                self.column_of(inner).filter(|_| self.sort(inner) == self.sort(expr))
            }
            Expr::Identifier(name) => self.column(&name.value),
            _ => None,
        }
    }

    /// The sort of an expression's values.
    pub(super) fn sort(&self, expr: &Expr) -> Sort {
        match expr {
            Expr::Nested(inner) | Expr::Collate { expr: inner, .. } => self.sort(inner),
            Expr::UnaryOp { expr: inner, .. } => self.sort(inner),
            Expr::Identifier(name) => {
                self.column(&name.value).map_or(Sort::Other, |at| Sort::of(&self.table.columns[at].ty))
            }
            Expr::Value(value) => match &value.value {
                Value::Number(digits, _) if digits.contains(['.', 'e', 'E']) => Sort::Number,
                Value::Number(..) => Sort::Whole,
                Value::SingleQuotedString(_) | Value::NationalStringLiteral(_) => Sort::Text,
                _ => Sort::Other,
            },
            Expr::Cast { data_type, .. } | Expr::Convert { data_type: Some(data_type), .. } => {
                types::target(&data_type.to_string()).map_or(Sort::Other, |(_, sort)| sort)
            }
            Expr::BinaryOp { left, op: By::Plus, right } => match (self.sort(left), self.sort(right)) {
                (Sort::Text, _) | (_, Sort::Text) => Sort::Text,
                (Sort::Number, _) | (_, Sort::Number) => Sort::Number,
                (sort, _) => sort,
            },
            Expr::BinaryOp { left, right, .. } => match (self.sort(left), self.sort(right)) {
                (Sort::Whole, Sort::Whole) => Sort::Whole,
                _ => Sort::Number,
            },
            Expr::Case { conditions, .. } => {
                conditions.first().map_or(Sort::Other, |arm| self.sort(&arm.result))
            }
            Expr::Substring { .. } | Expr::Trim { .. } => Sort::Text,
            Expr::Function(function) => call::sort(self, function),
            _ => Sort::Other,
        }
    }

    /// Whether texts that differ in case alone are the same here.
    pub(super) fn is_folded(&self, expr: &Expr) -> bool {
        match expr {
            Expr::Nested(inner) | Expr::Cast { expr: inner, .. } => self.is_folded(inner),
            Expr::Collate { collation, .. } => collation.to_string().to_uppercase().contains("_CI"),
            Expr::Identifier(name) => {
                self.column(&name.value).is_some_and(|column| self.table.special.folded.contains(&column))
            }
            Expr::Function(function) => call::arguments(function).iter().any(|arg| self.is_folded(arg)),
            Expr::Substring { expr: inner, .. } | Expr::Trim { expr: inner, .. } => self.is_folded(inner),
            _ => false,
        }
    }
}
