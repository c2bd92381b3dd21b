//! Steps of a schema, and the record of them.

use async_trait::async_trait;
use loadgen_core::{
    Action, Failure, TableName,
    migration::{MigrateSession, Way},
};
use tiberius::Query;

use super::{
    MssqlSession,
    apply::number,
    batches::batches,
    marker,
    read::{NOTHING, one},
    transaction::batch,
};
use crate::{
    classify::Place,
    connect::Connection,
    quote::{literal, quote_table},
};

/// The schema of the record, and of what steps make by its full name. A default schema would be another for each user.
const HOME: &str = "dbo";

/// The table that says which steps were taken.
const RECORD: &str = "loadgen_migrations";

/// What `sp_getapplock` answers to whoever is the victim of a deadlock.
const DEADLOCK: i64 = -3;

#[async_trait]
impl MigrateSession for MssqlSession {
    /// A step waits for others, and for locks on tables, half as long as for an answer.
    async fn begin_step(&mut self) -> Result<(), Failure> {
        let limit = (self.patience.limit / 2).as_millis().clamp(1, i32::MAX as u128);
        self.statement(&format!("set lock_timeout {limit}")).await?;
        self.begin().await?;
        self.alone(limit).await
    }

    /// Lines of `GO` end batches.
    async fn run_step(&mut self, text: &str) -> Result<(), Failure> {
        for batch in batches(text) {
            for _ in 0..batch.times {
                self.statement(batch.text).await?;
            }
        }
        Ok(())
    }

    async fn note_step(&mut self, name: &str, way: Way) -> Result<(), Failure> {
        self.begin_call()?;
        let answer = self.patience.wait(Place::Harmless, note(&mut self.connection, name, way)).await;
        self.settle(answer)
    }

    async fn end_step(&mut self, is_kept: bool) -> Result<(), Failure> {
        let answer = if is_kept { self.commit().await } else { self.rollback().await };
        let is_lost = answer.as_ref().is_err_and(Failure::breaks_session);
        // What is known is known, whatever becomes of the session. The text of a step may have settings of its own.
        if !is_lost && self.statement(SETTINGS).await.is_err() {
            self.is_sound = false;
        }
        answer
    }

    async fn home(&mut self) -> Result<Option<String>, Failure> {
        Ok(Some(HOME.to_owned()))
    }

    async fn migrated(&mut self) -> Result<Vec<String>, Failure> {
        self.begin_call()?;
        let answer = self.patience.wait(Place::Harmless, recorded(&mut self.connection)).await;
        self.settle(answer)
    }
}

/// What a session relies on.
const SETTINGS: &str = include_str!("setup.sql");

impl MssqlSession {
    /// Waits until nobody else takes a step, and keeps others waiting until the transaction is over.
    async fn alone(&mut self, limit: u128) -> Result<(), Failure> {
        let sql = format!(
            "declare @got int; exec @got = sp_getapplock @Resource = {}, @LockMode = N'Exclusive', \
             @LockOwner = N'Transaction', @LockTimeout = {limit}; select @got",
            literal(RECORD)
        );
        self.begin_call()?;
        let answer = self.patience.wait(Place::Harmless, one(&mut self.connection, sql, NOTHING)).await;
        match number(&self.settle(answer)?) {
            Some(0..) => Ok(()),
            Some(DEADLOCK) => {
                let why = "the lock of those who take steps was part of a deadlock";
                Err(Failure::aborted(Action::Retry, "1205", why))
            }
            _ => {
                let why = format!("somebody else is taking a step, and was not done within {limit} ms");
                Err(Failure::aborted(Action::RetryThenSkip, "1222", why))
            }
        }
    }
}

/// The record; it is in one schema, whoever takes a step.
fn record() -> TableName {
    TableName::new(HOME, RECORD)
}

/// Writes to the record, which the first step makes and the last that is taken back leaves empty.
async fn note(connection: &mut Connection, step: &str, way: Way) -> tiberius::Result<()> {
    let table = quote_table(&record());
    if way == Way::Up && !marker::is_there(connection, &record()).await? {
        let sql = format!(
            "create table {table} ([name] nvarchar(200) not null primary key, \
             [applied_at] datetime2(3) not null default sysutcdatetime())"
        );
        batch(connection, &sql).await?;
    }
    let mut note = Query::new(match way {
        Way::Up => format!("insert into {table} ([name]) values (@P1)"),
        Way::Down => format!("delete from {table} where [name] = @P1"),
    });
    note.bind(step);
    note.execute(connection).await?;
    if way == Way::Down && recorded(connection).await?.is_empty() {
        batch(connection, &format!("drop table {table}")).await?;
    }
    Ok(())
}

async fn recorded(connection: &mut Connection) -> tiberius::Result<Vec<String>> {
    if !marker::is_there(connection, &record()).await? {
        return Ok(Vec::new());
    }
    let sql = format!("select [name] from {}", quote_table(&record()));
    let rows = connection.simple_query(sql).await?.into_first_result().await?;
    let text = |row: &tiberius::Row| row.try_get::<&str, _>(0).map(|name| name.map(str::to_owned));
    let names: tiberius::Result<Vec<_>> = rows.iter().map(text).collect();
    let mut names: Vec<String> = names?.into_iter().flatten().collect();
    names.sort();
    Ok(names)
}

#[cfg(test)]
mod tests {
    /// No server of the tests has such triggers.
    #[test]
    fn the_trigger_of_the_log_needs_no_right_of_whoever_changes_a_table() {
        let steps = crate::orders::migrations();
        let log = steps.last().unwrap();
        assert!(log.is_optional && log.up.contains("on database\nwith execute as self\nfor create_table"));
        assert_eq!(log.up.matches("throw 50000").count(), 2, "refused, and not left out: {}", log.up);
        assert!(!log.up.contains("print"), "nobody reads it");
    }
}
