//! What was drawn is carried out.

use super::{
    act::{Act, End},
    lane::OrdersLane,
    role::{CUSTOMER, ITEM, ORDER},
    traffic::Traffic,
};
use crate::{Change, Done, Failure, Marked, Resolved, SqlSession, ledger::LaneTrace, outcome::VETOED};

/// Why an operation is skipped whose rows are not as the lane has left them.
const CHANGED: &str = "somebody else has changed the row";

impl Traffic {
    /// Carries out what was drawn, under the lane's marker if the run keeps a ledger.
    pub(super) async fn perform(
        &self,
        session: &mut impl SqlSession,
        lane: &mut OrdersLane,
        seq: u64,
        act: Act,
    ) -> Result<Done, Failure> {
        let act = lane.pending.insert(act);
        let answer = match &mut lane.trace {
            None => self.send(session, act).await,
            // On the heap, so that the future of the common case stays small.
            Some(trace) => match Box::pin(self.stage_traced(session, trace, act)).await {
                Ok(End::Done) => Box::pin(self.commit_traced(session, lane)).await,
                other => other,
            },
        };
        match answer {
            Ok(End::Done) => Ok(Done::Committed(self.learn(lane, seq))),
            Ok(End::Vetoed) => {
                lane.pending = None;
                Ok(Done::Skipped(VETOED.into()))
            }
            Ok(End::Missed(table)) => {
                lane.miss(table);
                Ok(Done::Skipped(CHANGED.into()))
            }
            Err(failure) => {
                match failure.indeterminate {
                    // It is found out before anything else is asked of the lane.
                    true if lane.trace.is_some() => {}
                    true => lane.give_up(),
                    false => lane.pending = None,
                }
                Err(failure)
            }
        }
    }

    /// Carries out and commits.
    async fn send(&self, session: &mut impl SqlSession, act: &mut Act) -> Result<End, Failure> {
        Ok(match act {
            Act::Place(placing) => {
                let staged = self.stage_order(session, placing).await?;
                if staged == End::Done {
                    session.commit().await?;
                }
                staged
            }
            Act::Advance { change, .. } => hit(session.apply_one(change).await?.rows, ORDER),
            Act::Email { change, .. } => hit(session.apply_one(change).await?.rows, CUSTOMER),
            Act::Cut(cut) => match session.apply_marked(&cut.marker, &cut.change).await? {
                Marked::Done => End::Done,
                Marked::Unmoved => End::Missed(ORDER),
                Marked::Short => End::Missed(ITEM),
            },
        })
    }

    /// Carries out under the lane's marker, and leaves the transaction open if all of it is done.
    async fn stage_traced(
        &self,
        session: &mut impl SqlSession,
        trace: &mut LaneTrace,
        act: &mut Act,
    ) -> Result<End, Failure> {
        let end = match act {
            Act::Place(placing) => {
                trace.begin(session).await?;
                return self.stage_order(session, placing).await;
            }
            Act::Advance { change, .. } => hit(trace.begin_with(session, change).await?.rows, ORDER),
            Act::Email { change, .. } => hit(trace.begin_with(session, change).await?.rows, CUSTOMER),
            Act::Cut(cut) => match hit(trace.begin_with(session, &cut.marker).await?.rows, ORDER) {
                End::Done => hit(staged(session, &cut.change).await?, ITEM),
                missed => missed,
            },
        };
        if end != End::Done {
            session.rollback().await?;
        }
        Ok(end)
    }

    async fn commit_traced(
        &self,
        session: &mut impl SqlSession,
        lane: &mut OrdersLane,
    ) -> Result<End, Failure> {
        let entries = self.entries(lane);
        if let Some(trace) = &mut lane.trace {
            trace.commit(session, entries).await?;
        }
        Ok(End::Done)
    }

    /// Finds out how it ended of which [`Traffic::perform`] left nobody knowing.
    pub(super) async fn find_out(
        &self,
        session: &mut impl SqlSession,
        lane: &mut OrdersLane,
        seq: u64,
    ) -> Result<Resolved, Failure> {
        let Some(trace) = &mut lane.trace else { return Ok(Resolved::Unknown) };
        if trace.resolve(session).await? {
            return Ok(Resolved::Done(Done::Committed(self.learn(lane, seq))));
        }
        lane.pending = None;
        Ok(Resolved::Aborted)
    }
}

fn hit(rows: u64, table: usize) -> End {
    if rows == 0 { End::Missed(table) } else { End::Done }
}

async fn staged(session: &mut impl SqlSession, change: &Change) -> Result<u64, Failure> {
    let applied = session.stage(std::slice::from_ref(change)).await?;
    Ok(applied.first().map_or(0, |applied| applied.rows))
}
