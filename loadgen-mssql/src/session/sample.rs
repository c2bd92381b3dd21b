//! Some rows from all over a table.

use loadgen_core::{EachRow, Failure, Table};
use tiberius::Query;

use super::{
    apply::number,
    patience::Patience,
    read::{NOTHING, count, names, one, rows},
};
use crate::{
    classify::Place,
    connect::Connection,
    quote::{quote, quote_table},
};

/// What is asked for: see [`SqlSession::sample`](loadgen_core::SqlSession::sample).
pub(super) struct Sample<'a> {
    pub(super) table: &'a Table,
    pub(super) key: &'a [usize],
    pub(super) columns: &'a [usize],
    pub(super) most: u64,
}

impl Sample<'_> {
    /// Rows in the order of their key: all of them, or every so many-th by a walk along the key, which sends nothing but the
    /// rows that are wanted. `TABLESAMPLE` would give whole pages, and other ones when the table was rebuilt.
    pub(super) async fn read(
        &self,
        connection: &mut Connection,
        patience: &mut Patience,
        each: &mut EachRow<'_>,
    ) -> Result<bool, Failure> {
        let what = (self.table, self.columns);
        let look = count(connection, self.table, self.most.saturating_add(1));
        let found = patience.wait(Place::Harmless, look).await?;
        if found <= self.most {
            let handed = rows(connection, patience, Query::new(self.all()), what, each).await?;
            return Ok(handed == found);
        }
        let counted = patience.wait(Place::Harmless, self.count_keys(connection)).await?;
        let step = counted.unsigned_abs().div_ceil(self.most.max(1)).max(1);
        let mut query = Query::new(self.every());
        query.bind(i64::try_from(step).unwrap_or(i64::MAX));
        rows(connection, patience, query, what, each).await?;
        Ok(false)
    }

    /// All rows by their key.
    fn all(&self) -> String {
        let (columns, from) = (names("t.", self.table, self.columns), self.from());
        format!("select {columns} from {from} order by {}", self.keys().join(", "))
    }

    /// One row out of `@P1`.
    fn every(&self) -> String {
        let (columns, from) = (names("t.", self.table, self.columns), self.from());
        let order = self.keys().join(", ");
        format!(
            "select * from (select {columns}, row_number() over (order by {order}) as place from {from}) as k \
             where (place - 1) % @P1 = 0 order by place"
        )
    }

    async fn count_keys(&self, connection: &mut Connection) -> tiberius::Result<i64> {
        let row = one(connection, format!("select count_big(*) from {}", self.from()), NOTHING).await?;
        Ok(number(&row).unwrap_or_default())
    }

    /// The rows that have a key.
    fn from(&self) -> String {
        let nullable = self.key.iter().filter(|&&index| self.table.columns[index].nullable);
        let there: Vec<String> = nullable
            .map(|&index| format!("t.{} is not null", quote(&self.table.columns[index].name)))
            .collect();
        let only = if there.is_empty() { String::new() } else { format!(" where {}", there.join(" and ")) };
        format!("{} as t{only}", quote_table(&self.table.name))
    }

    fn keys(&self) -> Vec<String> {
        self.key.iter().map(|&index| format!("t.{}", quote(&self.table.columns[index].name))).collect()
    }
}
