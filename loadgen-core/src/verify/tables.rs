//! The rows of a database, for a verifier: the source itself, or a copy of it.

use std::{collections::BTreeSet, sync::Arc};

use super::{
    error::VerifyError,
    observation::{Cell, Observation, Seen, TableId},
    verifier::Verifier,
};
use crate::{
    Failure, Schema, SchemaFilter, SqlSession, Table, TableName, Value,
    ledger::{Header, MARKER_COLUMNS, MARKER_TABLE, TableHeader},
};

/// Why the rows of a database could not be handed over.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ObserveError {
    /// The database refused something.
    #[error(transparent)]
    Target(#[from] Failure),
    /// A table of the ledger is not there.
    #[error(
        "the sink has no table {0}; is it the right database, and is the table among those that are copied?"
    )]
    Missing(TableName),
    /// The verifier did not take a row.
    #[error(transparent)]
    Verify(#[from] VerifyError),
}

/// The table of markers, if the database has it.
///
/// # Errors
/// When the database cannot be read.
pub async fn find_markers(
    session: &mut impl SqlSession,
    header: &Header,
) -> Result<Option<Arc<Table>>, ObserveError> {
    let Some(name) = name_of(&header.marker) else { return Ok(None) };
    Ok(read(session, [name.schema.clone()]).await?.table(&name).map(Arc::clone))
}

/// Hands the markers over that [`find_markers`] has found; whoever waits for the last watermark calls this again and again.
///
/// # Errors
/// When the database cannot be read.
pub async fn observe_markers(
    session: &mut impl SqlSession,
    markers: &Arc<Table>,
    verifier: &mut Verifier,
) -> Result<(), ObserveError> {
    match verifier.table(&markers.name.schema, MARKER_TABLE) {
        Some(id) => observe(session, markers, (id, &[]), &MARKER_COLUMNS, verifier).await,
        None => Ok(()),
    }
}

/// Hands all rows of the tables over that the ledger knows, by the names that they had last, or before in a copy that nobody has
/// told of the new ones. The markers come before them.
///
/// # Errors
/// When a table is missing that should be there, or the database cannot be read.
pub async fn observe_rows(
    session: &mut impl SqlSession,
    header: &Header,
    verifier: &mut Verifier,
) -> Result<(), ObserveError> {
    let schema = read(session, header.tables.values().map(|table| table.schema.clone())).await?;
    let mut done = BTreeSet::new();
    // The last form of a table is the one that it has now.
    for table in header.tables.values().rev() {
        let Some(id) = verifier.table(&table.schema, &table.table).filter(|id| done.insert(*id)) else {
            continue;
        };
        let names = || header.forms(table).map(|form| TableName::new(&form.schema, &form.table));
        let Some(found) = names().find_map(|name| schema.table(&name)) else {
            match names().next().filter(|_| !verifier.is_passed_over(id)) {
                Some(name) => return Err(ObserveError::Missing(name)),
                None => continue,
            }
        };
        let is_form = |form: &&TableHeader| verifier.table(&form.schema, &form.table) == Some(id);
        let forms = header.tables.values().filter(is_form);
        let covered = forms.flat_map(|form| form.columns.iter().map(|column| &column.name).chain(&form.key));
        let wanted: BTreeSet<&str> = covered.map(String::as_str).collect();
        let wanted: Vec<&str> = wanted.into_iter().collect();
        observe(session, found, (id, &table.key), &wanted, verifier).await?;
    }
    Ok(())
}

fn name_of(full: &str) -> Option<TableName> {
    full.strip_suffix(MARKER_TABLE)?.strip_suffix('.').map(|schema| TableName::new(schema, MARKER_TABLE))
}

async fn read(
    session: &mut impl SqlSession,
    schemas: impl IntoIterator<Item = String>,
) -> Result<Schema, Failure> {
    let schemas: BTreeSet<String> = schemas.into_iter().collect();
    session.introspect(&SchemaFilter { schemas: schemas.into_iter().collect() }).await
}

/// Hands all rows of one table over, with the columns that are wanted as far as there are such.
async fn observe(
    session: &mut impl SqlSession,
    table: &Arc<Table>,
    (id, key): (TableId, &[String]),
    wanted: &[&str],
    verifier: &mut Verifier,
) -> Result<(), ObserveError> {
    let all: Vec<usize> = wanted.iter().filter_map(|name| table.column_index(name)).collect();
    let names: Vec<&str> = all.iter().map(|index| table.columns[*index].name.as_str()).collect();
    let places: Vec<usize> =
        key.iter().filter_map(|name| names.iter().position(|column| column == name)).collect();
    let mut failed = None;
    let each = &mut |values: &[Value]| {
        if failed.is_some() {
            return;
        }
        let key: Vec<String> = places.iter().map(|place| values[*place].to_string()).collect();
        let cells = values.iter().cloned().map(Cell::Value);
        let columns: Vec<(&str, Cell)> = names.iter().copied().zip(cells).collect();
        let row = Observation {
            table: id,
            seen: Seen::Row,
            key: &key,
            columns: &columns,
            transaction: None,
            stream: 0,
        };
        failed = verifier.observe(&row).err();
    };
    session.scan(table, &all, each).await?;
    failed.map_or(Ok(()), |error| Err(error.into()))
}
