//! The value of an expression for a row.

use super::{
    expr::{Expr, Op},
    function::{lenient, strict},
    item::{Item, Unknown},
    kind::cast,
    number::arith,
};
use crate::Value;

/// The value of an expression for the values of a row, at a time in microseconds since 1970.
///
/// # Errors
/// When the database would answer with an error, or its answer is not known.
pub(crate) fn eval(expr: &Expr, row: &[Value], now: i64) -> Result<Item, Unknown> {
    let of = |expr: &Expr| eval(expr, row, now);
    Ok(match expr {
        Expr::Column(column) => row.get(*column).map_or(Item::Null, Item::from),
        Expr::Const(item) => item.clone(),
        Expr::Now => Item::Moment(now),
        Expr::Not(inner) => truth(of(inner)?)?.map_or(Item::Null, |truth| Item::Bool(!truth)),
        Expr::And(all) => junction(all, false, of)?,
        Expr::Or(any) => junction(any, true, of)?,
        Expr::Compare(op, left, right) => compare(*op, &of(left)?, &of(right)?)?,
        Expr::Differ(left, right) => {
            let (left, right) = (of(left)?, of(right)?);
            Item::Bool(if left.is_null() || right.is_null() {
                left.is_null() != right.is_null()
            } else {
                compare(Op::Ne, &left, &right)? == Item::Bool(true)
            })
        }
        Expr::IsNull(inner) => Item::Bool(of(inner)?.is_null()),
        Expr::Is(wanted, inner) => Item::Bool(truth(of(inner)?)? == Some(*wanted)),
        Expr::Any(op, left, list) => quantified(*op, &of(left)?, of(list)?, true)?,
        Expr::All(op, left, list) => quantified(*op, &of(left)?, of(list)?, false)?,
        Expr::Matches(pattern, inner) => match of(inner)? {
            Item::Null => Item::Null,
            item => Item::Bool(pattern.matches(item.text()?)),
        },
        Expr::Arith(op, left, right, bits) => match (of(left)?, of(right)?) {
            (Item::Null, _) | (_, Item::Null) => Item::Null,
            (left, right) => arith(*op, &left, &right, *bits)?,
        },
        Expr::Cast(inner, kind) => match of(inner)? {
            Item::Null => Item::Null,
            item => cast(item, kind)?,
        },
        Expr::Call(function, args) => {
            let args = args.iter().map(of).collect::<Result<Vec<_>, _>>()?;
            match lenient(*function, &args) {
                Some(result) => result?,
                None if args.iter().any(Item::is_null) => Item::Null,
                None => strict(*function, &args)?,
            }
        }
        Expr::Case(arms, last) => {
            for (when, then) in arms {
                if truth(of(when)?)? == Some(true) {
                    return of(then);
                }
            }
            of(last)?
        }
        Expr::List(items) => Item::List(items.iter().map(of).collect::<Result<_, _>>()?),
        Expr::Each(column, condition) => match row.get(*column) {
            Some(Value::Array(items)) => each(items, condition, now)?,
            _ => Item::Bool(true),
        },
    })
}

/// A condition that is NULL holds, too, as far as a constraint is concerned.
pub(crate) fn holds(expr: &Expr, row: &[Value], now: i64) -> bool {
    eval(expr, row, now).and_then(truth).is_ok_and(|truth| truth != Some(false))
}

/// Whether a condition is certainly not met: neither true nor NULL nor unknown.
pub(crate) fn fails(expr: &Expr, row: &[Value], now: i64) -> bool {
    eval(expr, row, now).and_then(truth).is_ok_and(|truth| truth == Some(false))
}

/// Whether no item fails a condition; of no items, none does.
fn each(items: &[Value], condition: &Expr, now: i64) -> Result<Item, Unknown> {
    for item in items {
        if truth(eval(condition, std::slice::from_ref(item), now)?)? == Some(false) {
            return Ok(Item::Bool(false));
        }
    }
    Ok(Item::Bool(true))
}

fn truth(item: Item) -> Result<Option<bool>, Unknown> {
    match item {
        Item::Null => Ok(None),
        Item::Bool(truth) => Ok(Some(truth)),
        _ => Err(Unknown),
    }
}

/// AND ends at the first that is false, OR (`end`) at the first that is true; NULL is neither.
fn junction(all: &[Expr], end: bool, of: impl Fn(&Expr) -> Result<Item, Unknown>) -> Result<Item, Unknown> {
    let mut null = false;
    for expr in all {
        match truth(of(expr)?)? {
            Some(truth) if truth == end => return Ok(Item::Bool(end)),
            Some(_) => {}
            None => null = true,
        }
    }
    Ok(if null { Item::Null } else { Item::Bool(!end) })
}

fn compare(op: Op, left: &Item, right: &Item) -> Result<Item, Unknown> {
    if left.is_null() || right.is_null() {
        return Ok(Item::Null);
    }
    Ok(Item::Bool(match left.order(right)? {
        Some(ordering) => op.holds(ordering),
        None if op == Op::Eq => false,
        None if op == Op::Ne => true,
        None => return Err(Unknown),
    }))
}

fn quantified(op: Op, left: &Item, list: Item, any: bool) -> Result<Item, Unknown> {
    let items = match list {
        Item::Null => return Ok(Item::Null),
        Item::List(items) => items,
        _ => return Err(Unknown),
    };
    let mut null = false;
    for item in &items {
        match compare(op, left, item)? {
            Item::Bool(truth) if truth == any => return Ok(Item::Bool(any)),
            Item::Null => null = true,
            _ => {}
        }
    }
    Ok(if null { Item::Null } else { Item::Bool(!any) })
}
