//! A new plan for a schema that has changed under the old one.

use std::sync::Arc;

use super::{
    config::CrudConfig,
    difference::{columns_before, keeps_values},
    error::CrudPlanError,
    plan::CrudPlan,
    planning::{Manner, Planning},
    prepare::{READINGS, read},
    source::Source,
    table_plan::TablePlan,
};
use crate::{PrepareError, Schema, Setup, SqlSession, Table, generate::Distinct, pattern::is_called};

/// What has changed: a table, and words that follow its name.
pub(super) type Changes = Vec<(String, String)>;

/// Reads the schema again and plans for it, as far as possible as before, with what has changed since the `old` plan.
///
/// Tables and columns of the configuration that are gone are passed over, and so are tables that it does not fit any
/// more.
///
/// # Errors
/// When the database cannot be read, or no table is left.
pub(super) async fn replan(
    session: &mut impl SqlSession,
    old: &CrudPlan,
    setup: &Setup,
) -> Result<(CrudPlan, Changes), PrepareError> {
    let mut readings = READINGS;
    loop {
        let schema = read(session, &old.config).await?;
        let gone = old.gone_from(&schema);
        let planned = plan_for(schema, session, old, setup).await;
        readings -= 1;
        if matches!(planned, Err(PrepareError::Dropped(_))) && readings > 0 {
            continue;
        }
        // The ledger has to know even if there is nothing left to go on with.
        if planned.is_err() && !gone.is_empty() {
            old.let_go(gone)?;
        }
        return planned;
    }
}

async fn plan_for(
    mut schema: Schema,
    session: &mut impl SqlSession,
    old: &CrudPlan,
    setup: &Setup,
) -> Result<(CrudPlan, Changes), PrepareError> {
    for table in &mut schema.tables {
        if let Some(plan) = old.of(table) {
            let (late, unremembered) = (plan.late_in(table), plan.unremembered_in(table));
            if !late.is_empty() || !unremembered.is_empty() {
                let special = &mut Arc::make_mut(table).special;
                (special.late, special.unremembered) = (late, unremembered);
            }
        }
    }
    let config = old.config.left_in(&schema)?;
    let planning = Planning { config: &config, setup, manner: Manner::GoingOn };
    let mut plan = planning.settle(session, &mut schema).await?;
    // What is gone may come back.
    plan.config = old.config.clone();
    let changes = plan.changes_since(old, &schema);
    if !changes.is_empty() {
        plan.go_on_from(session, old).await?;
    }
    Ok((plan, changes))
}

impl CrudConfig {
    /// What of it is about something that is there.
    fn left_in(&self, schema: &Schema) -> Result<CrudConfig, CrudPlanError> {
        let called = |table: &Table, key: &str| table.name.is_called(key) || table.name.fits(key);
        let there = |key: &str| {
            schema.tables.iter().any(|table| called(table, key))
                || schema.others.iter().any(|other| other.name.is_called(key))
        };
        let mut left = self.clone();
        left.schemas.retain(|wanted| schema.schemas.iter().any(|name| is_called(name, wanted)));
        left.exclude.retain(|key| there(key));
        left.tables.retain(|key, _| there(key));
        for (key, table_config) in &mut left.tables {
            table_config.columns.retain(|column, _| {
                let mut tables = schema.tables.iter().filter(|table| called(table, key));
                tables.any(|table| table.column_index(column).is_some())
            });
        }
        let is_gone = |asked: bool, left: bool| asked && !left;
        if is_gone(!self.schemas.is_empty(), !left.schemas.is_empty())
            || is_gone(!self.tables.is_empty(), !left.tables.is_empty())
        {
            return Err(CrudPlanError::Nothing("what the plan names is not there any more".to_owned()));
        }
        Ok(left)
    }
}

impl TablePlan {
    /// Whether the columns that the digest covers are still there, under their names, with values that are hashed alike.
    fn keeps_digest(&self, new: &Table) -> bool {
        let before = columns_before(&self.table, new);
        self.known.iter().all(|column| {
            let old = &self.table.columns[*column];
            let now = before.iter().position(|known| *known == Some(*column)).map(|now| &new.columns[now]);
            now.is_some_and(|now| now.name == old.name && keeps_values(old, now))
        })
    }

    /// The columns of the table as it is now that came to it during the run, as long as the others keep their digest.
    fn late_in(&self, new: &Table) -> Vec<usize> {
        if self.generation > 0 || !self.keeps_digest(new) {
            return Vec::new();
        }
        let before = columns_before(&self.table, new);
        let is_late =
            |index: &usize| before[*index].is_none_or(|column| self.table.special.late.contains(&column));
        (0..new.columns.len()).filter(is_late).collect()
    }

    /// The columns of the table as it is now whose values lanes do not know of the rows that they go on with.
    fn unremembered_in(&self, new: &Table) -> Vec<usize> {
        if self.remembered.is_empty() {
            return Vec::new();
        }
        let before = columns_before(&self.table, new);
        let is_known = |index: &usize| before[*index].is_some_and(|column| self.remembered.contains(&column));
        (0..new.columns.len()).filter(|index| !is_known(index)).collect()
    }

    /// Takes over what has to stay as it was: which values are taken, and whether the digest is known.
    fn take_over(&mut self, old: &TablePlan) {
        let before = columns_before(&old.table, &self.table);
        let known = |plan: &TablePlan, of: &dyn Fn(usize) -> Option<usize>| {
            let mut known: Vec<Option<usize>> = plan.known.iter().map(|column| of(*column)).collect();
            known.sort_unstable();
            known
        };
        let covers_the_same = known(old, &Some) == known(self, &|column| before[column]);
        let is_kept = covers_the_same && old.keeps_digest(&self.table);
        self.generation = old.generation + u32::from(!is_kept);
        // The lanes count on.
        self.room = old.room;
        // What may refer to rows that were there may do so still.
        if old.touch.adopts() && old.operations.delete == 0 {
            self.operations.delete = 0;
        }
        for column in 0..self.sources.len() {
            if let Some(distinct) = self.distinct_before(old, column) {
                self.sources[column] = Source::Distinct(distinct.clone());
            }
        }
    }

    /// The distinct values of a column that the lanes are in the middle of, if it takes them as before.
    fn distinct_before<'a>(&self, old: &'a TablePlan, column: usize) -> Option<&'a Distinct> {
        let known = columns_before(&old.table, &self.table)[column]?;
        let (was, is) = (&old.table.columns[known], &self.table.columns[column]);
        let is_alike = (&was.name, &was.ty) == (&is.name, &is.ty)
            && old.config.columns.get(&was.name) == self.config.columns.get(&is.name);
        match (&old.sources[known], &self.sources[column]) {
            (Source::Distinct(distinct), Source::Distinct(_)) if is_alike => Some(distinct),
            _ => None,
        }
    }
}

impl CrudPlan {
    /// Has tables that were there before go on where they are, and numbers of others after those that are there.
    async fn go_on_from(
        &mut self,
        session: &mut impl SqlSession,
        old: &CrudPlan,
    ) -> Result<(), PrepareError> {
        for (table, column) in self.numbered() {
            let plan = &self.tables[table];
            if old.of(&plan.table).is_some_and(|old| plan.distinct_before(old, column).is_some()) {
                continue;
            }
            if let Some(largest) = session.largest(&plan.table, column).await? {
                self.start_after(table, column, largest)?;
            }
        }
        for plan in &mut self.tables {
            if let Some(old) = old.of(&plan.table) {
                plan.take_over(old);
            }
        }
        Ok(())
    }
}
