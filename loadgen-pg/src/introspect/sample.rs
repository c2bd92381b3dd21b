//! Values of columns that nobody knows how to spell, taken from the rows that are there.

use loadgen_core::{Fill, Table, Type};
use sqlx::{AssertSqlSafe, PgConnection};

use crate::quote::{own_rows, quote};

/// Makes columns of unknown types writable that have neither a default nor NULL to fall back to: they get what other
/// rows have. A key cannot do with that.
pub(super) async fn fill_in(conn: &mut PgConnection, table: &mut Table) -> sqlx::Result<()> {
    for index in 0..table.columns.len() {
        let column = &table.columns[index];
        let is_key = table.uniques.iter().chain([&table.primary_key]).any(|key| key.contains(&index));
        if column.ty != Type::Unsupported || column.nullable || column.fill != Fill::None || is_key {
            continue;
        }
        let (column, from) = (quote(&column.name), own_rows(table));
        let sql = format!(
            "select distinct v from (select {column}::text v from {from} limit 1000) rows order by v limit 20"
        );
        match sqlx::query_scalar(AssertSqlSafe(sql)).persistent(false).fetch_all(&mut *conn).await {
            Ok(values) if values.is_empty() => {}
            Ok(values) => table.columns[index].ty = Type::Enum(values.into()),
            // Whoever may not read the rows goes without.
            Err(sqlx::Error::Database(error)) if error.code().as_deref() == Some("42501") => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}
