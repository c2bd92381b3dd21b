//! Rows of which the server refuses some: the others go in, in as few statements as that takes.

use std::sync::Arc;

use loadgen_core::{Action, Change, Failure, Loaded, NextRow, Shape};

use super::{PgSession, bulk::BATCH};
use crate::classify::Place;

impl PgSession {
    /// Inserts what the server takes, in an open transaction. Rows of a statement that is refused go in two halves, down to the
    /// one that is left out, and statements grow again as long as nothing is refused.
    pub(super) async fn sift(
        &mut self,
        insert: &Arc<Shape>,
        next: &mut NextRow<'_>,
    ) -> Result<Loaded, Failure> {
        // Rows of nothing but defaults go one by one.
        let most = if insert.set.is_empty() { 1 } else { BATCH };
        let (mut loaded, mut at_once, mut waiting) = (Loaded::default(), most, Vec::new());
        self.statement("savepoint loadgen_row").await?;
        while let Some(change) = waiting.pop().or_else(|| Change::drawn(insert, at_once, next)) {
            match self.change(&change, Place::Harmless).await {
                Ok(applied) => {
                    loaded.rows += applied.rows;
                    at_once = (at_once * 2).min(most);
                    self.statement("release savepoint loadgen_row; savepoint loadgen_row").await?;
                }
                Err(failure) if failure.action == Action::NewValues => {
                    self.statement("rollback to savepoint loadgen_row").await?;
                    at_once = (change.rows / 2).max(1);
                    if change.rows == 1 {
                        loaded.refused += u64::from(!failure.taken);
                    } else {
                        waiting.extend(change.halves().into_iter().rev());
                    }
                }
                Err(failure) => return Err(failure),
            }
        }
        Ok(loaded)
    }
}
