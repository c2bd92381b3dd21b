//! Comparisons of what is computed from a column, turned into ones of the column itself, one step of the computation at a time.

use super::{
    expr::{Arith, Expr, Op},
    function::Function,
    isolate::float,
    item::Item,
    restrict::known,
};
use crate::Decimal;

/// What `left op right` says with one step less on the left, where `right` is a constant; nothing where no step is known. What comes
/// true by it is computed before it is believed.
pub(super) fn invert(op: Op, left: &Expr, right: &Expr) -> Vec<(Op, Expr, Expr)> {
    match left {
        Expr::Arith(Arith::Mul, a, b, _) if is_same(a, b) => square(op, a, right),
        Expr::Arith(kind, a, b, bits) => match (a.columns().is_empty(), b.columns().is_empty()) {
            (false, true) => first(op, (*kind, a, b), right, bits.is_some()),
            (true, false) => second(op, (*kind, a, b), right),
            _ => Vec::new(),
        },
        Expr::Call(Function::Abs, args) if matches!(op, Op::Le | Op::Lt) => {
            let Some(inner) = args.first() else { return Vec::new() };
            let below = arith(Arith::Sub, Expr::Const(Item::Int(0)), right.clone());
            vec![(op, inner.clone(), right.clone()), (op.swapped(), inner.clone(), below)]
        }
        _ => Vec::new(),
    }
}

/// The column's part stands first.
fn first(op: Op, (kind, a, b): (Arith, &Expr, &Expr), right: &Expr, whole: bool) -> Vec<(Op, Expr, Expr)> {
    let (inner, right) = (a.clone(), right.clone());
    match kind {
        Arith::Add => vec![(op, inner, arith(Arith::Sub, right, b.clone()))],
        Arith::Sub => vec![(op, inner, arith(Arith::Add, right, b.clone()))],
        Arith::Mul => scaled(op, inner, b, right),
        Arith::Div if whole => quotient(op, inner, b, right),
        Arith::Div => match sign(b) {
            Some(true) => vec![(op, inner, arith(Arith::Mul, right, b.clone()))],
            Some(false) => vec![(op.swapped(), inner, arith(Arith::Mul, right, b.clone()))],
            None => Vec::new(),
        },
        Arith::Rem => remainder(op, &inner, b, &right),
    }
}

/// The column's part stands second.
fn second(op: Op, (kind, a, b): (Arith, &Expr, &Expr), right: &Expr) -> Vec<(Op, Expr, Expr)> {
    let (inner, right) = (b.clone(), right.clone());
    match kind {
        Arith::Add => vec![(op, inner, arith(Arith::Sub, right, a.clone()))],
        Arith::Sub => vec![(op.swapped(), inner, arith(Arith::Sub, a.clone(), right))],
        Arith::Mul => scaled(op, inner, a, right),
        Arith::Div | Arith::Rem => Vec::new(),
    }
}

fn scaled(op: Op, inner: Expr, by: &Expr, right: Expr) -> Vec<(Op, Expr, Expr)> {
    let quotient = arith(Arith::Div, float(right), by.clone());
    match sign(by) {
        Some(true) => vec![(op, inner, quotient)],
        Some(false) => vec![(op.swapped(), inner, quotient)],
        None => Vec::new(),
    }
}

/// Of whole numbers, a quotient is cut off.
fn quotient(op: Op, inner: Expr, by: &Expr, right: Expr) -> Vec<(Op, Expr, Expr)> {
    if sign(by) != Some(true) {
        return Vec::new();
    }
    let from = arith(Arith::Mul, right.clone(), by.clone());
    let past = arith(Arith::Add, from.clone(), by.clone());
    match op {
        Op::Eq => vec![(Op::Ge, inner.clone(), from), (Op::Lt, inner, past)],
        Op::Le => vec![(Op::Lt, inner, past)],
        Op::Gt => vec![(Op::Ge, inner, past)],
        Op::Lt | Op::Ge => vec![(op, inner, from)],
        Op::Ne => Vec::new(),
    }
}

/// What is added to a number is added to what it leaves.
fn remainder(op: Op, inner: &Expr, by: &Expr, right: &Expr) -> Vec<(Op, Expr, Expr)> {
    let Expr::Arith(kind @ (Arith::Add | Arith::Sub), a, b, bits) = inner else { return Vec::new() };
    if op != Op::Eq || a.columns().is_empty() || !b.columns().is_empty() {
        return Vec::new();
    }
    let back = if *kind == Arith::Add { Arith::Sub } else { Arith::Add };
    let left = Expr::Arith(Arith::Rem, a.clone(), Box::new(by.clone()), *bits);
    vec![(op, left, arith(back, right.clone(), (**b).clone()))]
}

fn square(op: Op, inner: &Expr, right: &Expr) -> Vec<(Op, Expr, Expr)> {
    let root =
        known(right).and_then(|[item, _]| item.float().ok()).map(f64::sqrt).filter(|root| root.is_finite());
    let Some(root) = root else { return Vec::new() };
    let ends = |op: Op, root: f64| (op, inner.clone(), Expr::Const(Item::Float(root)));
    match op {
        Op::Le | Op::Lt => vec![ends(op, root), ends(op.swapped(), -root)],
        Op::Ge | Op::Gt | Op::Eq => vec![ends(op, root)],
        Op::Ne => Vec::new(),
    }
}

/// Of what a number has to be a multiple so that `left = right`, where one is the other without its fraction.
pub(super) fn unit(left: &Expr, right: &Expr) -> Option<(usize, Decimal)> {
    let Expr::Arith(Arith::Mul, a, b, _) = left else { return None };
    let Expr::Call(Function::Round | Function::Floor | Function::Ceil | Function::Truncate, args) = right
    else {
        return None;
    };
    let [inner] = args.as_slice() else { return None };
    let (column, by) = match (super::restrict::bare(a), super::restrict::bare(b)) {
        (Some(column), None) => (column, b),
        (None, Some(column)) => (column, a),
        _ => return None,
    };
    if !is_same(uncast(inner), left) {
        return None;
    }
    let by = match &known(by)?[0] {
        Item::Int(number) => Decimal { unscaled: *number, scale: 0 },
        Item::Exact(number) => *number,
        _ => return None,
    };
    reciprocal(by).map(|unit| (column, unit))
}

/// One by a number, where it has an end.
fn reciprocal(by: Decimal) -> Option<Decimal> {
    let least = 10i128.checked_pow(u32::from(by.scale))?;
    (0..=DIGITS).find_map(|scale| {
        let one = least.checked_mul(10i128.checked_pow(u32::from(scale))?)?;
        (by.unscaled > 0 && one % by.unscaled == 0).then(|| Decimal { unscaled: one / by.unscaled, scale })
    })
}

/// Multiples of finer numbers are left to chance.
const DIGITS: u8 = 12;

pub(super) fn uncast(expr: &Expr) -> &Expr {
    match expr {
        Expr::Cast(inner, _) => uncast(inner),
        other => other,
    }
}

fn is_same(a: &Expr, b: &Expr) -> bool {
    !a.columns().is_empty() && format!("{:?}", uncast(a)) == format!("{:?}", uncast(b))
}

/// Whether a constant is above zero; none where it is zero, or no number.
fn sign(expr: &Expr) -> Option<bool> {
    let number = known(expr)?[0].float().ok()?;
    (number != 0.0).then_some(number > 0.0)
}

fn arith(kind: Arith, a: Expr, b: Expr) -> Expr {
    Expr::Arith(kind, Box::new(a), Box::new(b), None)
}
