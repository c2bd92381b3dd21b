//! The comparison at the end: what is there with what the lanes know.

use std::collections::BTreeMap;

use super::{
    held::{TableDigest, table_digest},
    plan::CrudPlan,
    table_plan::TablePlan,
};
use crate::{CheckError, Report, SqlSession, TableTally};

/// Compares what the tables hold with what was `before` and what the lanes have done since.
///
/// # Errors
/// When something else is there, when nobody can say what should be, or when the target cannot be read.
pub(super) async fn compare(
    plan: &CrudPlan,
    before: &BTreeMap<String, TableDigest>,
    session: &mut impl SqlSession,
    report: &Report,
) -> Result<(), CheckError> {
    let (mut differences, mut doubts, mut compared) = (Vec::new(), Vec::new(), 0);
    for planned in &plan.tables {
        let name = planned.table.name.to_string();
        let lanes = report.tally.tables.get(&name).copied().unwrap_or_default();
        if planned.unchecked.is_some() || lanes.unchecked {
            continue;
        }
        let doubt = doubts_of(&lanes);
        if !doubt.is_empty() {
            doubts.push(format!("{name}: {doubt}"));
            continue;
        }
        compared += 1;
        let mut expected = before.get(&name).copied().unwrap_or_default();
        expected.rows += lanes.live;
        expected.digest.merge(lanes.digest);
        let found = table_digest(session, planned).await?;
        if found.rows != expected.rows {
            differences.push(format!("{name}: {}", miscounted(found.rows, expected.rows)));
        } else if found.digest != expected.digest && !lanes.counted_only {
            differences.push(format!("{name}: digest {} instead of {}", found.digest, expected.digest));
        }
    }
    if compared == 0 && doubts.is_empty() {
        doubts = vec![uncompared(plan)];
    }
    match (differences.is_empty(), doubts.is_empty()) {
        (false, _) => Err(CheckError::Differs(differences)),
        (true, false) => Err(CheckError::Inconclusive(doubts)),
        (true, true) => Ok(()),
    }
}

/// Why nobody can say what the rows of the lanes are; nothing if that is certain.
pub(crate) fn doubts_of(lanes: &TableTally) -> String {
    let TableTally { unknown, missed, .. } = lanes;
    let mut doubts = Vec::new();
    if *unknown > 0 {
        doubts.push(format!("{unknown} operations of unknown outcome"));
    }
    if *missed > 0 {
        doubts
            .push(format!("{missed} updates and deletes did not find their rows: somebody else writes here"));
    }
    doubts.join(", ")
}

/// Why there is nothing to compare.
fn uncompared(plan: &CrudPlan) -> String {
    let of = |planned: &TablePlan| {
        let why = planned.unchecked.as_deref().unwrap_or("it was left out for a while");
        format!("{}: {why}", planned.table.name)
    };
    let tables: Vec<String> = plan.tables.iter().take(NAMED).map(of).collect();
    let more = plan.tables.len().saturating_sub(NAMED);
    let more = if more > 0 { format!(", and {more} more") } else { String::new() };
    format!("nothing was compared ({}{more})", tables.join(", "))
}

/// So many tables that are not compared are named.
const NAMED: usize = 5;

/// What rows that nobody has counted on may come from.
pub(crate) fn miscounted(found: u64, expected: u64) -> String {
    let several = |rows: u64| if rows == 1 { "" } else { "s" };
    let why = match found.checked_sub(expected) {
        Some(more) => format!("{more} row{} that no lane has written", several(more)),
        None => {
            format!("{} row{} gone that no lane has deleted", expected - found, several(expected - found))
        }
    };
    format!("{found} rows instead of {expected}: {why}; somebody else may be writing")
}
