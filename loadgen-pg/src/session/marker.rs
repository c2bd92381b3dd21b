//! Markers, and what the server promises to keep of a commit.

use std::{collections::BTreeMap, sync::Arc};

use loadgen_core::{
    NativeType, Table, TableName, Type,
    ledger::{self, MARKER_COLUMNS, MARKER_TABLE},
};
use sqlx::{AssertSqlSafe, PgConnection};

use crate::{
    codec::oid,
    quote::{quote, quote_table},
};

/// Makes the table of markers in the first schema of the search path, if it is not there.
///
/// Whoever may write it but not make tables finds it there, made by somebody who may.
pub(super) async fn marker_table(connection: &mut PgConnection) -> sqlx::Result<Arc<Table>> {
    let name = name(connection).await?;
    if !is_there(connection, &name).await? {
        let [run, lane, seq, epoch] = MARKER_COLUMNS.map(quote);
        let text = format!(
            "create table if not exists {} ({run} text, {lane} bigint, {seq} bigint not null, {epoch} bigint not null, \
             primary key ({run}, {lane}))",
            quote_table(&name)
        );
        let made = sqlx::query(AssertSqlSafe(text)).persistent(false).execute(&mut *connection).await;
        // IF NOT EXISTS is no protection against somebody who makes it at the same moment.
        if let Err(error) = made
            && !is_there(connection, &name).await?
        {
            return Err(error);
        }
    }
    Ok(Arc::new(described(name)))
}

/// The table of markers, as a session sees it that has a search path like this.
pub(crate) async fn name(connection: &mut PgConnection) -> sqlx::Result<TableName> {
    let query = sqlx::query_scalar("select current_schema()").persistent(false);
    let schema: Option<String> = query.fetch_one(connection).await?;
    Ok(TableName::new(schema.unwrap_or_else(|| "public".to_owned()), MARKER_TABLE))
}

/// Whether there is a table of that name.
pub(crate) async fn is_there(connection: &mut PgConnection, name: &TableName) -> sqlx::Result<bool> {
    let query = sqlx::query_scalar("select to_regclass($1) is not null").bind(quote_table(name));
    query.persistent(false).fetch_one(connection).await
}

fn described(name: TableName) -> Table {
    let native = |name: &str, id, array_id| NativeType {
        name: name.to_owned(),
        id,
        array_id,
        ..NativeType::default()
    };
    let run = (Type::Text { max: None, fixed: false }, native("text", oid::TEXT, oid::TEXT_ARRAY));
    ledger::marker_table(name, run, native("bigint", oid::INT8, oid::INT8_ARRAY))
}

/// What the server is, which one it is, and the settings that decide what a crash leaves of a commit.
pub(super) async fn standing(connection: &mut PgConnection) -> sqlx::Result<BTreeMap<String, String>> {
    let query = sqlx::query_as(include_str!("standing.sql")).persistent(false);
    let rows: Vec<(String, String)> = query.fetch_all(connection).await?;
    Ok(rows.into_iter().collect())
}

/// Where the write-ahead log ends by now.
pub(super) async fn position(connection: &mut PgConnection) -> sqlx::Result<String> {
    sqlx::query_scalar("select pg_current_wal_lsn()::text").persistent(false).fetch_one(connection).await
}
