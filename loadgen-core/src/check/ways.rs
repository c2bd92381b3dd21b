//! The ways in which a condition can come true: its disjunctive normal form.

use super::{
    expr::{Arith, Expr, Op},
    function::Function,
    invert::uncast,
    item::Item,
    kind::Kind,
    restrict::{bare, known},
};

/// More ways are left out; what remains is still true.
const MOST: usize = 128;
/// Conditions that are counted are taken apart up to this many.
const COUNTED: usize = 6;

/// Lists of conditions without AND and OR; the expression is as wanted when all of one list are true.
pub(super) fn ways(expr: &Expr, wanted: bool) -> Vec<Vec<Expr>> {
    match (expr, wanted) {
        (Expr::Not(inner), _) => ways(inner, !wanted),
        (Expr::And(all), true) | (Expr::Or(all), false) => product(all.iter().map(|e| ways(e, wanted))),
        (Expr::And(all), false) | (Expr::Or(all), true) => union(all.iter().map(|e| ways(e, wanted))),
        (Expr::Is(truth, inner), true) => ways(inner, *truth),
        (Expr::Compare(op, left, right), _) => comparison(*op, left, right, wanted),
        (Expr::Differ(left, right), _) => difference(left, right, wanted),
        (Expr::Any(op, left, list), _) => quantified(*op, left, list, true, wanted),
        (Expr::All(op, left, list), _) => quantified(*op, left, list, false, wanted),
        (Expr::IsNull(inner), _) => nullness(inner, wanted),
        (Expr::Case(arms, last), _) => cases(arms, last, wanted),
        (Expr::Each(column, condition), true) => {
            let each = |atoms| vec![Expr::Each(*column, Box::new(Expr::And(atoms)))];
            ways(condition, true).into_iter().map(each).collect()
        }
        (Expr::Call(Function::Within | Function::Overlaps, args), true) => among(expr, args),
        (Expr::Call(Function::Coalesce, args), _) => match args.as_slice() {
            [inner, Expr::Const(Item::Bool(other))] => {
                let mut found = ways(inner, wanted);
                if *other == wanted {
                    found.extend(nullness(inner, true));
                }
                found
            }
            _ => atom(expr, wanted),
        },
        (Expr::Const(Item::Bool(truth)), _) => {
            if *truth == wanted {
                vec![Vec::new()]
            } else {
                Vec::new()
            }
        }
        _ => atom(expr, wanted),
    }
}

fn atom(expr: &Expr, wanted: bool) -> Vec<Vec<Expr>> {
    vec![vec![if wanted { expr.clone() } else { expr.clone().not() }]]
}

/// All of several: each way of one with each of the others.
pub(super) fn product(all: impl Iterator<Item = Vec<Vec<Expr>>>) -> Vec<Vec<Expr>> {
    all.fold(vec![Vec::new()], |before, next| {
        let pairs =
            before.iter().flat_map(|one| next.iter().map(move |other| [one.as_slice(), other].concat()));
        pairs.take(MOST).collect()
    })
}

fn union(all: impl Iterator<Item = Vec<Vec<Expr>>>) -> Vec<Vec<Expr>> {
    all.flatten().take(MOST).collect()
}

fn comparison(op: Op, left: &Expr, right: &Expr, wanted: bool) -> Vec<Vec<Expr>> {
    if matches!(op, Op::Eq | Op::Ne) && (left.is_condition() || right.is_condition()) {
        let same = (op == Op::Eq) == wanted;
        let both = |truth: bool| {
            let sides = [ways(left, truth), ways(right, truth == same)];
            product(sides.into_iter())
        };
        return union([both(true), both(false)].into_iter());
    }
    for (op, count, bound) in [(op, left, right), (op.swapped(), right, left)] {
        if let (Some(flags), Expr::Const(Item::Int(bound))) = (counted(count), bound)
            && flags.len() <= COUNTED
        {
            return counts(op, &flags, *bound, wanted);
        }
    }
    let op = if wanted { op } else { op.negated() };
    for (op, best, bound) in [(op, left, right), (op.swapped(), right, left)] {
        if let (Expr::Call(function @ (Function::Greatest | Function::Least), args), Expr::Const(_)) =
            (uncast(best), bound)
        {
            return extremes(op, *function, args, bound);
        }
    }
    vec![vec![Expr::compare(op, left.clone(), right.clone())]]
}

/// The greatest is below a bound when all are, and above it when one is.
fn extremes(op: Op, function: Function, args: &[Expr], bound: &Expr) -> Vec<Vec<Expr>> {
    let each = args.iter().map(|arg| vec![vec![Expr::compare(op, arg.clone(), bound.clone())]]);
    match (op, function) {
        (Op::Lt | Op::Le, Function::Greatest) | (Op::Gt | Op::Ge, Function::Least) => product(each),
        _ => union(each),
    }
}

/// The conditions of which an expression counts how many are true.
fn counted(expr: &Expr) -> Option<Vec<Expr>> {
    match expr {
        Expr::Call(function @ (Function::NumNulls | Function::NumNonNulls), flags) => flags
            .iter()
            .map(|flag| match flag {
                Expr::Case(arms, _) => {
                    let is_null = arms.first()?.0.clone();
                    Some(if *function == Function::NumNulls { is_null } else { is_null.not() })
                }
                _ => None,
            })
            .collect(),
        Expr::Arith(Arith::Add, left, right, _) => Some([counted(left)?, counted(right)?].concat()),
        Expr::Cast(inner, Kind::Int(_)) if inner.is_condition() => Some(vec![(**inner).clone()]),
        Expr::Case(arms, last) => match (arms.as_slice(), &**last) {
            ([(when, Expr::Const(Item::Int(1)))], Expr::Const(Item::Int(0))) => Some(vec![when.clone()]),
            _ => None,
        },
        _ => None,
    }
}

fn counts(op: Op, flags: &[Expr], bound: i128, wanted: bool) -> Vec<Vec<Expr>> {
    let fitting =
        (0..1u32 << flags.len()).filter(|mask| op.holds(i128::from(mask.count_ones()).cmp(&bound)) == wanted);
    union(
        fitting
            .map(|mask| product(flags.iter().enumerate().map(|(at, flag)| ways(flag, mask >> at & 1 == 1)))),
    )
}

fn difference(left: &Expr, right: &Expr, wanted: bool) -> Vec<Vec<Expr>> {
    if matches!(right, Expr::Const(Item::Null)) {
        return nullness(left, !wanted);
    }
    let null = |left_is, right_is| product([nullness(left, left_is), nullness(right, right_is)].into_iter());
    let compared = comparison(if wanted { Op::Ne } else { Op::Eq }, left, right, true);
    if wanted {
        union([compared, null(true, false), null(false, true)].into_iter())
    } else {
        union([compared, null(true, true)].into_iter())
    }
}

fn quantified(op: Op, left: &Expr, list: &Expr, any: bool, wanted: bool) -> Vec<Vec<Expr>> {
    if let Expr::List(items) = list
        && !list.columns().is_empty()
    {
        let each = items.iter().map(|item| comparison(op, left, item, wanted));
        return if any == wanted { union(each) } else { product(each) };
    }
    let (op, any) = if wanted { (op, any) } else { (op.negated(), !any) };
    let (left, list) = (Box::new(left.clone()), Box::new(list.clone()));
    vec![vec![if any { Expr::Any(op, left, list) } else { Expr::All(op, left, list) }]]
}

/// An array among whose items are those of a list, or one of them.
fn among(expr: &Expr, args: &[Expr]) -> Vec<Vec<Expr>> {
    let is_one = matches!(expr, Expr::Call(Function::Overlaps, _));
    let (list, array) = match args {
        [array, list] if is_one && bare(array).is_some() => (list, array),
        [list, array] if bare(array).is_some() => (list, array),
        _ => return atom(expr, true),
    };
    let Some([Item::List(items), _]) = known(list) else { return atom(expr, true) };
    let has = |item| Expr::Any(Op::Eq, Box::new(Expr::Const(item)), Box::new(array.clone()));
    let each = items.into_iter().map(|item| vec![vec![has(item)]]);
    if is_one { union(each) } else { product(each) }
}

fn nullness(inner: &Expr, wanted: bool) -> Vec<Vec<Expr>> {
    match inner {
        Expr::Call(Function::Coalesce, args) => {
            let each = args.iter().map(|arg| nullness(arg, wanted));
            if wanted { product(each) } else { union(each) }
        }
        Expr::Cast(inner, _) => nullness(inner, wanted),
        Expr::Const(item) => {
            if item.is_null() == wanted {
                vec![Vec::new()]
            } else {
                Vec::new()
            }
        }
        _ => atom(&inner.clone().null(), wanted),
    }
}

fn cases(arms: &[(Expr, Expr)], last: &Expr, wanted: bool) -> Vec<Vec<Expr>> {
    let (mut found, mut before) = (Vec::new(), vec![Vec::new()]);
    for (when, then) in arms {
        found.push(product([before.clone(), ways(when, true), ways(then, wanted)].into_iter()));
        before = product([before, ways(when, false)].into_iter());
    }
    found.push(product([before, ways(last, wanted)].into_iter()));
    union(found.into_iter())
}
