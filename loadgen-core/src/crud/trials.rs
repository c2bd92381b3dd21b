//! Rows with what the plan file says of columns, held against the checks before the run.

use std::sync::Arc;

use super::{
    conditions::one_line,
    error::{CrudPlanError, Part},
    plan::CrudPlan,
    source::{Source, names},
    table_plan::TablePlan,
};
use crate::{Check, Column, PrepareError, Seed, SqlSession, Value, generate::remedy_for_check};

/// Adds a line to the notes of tables for each check that refuses some of the rows that are drawn, where the plan file has a say in
/// its columns: there it is the plan file that has to meet it.
///
/// # Errors
/// When a check refuses all of them, and no trigger may make them others.
pub(super) async fn try_out(session: &mut impl SqlSession, plan: &mut CrudPlan) -> Result<(), PrepareError> {
    for at in 0..plan.tables.len() {
        let table = Arc::clone(&plan.tables[at].table);
        let Some(key) = plan.config.key_of(&table.name).map(str::to_owned) else { continue };
        let said = &plan.config.tables[&key].columns;
        let is_said = |column: &usize| said.contains_key(&table.columns[*column].name);
        for check in table.checks.iter().filter(|check| !table.special.unenforced.contains(&check.name)) {
            let Some(column) = check.columns.iter().find(|column| is_said(column)) else { continue };
            let rows = rows(&plan.tables[at], plan.seed, check);
            if rows.is_empty() {
                continue;
            }
            let columns: Vec<&Column> = check.columns.iter().map(|column| &table.columns[*column]).collect();
            let fits = session.fits(&columns, &[check.words()], &rows).await?;
            let fitting = fits.iter().filter(|fits| **fits).count();
            if fitting == fits.len() {
                continue;
            }
            let condition = one_line(check.words());
            let (refused, remedy) = (fits.len() - fitting, remedy_for_check(&columns));
            let why = format!(
                "CHECK {condition} refuses {refused} of {} rows that were tried with what the plan file says of {}; {remedy}",
                fits.len(),
                names(&table, &check.columns),
            );
            if fitting == 0 && table.special.rewrites.is_none() {
                let column = table.columns[*column].name.clone();
                let part = Part::Column { table: table.name.clone(), column };
                return Err(CrudPlanError::Column { part, why: format!("{}: {why}", table.name) }.into());
            }
            plan.tables[at].notes.push(why);
        }
    }
    Ok(())
}

/// Values for the columns of a check as they will be drawn; none where they are not known.
fn rows(table: &TablePlan, seed: Seed, check: &Check) -> Vec<Vec<Value>> {
    let is_parent = |column: &usize| matches!(table.sources[*column], Source::Parent { .. });
    // Those that are drawn together are known row by row, and of no others.
    let is_tied = |column: &&usize| table.ties.as_ref().is_some_and(|ties| ties.samples(**column).is_some());
    let tied = check.columns.iter().filter(is_tied).count();
    if check.columns.iter().any(is_parent) || ![0, check.columns.len()].contains(&tied) {
        return Vec::new();
    }
    let values: Vec<Vec<Value>> =
        check.columns.iter().map(|column| table.samples(*column, seed, TRIED)).collect();
    let rows = values.iter().map(Vec::len).min().unwrap_or(0);
    (0..rows).map(|row| values.iter().map(|column| column[row].clone()).collect()).collect()
}

/// Rows that are tried.
const TRIED: u64 = 64;
