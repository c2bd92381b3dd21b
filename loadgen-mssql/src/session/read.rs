//! What is only read.

use futures_util::TryStreamExt;
use loadgen_core::{Action, EachRow, Extent, Failure, Table};
use tiberius::{IntoSql, Query, QueryItem, Row, error::Error};

use super::{
    apply::{number, read_row},
    patience::Patience,
};
use crate::{
    classify::Place,
    codec::{CodecError, Kind, readable},
    connect::Connection,
    quote::{quote, quote_table},
};

/// Rows that come under one deadline: a timer for each would cost as much as reading it.
const BATCH: usize = 1_000;

/// Hands the columns of every row to `each`. The server sends as fast as rows are taken, and none is kept.
pub(super) async fn scan(
    connection: &mut Connection,
    patience: &mut Patience,
    table: &Table,
    columns: &[usize],
    each: &mut EachRow<'_>,
) -> Result<u64, Failure> {
    let sql = format!("select {} from {}", names("", table, columns), quote_table(&table.name));
    rows(connection, patience, Query::new(sql), (table, columns), each).await
}

/// Columns as they are read; a constant where none is asked for.
pub(super) fn names(prefix: &str, table: &Table, columns: &[usize]) -> String {
    if columns.is_empty() {
        return "1 as x".to_owned();
    }
    let name =
        |(at, &index): (usize, &usize)| format!("{} as r{at}", readable(prefix, &table.columns[index]));
    columns.iter().enumerate().map(name).collect::<Vec<_>>().join(", ")
}

/// Hands each row that a query answers with to `each`; the query gives these columns as [`readable`] has them.
pub(super) async fn rows(
    connection: &mut Connection,
    patience: &mut Patience,
    query: Query<'_>,
    (table, columns): (&Table, &[usize]),
    each: &mut EachRow<'_>,
) -> Result<u64, Failure> {
    let kinds = kinds(table, columns)?;
    let mut rows = patience.wait(Place::Harmless, query.query(connection)).await?;
    let (mut count, mut values, mut is_over) = (0, Vec::with_capacity(columns.len()), false);
    while !is_over {
        is_over = patience
            .wait(Place::Harmless, async {
                for _ in 0..BATCH {
                    let Some(item) = rows.try_next().await? else { return Ok(true) };
                    let QueryItem::Row(row) = item else { continue };
                    values.clear();
                    read_row(&row, &kinds, &mut values).map_err(undecoded)?;
                    each(&values);
                    count += 1;
                }
                Ok(false)
            })
            .await?;
    }
    Ok(count)
}

pub(super) fn undecoded(error: CodecError) -> Error {
    Error::Conversion(error.0.into())
}

/// How the columns are read.
pub(super) fn kinds(table: &Table, columns: &[usize]) -> Result<Vec<Kind>, Failure> {
    let kind = |&index: &usize| {
        let column = &table.columns[index];
        Kind::of(column).ok_or_else(|| {
            let (name, ty) = (&table.name, column.native.words());
            let message = format!("{name}.{}: the type {ty} is not supported", column.name);
            Failure::aborted(Action::Defect, "decode", message)
        })
    };
    columns.iter().map(kind).collect()
}

/// The only row of an answer.
pub(super) async fn one<'a>(
    connection: &mut Connection,
    sql: impl Into<std::borrow::Cow<'a, str>>,
    given: impl IntoIterator<Item = impl IntoSql<'a> + 'a>,
) -> tiberius::Result<Row> {
    let mut query = Query::new(sql);
    query.bind_iter(given);
    let row = query.query(connection).await?.into_row().await?;
    row.ok_or_else(|| Error::Protocol("a question came back without an answer".into()))
}

/// What a question is asked with that needs nothing.
pub(super) const NOTHING: [i64; 0] = [];

/// The largest value of an integer column.
pub(super) async fn largest(
    connection: &mut Connection,
    table: &Table,
    column: usize,
) -> tiberius::Result<Option<i64>> {
    let column = quote(&table.columns[column].name);
    let sql = format!("select cast(max({column}) as bigint) from {}", quote_table(&table.name));
    one(connection, sql, NOTHING).await.map(|row| number(&row))
}

/// The number of rows, up to a bound.
pub(super) async fn count(connection: &mut Connection, table: &Table, most: u64) -> tiberius::Result<u64> {
    let most = i64::try_from(most).unwrap_or(i64::MAX);
    let from = quote_table(&table.name);
    let sql = format!("select count_big(*) from (select top (@P1) 1 as x from {from}) as t");
    let row = one(connection, sql, [most]).await?;
    Ok(number(&row).unwrap_or_default().unsigned_abs())
}

/// How far an integer column reaches.
pub(super) async fn extent(
    connection: &mut Connection,
    table: &Table,
    column: usize,
) -> tiberius::Result<Option<Extent>> {
    let (column, from) = (quote(&table.columns[column].name), quote_table(&table.name));
    let sql = format!(
        "select count_big({column}), cast(min({column}) as bigint), cast(max({column}) as bigint) from {from}"
    );
    let row = one(connection, sql, NOTHING).await?;
    let (rows, least, greatest): (Option<i64>, Option<i64>, Option<i64>) =
        (row.try_get(0)?, row.try_get(1)?, row.try_get(2)?);
    let of = |(least, greatest)| Extent { rows: rows.unwrap_or_default().unsigned_abs(), least, greatest };
    Ok(least.zip(greatest).map(of))
}

/// Whether transactions may not write here: on a secondary, or where the database says so.
pub(super) async fn is_read_only(connection: &mut Connection) -> tiberius::Result<bool> {
    let sql = "select cast(databasepropertyex(db_name(), 'Updateability') as nvarchar(128))";
    let row = one(connection, sql, NOTHING).await?;
    Ok(row.try_get::<&str, _>(0)? == Some("READ_ONLY"))
}
