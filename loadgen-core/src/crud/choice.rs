//! Which schemas and tables are meant.

use std::{collections::BTreeSet, sync::Arc};

use super::{
    config::{CrudConfig, TableConfig},
    error::{CrudPlanError, Part},
};
use crate::{Schema, Table};

impl CrudConfig {
    /// Looks whether the schemas that are asked for are there.
    ///
    /// # Errors
    /// When one is not.
    pub fn check_schemas(&self, schema: &Schema) -> Result<(), CrudPlanError> {
        let missing = self.schemas.iter().find(|name| !schema.schemas.contains(name));
        missing.map_or(Ok(()), |name| {
            let there = schema.schemas.iter().map(String::as_str);
            Err(unknown(Part::Schema(name.clone()), name, there))
        })
    }
}

/// The tables that the configuration asks for.
pub(super) fn choose(
    schema: &Schema,
    config: &CrudConfig,
) -> Result<Vec<(Arc<Table>, TableConfig)>, CrudPlanError> {
    config.check_schemas(schema)?;
    let mut excluded = BTreeSet::new();
    for name in &config.exclude {
        excluded.insert(&find(schema, name, Part::Excluded)?.name);
    }
    let mut chosen = Vec::new();
    if config.tables.is_empty() {
        chosen.extend(schema.tables.iter().map(|table| (Arc::clone(table), TableConfig::default())));
    }
    for (name, table_config) in &config.tables {
        let table = find(schema, name, Part::Table)?;
        for column in table_config.columns.keys() {
            if table.column_index(column).is_none() {
                let names = table.columns.iter().map(|column| column.name.as_str());
                let part = Part::Column { table: table.name.clone(), column: column.clone() };
                return Err(unknown(part, column, names));
            }
        }
        chosen.push((Arc::clone(table), table_config.clone()));
    }
    chosen.retain(|(table, _)| !excluded.contains(&table.name));
    chosen.sort_by(|a, b| a.0.name.cmp(&b.0.name));
    Ok(chosen)
}

fn find<'a>(
    schema: &'a Schema,
    name: &str,
    part: impl FnOnce(String) -> Part,
) -> Result<&'a Arc<Table>, CrudPlanError> {
    let mut found = schema.tables.iter().filter(|table| table.name.is_called(name));
    match (found.next(), found.next()) {
        (Some(table), None) => Ok(table),
        (Some(_), Some(_)) => Err(CrudPlanError::Ambiguous(part(name.to_owned()))),
        (None, _) => {
            let names = schema.tables.iter().map(|table| table.name.table.as_str());
            Err(unknown(part(name.to_owned()), name.rsplit('.').next().unwrap_or(name), names))
        }
    }
}

fn unknown<'a>(part: Part, wanted: &str, names: impl Iterator<Item = &'a str>) -> CrudPlanError {
    let names: Vec<&str> = names.collect();
    let likeness = |name: &&str| strsim::jaro_winkler(name, wanted);
    let close = names.iter().map(|name| (likeness(name), name)).filter(|(likeness, _)| *likeness > 0.8);
    let meant = match close.max_by(|a, b| a.0.total_cmp(&b.0)) {
        Some((_, name)) => format!("; did you mean {name:?}?"),
        None if names.is_empty() => "; there is none at all".to_owned(),
        None => format!("; there is {}", names[..names.len().min(10)].join(", ")),
    };
    CrudPlanError::Unknown { part, meant }
}
