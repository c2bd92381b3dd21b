//! What a new plan does otherwise than the one before, for whoever reads the summary.

use super::{
    difference::{differences, is_same},
    plan::CrudPlan,
    table_plan::TablePlan,
};
use crate::{Schema, Table, TableName};

impl CrudPlan {
    /// The plan of a table, whatever the table is called by now.
    pub(super) fn of(&self, table: &Table) -> Option<&TablePlan> {
        self.tables.iter().find(|plan| is_same(&plan.table, table))
    }

    /// What has changed since another plan, as pairs of a table and words about it; empty where nothing has that matters.
    pub(super) fn changes_since(&self, old: &CrudPlan, schema: &Schema) -> Vec<(String, String)> {
        let mut changes = Vec::new();
        for before in old.tables.iter().filter(|before| self.of(&before.table).is_none()) {
            let name = &before.table.name;
            let why = self.refused.iter().find(|(refused, _)| refused == name);
            let elsewhere = schema.tables.iter().find(|table| is_same(&before.table, table));
            let words = match (why, elsewhere) {
                (Some((_, why)), _) => format!("is left out from now on: {why}"),
                (None, Some(table)) => format!("is {} now, which the plan does not name", table.name),
                (None, None) => "dropped or moved away".to_owned(),
            };
            changes.push((name.to_string(), words));
        }
        let renamed = |name: &TableName| {
            let before = old.tables.iter().find(|plan| plan.table.name == *name);
            let now =
                before.and_then(|before| schema.tables.iter().find(|table| is_same(&before.table, table)));
            now.map_or_else(|| name.clone(), |table| table.name.clone())
        };
        for plan in &self.tables {
            let name = plan.table.name.to_string();
            match old.of(&plan.table) {
                Some(before) => {
                    let words = differences(&before.table, &plan.table, &renamed);
                    changes.extend(words.into_iter().map(|words| (name.clone(), words)));
                }
                None if old.refused.iter().any(|(refused, _)| *refused == plan.table.name) => {
                    changes.push((name, "is written from now on".to_owned()));
                }
                None => changes.push((name, "created".to_owned())),
            }
        }
        let new = |name: &crate::TableName| {
            old.refused.iter().all(|(known, _)| known != name)
                && old.tables.iter().all(|plan| plan.table.name != *name)
        };
        let created = self.refused.iter().filter(|(name, _)| new(name));
        changes
            .extend(created.map(|(name, why)| (name.to_string(), format!("created, and left out: {why}"))));
        changes
    }
}
