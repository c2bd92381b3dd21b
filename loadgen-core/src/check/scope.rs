//! From the parser's expressions to ours, with the names of one table.

use sqlparser::ast::{self, UnaryOperator, Value as Literal};

use super::{
    call,
    each::each,
    expr::{Arith, Expr, Op},
    function::Function,
    item::Item,
    kind::Kind,
    operator::{arithmetic, op},
    parse::{NotUnderstood, Parsed},
    pattern::Pattern,
};
use crate::{Table, Type};

/// What names mean.
pub(super) struct Scope<'a> {
    pub(super) table: &'a Table,
}

impl Scope<'_> {
    pub(super) fn expr(&self, sql: &ast::Expr) -> Parsed {
        use ast::Expr as Sql;
        Ok(match sql {
            Sql::Nested(inner) => self.expr(inner)?,
            Sql::Collate { expr, .. } => self.expr(expr)?,
            Sql::Identifier(name) => self.column(&name.value, sql)?,
            Sql::CompoundIdentifier(names) => {
                self.column(&names.last().ok_or_else(|| unknown(sql))?.value, sql)?
            }
            Sql::Value(value) => Expr::Const(constant(&value.value).ok_or_else(|| unknown(sql))?),
            Sql::InList { expr, list, negated } => {
                let items = Expr::List(list.iter().map(|item| self.expr(item)).collect::<Result<_, _>>()?);
                negated_if(*negated, Expr::Any(Op::Eq, self.boxed(expr)?, Box::new(items)))
            }
            Sql::Between { expr, negated, low, high } => {
                let low = Expr::compare(Op::Ge, self.expr(expr)?, self.expr(low)?);
                let high = Expr::compare(Op::Le, self.expr(expr)?, self.expr(high)?);
                negated_if(*negated, Expr::And(vec![low, high]))
            }
            Sql::Like { negated, expr, pattern, escape_char: None, any: false } => {
                negated_if(*negated, self.matches(expr, pattern, |text| Pattern::like(text, false))?)
            }
            Sql::ILike { negated, expr, pattern, escape_char: None, any: false } => {
                negated_if(*negated, self.matches(expr, pattern, |text| Pattern::like(text, true))?)
            }
            Sql::AnyOp { left, compare_op, right, .. } => {
                let op = op(compare_op).ok_or_else(|| unknown(sql))?;
                Expr::Any(op, self.known_order(op, left)?, self.known_order(op, right)?)
            }
            Sql::AllOp { left, compare_op, right } => {
                let op = op(compare_op).ok_or_else(|| unknown(sql))?;
                Expr::All(op, self.known_order(op, left)?, self.known_order(op, right)?)
            }
            Sql::UnaryOp { op: UnaryOperator::Not, expr } => self.expr(expr)?.not(),
            Sql::UnaryOp { op: UnaryOperator::Plus, expr } => self.expr(expr)?,
            Sql::UnaryOp { op: UnaryOperator::Minus, expr } => {
                let zero = Expr::Const(Item::Int(0));
                arithmetic(Arith::Sub, zero, self.expr(expr)?, self)
            }
            Sql::BinaryOp { left, op, right } => self.binary(left, op, right, sql)?,
            Sql::Cast { expr, data_type, .. } => {
                self.cast(expr, &Kind::parse(&data_type.to_string()), sql)?
            }
            Sql::TypedString(typed) => {
                let text = typed.value.value.clone().into_string().ok_or_else(|| unknown(sql))?;
                Expr::Cast(Box::new(Expr::Const(Item::Text(text))), Kind::parse(&typed.data_type.to_string()))
            }
            Sql::Array(array) => {
                Expr::List(array.elem.iter().map(|item| self.expr(item)).collect::<Result<_, _>>()?)
            }
            Sql::Case { operand, conditions, else_result, .. } => {
                let arm = |arm: &ast::CaseWhen| {
                    let when = self.expr(&arm.condition)?;
                    let when = match operand {
                        Some(operand) => Expr::compare(Op::Eq, self.expr(operand)?, when),
                        None => when,
                    };
                    Ok((when, self.expr(&arm.result)?))
                };
                let last =
                    else_result.as_ref().map_or(Ok(Expr::Const(Item::Null)), |last| self.expr(last))?;
                Expr::Case(conditions.iter().map(arm).collect::<Result<_, _>>()?, Box::new(last))
            }
            other => match self.test(other) {
                Some(found) => found?,
                None => call::call(self, other)?,
            },
        })
    }

    /// Questions for NULL, true and false, and for what is there at all.
    fn test(&self, sql: &ast::Expr) -> Option<Parsed> {
        use ast::Expr as Sql;
        let is = |wanted, inner| self.boxed(inner).map(|inner| Expr::Is(wanted, inner));
        let differ = |a, b| Ok(Expr::Differ(self.boxed(a)?, self.boxed(b)?));
        Some(match sql {
            Sql::Exists { subquery, negated } => {
                let none = each(self, subquery).unwrap_or_else(|| Err(unknown(sql)));
                none.map(|none| negated_if(!negated, none))
            }
            Sql::IsNull(inner) => self.nullness(inner),
            Sql::IsNotNull(inner) => self.nullness(inner).map(Expr::not),
            Sql::IsTrue(inner) => is(true, inner),
            Sql::IsNotTrue(inner) => is(true, inner).map(Expr::not),
            Sql::IsFalse(inner) => is(false, inner),
            Sql::IsNotFalse(inner) => is(false, inner).map(Expr::not),
            Sql::IsUnknown(inner) => self.expr(inner).map(Expr::null),
            Sql::IsNotUnknown(inner) => self.expr(inner).map(|inner| inner.null().not()),
            Sql::IsDistinctFrom(a, b) => differ(a, b),
            Sql::IsNotDistinctFrom(a, b) => differ(a, b).map(Expr::not),
            _ => return None,
        })
    }

    pub(super) fn boxed(&self, sql: &ast::Expr) -> Result<Box<Expr>, NotUnderstood> {
        self.expr(sql).map(Box::new)
    }

    fn column(&self, name: &str, sql: &ast::Expr) -> Parsed {
        let column = self.table.column_index(name).ok_or_else(|| unknown(sql))?;
        if element(&self.table.columns[column].ty) == &Type::Unsupported {
            return Err(NotUnderstood(format!("the type of {name:?}")));
        }
        Ok(Expr::Column(column))
    }

    /// Whether a value is NULL can be told of a type that is not known, too.
    pub(super) fn nullness(&self, sql: &ast::Expr) -> Parsed {
        let mut inner = sql;
        while let ast::Expr::Nested(nested) = inner {
            inner = nested;
        }
        if let ast::Expr::Identifier(name) = inner
            && let Some(column) = self.table.column_index(&name.value)
        {
            return Ok(Expr::Column(column).null());
        }
        Ok(self.expr(sql)?.null())
    }

    /// Whether it is a column whose values the database alone takes apart.
    pub(super) fn is_spelt(&self, expr: &Expr) -> bool {
        matches!(expr, Expr::Column(column) if matches!(self.table.columns[*column].ty, Type::Spelt(_)))
    }

    /// A document whose text is the one that was sent, and not one that the database makes of it.
    fn is_kept_as_sent(&self, expr: &Expr) -> bool {
        matches!(expr, Expr::Column(column) if self.table.columns[*column].ty == Type::Json
            && self.table.columns[*column].native.name.ends_with("json"))
    }

    /// A column that is padded, with its blanks.
    pub(super) fn padded(&self, expr: Expr) -> Expr {
        match expr {
            Expr::Column(column) => match self.table.columns[column].ty {
                Type::Text { fixed: true, max: Some(max) } => {
                    let width = Expr::Const(Item::Int(i128::from(max)));
                    Expr::Call(Function::Pad, vec![Expr::Column(column), width])
                }
                _ => Expr::Column(column),
            },
            other => other,
        }
    }

    /// A text against a pattern that is a constant. Columns that are padded keep their blanks here.
    pub(super) fn matches(
        &self,
        text: &ast::Expr,
        pattern: &ast::Expr,
        compile: impl FnOnce(&str) -> Option<Pattern>,
    ) -> Parsed {
        let text = self.padded(self.expr(text)?);
        let wrong = || NotUnderstood(format!("the pattern {pattern}"));
        let known = super::eval::eval(&self.expr(pattern)?, &[], 0).map_err(|_| wrong())?;
        let pattern = known.text().ok().and_then(compile).ok_or_else(wrong)?;
        Ok(Expr::Matches(Box::new(pattern), Box::new(text)))
    }

    fn cast(&self, inner: &ast::Expr, kind: &Kind, sql: &ast::Expr) -> Parsed {
        let inner = self.expr(inner)?;
        if self.is_kept_as_sent(&inner) && matches!(kind, Kind::Text(_)) {
            return Err(unknown(sql));
        }
        let named = |kind: &Kind| match kind {
            Kind::Named => true,
            Kind::List(element) => **element == Kind::Named,
            _ => false,
        };
        let constant = matches!(inner, Expr::Const(Item::Text(_)))
            || matches!(&inner, Expr::List(items) if items.iter().all(|item| matches!(item, Expr::Const(_) | Expr::Cast(..))));
        if named(kind) && !constant {
            return Err(unknown(sql));
        }
        if named(kind) && matches!(inner, Expr::List(_)) {
            return Ok(inner);
        }
        Ok(Expr::Cast(Box::new(inner), kind.clone()))
    }
}

pub(super) fn unknown(sql: &ast::Expr) -> NotUnderstood {
    NotUnderstood(sql.to_string())
}

pub(super) fn negated_if(negated: bool, expr: Expr) -> Expr {
    if negated { expr.not() } else { expr }
}

/// The type of an array's elements, or the type itself.
fn element(ty: &Type) -> &Type {
    if let Type::Array(element) = ty { element } else { ty }
}

fn constant(literal: &Literal) -> Option<Item> {
    match literal {
        Literal::Null => Some(Item::Null),
        Literal::Boolean(truth) => Some(Item::Bool(*truth)),
        Literal::SingleQuotedString(text) => Some(Item::Text(text.clone())),
        Literal::Number(digits, _) => match digits.parse() {
            Ok(number) => Some(Item::Int(number)),
            Err(_) => crate::generate::constant::decimal(digits).map(Item::Exact),
        },
        _ => None,
    }
}
