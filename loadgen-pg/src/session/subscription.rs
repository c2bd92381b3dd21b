//! Subscriptions of this database: which of its tables are still being filled.

use loadgen_core::TableName;
use sqlx::PgConnection;

/// Those of the tables that a subscription is still copying.
pub(super) async fn being_filled(
    connection: &mut PgConnection,
    tables: &[TableName],
) -> sqlx::Result<Vec<TableName>> {
    let names = tables.iter().map(|name| (name.schema.clone(), name.table.clone()));
    let (schemas, tables): (Vec<String>, Vec<String>) = names.unzip();
    let query = sqlx::query_as(include_str!("subscription.sql")).bind(schemas).bind(tables);
    let found: Vec<(String, String)> = query.persistent(false).fetch_all(connection).await?;
    Ok(found.into_iter().map(|(schema, table)| TableName::new(schema, table)).collect())
}
