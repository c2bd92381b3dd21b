//! What is only read.

use std::collections::BTreeMap;

use futures_util::TryStreamExt;
use loadgen_core::{Action, EachRow, Extent, Failure, Lack, Rights, Statistics, Table, TableName, Type};
use sqlx::{AssertSqlSafe, Executor, PgConnection};

use super::{apply::read_row, patience::Patience};
use crate::{
    classify::Place,
    codec::Wire,
    quote::{own_rows, quote, quote_table},
    statement::readable,
};

/// Rows that come under one deadline: a timer for each would cost as much as reading it.
const BATCH: usize = 1_000;

/// Whether whole tables are read in the order in which they lie. Statements of traffic find their rows by key, and their
/// sessions forbid anything else; what reads everything would go through an index, row by row.
async fn lying(connection: &mut PgConnection, is_meant: bool) -> sqlx::Result<()> {
    let sql = if is_meant { "set enable_seqscan = on" } else { "reset enable_seqscan" };
    connection.execute(sqlx::raw_sql(sql)).await?;
    if is_meant { watched(connection).await } else { Ok(()) }
}

/// Has the server look whether anybody still waits: what reads a whole table would go on without a reader. Servers before 14
/// and some systems cannot, and whoever has set it knows why.
async fn watched(connection: &mut PgConnection) -> sqlx::Result<()> {
    let sql = "select set_config('client_connection_check_interval', '1s', false) \
               where current_setting('client_connection_check_interval', true) = '0'";
    match connection.execute(sqlx::raw_sql(sql)).await {
        Ok(_) | Err(sqlx::Error::Database(_)) => Ok(()),
        Err(error) => Err(error),
    }
}

/// Hands the columns of every row to `each`. The server sends as fast as rows are taken, and none is kept.
pub(super) async fn scan(
    connection: &mut PgConnection,
    patience: &mut Patience,
    table: &Table,
    columns: &[usize],
    each: &mut EachRow<'_>,
) -> Result<u64, Failure> {
    let names: Vec<String> = columns.iter().map(|&index| readable(&table.columns[index])).collect();
    let sql = format!("select {} from {}", names.join(", "), own_rows(table));
    patience.wait(Place::Harmless, lying(connection, true)).await?;
    let count = rows(connection, patience, (sql, Given::Nothing), (table, columns), each).await;
    // A session that is broken cannot be asked.
    if count.as_ref().is_err_and(Failure::breaks_session) {
        return count;
    }
    match (count, patience.wait(Place::Harmless, lying(connection, false)).await) {
        // What was said first is why; but nobody knows now where the connection is.
        (Err(failure), Err(reset)) => Err(Failure { action: reset.action, ..failure }),
        (count, Ok(())) => count,
        (Ok(_), Err(reset)) => Err(reset),
    }
}

/// The parameter of a query.
pub(super) enum Given<'a> {
    Nothing,
    Number(i64),
    Texts(&'a [String]),
}

/// Hands each row that a query answers with to `each`; the query gives these columns as [`readable`] has them, and may
/// take one parameter.
pub(super) async fn rows(
    connection: &mut PgConnection,
    patience: &mut Patience,
    (sql, given): (String, Given<'_>),
    (table, columns): (&Table, &[usize]),
    each: &mut EachRow<'_>,
) -> Result<u64, Failure> {
    let unreadable = |index: usize| {
        let (column, name) = (&table.columns[index], &table.name);
        let message = format!("{name}.{}: the type {} is not supported", column.name, column.native.name);
        Failure::aborted(Action::Defect, "decode", message)
    };
    let wires: Vec<Wire> = columns
        .iter()
        .map(|&index| Wire::of(&table.columns[index]).ok_or_else(|| unreadable(index)))
        .collect::<Result<_, _>>()?;
    let query = sqlx::query(AssertSqlSafe(sql)).persistent(false);
    let query = match given {
        Given::Nothing => query,
        Given::Number(number) => query.bind(number),
        Given::Texts(texts) => query.bind(texts),
    };
    let mut rows = query.fetch(connection);
    let (mut count, mut values, mut is_over) = (0, Vec::with_capacity(columns.len()), false);
    while !is_over {
        is_over = patience
            .wait(Place::Harmless, async {
                for _ in 0..BATCH {
                    // The driver waits only where nothing has come yet, and a server may always be ahead: deadlines and the
                    // other workers of the thread get their turn here.
                    tokio::task::consume_budget().await;
                    let Some(row) = rows.try_next().await? else { return Ok(true) };
                    values.clear();
                    if let Err(error) = read_row(&row, &wires, &mut values) {
                        let (name, column) = (&table.name, &table.columns[columns[values.len()]].name);
                        return Err(sqlx::Error::Decode(format!("{name}.{column}: {error}").into()));
                    }
                    each(&values);
                    count += 1;
                }
                Ok(false)
            })
            .await?;
    }
    Ok(count)
}

/// The largest value of an integer column.
pub(super) async fn largest(
    connection: &mut PgConnection,
    table: &Table,
    column: usize,
) -> sqlx::Result<Option<i64>> {
    let column = quote(&table.columns[column].name);
    let sql = format!("select max({column})::int8 from {}", own_rows(table));
    sqlx::query_scalar(AssertSqlSafe(sql)).persistent(false).fetch_one(connection).await
}

/// The number of rows, up to a bound.
pub(super) async fn count(connection: &mut PgConnection, table: &Table, most: u64) -> sqlx::Result<u64> {
    let most = i64::try_from(most).unwrap_or(i64::MAX);
    let sql = format!("select count(*) from (select from {} limit $1) as t", own_rows(table));
    let query = sqlx::query_scalar(AssertSqlSafe(sql)).bind(most).persistent(false);
    lying(connection, true).await?;
    let rows: sqlx::Result<i64> = query.fetch_one(&mut *connection).await;
    let reset = lying(connection, false).await;
    let rows = rows?;
    reset.map(|()| rows.unsigned_abs())
}

/// How far an integer column reaches.
pub(super) async fn extent(
    connection: &mut PgConnection,
    table: &Table,
    column: usize,
) -> sqlx::Result<Option<Extent>> {
    let (column, rows) = (quote(&table.columns[column].name), own_rows(table));
    let sql = format!("select count({column}), min({column})::int8, max({column})::int8 from {rows}");
    let query = sqlx::query_as(AssertSqlSafe(sql)).persistent(false);
    lying(connection, true).await?;
    let found = query.fetch_one(&mut *connection).await;
    let reset = lying(connection, false).await;
    let (rows, least, greatest): (i64, Option<i64>, Option<i64>) = found?;
    reset?;
    let of = |(least, greatest)| Extent { rows: rows.unsigned_abs(), least, greatest };
    Ok(least.zip(greatest).map(of))
}

/// Whether transactions may not write here: on a standby, or where a setting says so.
pub(super) async fn is_read_only(connection: &mut PgConnection) -> sqlx::Result<bool> {
    let sql = "select current_setting('transaction_read_only')::bool";
    sqlx::query_scalar(sql).persistent(false).fetch_one(connection).await
}

/// What of the wanted may not be done, for the tables where that is anything.
pub(super) async fn missing_rights(
    connection: &mut PgConnection,
    wanted: &[(TableName, Rights)],
) -> sqlx::Result<Vec<(TableName, Lack)>> {
    let (schemas, names): (Vec<&str>, Vec<&str>) =
        wanted.iter().map(|(name, _)| (name.schema.as_str(), name.table.as_str())).unzip();
    let mut query = sqlx::query_as(include_str!("rights.sql")).bind(schemas).bind(names);
    let rights: [fn(&Rights) -> bool; 4] = [|r| r.select, |r| r.insert, |r| r.update, |r| r.delete];
    for right in rights {
        query = query.bind(wanted.iter().map(|(_, rights)| right(rights)).collect::<Vec<bool>>());
    }
    let rows: Vec<(i64, Option<String>)> = query.fetch_all(connection).await?;
    let known = |(place, words): (i64, Option<String>)| {
        let table = usize::try_from(place - 1).ok().and_then(|index| wanted.get(index));
        table.map(|(name, _)| (name.clone(), words.map_or(Lack::Table, Lack::Rights)))
    };
    Ok(rows.into_iter().filter_map(known).collect())
}

/// Name, share of NULLs, common values with their shares, bounds of the others.
type Stats = (String, f64, Vec<String>, Vec<f64>, Vec<String>);

/// What ANALYZE has found out.
pub(super) async fn statistics(
    connection: &mut PgConnection,
    table: &Table,
    columns: &[usize],
) -> sqlx::Result<BTreeMap<usize, Statistics>> {
    let names: Vec<&str> = columns.iter().map(|column| table.columns[*column].name.as_str()).collect();
    let query =
        sqlx::query_as(include_str!("statistics.sql")).bind(&table.name.schema).bind(&table.name.table);
    let rows: Vec<Stats> = query.bind(names).persistent(false).fetch_all(connection).await?;
    let known = |(name, null_ratio, common, shares, bounds): Stats| {
        let column = table.column_index(&name)?;
        // In an array a truth is one letter.
        let spelt = |text: String| match (&table.columns[column].ty, text.as_str()) {
            (Type::Bool, "t") => "true".to_owned(),
            (Type::Bool, "f") => "false".to_owned(),
            _ => text,
        };
        let common = common.into_iter().map(spelt).zip(shares).collect();
        Some((column, Statistics { null_ratio, common, bounds }))
    };
    Ok(rows.into_iter().filter_map(known).collect())
}

/// Whether policies decide which rows this session sees: then `row_security = off` would have the server refuse to read them.
pub(super) async fn is_filtered(connection: &mut PgConnection, table: &Table) -> sqlx::Result<bool> {
    let query = sqlx::query_scalar(AssertSqlSafe("select row_security_active($1::regclass)"));
    query.bind(quote_table(&table.name)).persistent(false).fetch_one(connection).await
}

/// Product and version.
pub(super) async fn server(connection: &mut PgConnection) -> sqlx::Result<String> {
    let version: String =
        sqlx::query_scalar("select current_setting('server_version')").fetch_one(connection).await?;
    // Packagers add their own after a blank.
    Ok(format!("PostgreSQL {}", version.split(' ').next().unwrap_or_default()))
}
