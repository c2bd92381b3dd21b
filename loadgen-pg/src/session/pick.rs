//! Rows from a random point of a key on.

use loadgen_core::{Table, Type, Value};
use sqlx::{AssertSqlSafe, PgConnection, postgres::PgRow};

use super::{apply::read_row, points::end};
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
        let first = Value::Uuid(least + part(greatest.saturating_sub(least), point)).to_string();
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

/// So many 2^64ths of a range.
fn part(range: u128, point: u64) -> u128 {
    let (high, low) = (range >> 64, range & u128::from(u64::MAX));
    high * u128::from(point) + ((low * u128::from(point)) >> 64)
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

#[cfg(test)]
mod tests {
    use super::part;

    #[test]
    fn parts_of_a_range_go_from_its_beginning_nearly_to_its_end() {
        assert_eq!([0, 1 << 63].map(|point| part(1000, point)), [0, 500]);
        assert_eq!(part(u128::MAX, 0), 0);
        assert!(part(u128::MAX, u64::MAX) > u128::MAX / 100 * 99);
        // Keys that begin with the time lie close to each other.
        assert_eq!(part(1 << 80, 1 << 63), 1 << 79);
    }
}
