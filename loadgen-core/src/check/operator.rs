//! Operators with two sides.

use sqlparser::ast::{self, BinaryOperator};

use super::{
    expr::{Arith, Expr, Op},
    function::Function,
    item::Item,
    kind::Kind,
    parse::{NotUnderstood, Parsed},
    pattern::Pattern,
    scope::{Scope, negated_if, unknown},
};
use crate::Type;

impl Scope<'_> {
    pub(super) fn binary(
        &self,
        left: &ast::Expr,
        by: &BinaryOperator,
        right: &ast::Expr,
        sql: &ast::Expr,
    ) -> Parsed {
        use BinaryOperator as By;
        if let Some(op) = op(by) {
            return self.comparison(op, self.expr(left)?, self.expr(right)?, sql);
        }
        let regex = |negated, any_case| {
            let found = self.matches(left, right, |text| Pattern::regex(text, any_case))?;
            Ok(negated_if(negated, found))
        };
        let like = |negated, any_case| {
            let found = self.matches(left, right, |text| Pattern::like(text, any_case))?;
            Ok(negated_if(negated, found))
        };
        let both = |arith| Ok(arithmetic(arith, self.expr(left)?, self.expr(right)?, self));
        let call = |function| Ok(Expr::Call(function, vec![self.expr(left)?, self.expr(right)?]));
        match by {
            By::And => Ok(Expr::And(self.chain(sql, &By::And)?)),
            By::Or => Ok(Expr::Or(self.chain(sql, &By::Or)?)),
            By::Plus => both(Arith::Add),
            By::Minus => both(Arith::Sub),
            By::Multiply => both(Arith::Mul),
            By::Divide => both(Arith::Div),
            By::Modulo => both(Arith::Rem),
            By::BitwiseAnd => call(Function::Bits),
            By::StringConcat => call(Function::Concat),
            By::PGRegexMatch => regex(false, false),
            By::PGRegexIMatch => regex(false, true),
            By::PGRegexNotMatch => regex(true, false),
            By::PGRegexNotIMatch => regex(true, true),
            By::PGLikeMatch => like(false, false),
            By::PGILikeMatch => like(false, true),
            By::PGNotLikeMatch => like(true, false),
            By::PGNotILikeMatch => like(true, true),
            By::PGStartsWith => call(Function::StartsWith),
            By::Question => call(Function::HasKey),
            By::ArrowAt => call(Function::Within),
            By::AtArrow if self.is_array(left) || self.is_array(right) => {
                Ok(Expr::Call(Function::Within, vec![self.expr(right)?, self.expr(left)?]))
            }
            By::PGOverlap => call(Function::Overlaps),
            _ => Err(unknown(sql)),
        }
    }

    /// The links of a chain of ANDs or ORs, however long, in a flat list.
    fn chain(&self, sql: &ast::Expr, by: &BinaryOperator) -> Result<Vec<Expr>, NotUnderstood> {
        let (mut links, mut rest) = (Vec::new(), sql);
        while let ast::Expr::BinaryOp { left, op, right } = rest
            && op == by
        {
            links.push(self.expr(right)?);
            rest = left;
        }
        links.push(self.expr(rest)?);
        links.reverse();
        Ok(links)
    }

    /// Labels of an enum are in the order of their type: "before" becomes a list of labels.
    fn comparison(&self, op: Op, left: Expr, right: Expr, sql: &ast::Expr) -> Parsed {
        if matches!(op, Op::Eq | Op::Ne) {
            return Ok(Expr::compare(op, left, right));
        }
        let (op, column, other) = match (self.labels(&left), self.labels(&right)) {
            (None, None) => {
                let (left, right) = (self.in_its_order(left), self.in_its_order(right));
                return Ok(Expr::compare(op, left, right));
            }
            (Some(_), Some(_)) => return Err(unknown(sql)),
            (Some(_), None) => (op, left, right),
            (None, Some(_)) => (op.swapped(), right, left),
        };
        let labels = self.labels(&column).unwrap_or_default();
        let known = super::eval::eval(&other, &[], 0).map_err(|_| unknown(sql))?;
        let label = known.text().map_err(|_| unknown(sql))?;
        let at = labels.iter().position(|own| own == label).ok_or_else(|| unknown(sql))?;
        let fitting = labels.iter().enumerate().filter(|(own, _)| op.holds(own.cmp(&at)));
        let list = fitting.map(|(_, label)| Expr::Const(Item::Text(label.clone()))).collect();
        Ok(Expr::Any(Op::Eq, Box::new(column), Box::new(Expr::List(list))))
    }

    /// A side of a comparison with an array's items, or the array.
    pub(super) fn known_order(&self, op: Op, sql: &ast::Expr) -> Result<Box<Expr>, NotUnderstood> {
        let expr = self.expr(sql)?;
        Ok(Box::new(if matches!(op, Op::Eq | Op::Ne) { expr } else { self.in_its_order(expr) }))
    }

    /// What is written as a text and has an order that is not that of texts is left to the database.
    fn in_its_order(&self, expr: Expr) -> Expr {
        if self.is_written_as_text(&expr) { Expr::Call(Function::End, vec![expr]) } else { expr }
    }

    pub(super) fn is_written_as_text(&self, expr: &Expr) -> bool {
        let any = |parts: &[Expr]| parts.iter().any(|part| self.is_written_as_text(part));
        match expr {
            Expr::Column(column) => match &self.table.columns[*column].ty {
                Type::Array(element) => matches!(**element, Type::Spelt(_) | Type::Enum(_)),
                ty => matches!(ty, Type::Spelt(_) | Type::Enum(_)),
            },
            Expr::Cast(inner, Kind::Named) => self.is_written_as_text(inner),
            Expr::Call(
                Function::Coalesce | Function::Greatest | Function::Least | Function::NullIf,
                args,
            ) => any(args),
            Expr::Case(arms, last) => {
                self.is_written_as_text(last) || arms.iter().any(|(_, then)| self.is_written_as_text(then))
            }
            _ => false,
        }
    }

    fn is_array(&self, sql: &ast::Expr) -> bool {
        let is_array = |column: usize| matches!(self.table.columns[column].ty, Type::Array(_));
        self.expr(sql).is_ok_and(|expr| super::restrict::bare(&expr).is_some_and(is_array))
    }

    fn labels(&self, expr: &Expr) -> Option<&[String]> {
        let Expr::Column(column) = expr else { return None };
        if let Type::Enum(labels) = &self.table.columns[*column].ty { Some(labels) } else { None }
    }

    /// The bits of an integer: the database refuses results that take more.
    fn bits(&self, expr: &Expr) -> Option<u8> {
        match expr {
            Expr::Column(column) => match self.table.columns[*column].ty {
                Type::Int(bits) => Some(bits),
                _ => None,
            },
            Expr::Const(Item::Int(number)) => Some(if i32::try_from(*number).is_ok() { 32 } else { 64 }),
            Expr::Cast(_, kind) => kind.bits(),
            Expr::Arith(.., bits) => *bits,
            Expr::Call(Function::Length | Function::Octets, _) => Some(32),
            Expr::Call(
                Function::Coalesce | Function::Abs | Function::Bits | Function::Greatest | Function::Least,
                args,
            ) => args.iter().filter_map(|arg| self.bits(arg)).max(),
            Expr::Case(arms, last) => {
                arms.iter().map(|(_, then)| then).chain([&**last]).filter_map(|part| self.bits(part)).max()
            }
            _ => None,
        }
    }
}

pub(super) fn arithmetic(arith: Arith, left: Expr, right: Expr, scope: &Scope<'_>) -> Expr {
    if let (Arith::Sub, Expr::Const(Item::Int(0)), Expr::Const(Item::Int(number))) = (arith, &left, &right) {
        return Expr::Const(Item::Int(-number));
    }
    let bits = scope.bits(&left).max(scope.bits(&right));
    Expr::Arith(arith, Box::new(left), Box::new(right), bits)
}

pub(super) fn op(by: &BinaryOperator) -> Option<Op> {
    Some(match by {
        BinaryOperator::Eq => Op::Eq,
        BinaryOperator::NotEq => Op::Ne,
        BinaryOperator::Lt => Op::Lt,
        BinaryOperator::LtEq => Op::Le,
        BinaryOperator::Gt => Op::Gt,
        BinaryOperator::GtEq => Op::Ge,
        _ => return None,
    })
}
