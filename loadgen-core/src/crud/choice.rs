//! Which schemas and tables are meant.

use std::{collections::BTreeSet, sync::Arc};

use super::{
    config::{CrudConfig, TableConfig},
    error::{CrudPlanError, Part},
};
use crate::{
    Other, Schema, Table, TableName,
    ledger::MARKER_TABLE,
    pattern::{is_called, is_pattern},
};

/// What a configuration asks for.
pub(super) struct Chosen {
    /// In order of their names.
    pub(super) tables: Vec<(Arc<Table>, TableConfig)>,
    /// What was asked for by name and is no table that is written, with the reason.
    pub(super) refused: Vec<(TableName, String)>,
}

impl CrudConfig {
    /// Looks whether the schemas that are asked for are there.
    ///
    /// # Errors
    /// When one is not, or there is no table in them while there are some in others.
    pub fn check_schemas(&self, schema: &Schema) -> Result<(), CrudPlanError> {
        let is_there = |wanted: &&String| schema.schemas.iter().any(|name| is_called(name, wanted));
        let missing = self.schemas.iter().find(|wanted| !is_there(wanted));
        if let Some(name) = missing {
            let there = schema.schemas.iter().map(String::as_str);
            return Err(unknown(Part::Schema(name.clone()), name, there));
        }
        if let ([], [(name, _), ..]) = (schema.tables.as_slice(), schema.elsewhere.as_slice()) {
            let others: Vec<String> = schema.elsewhere.iter().take(NAMED).map(has_tables).collect();
            let more = schema.elsewhere.len().saturating_sub(NAMED);
            let more = if more > 0 { format!(", and {more} more have some") } else { String::new() };
            let place = match self.schemas.as_slice() {
                [] => "on the search path".to_owned(),
                asked => format!("in {}", asked.join(", ")),
            };
            return Err(CrudPlanError::Nothing(format!(
                "there is none {place}; {}{more}: name the schema (--schema {name})",
                others.join(", ")
            )));
        }
        Ok(())
    }

    /// Whether a table is asked for by its name, and not just by a pattern.
    pub(super) fn names(&self, table: &TableName) -> bool {
        self.tables.keys().any(|name| !is_pattern(name) && table.is_called(name))
    }
}

/// So many schemas that have tables are named.
const NAMED: usize = 5;

fn has_tables((name, tables): &(String, u64)) -> String {
    format!("schema {name} has {tables} table{}", if *tables == 1 { "" } else { "s" })
}

/// The tables that the configuration asks for.
pub(super) fn choose(schema: &Schema, config: &CrudConfig) -> Result<Chosen, CrudPlanError> {
    config.check_schemas(schema)?;
    let mut excluded = BTreeSet::new();
    for name in &config.exclude {
        excluded.extend(find(schema, name, Part::Excluded)?.tables.iter().map(|table| &table.name));
    }
    let mut chosen = Chosen { tables: Vec::new(), refused: Vec::new() };
    if config.tables.is_empty() {
        chosen.tables.extend(schema.tables.iter().map(|table| (Arc::clone(table), TableConfig::default())));
    }
    // Whole names first: what they say of a table goes before what a pattern says.
    let (patterns, names): (Vec<_>, Vec<_>) = config.tables.iter().partition(|(name, _)| is_pattern(name));
    let mut known = BTreeSet::new();
    for (name, table_config) in names.into_iter().chain(patterns) {
        let found = find(schema, name, Part::Table)?;
        check_columns(&found.tables, name, table_config)?;
        for table in found.tables {
            if known.insert(&table.name) {
                let mut own = table_config.clone();
                own.columns.retain(|column, _| table.column_index(column).is_some());
                chosen.tables.push((Arc::clone(table), own));
            }
        }
        if let Some(other) = found.other {
            chosen.refused.push((other.name.clone(), format!("it is a {}: {}", other.kind, other.why)));
        }
    }
    let is_marker = |table: &Table| table.name.table == MARKER_TABLE;
    chosen.tables.retain(|(table, _)| !excluded.contains(&table.name) && !is_marker(table));
    chosen.tables.sort_by(|a, b| a.0.name.cmp(&b.0.name));
    Ok(chosen)
}

/// Columns that are configured have to be there, in at least one of the tables that a pattern stands for.
fn check_columns(tables: &[&Arc<Table>], name: &str, config: &TableConfig) -> Result<(), CrudPlanError> {
    let Some(table) = tables.first() else { return Ok(()) };
    for column in config.columns.keys() {
        if tables.iter().all(|table| table.column_index(column).is_none()) {
            let names = table.columns.iter().map(|column| column.name.as_str());
            let part = Part::Column { table: table.name.clone(), column: column.clone() };
            return Err(match unknown(part, column, names) {
                CrudPlanError::Unknown { part, .. } if is_pattern(name) => {
                    CrudPlanError::Unknown { part, meant: format!(", nor in another table like {name}") }
                }
                error => error,
            });
        }
    }
    Ok(())
}

/// What a name stands for.
struct Found<'a> {
    tables: Vec<&'a Arc<Table>>,
    other: Option<&'a Other>,
}

fn find<'a>(
    schema: &'a Schema,
    name: &str,
    part: impl FnOnce(String) -> Part,
) -> Result<Found<'a>, CrudPlanError> {
    let exact: Vec<&Arc<Table>> = schema.tables.iter().filter(|table| table.name.is_called(name)).collect();
    let other = schema.others.iter().find(|other| other.name.is_called(name));
    match (exact.len(), other) {
        (1, _) => return Ok(Found { tables: exact, other: None }),
        (0, Some(other)) => return Ok(Found { tables: exact, other: Some(other) }),
        (0, None) => {}
        _ => return Err(CrudPlanError::Ambiguous(part(name.to_owned()))),
    }
    let tables: Vec<&Arc<Table>> = schema.tables.iter().filter(|table| table.name.fits(name)).collect();
    if tables.is_empty() {
        let names: Vec<String> = schema.tables.iter().map(|table| shortest(&table.name)).collect();
        let wanted = TableName::read(name).map_or_else(|| name.to_owned(), |name| name.table);
        return Err(unknown(part(name.to_owned()), &wanted, names.iter().map(String::as_str)));
    }
    Ok(Found { tables, other: None })
}

/// What a table can be called, without its schema where that can be.
fn shortest(name: &TableName) -> String {
    if name.is_called(&name.table) { name.table.clone() } else { name.to_string() }
}

fn unknown<'a>(part: Part, wanted: &str, names: impl Iterator<Item = &'a str>) -> CrudPlanError {
    let names: Vec<&str> = names.collect();
    let likeness = |name: &&str| strsim::jaro_winkler(name, wanted);
    let close = names.iter().map(|name| (likeness(name), name)).filter(|(likeness, _)| *likeness > 0.8);
    let meant = match close.max_by(|a, b| a.0.total_cmp(&b.0)) {
        Some((_, name)) => format!("; did you mean {name:?}?"),
        None if names.is_empty() => "; there is none at all".to_owned(),
        None if names.len() == 1 => format!("; there is {}", names[0]),
        None => format!("; there are {}", names[..names.len().min(10)].join(", ")),
    };
    CrudPlanError::Unknown { part, meant }
}
