//! Texts that are documents: before the server had a type for them, a CHECK said so.

use loadgen_core::{Table, Type};
use sqlparser::ast::{BinaryOperator, DataType, Expr};

use super::{Scope, call, literal, parse, unnested};

/// Texts with less room than this are none to draw documents for.
const ROOM: u32 = 1_000;

/// The column of texts that has to hold documents by a condition which says nothing else.
pub(crate) fn documents(condition: &str, table: &Table) -> Option<usize> {
    let expr = parse(condition)?;
    let Expr::BinaryOp { left, op, right } = unnested(&expr) else { return None };
    let is_demanded = match (op, literal::of(right).as_deref()) {
        (BinaryOperator::Eq, Some(bound)) => bound == "1",
        (BinaryOperator::Gt | BinaryOperator::NotEq, Some(bound)) => bound == "0",
        _ => false,
    };
    let column = Scope { table }.is_json(left).filter(|_| is_demanded)?;
    let has_room = |max: Option<u32>| max.is_none_or(|max| max >= ROOM);
    matches!(table.columns[column].ty, Type::Text { max, fixed: false } if has_room(max)).then_some(column)
}

/// Whether a cast to the type cuts nothing off.
fn is_whole(ty: &DataType) -> bool {
    let ty = ty.to_string().to_lowercase();
    ty == "text" || ty.ends_with("(max)")
}

impl Scope<'_> {
    /// The column of which a call asks whether it holds a document such as those that are drawn, which are objects.
    pub(super) fn is_json(&self, expr: &Expr) -> Option<usize> {
        let function = match unnested(expr) {
            Expr::Function(function) if call::name(function) == "isjson" => function,
            _ => return None,
        };
        let arguments = call::arguments(function);
        let mut text = match arguments.as_slice() {
            [text] => text,
            [text, kind] if ["object", "value"].contains(&kind.to_string().to_lowercase().as_str()) => text,
            _ => return None,
        };
        // Whatever it is, the server asks about its text.
        while let Expr::Cast { expr: inner, data_type, .. } = unnested(text)
            && is_whole(data_type)
        {
            text = inner;
        }
        self.column_of(text)
    }
}
