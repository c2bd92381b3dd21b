//! The transactions of one lane, traced.

use std::sync::Arc;

use super::{
    record::{Entry, Record, ResultRecord, TransactionRecord},
    tracer::{Tracer, has_moved, last_seq},
};
use crate::{Action, Failure, SqlSession};

/// How far a lane is.
#[derive(Debug)]
pub(crate) struct LaneTrace {
    tracer: Arc<Tracer>,
    lane: u32,
    /// The last transaction that was committed.
    seq: u64,
    /// What the lane's marker has to say for the lane to go on.
    epoch: i64,
    /// The transaction that may have been committed and of which nobody knows.
    open: Option<u64>,
}

impl LaneTrace {
    pub(super) fn new(tracer: Arc<Tracer>, lane: u32) -> Self {
        LaneTrace { tracer, lane, seq: 0, epoch: 0, open: None }
    }

    /// Opens a transaction whose first change is the lane's marker.
    ///
    /// The row lock on the marker is confirmed before anything else is sent, and held until the transaction is decided:
    /// that is what makes [`LaneTrace::resolve`] sound.
    pub(crate) async fn begin(&mut self, session: &mut impl SqlSession) -> Result<(), Failure> {
        let marker = self.tracer.markers.advance(self.lane, self.epoch, self.seq + 1);
        let moved = session.stage(&[marker]).await.map_err(unmarked)?;
        if let Err(failure) = has_moved(&moved, self.lane) {
            // It could not be committed in any case, and this failure says more.
            let _ = session.rollback().await;
            return Err(failure);
        }
        Ok(())
    }

    /// Writes down what the open transaction is about to commit, and commits it. After a failure that is indeterminate,
    /// the next thing to ask of the lane is [`LaneTrace::resolve`].
    pub(crate) async fn commit(
        &mut self,
        session: &mut impl SqlSession,
        entries: Vec<Entry>,
    ) -> Result<(), Failure> {
        let (lane, seq) = (self.lane, self.seq + 1);
        let record = Record::Transaction(TransactionRecord { lane, seq, entries });
        if let Err(failure) = self.tracer.write(lane, &record) {
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
        self.ended(seq, committed.is_ok());
        self.tracer.defer(lane, &Record::Result(ResultRecord { lane, seq, committed: committed.is_ok() }))?;
        committed
    }

    /// Finds out, on a new session, whether the transaction was committed that may have been; if nothing was about to be
    /// committed, it was not.
    pub(crate) async fn resolve(&mut self, session: &mut impl SqlSession) -> Result<bool, Failure> {
        let Some(seq) = self.open else { return Ok(false) };
        let epoch = self.epoch + 1;
        let found = session.apply(&[self.tracer.markers.fence(self.lane, epoch)]).await?;
        let last = last_seq(&found, self.lane)?;
        self.epoch = epoch;
        let committed = self.tracer.settled(self.lane, seq, last)?;
        self.ended(seq, committed);
        Ok(committed)
    }

    fn ended(&mut self, seq: u64, committed: bool) {
        self.open = None;
        if committed {
            self.seq = seq;
            self.tracer.acknowledged(self.lane, seq);
        }
    }
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
