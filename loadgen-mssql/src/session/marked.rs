//! Changes that are carried out together with their markers.

use loadgen_core::{Action, Applied, Change, Failure, Marked};

use super::{MssqlSession, apply::gather};
use crate::{
    classify::Place,
    statement::{SHORT, UNMOVED, WHOLE, fits_one},
};

impl MssqlSession {
    /// A marker and all of a change as a batch that commits by itself: it finds the marker by what the change says of it, whenever it
    /// gets there. A change that needs several statements waits for each, and then for the commit.
    pub(super) async fn whole(&mut self, marker: &Change, change: &Change) -> Result<Marked, Failure> {
        if !fits_one(marker, change) {
            return self.step_by_step(marker, change).await;
        }
        self.begin_call()?;
        let statement = self.statements.marked(marker, change, self.dialect);
        let answer = match statement.and_then(|statement| statement.bind_marked(marker, change)) {
            Ok(query) => {
                let connection = &mut self.connection;
                let work = async { gather(query.query(connection).await?, &[]).await };
                self.patience.wait(Place::Caught, work).await
            }
            Err(failure) => Err(failure),
        };
        match self.settle(answer) {
            Ok(answer) => match answer.done {
                Some(UNMOVED) => Ok(Marked::Unmoved),
                Some(SHORT) => Ok(Marked::Short),
                Some(WHOLE) => Ok(Marked::Done),
                _ => {
                    self.is_sound = false;
                    let why = "the server does not say what became of a change";
                    Err(Failure::indeterminate(Action::Resolve, "protocol", why))
                }
            },
            Err(failure) => Err(self.undo(failure).await),
        }
    }

    async fn step_by_step(&mut self, marker: &Change, change: &Change) -> Result<Marked, Failure> {
        let Some(applied) = self.part(marker, change).await? else { return Ok(Marked::Unmoved) };
        if applied.rows < change.rows as u64 {
            self.rollback().await?;
            return Ok(Marked::Short);
        }
        self.commit().await?;
        Ok(Marked::Done)
    }

    /// A marker and a change in a transaction that is left open; none, and the transaction is over, if the marker is not in its
    /// place.
    pub(super) async fn part(
        &mut self,
        marker: &Change,
        change: &Change,
    ) -> Result<Option<Applied>, Failure> {
        let moved = self.in_transaction(std::slice::from_ref(marker)).await?;
        if moved.first().is_none_or(|marker| marker.rows == 0) {
            return self.rollback().await.map(|()| None);
        }
        let applied = self.in_transaction(std::slice::from_ref(change)).await?;
        Ok(Some(applied.into_iter().next().unwrap_or_default()))
    }
}
