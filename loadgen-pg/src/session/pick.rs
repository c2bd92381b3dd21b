//! Rows from a random point of a key on.

use loadgen_core::{Table, Type, Value};
use sqlx::{AssertSqlSafe, PgConnection, postgres::PgRow};

use super::apply::read_row;
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
        // Behind the last, it goes on with the first.
        for first in [u128::from(point) << 64, 0] {
            let first = Value::Uuid(first).to_string();
            let query = sqlx::query(AssertSqlSafe(sql.clone())).bind(first).bind(rows);
            let found = query.fetch_all(&mut *connection).await?;
            if !found.is_empty() {
                return values(table, column, &found);
            }
        }
        return Ok(Vec::new());
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
