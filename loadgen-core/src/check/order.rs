//! The order in which columns are drawn.

use super::{
    expr::Expr,
    isolate::{isolate, result},
};

/// The columns in their order, but those that are the result of an equation last, each after those that it is computed from.
pub(super) fn order(atoms: &[Expr], columns: &[usize]) -> Vec<usize> {
    let results = results(atoms, columns);
    let is_result = |column: &usize| results.iter().any(|(own, _)| own == column);
    let (mut last, mut order): (Vec<usize>, Vec<usize>) =
        columns.iter().copied().partition(|column| is_result(column));
    while !last.is_empty() {
        let waits = |column: usize| {
            let mut own = results.iter().filter(|(result, _)| *result == column);
            own.any(|(_, others)| others.iter().any(|other| *other != column && last.contains(other)))
        };
        let next = last.iter().position(|column| !waits(*column)).unwrap_or(0);
        order.push(last.remove(next));
    }
    order
}

/// The results of equations, each with the columns of its equation: of one that is another's result already, a column that is none.
fn results(atoms: &[Expr], columns: &[usize]) -> Vec<(usize, Vec<usize>)> {
    let mut equations: Vec<(usize, &Expr)> =
        atoms.iter().filter_map(|atom| Some((result(atom)?, atom))).collect();
    equations.sort_by_key(|(_, atom)| atom.columns().len());
    let mut results: Vec<(usize, Vec<usize>)> = Vec::new();
    for (column, atom) in equations {
        let is_taken = |column: usize| results.iter().any(|(own, _)| *own == column);
        let is_open =
            |other: &usize| columns.contains(other) && !is_taken(*other) && !isolate(atom, *other).is_empty();
        let other = atom.columns().into_iter().find(is_open).filter(|_| is_taken(column));
        results.push((other.unwrap_or(column), atom.columns()));
    }
    results
}
