//! Some rows from all over a table.

use loadgen_core::{EachRow, Failure, Table};
use sqlx::{AssertSqlSafe, PgConnection};

use super::{
    patience::Patience,
    points::Points,
    read::{Given, count, rows},
};
use crate::{
    classify::Place,
    quote::{own_rows, quote},
    statement::readable,
};

/// What is asked for: see [`SqlSession::sample`](loadgen_core::SqlSession::sample).
pub(super) struct Sample<'a> {
    pub(super) table: &'a Table,
    pub(super) key: &'a [usize],
    pub(super) columns: &'a [usize],
    pub(super) most: u64,
}

/// So many times the rows that are wanted are a long way to walk.
const LONG_WAY: u64 = 16;

impl Sample<'_> {
    /// Rows in the order of their key: all of them, or every so many-th by a walk along the index of the key, which
    /// sends nothing but the rows that are wanted. Where that would be a long way, those next to points of the key's range,
    /// unless the keys are in heaps.
    pub(super) async fn read(
        &self,
        connection: &mut PgConnection,
        patience: &mut Patience,
        each: &mut EachRow<'_>,
    ) -> Result<bool, Failure> {
        let look = count(connection, self.table, self.most.saturating_mul(LONG_WAY).saturating_add(1));
        let found = patience.wait(Place::Harmless, look).await?;
        let what = (self.table, self.columns);
        if found <= self.most {
            let handed = rows(connection, patience, (self.all(), Given::Nothing), what, each).await?;
            return Ok(handed == found);
        }
        if let ([column], true) = (self.key, found > self.most.saturating_mul(LONG_WAY)) {
            let spread = Points::of(connection, self.table, *column, self.most);
            if let Some(points) = patience.wait(Place::Harmless, spread).await? {
                let next_to = points.keys(self.table, *column);
                let hit = self.count_of(connection, &next_to, &points);
                if patience.wait(Place::Harmless, hit).await?.unsigned_abs() >= self.most.div_ceil(2) {
                    let sql = self.at(&next_to);
                    rows(connection, patience, (sql, Given::Texts(points.texts())), what, each).await?;
                    return Ok(false);
                }
            }
        }
        let counted = patience.wait(Place::Harmless, self.count_keys(connection)).await?;
        let step = counted.unsigned_abs().div_ceil(self.most.max(1)).max(1);
        let step = i64::try_from(step).unwrap_or(i64::MAX);
        rows(connection, patience, (self.every(), Given::Number(step)), what, each).await?;
        Ok(false)
    }

    /// All rows by their key.
    fn all(&self) -> String {
        let (columns, from, key) = (self.wanted(), self.from(), self.keys("t."));
        format!("select {columns} from {from} order by {}", key.join(", "))
    }

    /// One row out of `$1`. The window goes over the key alone, so that no other column is read of most rows.
    fn every(&self) -> String {
        let key = self.keys("t.");
        let named: Vec<String> = key.iter().enumerate().map(|(at, key)| format!("{key} as k{at}")).collect();
        let places: Vec<String> = (0..key.len()).map(|at| format!("k.k{at}")).collect();
        format!(
            "select w.* from (select {named}, row_number() over (order by {order}) as place from {from}) k \
             cross join lateral ({row}) w where (k.place - 1) % $1 = 0 order by {places}",
            named = named.join(", "),
            order = key.join(", "),
            from = self.from(),
            row = self.row(&places),
            places = places.join(", "),
        )
    }

    /// The rows with these keys, a query of one column.
    fn at(&self, keys: &str) -> String {
        let row = self.row(&["k.key".to_owned()]);
        format!("select w.* from ({keys}) k cross join lateral ({row}) w order by k.key")
    }

    /// The row with this key, found by itself. As a join it would be a product of all rows and all keys wherever the
    /// statistics know of no rows, as after a filling that was killed.
    fn row(&self, key: &[String]) -> String {
        let same: Vec<String> =
            self.keys("t.").iter().zip(key).map(|(own, key)| format!("{own} = {key}")).collect();
        let (columns, table) = (self.wanted(), own_rows(self.table));
        format!("select {columns} from {table} as t where {} limit 1", same.join(" and "))
    }

    async fn count_of(
        &self,
        connection: &mut PgConnection,
        keys: &str,
        points: &Points,
    ) -> sqlx::Result<i64> {
        let sql = format!("select count(*) from ({keys}) k");
        let query = sqlx::query_scalar(AssertSqlSafe(sql)).bind(points.texts()).persistent(false);
        query.fetch_one(connection).await
    }

    async fn count_keys(&self, connection: &mut PgConnection) -> sqlx::Result<i64> {
        let sql = format!("select count(*) from {}", self.from());
        sqlx::query_scalar(AssertSqlSafe(sql)).persistent(false).fetch_one(connection).await
    }

    /// The rows that have a key.
    fn from(&self) -> String {
        let nullable = self.key.iter().filter(|&&index| self.table.columns[index].nullable);
        let there: Vec<String> = nullable
            .map(|&index| format!("t.{} is not null", quote(&self.table.columns[index].name)))
            .collect();
        let only = if there.is_empty() { String::new() } else { format!(" where {}", there.join(" and ")) };
        format!("{} as t{only}", own_rows(self.table))
    }

    fn wanted(&self) -> String {
        let columns = self.columns.iter().map(|&index| format!("t.{}", readable(&self.table.columns[index])));
        columns.collect::<Vec<_>>().join(", ")
    }

    fn keys(&self, of: &str) -> Vec<String> {
        self.key.iter().map(|&index| format!("{of}{}", quote(&self.table.columns[index].name))).collect()
    }
}
