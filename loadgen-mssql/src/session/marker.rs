//! Markers, and what the server promises to keep of a commit.

use std::{collections::BTreeMap, sync::Arc};

use loadgen_core::{
    NativeType, Table, TableName, Type,
    ledger::{self, MARKER_COLUMNS, MARKER_TABLE},
};

use super::{
    apply::number,
    read::{NOTHING, one},
    transaction::batch,
};
use crate::{
    connect::Connection,
    dialect::Dialect,
    quote::{quote, quote_table},
};

/// Characters of the name of a run. A key has room for 900 bytes.
const RUN: u32 = 200;

/// Makes the table of markers in the user's default schema, if it is not there.
///
/// Whoever may write it but not make tables finds it there, made by somebody who may.
pub(super) async fn marker_table(connection: &mut Connection) -> tiberius::Result<Arc<Table>> {
    let name = name(connection).await?;
    if !is_there(connection, &name).await? {
        let [run, lane, seq, epoch] = MARKER_COLUMNS.map(quote);
        let text = format!(
            "create table {} ({run} nvarchar({RUN}) not null, {lane} bigint not null, {seq} bigint not null, \
             {epoch} bigint not null, primary key ({run}, {lane}))",
            quote_table(&name)
        );
        // Somebody may make it at the same moment.
        if let Err(error) = batch(connection, &text).await
            && !is_there(connection, &name).await?
        {
            return Err(error);
        }
    }
    Ok(Arc::new(described(name)))
}

/// The table of markers, as a session sees it that has a default schema like this.
pub(super) async fn name(connection: &mut Connection) -> tiberius::Result<TableName> {
    let row = one(connection, "select schema_name()", NOTHING).await?;
    Ok(TableName::new(row.try_get::<&str, _>(0)?.unwrap_or("dbo"), MARKER_TABLE))
}

/// Whether there is a table of that name.
pub(super) async fn is_there(connection: &mut Connection, name: &TableName) -> tiberius::Result<bool> {
    let row = one(connection, "select object_id(@P1, N'U')", [quote_table(name)]).await?;
    Ok(number(&row).is_some())
}

fn described(name: TableName) -> Table {
    let native = |name: &str| NativeType { name: name.to_owned(), ..NativeType::default() };
    let run = (Type::Text { max: Some(RUN), fixed: false }, native("nvarchar"));
    ledger::marker_table(name, run, native("bigint"))
}

/// What the server is, which one it is, and the settings that decide what a crash leaves of a commit.
pub(super) async fn standing(
    connection: &mut Connection,
    dialect: Dialect,
) -> tiberius::Result<BTreeMap<String, String>> {
    let mut standing = BTreeMap::new();
    for row in connection.simple_query(include_str!("standing.sql")).await?.into_first_result().await? {
        if let (Some(name), Some(setting)) = (row.try_get::<&str, _>(0)?, row.try_get::<&str, _>(1)?) {
            standing.insert(name.to_owned(), setting.to_owned());
        }
    }
    if dialect.has_delayed_durability() {
        let row = one(connection, include_str!("durability.sql"), NOTHING).await?;
        let setting = row.try_get::<&str, _>(0)?.unwrap_or_default().to_owned();
        standing.insert("delayed durability".to_owned(), setting);
    }
    standing.insert("isolation".to_owned(), "read committed".to_owned());
    Ok(standing)
}
