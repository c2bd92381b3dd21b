//! One table's turn: wave after wave, until it has as many rows as it is to have.

use std::sync::Arc;

use super::{crew::Crew, report::SeededTable, wave::Wave, worker::Shared};
use crate::{
    BulkSession, Failure, PrepareError, RunError, Target,
    crud::{CrudPlan, parent::Parent},
};

/// One table's turn.
pub(super) struct Turn<'a, T> {
    pub(super) shared: &'a Shared<T>,
    pub(super) plan: &'a Arc<CrudPlan>,
    pub(super) crew: &'a Crew,
    pub(super) index: usize,
    /// How many rows the table is to have when it is over.
    pub(super) goal: u64,
}

/// Of a table that refers to itself, one row in so many is written before the others, which then have something to
/// refer to.
pub(super) const ROOTS: u64 = 10;

impl<T: Target> Turn<'_, T>
where
    T::Session: BulkSession,
{
    /// Adds what is missing. Rows of which nobody knows are counted before anything else is done, by the next call if
    /// this one cannot.
    pub(super) async fn fill(
        &self,
        session: &mut T::Session,
        seeded: &mut SeededTable,
    ) -> Result<(), RunError> {
        let (mut swept, mut failed, mut doubts) = (false, None, Doubts::default());
        loop {
            if seeded.uncertain {
                self.count_again(session, seeded).await?;
            }
            if failed.is_none() {
                failed = doubts.grow(seeded.before + seeded.inserted);
            }
            if let Some(failure) = failed {
                return Err(self.broken(PrepareError::Target(failure)));
            }
            if self.missing(seeded) == 0 || seeded.short.is_some() || self.shared.stop.is_raised() {
                return Ok(());
            }
            let planned = &self.plan.tables[self.index];
            if planned.room <= seeded.inserted {
                seeded.short = planned.ending();
                return Ok(());
            }
            self.shared.progress.at(seeded.name.to_string());
            failed = self.write(session, seeded, (&mut swept, &mut doubts)).await?;
        }
    }

    /// Writes one wave; `swept`: from the number 0 on.
    async fn write(
        &self,
        session: &mut T::Session,
        seeded: &mut SeededTable,
        (swept, doubts): (&mut bool, &mut Doubts),
    ) -> Result<Option<Failure>, RunError> {
        let references = &self.plan.tables[self.index].references;
        let refers_to_itself = references.iter().any(|r| r.parent == Parent::Lane(self.index));
        // Of a seeding that went well, rows have the numbers below their count.
        let first = if *swept { 0 } else { seeded.before + seeded.inserted };
        let room = self.plan.tables[self.index].room - seeded.inserted;
        let mut rows = self.missing(seeded).min(room);
        if refers_to_itself && seeded.before + seeded.inserted == 0 {
            rows = rows.div_ceil(ROOTS);
        }
        let wave = Wave::read(session, self.plan, self.index, (first, rows)).await;
        let wave = wave.map_err(|source| self.broken(source))?;
        if let Some(why) = wave.obstacle() {
            seeded.short = Some(why);
            return Ok(None);
        }
        let wave = Arc::new(wave);
        let failed = self.crew.write(&wave, rows).await?;
        let dealt = wave.deal.dealt();
        seeded.inserted += dealt.inserted;
        seeded.uncertain |= dealt.unclear.is_some();
        doubts.last = dealt.unclear;
        if failed.is_none() {
            // Where values run out, there may be free ones among the lower numbers.
            *swept |= dealt.short.is_some();
            seeded.short = dealt.short.filter(|_| first == 0);
        }
        Ok(failed)
    }

    fn missing(&self, seeded: &SeededTable) -> u64 {
        self.goal.saturating_sub(seeded.before + seeded.inserted)
    }

    async fn count_again(&self, session: &mut T::Session, seeded: &mut SeededTable) -> Result<(), RunError> {
        let counted = session.count(&self.plan.tables[self.index].table, seeded.goal).await;
        let found = counted.map_err(|failure| self.broken(PrepareError::Target(failure)))?;
        seeded.inserted = found.saturating_sub(seeded.before);
        seeded.uncertain = false;
        Ok(())
    }

    fn broken(&self, source: PrepareError) -> RunError {
        RunError::Prepare { target: self.shared.target.describe(), source }
    }
}

/// Answers that are lost while the table does not grow: whatever swallows them swallows the next ones, too.
#[derive(Default)]
struct Doubts {
    /// What the last wave heard instead of an answer.
    last: Option<Failure>,
    /// The most rows that there have been.
    rows: u64,
    in_a_row: u32,
}

/// So many waves without a row and without an answer end a table.
const MOST_DOUBTS: u32 = 8;

impl Doubts {
    /// What to end with, if nothing has come of the last waves.
    fn grow(&mut self, rows: u64) -> Option<Failure> {
        let last = self.last.take()?;
        self.in_a_row = if rows > self.rows { 1 } else { self.in_a_row + 1 };
        self.rows = self.rows.max(rows);
        (self.in_a_row >= MOST_DOUBTS).then_some(last)
    }
}
