//! How a statement takes its rows.

/// The rows of a statement: each number of few has a text of its own, any number of more share one.
///
/// Lists of parameters win up to about eight rows a statement, arrays above: on two cores and four columns to a
/// dozen, inserts of 2, 4, 8 and 16 rows took 0.83, 0.88, 0.93 and 0.98 of the time with arrays.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Batch {
    /// Parameters for one row.
    One,
    /// A list of rows, each of as many parameters.
    Few(usize),
    /// An array for each column.
    Many,
}

impl Batch {
    /// How many texts a change can have.
    pub(super) const KINDS: usize = MOST_OF_FEW + 1;

    pub(super) fn of(rows: usize) -> Self {
        match rows {
            1 => Batch::One,
            2..=MOST_OF_FEW => Batch::Few(rows),
            _ => Batch::Many,
        }
    }

    /// Its place among all.
    pub(super) fn index(self) -> usize {
        match self {
            Batch::Many => 0,
            Batch::One => 1,
            Batch::Few(rows) => rows,
        }
    }
}

const MOST_OF_FEW: usize = 8;
