//! Rows of which the server refuses some: the others go in, in as few statements as that takes.

use std::sync::Arc;

use loadgen_core::{Action, Change, Failure, Loaded, NextRow, Shape, Taken};

use super::{
    MssqlSession,
    apply::{gather, is_several},
};
use crate::classify::Place;

/// Rows of one statement.
const BATCH: usize = 512;

impl MssqlSession {
    /// Inserts what the server takes, in an open transaction. Rows of a statement that is refused go in two halves, down to the
    /// one that is left out, and statements grow again as long as nothing is refused.
    pub(super) async fn sift(
        &mut self,
        insert: &Arc<Shape>,
        taken: Taken,
        next: &mut NextRow<'_>,
    ) -> Result<Loaded, Failure> {
        // With it, a statement that is refused takes the transaction with it.
        self.statement("set xact_abort off").await?;
        let answer = self.sifted(insert, taken, next).await;
        if answer.as_ref().err().is_some_and(Failure::breaks_session) {
            return answer;
        }
        let reset = self.statement("set xact_abort on").await;
        if reset.is_err() {
            self.is_sound = false;
        }
        answer.and_then(|loaded| reset.map(|()| loaded))
    }

    async fn sifted(
        &mut self,
        insert: &Arc<Shape>,
        taken: Taken,
        next: &mut NextRow<'_>,
    ) -> Result<Loaded, Failure> {
        // Rows of nothing but defaults go one by one.
        let most = if insert.set.is_empty() { 1 } else { BATCH };
        let (mut loaded, mut at_once, mut waiting, mut kept) =
            (Loaded::default(), most, Vec::new(), Vec::new());
        while let Some(change) = waiting.pop().or_else(|| Change::drawn(insert, at_once, next)) {
            if change.rows > 1 && is_several(&change) {
                waiting.extend(change.halves().into_iter().rev());
                continue;
            }
            match self.change(&change, Place::Harmless).await {
                Ok(applied) => {
                    loaded.rows += applied.rows;
                    at_once = (at_once * 2).min(most);
                    kept.push(change);
                }
                Err(failure) if is_left_out(&failure, taken) => {
                    at_once = (change.rows / 2).max(1);
                    if change.rows == 1 {
                        loaded.refused += u64::from(!failure.taken);
                    } else {
                        waiting.extend(change.halves().into_iter().rev());
                    }
                    self.reopen(insert, &kept).await?;
                }
                Err(failure) => return Err(failure),
            }
        }
        Ok(loaded)
    }

    /// Carries on with the transaction. Most refusals leave it open; a trigger may have rolled it back, and then what was inserted
    /// is inserted again.
    async fn reopen(&mut self, insert: &Arc<Shape>, kept: &[Change]) -> Result<(), Failure> {
        self.begin_call()?;
        let connection = &mut self.connection;
        let sql = "if xact_state() = -1 rollback transaction; select @@trancount as loadgen_done";
        let work = async { gather(connection.simple_query(sql).await?, &[]).await };
        let answer = self.patience.wait(Place::Harmless, work).await;
        if self.settle(answer)?.done.is_some_and(|open| open > 0) {
            return Ok(());
        }
        self.begin_load(&insert.table.name).await?;
        for change in kept {
            self.change(change, Place::Harmless).await?;
        }
        Ok(())
    }
}

/// Whether rows that fail like this are left out.
fn is_left_out(failure: &Failure, taken: Taken) -> bool {
    failure.action == Action::NewValues && (failure.taken || taken == Taken::SkipRefused)
}
