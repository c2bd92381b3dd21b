//! Steps of a schema, and the record of them.

use async_trait::async_trait;
use loadgen_core::{
    Failure, TableName,
    migration::{MigrateSession, Way},
};
use sqlx::{AssertSqlSafe, Executor, PgConnection};

use super::{PgSession, marker};
use crate::{classify::Place, quote::quote_table};

/// The table that says which steps were taken, in the first schema of the search path.
const RECORD: &str = "loadgen_migrations";

/// The advisory lock that whoever takes a step holds until its transaction is over: the letters of "migrate".
const LOCK: i64 = 0x006d_6967_7261_7465;

#[async_trait]
impl MigrateSession for PgSession {
    /// A step waits for others, and for locks on tables, half as long as for an answer.
    async fn begin_step(&mut self) -> Result<(), Failure> {
        self.begin().await?;
        let limit = (self.patience.limit / 2).as_millis().clamp(1, i32::MAX as u128);
        self.run_step(&format!("set local lock_timeout = {limit}")).await?;
        let locked = self.run_step(&format!("select pg_advisory_xact_lock({LOCK})")).await;
        locked.map_err(|failure| match &*failure.code {
            "55P03" => {
                let message = format!("somebody else is taking a step, and was not done within {limit} ms");
                Failure { message, ..failure }
            }
            _ => failure,
        })
    }

    async fn run_step(&mut self, text: &str) -> Result<(), Failure> {
        self.begin_call()?;
        let work = self.connection.execute(sqlx::raw_sql(AssertSqlSafe(text)));
        let answer = self.patience.wait(Place::Harmless, work).await;
        self.settle(answer.map(|_| ()))
    }

    async fn note_step(&mut self, name: &str, way: Way) -> Result<(), Failure> {
        self.begin_call()?;
        let answer = self.patience.wait(Place::Harmless, note(&mut self.connection, name, way)).await;
        self.settle(answer)
    }

    async fn end_step(&mut self, is_kept: bool) -> Result<(), Failure> {
        if is_kept { PgSession::commit(self).await } else { PgSession::rollback(self).await }
    }

    async fn home(&mut self) -> Result<Option<String>, Failure> {
        self.begin_call()?;
        let query = sqlx::query_scalar("select current_schema()").persistent(false);
        let answer = self.patience.wait(Place::Harmless, query.fetch_one(&mut self.connection)).await;
        self.settle(answer)
    }

    async fn migrated(&mut self) -> Result<Vec<String>, Failure> {
        self.begin_call()?;
        let answer = self.patience.wait(Place::Harmless, recorded(&mut self.connection)).await;
        self.settle(answer)
    }
}

async fn record(connection: &mut PgConnection) -> sqlx::Result<TableName> {
    Ok(TableName { table: RECORD.to_owned(), ..marker::name(connection).await? })
}

/// Writes to the record, which the first step makes and the last that is taken back leaves empty.
async fn note(connection: &mut PgConnection, step: &str, way: Way) -> sqlx::Result<()> {
    let name = record(connection).await?;
    let table = quote_table(&name);
    if way == Way::Up && !marker::is_there(connection, &name).await? {
        let sql = format!(
            "create table {table} (name text primary key, applied_at timestamptz not null default now())"
        );
        sqlx::query(AssertSqlSafe(sql)).persistent(false).execute(&mut *connection).await?;
    }
    let sql = match way {
        Way::Up => format!("insert into {table} (name) values ($1)"),
        Way::Down => format!("delete from {table} where name = $1"),
    };
    sqlx::query(AssertSqlSafe(sql)).bind(step).persistent(false).execute(&mut *connection).await?;
    if way == Way::Down && recorded(connection).await?.is_empty() {
        let sql = format!("drop table {table}");
        sqlx::query(AssertSqlSafe(sql)).persistent(false).execute(connection).await?;
    }
    Ok(())
}

async fn recorded(connection: &mut PgConnection) -> sqlx::Result<Vec<String>> {
    let name = record(connection).await?;
    if !marker::is_there(connection, &name).await? {
        return Ok(Vec::new());
    }
    let sql = format!("select name from {} order by name collate \"C\"", quote_table(&name));
    sqlx::query_scalar(AssertSqlSafe(sql)).persistent(false).fetch_all(connection).await
}
