//! Questions for the items of an array: `EXISTS (SELECT 1 FROM unnest(tags) AS "item" WHERE ...)`.

use sqlparser::ast::{self, SetExpr, TableFactor};

use super::{
    expr::Expr,
    parse::{NotUnderstood, Parsed},
    scope::Scope,
};
use crate::{Type, memory::table};

/// Whether no item of an array is found by such a query; `None` where it is about something else.
pub(super) fn each(scope: &Scope<'_>, query: &ast::Query) -> Option<Parsed> {
    let SetExpr::Select(select) = &*query.body else { return None };
    let [from] = select.from.as_slice() else { return None };
    let TableFactor::UNNEST { alias: Some(alias), array_exprs, with_ordinality: false, .. } = &from.relation
    else {
        return None;
    };
    let ([array], Some(found), true) = (array_exprs.as_slice(), &select.selection, from.joins.is_empty())
    else {
        return None;
    };
    let column = match scope.expr(array) {
        Ok(Expr::Column(column)) => column,
        _ => return None,
    };
    let Type::Array(element) = &scope.table.columns[column].ty else { return None };
    let items = table("items").nullable(&alias.name.value, (**element).clone());
    Some(condition(&Scope { table: &items }, found).map(|holds| Expr::Each(column, Box::new(holds))))
}

/// What is false of the items that are found.
fn condition(scope: &Scope<'_>, found: &ast::Expr) -> Result<Expr, NotUnderstood> {
    Ok(match scope.expr(found)? {
        Expr::Not(inner) => *inner,
        other => other.not(),
    })
}
