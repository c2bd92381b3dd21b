//! How many rows go in one statement.

use std::ops::Range;

use loadgen_core::{Change, ChangeKind, Fill, Shape, Type};

/// The most parameters of a statement. The protocol has room for 2,100, of which the driver takes two.
const MOST_PARAMS: usize = 2_098;

/// Parameters of a list of rows. Rows of eight columns took 0.7 ms each in statements of 512 parameters, and 1.4 ms in
/// those of 2,048: preparing a statement takes more than its share when it is long.
const USUAL_PARAMS: usize = 512;

/// Up to this number each has a text of its own.
const FEW: usize = 8;

/// The rows of a change, statement by statement: few numbers of them, as the server keeps a plan for each.
pub(crate) fn pieces(change: &Change) -> Vec<Range<usize>> {
    let most = most(&change.shape);
    let (mut pieces, mut from) = (Vec::new(), 0);
    while from < change.rows {
        let rows = piece(change.rows - from, most);
        pieces.push(from..from + rows);
        from += rows;
    }
    pieces
}

/// Whether a marker and a change go into one statement.
pub(crate) fn fits_one(marker: &Change, change: &Change) -> bool {
    let params = marker.shape.width() + change.rows * change.shape.width();
    pieces(change).len() <= 1 && params <= MOST_PARAMS
}

/// The largest number of rows that has a text.
fn most(shape: &Shape) -> usize {
    if is_matched(shape) || shape.width() == 0 {
        return 1;
    }
    widest(shape.width())
}

/// The same for rows of so many parameters.
fn widest(width: usize) -> usize {
    let most = (USUAL_PARAMS / width).max(1);
    if most < FEW { most } else { 1 << most.ilog2() }
}

fn piece(rows: usize, most: usize) -> usize {
    match rows {
        rows if rows >= most => most,
        rows if rows <= FEW => rows,
        rows => 1 << rows.ilog2(),
    }
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
    fn any_number_of_rows_takes_few_texts_within_the_bound_of_parameters() {
        let check = |rows: usize, width: usize, expected: &[usize]| {
            let most = widest(width);
            let (mut left, mut pieces) = (rows, Vec::new());
            while left > 0 {
                pieces.push(piece(left, most));
                left -= pieces[pieces.len() - 1];
            }
            assert_eq!(pieces, expected, "{rows} rows of {width}");
        };
        check(1, 1, &[1]);
        check(7, 3, &[7]);
        check(13, 3, &[8, 5]);
        check(500, 2, &[256, 128, 64, 32, 16, 4]);
        check(300, 8, &[64, 64, 64, 64, 32, 8, 4]);
        check(1_100, 1, &[512, 512, 64, 8, 4]);
        check(5, 200, &[2, 2, 1]);
        check(2, MOST_PARAMS, &[1, 1]);
    }
}
