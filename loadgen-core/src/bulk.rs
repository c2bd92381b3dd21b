//! Rows by the million.

use std::sync::Arc;

use async_trait::async_trait;

use crate::{Failure, Shape, SqlSession, Table, Value};

/// Where rows come from: puts the values of the next one into the empty vector, or answers `false` when there is none.
pub type NextRow<'a> = dyn FnMut(&mut Vec<Value>) -> bool + Send + 'a;

/// What becomes of a row with a unique value that is taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Taken {
    /// It fails the whole load, with [`Action::NewValues`](crate::Action::NewValues).
    Refuse,
    /// It is left out. This may cost twice the time.
    Skip,
    /// It is left out, and so is any row that the target refuses with [`Action::NewValues`](crate::Action::NewValues), as for a
    /// check or a trigger. This may cost a statement a row.
    SkipRefused,
}

/// What has become of the rows of a load.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Loaded {
    /// Rows that were inserted.
    pub rows: u64,
    /// Rows that were left out for another reason than a unique value that is taken.
    pub refused: u64,
}

impl Loaded {
    /// So many rows, and none was refused.
    pub fn whole(rows: u64) -> Self {
        Loaded { rows, refused: 0 }
    }
}

/// How far the values of an integer column reach. NULL does not count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Extent {
    /// How many rows have a value.
    pub rows: u64,
    /// The least value.
    pub least: i64,
    /// The greatest value.
    pub greatest: i64,
}

/// A session that can fill tables.
///
/// For authors of backends: the contract of [`SqlSession`] holds here too, and
/// [`conformance::check_bulk`](crate::conformance::check_bulk) is the test suite.
#[async_trait]
pub trait BulkSession: SqlSession {
    /// Inserts all rows that `next` hands out, as one transaction: all of them or none, but for those that
    /// [`Taken`] has left out. Answers how many were inserted.
    ///
    /// `insert` is the shape of an insert; a row has one value for each column of its `set`, and what it would return is
    /// not asked for. Memory stays flat whatever the number of rows, and the deadline is one for each step, not for
    /// the whole. After a failure some rows have been taken from `next`, and none of them is in the table, unless the failure
    /// is indeterminate.
    async fn load(
        &mut self,
        insert: &Arc<Shape>,
        taken: Taken,
        next: &mut NextRow<'_>,
    ) -> Result<Loaded, Failure>;

    /// Counts the rows of a table, up to `most`. Loads of it that are under way in other sessions are waited for, even if
    /// nobody waits for their answers any more: they would add to what was counted.
    async fn count(&mut self, table: &Table, most: u64) -> Result<u64, Failure>;

    /// The extent of an integer column; none in a table without a value in it.
    async fn extent(&mut self, table: &Table, column: usize) -> Result<Option<Extent>, Failure>;
}

const _: fn(&dyn BulkSession) = |_| ();
