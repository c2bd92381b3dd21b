//! What tables hold, counted and hashed.

use std::collections::BTreeMap;

use super::{live::LiveRows, table_plan::TablePlan};
use crate::{Digest, Failure, SqlSession};

/// The rows of a table, counted and hashed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TableDigest {
    /// How many there are.
    pub rows: u64,
    /// The sum of their hashes over the columns whose values loadgen knows.
    pub digest: Digest,
}

impl TableDigest {
    /// These rows without some of them.
    pub(super) fn without(self, some: TableDigest) -> TableDigest {
        let mut digest = self.digest;
        digest.remove(some.digest.0);
        TableDigest { rows: self.rows.saturating_sub(some.rows), digest }
    }

    /// The rows of all lanes.
    pub(super) fn sum(lanes: &[LiveRows]) -> TableDigest {
        lanes.iter().map(LiveRows::digest).fold(TableDigest::default(), |mut all, lane| {
            all.rows += lane.rows;
            all.digest.merge(lane.digest);
            all
        })
    }
}

/// What the tables hold that are not known yet.
pub(super) async fn held(
    session: &mut impl SqlSession,
    tables: impl Iterator<Item = &TablePlan>,
) -> Result<BTreeMap<String, TableDigest>, Failure> {
    let mut held = BTreeMap::new();
    for planned in tables.filter(|planned| planned.unchecked.is_none()) {
        held.insert(planned.table.name.to_string(), table_digest(session, planned).await?);
    }
    Ok(held)
}

/// Counts and hashes the rows of a table, as [`Tally`](crate::Tally) does for the rows of the lanes.
///
/// # Errors
/// When the table cannot be read.
pub async fn table_digest(session: &mut impl SqlSession, plan: &TablePlan) -> Result<TableDigest, Failure> {
    let mut digest = Digest::default();
    let rows = session
        .scan(&plan.table, plan.digested(), &mut |values| digest.add(plan.hash_of_row(values)))
        .await?;
    Ok(TableDigest { rows, digest })
}
