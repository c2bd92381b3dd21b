//! Table after table: counting what is there, and what comes of each.

use std::{collections::BTreeSet, sync::Arc};

use super::{
    beginning::{Beginning, few},
    call::Caller,
    crew::Crew,
    order::{circles, order},
    report::{SeedReport, SeededTable},
    turn::Turn,
    worker::Shared,
};
use crate::{
    Action, BulkSession, Failure, PrepareError, Rng, RunError, Target,
    crud::{CrudPlan, TablePlan},
    engine::open,
};

/// Fills all tables that have a goal. One that fails is named, and ends those that need its rows.
pub(super) async fn fill<T: Target>(
    shared: &Arc<Shared<T>>,
    plan: &Arc<CrudPlan>,
    rows: Option<u64>,
) -> Result<SeedReport, RunError>
where
    T::Session: BulkSession,
{
    let connected = open(&*shared.target, shared.deadline).await;
    let connected =
        connected.map_err(|source| RunError::Connect { target: shared.target.describe(), source });
    let mut session = connected?;
    let mut report = SeedReport::default();
    let indexes = count(shared, plan, rows, &mut session, &mut report).await?;
    let crew = Crew::new(shared, plan.seed);
    let (mut failed, mut caller) = (BTreeSet::new(), Caller::new(Rng::keyed(plan.seed, [u64::MAX, 0, 0])));
    for Step { circle, index, is_first } in steps(plan, &indexes) {
        let Some(place) = indexes.iter().position(|own| *own == index) else { continue };
        if failed.contains(&index) {
            continue;
        }
        if let Some(parent) = needed(&plan.tables[index], &failed) {
            let why = format!("it needs rows of {}, which failed", plan.tables[parent].table.name);
            report.tables[place].short = Some(why);
            failed.insert(index);
            continue;
        }
        let beginning = Beginning { shared, plan, indexes: &indexes };
        let goal = if is_first { few(&report.tables[place]) } else { report.tables[place].goal };
        let turn = Turn { shared, plan, crew: &crew, index, goal };
        let mut lost = 0;
        let filled = loop {
            let begun = beginning.write(&mut session, &circle, &mut report.tables).await;
            let filled = match begun {
                Ok(()) => turn.fill(&mut session, &mut report.tables[place]).await,
                Err(error) => Err(error),
            };
            if let Some(failure) = failure_of(&filled)
                && failure.breaks_session()
                && lost < caller.retry.same
                && let Ok(Some(another)) = caller.call(shared).await
            {
                // It may have been idle for longer than somebody on the way likes.
                session = another;
                lost += 1;
            } else {
                break filled;
            }
        };
        let Some(failure) = failure_of(&filled) else {
            filled?;
            continue;
        };
        failed.insert(index);
        let seeded = &mut report.tables[place];
        seeded.short.get_or_insert_with(|| failure.to_string());
        report.fatal.get_or_insert_with(|| (seeded.name.clone(), failure.clone()));
        if failure.breaks_session() || failure.action == Action::PauseThenFatal {
            // What is wrong is wrong with the target, and not with the table.
            break;
        }
    }
    shared.progress.at(String::new());
    report.stopped = shared.stop.is_raised();
    Ok(report)
}

/// One table's turn.
struct Step {
    /// The tables that it is in a circle with, and itself.
    circle: Vec<usize>,
    index: usize,
    /// Whether it gets another turn, after the others of the circle.
    is_first: bool,
}

/// The turns of the tables that have a goal. Those of a circle get a tenth of their rows before the others, which then have
/// something to refer to wherever in the circle they are.
fn steps(plan: &CrudPlan, indexes: &[usize]) -> Vec<Step> {
    let mut steps = Vec::new();
    for mut circle in circles(plan) {
        circle.retain(|table| indexes.contains(table));
        for is_first in [true, false].into_iter().filter(|is_first| !is_first || circle.len() > 1) {
            steps.extend(circle.iter().map(|index| Step { circle: circle.clone(), index: *index, is_first }));
        }
    }
    steps
}

/// So many rows more than a table is to have are counted, so that it is said how many there are.
const BEYOND: u64 = 100_000;

/// Counts the tables that have a goal; answers their places in the plan.
async fn count<T: Target>(
    shared: &Shared<T>,
    plan: &CrudPlan,
    rows: Option<u64>,
    session: &mut T::Session,
    report: &mut SeedReport,
) -> Result<Vec<usize>, RunError>
where
    T::Session: BulkSession,
{
    let mut indexes = Vec::new();
    for index in order(plan) {
        let table = &plan.tables[index];
        let Some(goal) = plan.goal(table, rows) else { continue };
        let most = goal.saturating_add(BEYOND);
        let counted = session.count(&table.table, most).await;
        let broken = |source: Failure| RunError::Prepare {
            target: shared.target.describe(),
            source: PrepareError::Target(source),
        };
        let before = counted.map_err(broken)?;
        let name = table.table.name.clone();
        let (at_least, inserted, uncertain) = (before >= most, 0, false);
        let seeded = SeededTable { name, goal, before, at_least, inserted, uncertain, short: None };
        shared.progress.want(seeded.missing());
        report.tables.push(seeded);
        indexes.push(index);
    }
    Ok(indexes)
}

/// A table that failed and without which there are no rows of this one.
fn needed(plan: &TablePlan, failed: &BTreeSet<usize>) -> Option<usize> {
    let required = plan.references.iter().filter(|reference| !reference.optional);
    required.filter_map(|reference| reference.parent.planned()).find(|parent| failed.contains(parent))
}

/// What the target refused, if that is what went wrong.
fn failure_of<T>(done: &Result<T, RunError>) -> Option<&Failure> {
    match done {
        Err(RunError::Prepare { source: PrepareError::Target(failure), .. }) => Some(failure),
        _ => None,
    }
}
