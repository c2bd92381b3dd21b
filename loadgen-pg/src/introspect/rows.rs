//! Checks on columns whose values are rows.

use loadgen_core::Obstacle;

use super::Draft;
use crate::quote::quote;

/// A row of nothing but NULLs `IS NULL`, and one with a single NULL is not `IS NOT NULL`: such checks look into the
/// values, and nobody makes values for them.
pub(super) fn doubt(draft: &mut Draft) {
    let (table, rows) = (&mut draft.table, &draft.rows);
    if rows.is_empty() {
        return;
    }
    let looks_inside = |condition: &str| {
        rows.iter().map(|row| &table.columns[*row].name).any(|name| {
            [name.clone(), quote(name)].iter().any(|name| {
                [" IS NULL", " IS NOT NULL"].iter().any(|test| condition.contains(&format!("({name}{test}")))
            })
        })
    };
    let (doubtful, clear): (Vec<_>, Vec<_>) =
        std::mem::take(&mut table.checks).into_iter().partition(|check| looks_inside(&check.condition));
    table.checks = clear;
    table.obstacles.extend(doubtful.into_iter().map(|check| {
        let what = format!("CHECK {}: whether a row is NULL depends on what is in it", check.condition);
        Obstacle { what, columns: check.columns }
    }));
}
