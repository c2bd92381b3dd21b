//! From conditions to the limits of single columns.

use std::collections::BTreeMap;

use super::{
    eval::eval,
    expr::{Arith, Expr, Op},
    function::Function,
    invert::{invert, unit},
    isolate::{Bound, isolate},
    item::Item,
    limits::{Limits, NOW},
};

/// The limits of each column of which a list of conditions says anything, besides what was `said` before.
pub(super) fn limits(atoms: &[Expr], said: BTreeMap<usize, Limits>) -> BTreeMap<usize, Limits> {
    let mut limits = said;
    atoms.iter().for_each(|atom| restrict(&mut limits, atom));
    // Twice, so that what is learnt of one column is used for the next.
    (0..2).for_each(|_| atoms.iter().for_each(|atom| relate(&mut limits, atom)));
    limits
}

/// Bounds for a column out of the bounds of those that it is compared with: no part is greater than the whole.
fn relate(limits: &mut BTreeMap<usize, Limits>, atom: &Expr) {
    let columns = atom.columns();
    for column in columns.iter().filter(|_| columns.len() > 1) {
        let ends = [(true, Op::Le, Op::Lt), (false, Op::Ge, Op::Gt)];
        for (Bound { op, by }, (most, closed, open)) in
            isolate(atom, *column).iter().flat_map(|bound| ends.map(|end| (bound, end)))
        {
            let op = *op;
            if (op == closed || op == open || op == Op::Eq)
                && let Some(item) = extreme(by, most, limits)
            {
                let op = if op == open { open } else { closed };
                limits.entry(*column).or_default().bound(op, &[item.clone(), item]);
            }
        }
    }
}

/// The greatest or the least that an expression can be within the limits of its columns.
fn extreme(expr: &Expr, most: bool, limits: &BTreeMap<usize, Limits>) -> Option<Item> {
    match expr {
        Expr::Column(column) => {
            let own = limits.get(column)?;
            let end = if most { &own.high } else { &own.low };
            end.as_ref().map(|(item, _)| item.clone())
        }
        Expr::Cast(inner, kind) => super::kind::cast(extreme(inner, most, limits)?, kind).ok(),
        Expr::Arith(arith @ (Arith::Add | Arith::Sub), left, right, _) => {
            let left = extreme(left, most, limits)?;
            let right = extreme(right, most == (*arith == Arith::Add), limits)?;
            super::number::arith(*arith, &left, &right, None).ok()
        }
        _ => known(expr).map(|[item, _]| item).filter(|item| !item.is_null()),
    }
}

fn restrict(limits: &mut BTreeMap<usize, Limits>, atom: &Expr) {
    match atom {
        Expr::Column(column) => limits.entry(*column).or_default().choose(&[Item::Bool(true)]),
        Expr::IsNull(inner) => {
            if let Some(column) = bare(inner) {
                limits.entry(column).or_default().null = Some(true);
            }
        }
        Expr::Not(inner) => match &**inner {
            Expr::Column(column) => limits.entry(*column).or_default().choose(&[Item::Bool(false)]),
            Expr::Matches(pattern, inner) => {
                if let (Some(column), Some(source)) = (bare(inner), without(&pattern.source)) {
                    limits.entry(column).or_default().spell(source);
                }
            }
            Expr::IsNull(inner) => {
                inner
                    .columns()
                    .into_iter()
                    .for_each(|column| limits.entry(column).or_default().null = Some(false));
            }
            _ => {}
        },
        Expr::Matches(pattern, inner) => {
            if let Some(column) = bare(inner) {
                limits.entry(column).or_default().spell(pattern.source.clone());
            }
        }
        Expr::Call(Function::StartsWith, args) => {
            let start = args.get(1).and_then(known).map(|[item, _]| item);
            if let (Some(column), Some(Item::Text(start))) = (args.first().and_then(bare), start) {
                limits.entry(column).or_default().spell(format!("^{}.*", regex::escape(&start)));
            }
        }
        Expr::Any(Op::Eq, left, list) => {
            if let (Some(column), Some([Item::List(items), _])) = (bare(left), known(list)) {
                limits.entry(column).or_default().choose(&items);
            } else if let (Some([item, _]), Some(column)) = (known(left), bare(list)) {
                limits.entry(column).or_default().has.push(item);
            }
        }
        Expr::All(op, left, list) => {
            if let (Some(known), Some(column)) = (known(left), bare(list)) {
                limits.entry(column).or_default().items().bound(op.swapped(), &known);
            }
        }
        Expr::Call(Function::Within, args) => {
            if let [array, list] = args.as_slice()
                && let (Some(column), Some([Item::List(items), _])) = (bare(array), known(list))
            {
                limits.entry(column).or_default().items().choose(&items);
            }
        }
        Expr::Each(column, each) => {
            let said = limits.entry(*column).or_default().items.take().map(|items| (0, *items));
            let atoms = if let Expr::And(all) = &**each { all } else { std::slice::from_ref(&**each) };
            let found = self::limits(atoms, said.into_iter().collect()).remove(&0);
            limits.entry(*column).or_default().items = found.map(Box::new);
        }
        Expr::Compare(op, left, right) => {
            compare(limits, *op, left, right);
            compare(limits, op.swapped(), right, left);
        }
        _ => {}
    }
}

/// The pattern of texts without any character of a class, where the class says which ones are left: `[^a-z]`.
fn without(source: &str) -> Option<String> {
    let allowed = source.strip_prefix("[^")?.strip_suffix(']')?;
    (!allowed.is_empty() && !allowed.contains(['[', ']', '\\'])).then(|| format!("^[{allowed}]*$"))
}

/// What `left op right` says of the column in `left` when `right` is a constant.
fn compare(limits: &mut BTreeMap<usize, Limits>, op: Op, left: &Expr, right: &Expr) {
    if let (Op::Eq, Some(column), Expr::Call(function, args)) = (op, bare(left), right)
        && args.first().and_then(bare) == Some(column)
        && matches!(function, Function::Round | Function::Floor | Function::Ceil | Function::Truncate)
    {
        let digits = args.get(1).and_then(known).and_then(|known| known[0].int().ok()).unwrap_or(0);
        limits.entry(column).or_default().digits = u8::try_from(digits).ok();
        return;
    }
    if let (Op::Eq, Some(column), Expr::Call(function @ (Function::Lower | Function::Upper), args)) =
        (op, bare(left), right)
        && args.iter().any(|arg| !arg.columns().is_empty())
    {
        limits.entry(column).or_default().upper = Some(*function == Function::Upper);
        return;
    }
    if let (Op::Eq, Some((column, unit))) = (op, unit(left, right)) {
        limits.entry(column).or_default().unit = Some(unit);
        return;
    }
    let Some(known) = self::known(right).filter(|known| known.iter().all(|item| !item.is_null())) else {
        return;
    };
    if let Some(column) = bare(left) {
        limits.entry(column).or_default().bound(op, &known);
        return;
    }
    match left {
        Expr::Cast(inner, _) => compare(limits, op, inner, right),
        Expr::Call(
            Function::Length | Function::Octets | Function::Cardinality | Function::ArrayLength,
            args,
        ) => {
            if let (Some(column), Item::Int(length)) = (args.first().and_then(inside), &known[0]) {
                limits.entry(column).or_default().size(op, *length);
            }
        }
        Expr::Call(Function::Lower | Function::Upper, args) if op == Op::Eq => {
            if let Some(column) = args.first().and_then(bare) {
                limits.entry(column).or_default().choose(&known[..1]);
            }
        }
        Expr::Call(function, args) if *function != Function::Abs => {
            compare_text(limits, op, (*function, args), &known[0]);
        }
        Expr::Arith(Arith::Rem, inner, by, _) if op == Op::Eq && bare(inner).is_some() => {
            let by = self::known(by).map(|[item, _]| item);
            if let (Some(column), Some(by)) = (bare(inner), by) {
                divide(limits.entry(column).or_default(), &by, &known[0]);
            }
        }
        left => {
            let steps = invert(op, left, right);
            steps.iter().for_each(|(op, left, right)| compare(limits, *op, left, right));
        }
    }
}

/// What a value leaves when it is divided.
fn divide(limits: &mut Limits, by: &Item, rest: &Item) {
    match (by, rest) {
        (Item::Int(by), Item::Int(rest)) => limits.rest = Some((*by, rest.checked_rem(*by).unwrap_or(*rest))),
        (Item::Exact(by), rest) if by.unscaled > 0 && rest.float().is_ok_and(|rest| rest == 0.0) => {
            limits.unit = Some(*by);
        }
        _ => {}
    }
}

/// What a comparison says of the column of which a part is compared.
fn compare_text(
    limits: &mut BTreeMap<usize, Limits>,
    op: Op,
    (function, args): (Function, &[Expr]),
    known: &Item,
) {
    let (Some(column), Item::Text(text)) = (args.first().and_then(bare), known) else { return };
    match function {
        Function::Left | Function::Right | Function::Substring if op == Op::Eq => {
            let from = args.get(1).and_then(self::known).map(|[item, _]| item);
            if function != Function::Substring || from == Some(Item::Int(1)) {
                let text = regex::escape(text);
                let is_end = function == Function::Right;
                let pattern = if is_end { format!(".*{text}$") } else { format!("^{text}.*") };
                limits.entry(column).or_default().spell(pattern);
            }
        }
        // Something besides blanks.
        Function::Trim { .. } if matches!(op, Op::Ne | Op::Gt) && text.is_empty() => {
            limits.entry(column).or_default().size(Op::Ge, 1);
        }
        _ => {}
    }
}

/// A constant, at either end of what "now" may be.
pub(super) fn known(expr: &Expr) -> Option<[Item; 2]> {
    if !expr.columns().is_empty() {
        return None;
    }
    let [early, late] = NOW.map(|now| eval(expr, &[], now));
    Some([early.ok()?, late.ok()?])
}

/// The column that an expression is, but for a cast or a stand-in for NULL.
pub(super) fn bare(expr: &Expr) -> Option<usize> {
    match expr {
        Expr::Column(column) => Some(*column),
        Expr::Cast(inner, _) => bare(inner),
        Expr::Call(Function::Coalesce | Function::Pad, args) => match args.as_slice() {
            [inner, Expr::Const(_)] => bare(inner),
            _ => None,
        },
        _ => None,
    }
}

/// The column whose length is taken, of itself or without blanks around it.
fn inside(expr: &Expr) -> Option<usize> {
    match expr {
        Expr::Call(Function::Trim { .. }, args) => args.first().and_then(bare),
        _ => bare(expr),
    }
}
