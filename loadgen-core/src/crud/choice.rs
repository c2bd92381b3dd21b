//! Which tables are meant.

use std::{collections::BTreeSet, sync::Arc};

use super::{
    config::{CrudConfig, TableConfig},
    plan::CrudPlanError,
};
use crate::{Schema, Table};

/// The tables that the configuration asks for.
pub(super) fn choose(
    schema: &Schema,
    config: &CrudConfig,
) -> Result<Vec<(Arc<Table>, TableConfig)>, CrudPlanError> {
    let mut excluded = BTreeSet::new();
    for name in &config.exclude {
        excluded.insert(&find(schema, name)?.name);
    }
    let mut chosen = Vec::new();
    if config.tables.is_empty() {
        chosen.extend(schema.tables.iter().map(|table| (Arc::clone(table), TableConfig::default())));
    }
    for (name, table_config) in &config.tables {
        let table = find(schema, name)?;
        for column in table_config.columns.keys() {
            if table.column_index(column).is_none() {
                let names = table.columns.iter().map(|column| column.name.as_str());
                return Err(unknown("column", &format!("{name}.{column}"), column, names));
            }
        }
        chosen.push((Arc::clone(table), table_config.clone()));
    }
    chosen.retain(|(table, _)| !excluded.contains(&table.name));
    chosen.sort_by(|a, b| a.0.name.cmp(&b.0.name));
    Ok(chosen)
}

fn find<'a>(schema: &'a Schema, name: &str) -> Result<&'a Arc<Table>, CrudPlanError> {
    let fits = |table: &&Arc<Table>| table.name.table == name || table.name.to_string() == name;
    let mut found = schema.tables.iter().filter(fits);
    match (found.next(), found.next()) {
        (Some(table), None) => Ok(table),
        (Some(_), Some(_)) => Err(CrudPlanError::Ambiguous(name.to_owned())),
        (None, _) => {
            let names = schema.tables.iter().map(|table| table.name.table.as_str());
            Err(unknown("table", name, name.rsplit('.').next().unwrap_or(name), names))
        }
    }
}

fn unknown<'a>(
    what: &'static str,
    given: &str,
    wanted: &str,
    names: impl Iterator<Item = &'a str>,
) -> CrudPlanError {
    let names: Vec<&str> = names.collect();
    let close = |name: &&&str| strsim::jaro_winkler(name, wanted) > 0.8;
    let meant = match names.iter().find(close) {
        Some(name) => format!("; did you mean {name:?}?"),
        None if names.is_empty() => "; there is none at all".to_owned(),
        None => format!("; there is {}", names[..names.len().min(10)].join(", ")),
    };
    CrudPlanError::Unknown { what, name: given.to_owned(), meant }
}
