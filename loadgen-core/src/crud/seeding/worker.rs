//! One connection, and the ranges that it is dealt.

use std::{ops::Range, sync::Arc, time::Duration};

use super::{
    call::Caller,
    deal::{MOST_UNFIT, Written},
    progress::SeedProgress,
    wave::{NoRow, Wave},
};
use crate::{
    Action, BulkSession, Failure, Loaded, Rng, Session, Taken, Target, Value,
    engine::{Stop, Tries},
};

/// What all connections share.
#[derive(Debug)]
pub(super) struct Shared<T> {
    pub(super) target: Arc<T>,
    pub(super) stop: Stop,
    pub(super) progress: SeedProgress,
    pub(super) connections: u32,
    /// For opening a session.
    pub(super) deadline: Duration,
}

/// One connection, opened when it is first needed.
pub(super) struct Worker<T: Target> {
    shared: Arc<Shared<T>>,
    session: Option<T::Session>,
    caller: Caller,
}

/// Rows of one transaction: enough that its beginning and end cost nothing, and few enough to end soon when asked to.
const RANGE: Range<u64> = 1_000..50_000;
/// Rows of one transaction where some are refused: a few of them say whether all are.
const PIECE: u64 = MOST_UNFIT / 4;

impl<T: Target> Worker<T>
where
    T::Session: BulkSession,
{
    pub(super) fn new(shared: Arc<Shared<T>>, rng: Rng) -> Self {
        Worker { shared, session: None, caller: Caller::new(rng) }
    }

    /// Writes ranges of a wave until there are no more.
    pub(super) async fn write(&mut self, wave: &Wave, rows: u64) -> Result<(), Failure> {
        let share = rows / u64::from(self.shared.connections) / 4;
        while !self.shared.stop.is_raised()
            && let Some(range) = wave.deal.take(share.clamp(RANGE.start, RANGE.end))
        {
            self.write_range(wave, &range).await?;
        }
        Ok(())
    }

    /// Writes a range, as one transaction. Where the target refuses rows of it for what they are, the others go in piece by
    /// piece, as many as it takes to know that it refuses all.
    async fn write_range(&mut self, wave: &Wave, range: &Range<u64>) -> Result<(), Failure> {
        if self.write_part(wave, range, Taken::Refuse).await? {
            return Ok(());
        }
        let mut first = range.start;
        while first < range.end && !wave.deal.is_over() && !self.shared.stop.is_raised() {
            let piece = first..range.end.min(first + PIECE);
            self.write_part(wave, &piece, Taken::SkipRefused).await?;
            first = piece.end;
        }
        Ok(())
    }

    /// One transaction, as often as it takes. False if rows are refused that are to be left out.
    async fn write_part(
        &mut self,
        wave: &Wave,
        range: &Range<u64>,
        mut taken: Taken,
    ) -> Result<bool, Failure> {
        let mut tries = Tries::default();
        loop {
            if self.session.is_none() {
                self.session = self.caller.call(&self.shared).await?;
            }
            let Some(session) = &mut self.session else { return Ok(true) };
            let failure = match load(session, wave, range, taken).await {
                Ok(written) => {
                    let Written { inserted, unfit } = written;
                    if inserted + unfit == 0 && taken == Taken::Refuse {
                        wave.deal
                            .end("the table takes no rows and says nothing; look at its triggers".to_owned());
                    }
                    wave.deal.done(range, written);
                    self.shared.progress.insert(inserted);
                    return Ok(true);
                }
                Err(failure) => failure,
            };
            if failure.breaks_session() {
                self.session = None;
            }
            if failure.indeterminate {
                // The rows are counted before anything is done about it.
                wave.deal.lost(failure);
                return Ok(true);
            }
            if failure.action == Action::NewValues {
                match taken {
                    // Rows of an earlier seeding, or of somebody else.
                    Taken::Refuse if failure.taken => taken = Taken::Skip,
                    Taken::Refuse | Taken::Skip => {
                        wave.deal.refused(&failure);
                        return Ok(false);
                    }
                    Taken::SkipRefused => return Err(failure),
                }
                continue;
            }
            self.mend(&failure, tries.count(failure.action)).await.ok_or(failure)?;
        }
    }

    /// Makes ready for another try after the `nth` failure with its action; none if there is none.
    async fn mend(&mut self, failure: &Failure, nth: u32) -> Option<()> {
        if nth > self.caller.retry.bound(failure.action) || self.shared.stop.is_raised() {
            return None;
        }
        if failure.action == Action::RereadSchema
            && let Some(session) = &mut self.session
            && session.forget_schema().await.is_err()
        {
            self.session = None;
        }
        self.caller.pause(&self.shared, failure.action, nth).await;
        Some(())
    }
}

/// One transaction. When rows run out, those before are written all the same.
async fn load(
    session: &mut impl BulkSession,
    wave: &Wave,
    range: &Range<u64>,
    taken: Taken,
) -> Result<Written, Failure> {
    let (mut numbers, mut parents, mut short) = (range.clone(), Vec::new(), None);
    let (mut unfit, mut in_a_row) = (0, 0);
    let mut next = |values: &mut Vec<Value>| {
        while in_a_row < MOST_UNFIT
            && let Some(number) = numbers.next()
        {
            match wave.row(number, &mut parents, values) {
                Ok(()) => {
                    in_a_row = 0;
                    return true;
                }
                Err(NoRow::Unfit) => (unfit, in_a_row) = (unfit + 1, in_a_row + 1),
                Err(NoRow::Exhausted(why)) => {
                    short = Some(why);
                    return false;
                }
            }
        }
        false
    };
    let loaded = session.load(&wave.planned().insert, taken, &mut next).await;
    match short {
        Some(why) => wave.deal.end(why),
        None if in_a_row >= MOST_UNFIT => wave.deal.unfit(),
        None => {}
    }
    let Loaded { rows, refused } = loaded?;
    Ok(Written { inserted: rows, unfit: unfit + refused })
}
