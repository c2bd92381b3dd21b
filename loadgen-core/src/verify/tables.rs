//! The rows of a database, for a verifier: the source itself, or a copy of it.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use super::{
    conversion::{Conversion, type_name},
    error::VerifyError,
    observation::{Cell, Observation, Seen, TableId},
    verifier::Verifier,
};
use crate::{
    Failure, Schema, SchemaFilter, SqlSession, Table, TableName, Type, Value,
    ledger::{Covered, Form, Header, MARKER_COLUMNS, MARKER_TABLE, ResolveError, TableHeader},
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
    /// The database keeps rows from this session.
    #[error("not all rows of {table} are shown to this session, so nobody can say what is missing: {why}")]
    Hidden {
        /// The table.
        table: TableName,
        /// Who hides them, and what to do.
        why: String,
    },
    /// It is not the database that the run went to.
    #[error(transparent)]
    Elsewhere(ResolveError),
    /// The verifier did not take a row.
    #[error(transparent)]
    Verify(#[from] VerifyError),
}

impl From<ResolveError> for ObserveError {
    /// A session that is lost while it is asked says nothing of which database it was.
    fn from(error: ResolveError) -> Self {
        match error {
            ResolveError::Target(failure) => ObserveError::Target(failure),
            elsewhere => ObserveError::Elsewhere(elsewhere),
        }
    }
}

/// The table of markers, if the database has it.
pub(super) async fn find_markers(
    session: &mut impl SqlSession,
    header: &Header,
) -> Result<Option<Arc<Table>>, ObserveError> {
    let Some(name) = header.marker_table() else { return Ok(None) };
    Ok(read(session, [name.schema.clone()]).await?.table(&name).map(Arc::clone))
}

/// Hands the markers over that [`find_markers`] has found; whoever waits for the last watermark calls this again and again.
pub(super) async fn observe_markers(
    session: &mut impl SqlSession,
    markers: &Arc<Table>,
    verifier: &mut Verifier,
) -> Result<(), ObserveError> {
    match verifier.table(&markers.name.schema, MARKER_TABLE) {
        Some(id) => {
            let wanted = MARKER_COLUMNS.map(|name| (name, None)).into();
            verifier.forget_markers();
            observe(session, markers, (id, &[]), &wanted, verifier).await
        }
        None => Ok(()),
    }
}

/// Hands all rows of the tables over that the ledger knows, by the names that they had last, or before in a copy that nobody has
/// told of the new ones. The markers come before them.
pub(super) async fn observe_rows(
    session: &mut impl SqlSession,
    verifier: &mut Verifier,
) -> Result<(), ObserveError> {
    let header = verifier.header();
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
        let mut wanted = Wanted::new();
        for form in forms {
            wanted.extend(form.key.iter().map(|name| (name.as_str(), None)));
            wanted.extend(form.columns.iter().map(|column| (column.name.as_str(), Some(column))));
        }
        observe(session, found, (id, &table.key), &wanted, verifier).await?;
    }
    Ok(())
}

async fn read(
    session: &mut impl SqlSession,
    schemas: impl IntoIterator<Item = String>,
) -> Result<Schema, Failure> {
    let schemas: BTreeSet<String> = schemas.into_iter().collect();
    session.introspect(&SchemaFilter { schemas: schemas.into_iter().collect() }).await
}

/// Columns by their names, and what the ledger had in them last.
type Wanted<'a> = BTreeMap<&'a str, Option<&'a Covered>>;

/// Hands all rows of one table over, with the columns that are wanted as far as there are such.
async fn observe(
    session: &mut impl SqlSession,
    table: &Arc<Table>,
    (id, key): (TableId, &[String]),
    wanted: &Wanted<'_>,
    verifier: &mut Verifier,
) -> Result<(), ObserveError> {
    if let Some(why) = session.hides(table).await?.filter(|_| !verifier.is_passed_over(id)) {
        return Err(ObserveError::Hidden { table: table.name.clone(), why });
    }
    let is_readable = |index: &usize| !matches!(table.columns[*index].ty, Type::Unsupported);
    let found = wanted.keys().filter_map(|name| table.column_index(name));
    let all: Vec<usize> = found.filter(is_readable).collect();
    let names: Vec<&str> = all.iter().map(|index| table.columns[*index].name.as_str()).collect();
    let place = |(at, name): (usize, &String)| names.iter().position(|column| column == name).ok_or(at);
    let places: Vec<usize> = match key.iter().enumerate().map(place).collect() {
        Ok(places) => places,
        Err(lacking) => {
            verifier.exempt(id, format!("its key is not there to be read: {}", key[lacking]));
            return Ok(());
        }
    };
    let conversions: Vec<Option<Conversion>> =
        all.iter().map(|index| conversion(table, *index, (id, wanted), verifier)).collect();
    let mut failed = None;
    let each = &mut |values: &[Value]| {
        if failed.is_some() {
            return;
        }
        let cells = values.iter().cloned().zip(&conversions).map(|(value, conversion)| match conversion {
            Some(conversion) => conversion.cell(value),
            None => Cell::Value(value),
        });
        let columns: Vec<(&str, Cell)> = names.iter().copied().zip(cells).collect();
        let text = |place: &usize| match &columns[*place] {
            (_, Cell::Value(value)) => Ok(value.to_string()),
            (name, _) => Err(*name),
        };
        let key: Vec<String> = match places.iter().map(text).collect() {
            Ok(key) => key,
            Err(name) => {
                return verifier.exempt(id, format!("the sink cannot give its key exactly: {name}"));
            }
        };
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

/// What makes the values of a column those that the ledger has, if its type is another one here.
fn conversion(
    table: &Table,
    index: usize,
    (id, wanted): (TableId, &Wanted<'_>),
    verifier: &mut Verifier,
) -> Option<Conversion> {
    let column = &table.columns[index];
    let covered = wanted.get(column.name.as_str()).copied().flatten()?;
    let (form, has) = (covered.form.as_ref()?, Form::of(&column.ty));
    let conversion = Conversion::between(has.clone(), form)?;
    let [in_ledger, in_sink] = [type_name(&covered.ty, form), type_name(&column.native.name, &has)];
    verifier.retype(id, &column.name, in_ledger, in_sink);
    Some(conversion)
}
