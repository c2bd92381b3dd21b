//! From a database to a plan: what is read, and what is asked, before anything is written.

use std::collections::BTreeSet;

use super::{
    config::CrudConfig,
    observe::observe,
    plan::CrudPlan,
    planning::{Manner, Planning},
    trials::try_out,
};
use crate::{PrepareError, Rights, Schema, SchemaFilter, Seed, Setup, SqlSession, TableName};

/// Reads the schema and plans, without writing anything and whatever the session may do; see [`CrudPlan::rights`].
///
/// # Errors
/// When the database cannot be read, or the configuration does not fit it.
pub async fn plan(
    session: &mut impl SqlSession,
    config: &CrudConfig,
    seed: Seed,
    lanes: u32,
) -> Result<CrudPlan, PrepareError> {
    let mut schema = read(session, config).await?;
    let setup = Setup { seed, lanes, check: false };
    let plan =
        Planning { config, setup: &setup, manner: Manner::Unasked }.settle(session, &mut schema).await?;
    go_on(session, plan).await
}

/// Like [`plan`], but only what the session may do. Tables that it may not write are left out; one that the configuration
/// asks for by name, and not by a pattern, is refused.
///
/// # Errors
/// When a right is missing on a table that is asked for by name, or on all tables; else as [`plan`].
pub async fn permitted_plan(
    session: &mut impl SqlSession,
    config: &CrudConfig,
    setup: &Setup,
) -> Result<CrudPlan, PrepareError> {
    let planning = Planning { config, setup, manner: Manner::Permitted };
    let mut readings = READINGS;
    loop {
        // The version comes first: what changes from here on is noticed later.
        let version = session.schema_version(&filter(config)).await?;
        let mut schema = read(session, config).await?;
        readings -= 1;
        match planning.settle(session, &mut schema).await {
            Err(PrepareError::Dropped(_)) if readings > 0 => {}
            planned => return go_on(session, CrudPlan { version, ..planned? }).await,
        }
    }
}

/// How often the schema is read when tables go while it is being planned for.
pub(super) const READINGS: u32 = 3;

pub(super) fn filter(config: &CrudConfig) -> SchemaFilter {
    SchemaFilter { schemas: config.schemas.clone() }
}

pub(super) async fn read(session: &mut impl SqlSession, config: &CrudConfig) -> Result<Schema, PrepareError> {
    let mut schema = session.introspect(&filter(config)).await?;
    observe(session, &mut schema, config).await?;
    Ok(schema)
}

/// Has numbers go on after those that are there, and looks what the plan file's own values are worth.
async fn go_on(session: &mut impl SqlSession, mut plan: CrudPlan) -> Result<CrudPlan, PrepareError> {
    for (table, column) in plan.numbered() {
        if let Some(largest) = session.largest(&plan.tables[table].table, column).await? {
            plan.start_after(table, column, largest)?;
        }
    }
    try_out(session, &mut plan).await?;
    let lanes = plan.lanes;
    plan.tables.iter_mut().for_each(|table| table.note_room(lanes));
    Ok(plan)
}

impl CrudPlan {
    /// What has to be allowed for this plan, table by table; `check`: and for comparing with the tables afterwards.
    pub fn rights(&self, check: bool) -> Vec<(TableName, Rights)> {
        let numbered: BTreeSet<usize> = self.numbered().into_iter().map(|(table, _)| table).collect();
        // A lane that lacks a parent inserts one, whatever the weights.
        let required: BTreeSet<usize> = self
            .tables
            .iter()
            .flat_map(|plan| &plan.references)
            .filter(|r| !r.optional)
            .filter_map(|r| r.parent.planned())
            .collect();
        let of = |(index, plan): (usize, &super::TablePlan)| {
            let wanted = |weight: u64| plan.weight > 0 && weight > 0;
            let (update, delete) = (wanted(plan.operations.update), wanted(plan.operations.delete));
            let insert = wanted(plan.operations.insert) || required.contains(&index);
            let returns = insert && !plan.insert.returning.is_empty();
            let select =
                plan.touch.adopts() || check || update || delete || returns || numbered.contains(&index);
            (plan.table.name.clone(), Rights { select, insert, update, delete })
        };
        self.tables.iter().enumerate().map(of).collect()
    }
}
