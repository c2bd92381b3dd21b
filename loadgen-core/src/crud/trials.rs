//! Rows with what the plan file says of columns, held against the checks before the run.

use std::sync::Arc;

use super::{
    plan::CrudPlan,
    source::{Source, names},
    table_plan::TablePlan,
};
use crate::{Check, Column, PrepareError, SqlSession, Value, generate::remedy_for_check};

/// Adds a line to the notes of tables for each check that refuses some of the rows that are drawn, where the plan file has a say in
/// its columns: there it is the plan file that has to meet it.
pub(super) async fn try_out(session: &mut impl SqlSession, plan: &mut CrudPlan) -> Result<(), PrepareError> {
    for at in 0..plan.tables.len() {
        let table = Arc::clone(&plan.tables[at].table);
        for check in table.checks.iter().filter(|check| !table.special.unenforced.contains(&check.name)) {
            let rows = rows(plan, &plan.tables[at], check);
            if rows.is_empty() {
                continue;
            }
            let columns: Vec<&Column> = check.columns.iter().map(|column| &table.columns[*column]).collect();
            let fits = session.fits(&columns, &[&check.condition], &rows).await?;
            let fitting = fits.iter().filter(|fits| **fits).count();
            if fitting < fits.len() {
                let condition = check.condition.split_whitespace().collect::<Vec<_>>().join(" ");
                plan.tables[at].notes.push(format!(
                    "CHECK {condition} refuses {} of {} rows that were tried with what the plan file says of {}; {}",
                    fits.len() - fitting,
                    fits.len(),
                    names(&table, &check.columns),
                    remedy_for_check(&columns)
                ));
            }
        }
    }
    Ok(())
}

/// Values for the columns of a check as they will be drawn; none where the plan file has no say, or the values are not known.
fn rows(plan: &CrudPlan, table: &TablePlan, check: &Check) -> Vec<Vec<Value>> {
    let said = plan.config.key_of(&table.table.name).map(|key| &plan.config.tables[key].columns);
    let is_said =
        |column: &usize| said.is_some_and(|said| said.contains_key(&table.table.columns[*column].name));
    let is_parent = |column: &usize| matches!(table.sources[*column], Source::Parent { .. });
    // Those that are drawn together are known row by row, and of no others.
    let is_tied = |column: &&usize| table.ties.as_ref().is_some_and(|ties| ties.samples(**column).is_some());
    let tied = check.columns.iter().filter(is_tied).count();
    if !check.columns.iter().any(is_said)
        || check.columns.iter().any(is_parent)
        || ![0, check.columns.len()].contains(&tied)
    {
        return Vec::new();
    }
    let values: Vec<Vec<Value>> =
        check.columns.iter().map(|column| table.samples(*column, plan.seed, TRIED)).collect();
    let rows = values.iter().map(Vec::len).min().unwrap_or(0);
    (0..rows).map(|row| values.iter().map(|column| column[row].clone()).collect()).collect()
}

/// Rows that are tried.
const TRIED: u64 = 64;
