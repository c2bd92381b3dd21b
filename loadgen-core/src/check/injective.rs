//! What is computed from a column and differs wherever the column does.

use super::{
    eval::eval,
    expr::{Arith, Expr, Op},
    function::Function,
    isolate::isolate,
    item::Item,
    kind::Kind,
    limits::NOW,
    restrict::known,
};
use crate::Value;

/// Which values of a column stay apart in what is computed from it.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Kept {
    /// Texts that differ in more than case.
    pub(crate) folds: bool,
    /// Texts that differ in letters and digits at their end: others are cut out or replaced.
    pub(crate) cuts: bool,
    /// It is computed with numbers.
    pub(crate) counts: bool,
}

/// What a column is said to equal in every row: the other sides of equations that a condition consists of.
pub(crate) fn equated(condition: &Expr, column: usize) -> Vec<Expr> {
    match condition {
        Expr::And(all) => all.iter().flat_map(|part| equated(part, column)).collect(),
        Expr::Compare(Op::Eq, left, right) => {
            let sides = [(left, right), (right, left)].into_iter().find(|(one, _)| is_column(one, column));
            sides.map(|(_, other)| (**other).clone()).into_iter().collect()
        }
        _ => Vec::new(),
    }
}

/// Which values of its only column an expression keeps apart; `None` where that is not known.
pub(crate) fn kept_apart(expr: &Expr) -> Option<Kept> {
    match expr {
        Expr::Column(_) => Some(Kept::default()),
        Expr::Cast(inner, Kind::Text(None) | Kind::Decimal(None) | Kind::Int(32 | 64)) => kept_apart(inner),
        Expr::Call(Function::Lower | Function::Upper, args) => {
            let [inner] = args.as_slice() else { return None };
            kept_apart(inner).map(|kept| Kept { folds: true, ..kept })
        }
        Expr::Call(Function::Replace, args) => {
            let [inner, from, _] = args.as_slice() else { return None };
            spared(from).then(|| kept_apart(inner)).flatten().map(cut)
        }
        Expr::Call(Function::Trim { .. }, args) => {
            let (inner, what) = args.split_first()?;
            what.iter().all(spared).then(|| kept_apart(inner)).flatten().map(cut)
        }
        Expr::Call(Function::Concat, args) => match args.as_slice() {
            [one, other] if known(one).is_some_and(|[item, _]| !item.is_null()) => kept_apart(other),
            [one, other] if known(other).is_some_and(|[item, _]| !item.is_null()) => kept_apart(one).map(cut),
            _ => None,
        },
        Expr::Arith(kind, left, right, _) => {
            let (inner, by) = match (known(left), known(right)) {
                (None, Some([by, _])) => (left, by),
                (Some([by, _]), None) => (right, by),
                _ => return None,
            };
            let moves = match kind {
                Arith::Add | Arith::Sub => true,
                Arith::Mul => by.float().is_ok_and(|by| by != 0.0),
                Arith::Div | Arith::Rem => false,
            };
            let is_exact = matches!(by, Item::Int(_) | Item::Exact(_));
            (moves && is_exact).then(|| kept_apart(inner)).flatten().map(|kept| Kept { counts: true, ..kept })
        }
        _ => None,
    }
}

/// Whether an expression is a column, of whatever type of text or number.
fn is_column(expr: &Expr, column: usize) -> bool {
    match expr {
        Expr::Column(own) => *own == column,
        Expr::Cast(inner, Kind::Text(None) | Kind::Decimal(None)) => is_column(inner, column),
        _ => false,
    }
}

fn cut(kept: Kept) -> Kept {
    Kept { cuts: true, ..kept }
}

/// Whether a constant has neither letters nor digits.
fn spared(what: &Expr) -> bool {
    let text = known(what).and_then(|[item, _]| item.text().map(str::to_owned).ok());
    text.is_some_and(|text| !text.contains(char::is_alphanumeric))
}

/// Whole numbers with which a column may begin so that a condition holds beside the other values of a row.
pub(crate) fn starts(condition: &Expr, column: usize, row: &[Value]) -> Vec<i128> {
    if let Expr::And(all) = condition {
        return all.iter().flat_map(|part| starts(part, column, row)).collect();
    }
    let found = isolate(condition, column).into_iter();
    let ends = found.filter_map(|bound| eval(&bound.by, row, NOW[0]).ok()?.int().ok());
    ends.flat_map(|end| [end, end.saturating_add(1)]).filter(|end| *end > 0).collect()
}
