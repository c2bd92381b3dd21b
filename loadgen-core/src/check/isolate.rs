//! Comparisons solved for one of their columns.

use super::{
    expr::{Arith, Expr, Op},
    function::Function,
    item::Item,
    kind::Kind,
};

/// How a column compares with an expression over others.
#[derive(Clone, Debug)]
pub(super) struct Bound {
    pub(super) op: Op,
    pub(super) by: Expr,
}

/// What a condition says of a column in terms of the others, as far as it can be solved for it.
pub(super) fn isolate(atom: &Expr, column: usize) -> Vec<Bound> {
    let Expr::Compare(op, left, right) = atom else { return Vec::new() };
    let reads = |expr: &Expr| expr.columns().contains(&column);
    match (reads(left), reads(right)) {
        (true, false) => solve(*op, left, (**right).clone(), column),
        (false, true) => solve(op.swapped(), right, (**left).clone(), column),
        _ => Vec::new(),
    }
}

/// Moves everything but the column from `expr op by` to the right side.
fn solve(op: Op, expr: &Expr, by: Expr, column: usize) -> Vec<Bound> {
    let reads = |expr: &Expr| expr.columns().contains(&column);
    let arith = |arith, a: Expr, b: Expr| Expr::Arith(arith, Box::new(a), Box::new(b), None);
    match expr {
        Expr::Column(_) => vec![Bound { op, by }],
        Expr::Cast(inner, _) => solve(op, inner, by, column),
        Expr::Call(Function::Coalesce, args) if args.len() == 2 && reads(&args[0]) && !reads(&args[1]) => {
            solve(op, &args[0], by, column)
        }
        Expr::Arith(kind, left, right, _) => {
            let (a, b) = ((**left).clone(), (**right).clone());
            match (kind, reads(left), reads(right)) {
                (_, true, true) => Vec::new(),
                (Arith::Add, true, _) => solve(op, left, arith(Arith::Sub, by, b), column),
                (Arith::Add, ..) => solve(op, right, arith(Arith::Sub, by, a), column),
                (Arith::Sub, true, _) => solve(op, left, arith(Arith::Add, by, b), column),
                (Arith::Sub, ..) => solve(op.swapped(), right, arith(Arith::Sub, a, by), column),
                // As if what it is multiplied with or divided by were positive; whether it was is seen at the end.
                (Arith::Mul, true, _) => solve(op, left, arith(Arith::Div, float(by), b), column),
                (Arith::Mul, ..) => solve(op, right, arith(Arith::Div, float(by), a), column),
                (Arith::Div, true, _) => solve(op, left, arith(Arith::Mul, by, b), column),
                _ => Vec::new(),
            }
        }
        // A text without capitals is its own small form.
        Expr::Call(Function::Lower | Function::Upper, args) if op == Op::Eq && args.len() == 1 => {
            solve(op, &args[0], by, column)
        }
        // What is near zero is so from both sides.
        Expr::Call(Function::Abs, args) if matches!(op, Op::Lt | Op::Le) && args.len() == 1 => {
            let below = arith(Arith::Sub, Expr::Const(Item::Int(0)), by.clone());
            [solve(op, &args[0], by, column), solve(op.swapped(), &args[0], below, column)].concat()
        }
        _ => Vec::new(),
    }
}

/// So that nothing is cut off.
pub(super) fn float(expr: Expr) -> Expr {
    match expr {
        Expr::Const(Item::Int(number)) => Expr::Const(Item::Float(number as f64)),
        other => Expr::Cast(Box::new(other), Kind::Double),
    }
}

/// The column that stands alone in an equation with others, or in one that has to hold nearly, and is best computed from them.
pub(super) fn result(atom: &Expr) -> Option<usize> {
    let (left, right) = sides(atom)?;
    let alone = |one: &Expr, other: &Expr| match one {
        Expr::Column(column) => {
            let others = other.columns();
            let computed = !matches!(other, Expr::Column(_)) && !others.is_empty();
            (computed && !others.contains(column)).then_some(*column)
        }
        _ => None,
    };
    alone(left, right).or_else(|| alone(right, left))
}

/// What has to be equal, or so within a bound of a difference.
fn sides(atom: &Expr) -> Option<(&Expr, &Expr)> {
    let Expr::Compare(op, left, right) = atom else { return None };
    match (op, &**left) {
        (Op::Eq, _) => Some((left, right)),
        (Op::Lt | Op::Le, Expr::Call(Function::Abs, args)) if right.columns().is_empty() => {
            match args.first() {
                Some(Expr::Arith(Arith::Sub, one, other, _)) => Some((one, other)),
                _ => None,
            }
        }
        _ => None,
    }
}
