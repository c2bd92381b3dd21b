//! The transactions of one lane, traced.

use std::sync::Arc;

use super::{
    record::{Entry, Record, ResultRecord, TransactionRecord},
    tracer::{Tracer, has_moved, last_seq, unmoved, waits},
};
use crate::{Action, Applied, Change, Failure, Marked, SqlSession};

/// How far a lane is.
#[derive(Debug)]
pub(crate) struct LaneTrace {
    tracer: Arc<Tracer>,
    lane: u32,
    /// The last transaction that was committed.
    seq: u64,
    /// What the lane's marker has to say for the lane to go on.
    epoch: i64,
    /// What a fence raises it to, or has raised it to, if its answer was lost.
    fence: Option<i64>,
    /// The transaction that may have been committed and of which nobody knows.
    open: Option<u64>,
}

impl LaneTrace {
    pub(super) fn new(tracer: Arc<Tracer>, lane: u32) -> Self {
        LaneTrace { tracer, lane, seq: 0, epoch: 0, fence: None, open: None }
    }

    /// Opens a transaction whose first change is the lane's marker.
    ///
    /// The row lock on the marker is confirmed before anything else is sent, and held until the transaction is decided:
    /// that is what makes [`LaneTrace::resolve`] sound.
    pub(crate) async fn begin(&mut self, session: &mut impl SqlSession) -> Result<(), Failure> {
        let moved = session.stage(&[self.advance()]).await.map_err(unmarked)?;
        if let Err(failure) = has_moved(&moved, self.lane) {
            // It could not be committed in any case, and this failure says more.
            let _ = session.rollback().await;
            return Err(failure);
        }
        Ok(())
    }

    /// Opens a transaction that has the lane's marker and one change under it. What holds for [`LaneTrace::begin`] does here:
    /// the lock on the marker is confirmed with the change, before COMMIT can leave.
    pub(crate) async fn begin_with(
        &mut self,
        session: &mut impl SqlSession,
        change: &Change,
    ) -> Result<Applied, Failure> {
        match session.stage_marked(&self.advance(), change).await {
            Ok(Some(applied)) => Ok(applied),
            Ok(None) => Err(unmoved(self.lane)),
            Err(failure) if may_be_of_marker(&failure) => {
                self.begin(session).await?;
                let applied = session.stage(std::slice::from_ref(change)).await?;
                Ok(applied.into_iter().next().unwrap_or_default())
            }
            Err(failure) => Err(failure),
        }
    }

    /// Writes down what one change will have done, and carries it out under the lane's marker, as a transaction that commits by
    /// itself. Whether it did: if not, nothing is done, and [`LaneTrace::begin_with`] says why.
    ///
    /// The change may reach the target when its connection is long given up. [`LaneTrace::resolve`] is sound all the same,
    /// because the epoch that it leaves behind is not the one that this change has to find.
    pub(crate) async fn commit_at_once(
        &mut self,
        session: &mut impl SqlSession,
        change: &Change,
        entries: Vec<Entry>,
    ) -> Result<bool, Failure> {
        let (lane, seq) = (self.lane, self.seq + 1);
        self.tracer.promise(TransactionRecord { lane, seq, entries }).await?;
        self.open = Some(seq);
        let answer = session.apply_marked(&self.advance(), change).await;
        if let Err(failure) = &answer
            && failure.indeterminate
        {
            return answer.map(|_| false);
        }
        self.ended(seq, matches!(answer, Ok(Marked::Done)))?;
        match answer {
            Ok(Marked::Unmoved) => Err(unmoved(lane)),
            Ok(marked) => Ok(marked == Marked::Done),
            Err(failure) if may_be_of_marker(&failure) => Ok(false),
            Err(failure) => Err(failure),
        }
    }

    /// Writes down what the open transaction is about to commit, and commits it. After a failure that is indeterminate,
    /// the next thing to ask of the lane is [`LaneTrace::resolve`].
    pub(crate) async fn commit(
        &mut self,
        session: &mut impl SqlSession,
        entries: Vec<Entry>,
    ) -> Result<(), Failure> {
        let (lane, seq) = (self.lane, self.seq + 1);
        if let Err(failure) = self.tracer.promise(TransactionRecord { lane, seq, entries }).await {
            let _ = session.rollback().await;
            return Err(failure);
        }
        self.open = Some(seq);
        let committed = session.commit().await;
        if let Err(failure) = &committed
            && failure.indeterminate
        {
            return committed;
        }
        self.ended(seq, committed.is_ok())?;
        committed
    }

    /// Finds out, on a new session, whether the transaction was committed that may have been; if nothing was about to be
    /// committed, it was not.
    pub(crate) async fn resolve(&mut self, session: &mut impl SqlSession) -> Result<bool, Failure> {
        let Some(seq) = self.open else { return Ok(false) };
        let last = self.fence(session).await?;
        let committed = self.tracer.settled(self.lane, seq, last)?;
        self.close(seq, committed);
        Ok(committed)
    }

    /// Raises the epoch by one; where the marker is. A fence whose answer was lost is looked for where it would have come to, so it
    /// may be sent any number of times.
    async fn fence(&mut self, session: &mut impl SqlSession) -> Result<u64, Failure> {
        let may_be_there = self.fence.is_some();
        let next = *self.fence.get_or_insert(self.epoch + 1);
        loop {
            let fence = self.tracer.markers.fence(self.lane, self.epoch, next);
            let answer = session.apply_soon(&fence).await;
            let found = answer.inspect_err(|failure| waits(failure, self.lane))?;
            if found.rows == 0 && !(may_be_there && self.epoch < next) {
                return Err(unmoved(self.lane));
            }
            self.epoch = next;
            if found.rows > 0 {
                self.fence = None;
                return last_seq(&found, self.lane);
            }
        }
    }

    fn advance(&self) -> Change {
        self.tracer.markers.advance(self.lane, self.epoch, self.seq + 1)
    }

    fn ended(&mut self, seq: u64, committed: bool) -> Result<(), Failure> {
        self.close(seq, committed);
        let lane = self.lane;
        self.tracer.defer(lane, &Record::Result(ResultRecord { lane, seq, committed }))
    }

    fn close(&mut self, seq: u64, committed: bool) {
        self.open = None;
        if committed {
            self.seq = seq;
            self.tracer.acknowledged(self.lane, seq);
        }
    }
}

/// Whether it could be the marker's statement that failed, where one statement has both: such a failure is worth another look,
/// for without its marker a lane cannot go on.
fn may_be_of_marker(failure: &Failure) -> bool {
    !failure.indeterminate && matches!(failure.action, Action::RereadSchema | Action::Skip)
}

/// Without its marker no transaction goes on, whatever could be done about the failure in a table of the traffic.
fn unmarked(failure: Failure) -> Failure {
    match failure.action {
        Action::NewValues | Action::RereadSchema | Action::Skip => {
            let message = format!("the table of markers cannot be written: {}", failure.message);
            Failure { action: Action::Fatal, message, ..failure }
        }
        _ => failure,
    }
}
