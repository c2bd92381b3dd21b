//! What could not be compared, and why.

use std::collections::BTreeMap;

use super::verification::NotCompared;

/// How often something could not be compared, by table and reason.
#[derive(Debug, Default)]
pub(super) struct Coverage(BTreeMap<(u32, Why), u64>);

/// Why something could not be compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Why {
    /// The lane did not know the whole row.
    UnknownSum,
    /// Not all columns came as exact values.
    Inexact,
    /// An unchanged value was not sent, and it had not been sent before.
    NeverSent,
    /// The type of a column was changed later.
    Retyped,
    /// Rows that were changed, and that had been there before.
    UnknownBefore,
    /// Rows that were there before, of which a stream says nothing.
    UnseenBefore,
    /// Rows that were there before, of which some were changed.
    CountedBefore,
    /// Keys that more than one lane has written.
    SeveralLanes,
    /// Rows of statements that did not find all of theirs.
    Missed,
    /// Changes that look like others of their row, in a stream without transaction numbers.
    Alike,
}

impl Why {
    fn words(self) -> &'static str {
        match self {
            Why::UnknownSum => "values of rows that the lane did not know as a whole",
            Why::Inexact => "values of rows of which not all columns came as exact values",
            Why::NeverSent => "values of rows with an unchanged column that was never sent",
            Why::Retyped => "values of rows that were written before a column got another type",
            Why::UnknownBefore => "what touched rows held before the run",
            Why::UnseenBefore => "rows from before the run, of which the stream has no snapshot",
            Why::CountedBefore => {
                "rows from before the run, compared by their number alone, as nobody knows all that they held"
            }
            Why::Missed => {
                "rows of updates and deletes that did not find all of theirs, as somebody else writes there"
            }
            Why::SeveralLanes => "rows that more than one lane has written",
            Why::Alike => {
                "repeats of changes that look like others of their row, as transactions have no numbers"
            }
        }
    }
}

impl Coverage {
    pub(super) fn add(&mut self, relation: u32, why: Why, count: u64) {
        if count > 0 {
            *self.0.entry((relation, why)).or_default() += count;
        }
    }

    /// For people, with the names of the tables.
    pub(super) fn list(&self, name: impl Fn(u32) -> String) -> impl Iterator<Item = NotCompared> {
        self.0.iter().map(move |((relation, why), count)| NotCompared {
            table: name(*relation),
            words: why.words().to_owned(),
            count: *count,
        })
    }
}
