//! How many rows go in one statement.

use std::ops::Range;

use loadgen_core::{Change, ChangeKind, Fill, Shape, Type};

/// The most parameters of a statement. The protocol has room for 2,100, of which the driver takes two.
const MOST_PARAMS: usize = 2_098;

/// Parameters of a list of rows: a server reads lists that are long more slowly than several short ones, which have to be a transaction
/// though. Rows of eight columns went into Babelfish fastest in lists of 20 to 32, and half as fast in lists of 200.
const USUAL_PARAMS: usize = 512;

/// The rows of a change, statement by statement. Those of a change that has too many for one are of two lengths at most, as the
/// server keeps a plan for each.
pub(crate) fn pieces(change: &Change) -> Vec<Range<usize>> {
    split(change.rows, most(&change.shape))
}

fn split(rows: usize, most: usize) -> Vec<Range<usize>> {
    let statements = rows.div_ceil(most);
    (0..statements).map(|at| at * rows / statements..(at + 1) * rows / statements).collect()
}

/// Whether a marker and a change go into one statement.
pub(crate) fn fits_one(marker: &Change, change: &Change) -> bool {
    let params = marker.shape.width() + change.rows * change.shape.width();
    pieces(change).len() <= 1 && params <= MOST_PARAMS
}

/// The most rows of one statement.
fn most(shape: &Shape) -> usize {
    if is_matched(shape) || shape.width() == 0 {
        return 1;
    }
    widest(shape.width())
}

/// The same for rows of so many parameters.
fn widest(width: usize) -> usize {
    (USUAL_PARAMS / width).max(1)
}

/// Whether what is returned says nothing about the row that it is of, unless that comes alone. Numbers of an identity do: the
/// server gives them in the order in which it is asked to insert.
fn is_matched(shape: &Shape) -> bool {
    let is_number = |index: usize| {
        shape.table.columns.get(index).is_some_and(|column| {
            column.fill == Fill::Sequence { always: true }
                && matches!(column.ty, Type::Int(_) | Type::Decimal { .. })
        })
    };
    match shape.returning.as_slice() {
        [] => false,
        [only] => shape.kind != ChangeKind::Insert || !is_number(*only),
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_number_of_rows_takes_few_statements_within_the_bound_of_parameters() {
        let check = |rows: usize, width: usize, expected: &[usize]| {
            let split = split(rows, widest(width));
            let sizes: Vec<usize> = split.iter().map(Range::len).collect();
            assert_eq!(sizes, expected, "{rows} rows of {width}");
            assert_eq!(split.last().map_or(0, |last| last.end), rows);
            assert!(sizes.iter().all(|rows| rows * width <= MOST_PARAMS));
        };
        check(0, 1, &[]);
        check(1, 1, &[1]);
        check(7, 3, &[7]);
        check(10, 8, &[10]);
        check(64, 8, &[64]);
        check(100, 8, &[50, 50]);
        check(500, 2, &[250, 250]);
        check(513, 1, &[256, 257]);
        check(5, 200, &[1, 2, 2]);
        check(2, MOST_PARAMS, &[1, 1]);
    }
}
