//! Questions to the server of which nothing stays.

use sqlx::{
    AssertSqlSafe, Executor, FromRow, PgConnection, Postgres,
    postgres::{PgArguments, PgRow},
    query::QueryScalar,
};

/// The rows that a query answers. It may call functions of anybody's: they write nothing.
pub(crate) async fn ask<T>(
    connection: &mut PgConnection,
    query: QueryScalar<'_, Postgres, T, PgArguments>,
) -> sqlx::Result<Vec<T>>
where
    T: Send + Unpin,
    (T,): for<'r> FromRow<'r, PgRow>,
{
    connection.execute(sqlx::raw_sql("begin read only")).await?;
    let answer = query.persistent(false).fetch_all(&mut *connection).await;
    connection.execute(sqlx::raw_sql("rollback")).await?;
    answer
}

/// What an expression comes to; none where the server refuses to compute it.
pub(crate) async fn compute<T>(connection: &mut PgConnection, expression: &str) -> sqlx::Result<Option<T>>
where
    T: Send + Unpin,
    (T,): for<'r> FromRow<'r, PgRow>,
{
    let query = sqlx::query_scalar(AssertSqlSafe(format!("select {expression}")));
    match ask(connection, query).await {
        Err(error) if error.as_database_error().is_some() => Ok(None),
        answer => answer.map(|mut rows| rows.pop()),
    }
}
