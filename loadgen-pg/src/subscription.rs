//! Subscriptions of a copy: which of its tables are still being filled.

use loadgen_core::{Failure, ledger::Header};

use crate::{
    PgSession,
    classify::{Place, classify},
};

/// The tables of a run that a subscription of this database is still copying, by schema and name. Until it is through, their
/// rows are older than the marker rows that have come.
///
/// # Errors
/// When the catalog cannot be read.
pub async fn still_copied(session: &mut PgSession, header: &Header) -> Result<Vec<String>, Failure> {
    let marker = header.marker_table().map(|name| (name.schema, name.table));
    let tables = header.tables.values().map(|table| (table.schema.clone(), table.table.clone()));
    let (schemas, names): (Vec<String>, Vec<String>) = tables.chain(marker).unzip();
    let query = sqlx::query_scalar(include_str!("subscription.sql")).bind(schemas).bind(names);
    let found = query.persistent(false).fetch_all(session.driver()?).await;
    found.map_err(|error| classify(&error, Place::Harmless))
}
