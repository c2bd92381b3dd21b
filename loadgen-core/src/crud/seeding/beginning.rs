//! Rows of tables of which each needs one of another: inserted together, with a constraint deferred.
//!
//! Those are the first, and all where a row belongs to one of the other table and to no second.

use std::sync::Arc;

use super::{
    deal::MOST_UNFIT,
    report::SeededTable,
    turn::ROOTS,
    wave::{NoRow, Wave},
    worker::Shared,
};
use crate::{
    Action, BulkSession, Change, PrepareError, RunError, SqlSession, Target, Value,
    crud::{CrudPlan, TablePlan, reference::Part},
};

/// Rows of each table in one transaction.
const AT_ONCE: u64 = 500;
/// Values of so many transactions may be taken before something is wrong.
const MOST_BARREN: u32 = 300;
/// More first rows than this are of no use: those that follow choose among them.
const MOST: u64 = 10_000;

/// How many rows a table of a circle gets before the others have their first.
pub(super) fn few(seeded: &SeededTable) -> u64 {
    seeded.goal.div_ceil(ROOTS)
}

/// Tables whose first rows are inserted together.
pub(super) struct Beginning<'a, T> {
    pub(super) shared: &'a Shared<T>,
    pub(super) plan: &'a Arc<CrudPlan>,
    /// The tables that have a goal, as places in the plan, each in the place of its report.
    pub(super) indexes: &'a [usize],
}

impl<T: Target> Beginning<'_, T>
where
    T::Session: BulkSession,
{
    /// Writes the first rows of the tables of a circle of which each needs one of another, if they have none.
    pub(super) async fn write(
        &self,
        session: &mut T::Session,
        circle: &[usize],
        tables: &mut [SeededTable],
    ) -> Result<(), RunError> {
        let leads =
            |table: &&usize| self.plan.tables[**table].references.iter().any(|r| r.part == Part::Ahead);
        for first in circle.iter().filter(leads) {
            let members = self.plan.circle_of(*first);
            let places: Option<Vec<usize>> =
                members.iter().map(|table| self.indexes.iter().position(|index| index == table)).collect();
            // One without a goal stays as it is, and those that need its rows say so.
            let Some(places) = places else { continue };
            for (member, place) in members.iter().zip(&places) {
                let own = &mut tables[*place];
                if own.uncertain {
                    let counted = session.count(&self.plan.tables[*member].table, own.goal).await;
                    let found = counted.map_err(|failure| self.broken(PrepareError::Target(failure)))?;
                    (own.inserted, own.uncertain) = (found.saturating_sub(own.before), false);
                }
            }
            let is_empty = |place: &usize| tables[*place].before + tables[*place].inserted == 0;
            let rows = match self.is_one_to_one(&members) {
                true => places.iter().map(|place| tables[*place].missing()).min(),
                false if places.iter().all(is_empty) => {
                    places.iter().map(|place| few(&tables[*place]).min(MOST)).min()
                }
                false => None,
            };
            if let Some(rows) = rows.filter(|rows| *rows > 0) {
                self.insert(session, (&members, &places), tables, rows).await?;
            }
        }
        Ok(())
    }

    /// Whether no two rows may have the same parent in the circle.
    fn is_one_to_one(&self, members: &[usize]) -> bool {
        members.iter().any(|member| {
            let plan = &self.plan.tables[*member];
            let is_inside = |at: &usize| plan.references[*at].part != Part::None;
            plan.layout.combining.lines == 1
                && plan.layout.combining.references.iter().all(is_inside)
                && !plan.layout.combining.references.is_empty()
        })
    }

    async fn insert(
        &self,
        session: &mut T::Session,
        (members, places): (&[usize], &[usize]),
        tables: &mut [SeededTable],
        rows: u64,
    ) -> Result<(), RunError> {
        let mut waves = Vec::with_capacity(members.len());
        for (member, place) in members.iter().zip(places) {
            let first = tables[*place].before + tables[*place].inserted;
            let wave = Wave::read(session, self.plan, *member, (first, rows)).await;
            waves.push(wave.map_err(|source| self.broken(source))?);
        }
        Wave::join(&mut waves);
        if waves.iter().any(|wave| wave.obstacle().is_some()) {
            return Ok(());
        }
        let mut numbers = Numbers { next: 0, left: rows, unfit: 0 };
        let mut barren = 0;
        while barren < MOST_BARREN && !self.shared.stop.is_raised() {
            let changes = numbers.draw(&waves);
            let rows = changes.first().map_or(0, |change| change.rows as u64);
            if rows == 0 {
                break;
            }
            let written = async {
                session.defer().await?;
                let applied = session.stage(&changes).await?;
                session.commit().await.map(|()| applied)
            };
            match written.await {
                Ok(applied) => {
                    for (place, applied) in places.iter().zip(applied) {
                        tables[*place].inserted += applied.rows;
                        self.shared.progress.insert(applied.rows);
                    }
                }
                Err(failure) if failure.action == Action::NewValues => {
                    (barren, numbers.left) = (barren + 1, numbers.left + rows);
                }
                Err(failure) => {
                    places.iter().for_each(|place| tables[*place].uncertain |= failure.indeterminate);
                    return Err(self.broken(PrepareError::Target(failure)));
                }
            }
        }
        Ok(())
    }

    fn broken(&self, source: PrepareError) -> RunError {
        RunError::Prepare { target: self.shared.target.describe(), source }
    }
}

/// Which rows come next: those of a number, counted from the first of each table, in all tables or in none.
struct Numbers {
    next: u64,
    left: u64,
    /// Numbers in a row with which no rows meet the checks.
    unfit: u64,
}

impl Numbers {
    fn draw(&mut self, waves: &[Wave]) -> Vec<Change> {
        let change = |wave: &Wave| TablePlan::change(&wave.planned().insert, 0);
        let mut changes: Vec<Change> = waves.iter().map(change).collect();
        let (mut drawn, mut parents) = (0, Vec::new());
        while drawn < self.left.min(AT_ONCE) && self.unfit < MOST_UNFIT {
            let mut values: Vec<Vec<Value>> = vec![Vec::new(); waves.len()];
            let mut rows = waves.iter().zip(&mut values);
            let answer =
                rows.try_for_each(|(wave, values)| wave.row(wave.first() + self.next, &mut parents, values));
            match answer {
                Ok(()) => {
                    for (change, values) in changes.iter_mut().zip(values) {
                        change.values.extend(values);
                        change.rows += 1;
                    }
                    (drawn, self.unfit) = (drawn + 1, 0);
                }
                Err(NoRow::Unfit) => self.unfit += 1,
                Err(NoRow::Exhausted(_)) => {
                    self.left = drawn;
                    break;
                }
            }
            self.next += 1;
        }
        self.left -= drawn;
        changes
    }
}
