//! Rows from a random point of a key on.

use loadgen_core::{Table, Type, Value};
use sqlx::{AssertSqlSafe, PgConnection, postgres::PgRow};

use super::{
    apply::read_row,
    points::{end, share},
};
use crate::{
    codec::Wire,
    quote::{own_rows, quote},
    statement::readable,
};

/// Up to `rows` keys, from `point` 2^64ths of the way from the least to the greatest on: a few look-ups in the index of the
/// column, however large the table is.
pub(super) async fn pick(
    connection: &mut PgConnection,
    table: &Table,
    column: usize,
    (point, rows): (u64, u64),
) -> sqlx::Result<Vec<Value>> {
    let definition = &table.columns[column];
    let (key, wanted, from) = (quote(&definition.name), readable(definition), own_rows(table));
    let rows = i64::try_from(rows).unwrap_or(i64::MAX);
    if definition.ty == Type::Uuid {
        let sql =
            format!("select {wanted} from {from} where {key} >= $1::text::uuid order by {key} limit $2");
        let least = end(connection, table, column, "asc").await?;
        let greatest = end(connection, table, column, "desc").await?;
        let (Some(Value::Uuid(least)), Some(Value::Uuid(greatest))) = (least, greatest) else {
            return Ok(Vec::new());
        };
        let way = share(greatest.saturating_sub(least), point.into(), 1 << 64);
        let first = Value::Uuid(least + way).to_string();
        let found = sqlx::query(AssertSqlSafe(sql)).bind(first).bind(rows).fetch_all(connection).await?;
        return values(table, column, &found);
    }
    let sql = format!(
        "select {wanted} from {from} where {key} >= \
         (select (min({key}) + trunc((max({key})::numeric - min({key})) * $1::float8::numeric))::int8 from {from}) \
         order by {key} limit $2"
    );
    // Exact in a double, and below one.
    let share = (point >> 11) as f64 / (1u64 << 53) as f64;
    let found = sqlx::query(AssertSqlSafe(sql)).bind(share).bind(rows).fetch_all(connection).await?;
    values(table, column, &found)
}

/// The keys out of what came.
fn values(table: &Table, column: usize, rows: &[PgRow]) -> sqlx::Result<Vec<Value>> {
    let wire = Wire::of(&table.columns[column]);
    let (wires, mut values) = (wire.as_slice(), Vec::with_capacity(rows.len()));
    for row in rows {
        read_row(row, wires, &mut values).map_err(|error| sqlx::Error::Decode(error.into()))?;
    }
    Ok(values)
}
