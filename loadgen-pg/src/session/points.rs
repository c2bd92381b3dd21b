//! Rows next to points that are spread over the range of a key: so many look-ups in an index, however large the table is.

use loadgen_core::{Table, Type, Value};
use sqlx::{AssertSqlSafe, PgConnection};

use super::apply::read_row;
use crate::{
    codec::Wire,
    quote::{own_rows, quote},
    statement::readable,
};

/// Points of the range of one column, as texts, and the type that makes keys of them.
pub(super) struct Points {
    texts: Vec<String>,
    type_name: &'static str,
}

impl Points {
    /// So many points; none where the column is of another kind or empty.
    pub(super) async fn of(
        connection: &mut PgConnection,
        table: &Table,
        column: usize,
        number: u64,
    ) -> sqlx::Result<Option<Self>> {
        let parts = u128::from(number);
        let type_name = match table.columns[column].ty {
            Type::Int(_) => "int8",
            Type::Uuid => "uuid",
            _ => return Ok(None),
        };
        let least = end(connection, table, column, "asc").await?;
        let greatest = end(connection, table, column, "desc").await?;
        let texts = match (least, greatest) {
            (Some(Value::Int(least)), Some(Value::Int(greatest))) => {
                let range = greatest.abs_diff(least);
                let point = |at: u128| {
                    Value::Int(least.wrapping_add_unsigned(share(u128::from(range), at, parts) as u64))
                };
                (0..parts).map(point).map(|point| point.to_string()).collect()
            }
            (Some(Value::Uuid(least)), Some(Value::Uuid(greatest))) => {
                let point = |at: u128| Value::Uuid(least + share(greatest.saturating_sub(least), at, parts));
                (0..parts).map(point).map(|point| point.to_string()).collect()
            }
            _ => return Ok(None),
        };
        Ok(Some(Points { texts, type_name }))
    }

    /// The keys that follow the points, each once: a query with the column `key`, of the parameter `$1`.
    pub(super) fn keys(&self, table: &Table, column: usize) -> String {
        let (key, from) = (quote(&table.columns[column].name), own_rows(table));
        format!(
            "select distinct f.key from unnest($1::text[]) as p (point) cross join lateral \
             (select t.{key} as key from {from} as t where t.{key} >= p.point::{} order by t.{key} limit 1) f",
            self.type_name
        )
    }

    pub(super) fn texts(&self) -> &[String] {
        &self.texts
    }
}

/// `at` parts of so many of a range, without its last.
pub(super) fn share(range: u128, at: u128, parts: u128) -> u128 {
    range / parts * at + range % parts * at / parts
}

/// The first value of a column in its order, or the last.
pub(super) async fn end(
    connection: &mut PgConnection,
    table: &Table,
    column: usize,
    direction: &str,
) -> sqlx::Result<Option<Value>> {
    let definition = &table.columns[column];
    let (key, wanted, from) = (quote(&definition.name), readable(definition), own_rows(table));
    let sql =
        format!("select {wanted} from {from} where {key} is not null order by {key} {direction} limit 1");
    let row = sqlx::query(AssertSqlSafe(sql)).persistent(false).fetch_optional(connection).await?;
    let (wire, mut values) = (Wire::of(definition), Vec::new());
    if let Some(row) = row {
        read_row(&row, wire.as_slice(), &mut values).map_err(|error| sqlx::Error::Decode(error.into()))?;
    }
    Ok(values.pop())
}

#[cfg(test)]
mod tests {
    use super::share;

    #[test]
    fn shares_of_the_widest_ranges_do_not_overflow() {
        assert_eq!([0, 1, 2, 3].map(|at| share(10, at, 4)), [0, 2, 5, 7]);
        assert_eq!(share(u128::MAX, 2, 4), u128::MAX / 2);
        assert!(share(u128::from(u64::MAX), 999, 1_000) < u128::from(u64::MAX));
    }

    #[test]
    fn parts_of_a_range_go_from_its_beginning_nearly_to_its_end() {
        let part = |range: u128, point: u64| share(range, point.into(), 1 << 64);
        assert_eq!([0, 1 << 63].map(|point| part(1000, point)), [0, 500]);
        assert_eq!(part(u128::MAX, 0), 0);
        assert!(part(u128::MAX, u64::MAX) > u128::MAX / 100 * 99);
        // Keys that begin with the time lie close to each other.
        assert_eq!(part(1 << 80, 1 << 63), 1 << 79);
    }
}
