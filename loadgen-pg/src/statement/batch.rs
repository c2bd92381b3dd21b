//! How a statement takes its rows.

use loadgen_core::ChangeKind;

/// The rows of a statement: each number of few has a text of its own, any number of more share one.
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

    /// New rows of up to eight are listed: beside arrays, statements of 2, 4, 8 and 16 rows of six columns took 0.83, 0.88,
    /// 0.93 and 0.98 of the time. Rows that are there are few statements of many texts, for which this was not measured.
    pub(super) fn of(kind: ChangeKind, rows: usize) -> Self {
        match rows {
            1 => Batch::One,
            2..=MOST_OF_FEW if kind == ChangeKind::Insert => Batch::Few(rows),
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
