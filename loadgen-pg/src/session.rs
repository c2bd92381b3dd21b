//! One connection.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use async_trait::async_trait;
use loadgen_core::{
    Applied, Change, Column, EachRow, Failure, Lack, Marked, Rights, Schema, SchemaFilter, Session,
    SqlSession, Statistics, Table, TableName, Value,
};
use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection};

use crate::{
    classify::{Place, read_only},
    introspect,
    statement::Statements,
};

mod apply;
mod bulk;
mod copy;
pub(crate) mod fits;
mod habits;
mod locked;
mod marked;
pub(crate) mod marker;
mod migration;
mod patience;
mod pick;
mod points;
mod read;
mod sample;
mod sift;
mod spell;
mod subscription;
mod transaction;

use patience::Patience;
use sample::Sample;

/// An exclusive connection to a database.
///
/// Every answer is waited for up to the target's statement deadline. After a failure of which
/// [`Failure::breaks_session`] holds, and after a call that was dropped half-way, every further call fails at once.
#[derive(Debug)]
pub struct PgSession {
    connection: PgConnection,
    statements: Statements,
    patience: Patience,
    /// Whether a transaction is open that changes were staged in.
    is_staging: bool,
    /// Whether the connection is in a known state. It is not while a call is under way.
    is_sound: bool,
}

impl PgSession {
    pub(crate) fn new(connection: PgConnection, deadline: Duration) -> Self {
        PgSession {
            connection,
            statements: Statements::default(),
            patience: Patience::new(deadline),
            is_staging: false,
            is_sound: true,
        }
    }

    /// The driver's own connection, for what the session has no method for. It carries no deadline; leave no
    /// transaction open on it.
    ///
    /// # Errors
    /// After a failure that broke the session.
    pub fn driver(&mut self) -> Result<&mut PgConnection, Failure> {
        if self.is_sound { Ok(&mut self.connection) } else { Err(Failure::of_broken_session()) }
    }

    /// Closes the connection in an orderly way, within the deadline. Dropping the session closes it too.
    pub async fn close(self) {
        let _ = tokio::time::timeout(self.patience.limit, self.connection.close()).await;
    }

    /// Marks the connection as under way; [`PgSession::settle`] takes the mark away.
    fn begin_call(&mut self) -> Result<(), Failure> {
        if std::mem::replace(&mut self.is_sound, false) { Ok(()) } else { Err(Failure::of_broken_session()) }
    }

    fn settle<T>(&mut self, answer: Result<T, Failure>) -> Result<T, Failure> {
        self.is_sound = answer.as_ref().err().is_none_or(|failure| !failure.breaks_session());
        answer
    }
}

#[async_trait]
impl Session for PgSession {
    async fn forget_schema(&mut self) -> Result<(), Failure> {
        self.begin_call()?;
        self.statements.clear();
        let answer = self.patience.wait(Place::Harmless, self.connection.clear_cached_statements()).await;
        self.settle(answer)
    }

    async fn ping(&mut self) -> Result<(), Failure> {
        self.begin_call()?;
        let answer = self.patience.wait(Place::Harmless, self.connection.ping()).await;
        self.settle(answer)
    }
}

#[async_trait]
impl SqlSession for PgSession {
    async fn introspect(&mut self, filter: &SchemaFilter) -> Result<Schema, Failure> {
        self.begin_call()?;
        let work = introspect::read(&mut self.connection, filter);
        let answer = self.patience.wait(Place::Harmless, work).await;
        self.settle(answer)
    }

    async fn apply(&mut self, changes: &[Change]) -> Result<Vec<Applied>, Failure> {
        match changes {
            [] => Ok(Vec::new()),
            [change] => Ok(vec![self.apply_one(change).await?]),
            changes => self.transaction(changes).await,
        }
    }

    fn apply_one<'a>(
        &'a mut self,
        change: &'a Change,
    ) -> impl Future<Output = Result<Applied, Failure>> + Send + 'a {
        self.change(change, Place::Autocommit)
    }

    async fn apply_soon(&mut self, change: &Change) -> Result<Applied, Failure> {
        self.before_long(change).await
    }

    async fn stage_marked(&mut self, marker: &Change, change: &Change) -> Result<Option<Applied>, Failure> {
        self.part(marker, change).await
    }

    async fn apply_marked(&mut self, marker: &Change, change: &Change) -> Result<Marked, Failure> {
        self.whole(marker, change).await
    }

    async fn stage(&mut self, changes: &[Change]) -> Result<Vec<Applied>, Failure> {
        self.in_transaction(changes).await
    }

    async fn defer(&mut self) -> Result<(), Failure> {
        self.defer_constraints().await
    }

    async fn commit(&mut self) -> Result<(), Failure> {
        PgSession::commit(self).await
    }

    async fn rollback(&mut self) -> Result<(), Failure> {
        PgSession::rollback(self).await
    }

    async fn marker_table(&mut self) -> Result<Arc<Table>, Failure> {
        self.begin_call()?;
        let answer = self.patience.wait(Place::Harmless, marker::marker_table(&mut self.connection)).await;
        self.settle(answer)
    }

    async fn standing(&mut self) -> Result<BTreeMap<String, String>, Failure> {
        self.begin_call()?;
        let answer = self.patience.wait(Place::Harmless, marker::standing(&mut self.connection)).await;
        self.settle(answer)
    }

    async fn position(&mut self) -> Result<Option<String>, Failure> {
        self.begin_call()?;
        let answer = self.patience.wait(Place::Harmless, marker::position(&mut self.connection)).await;
        self.settle(answer.map(Some))
    }

    /// Several statements at once are one transaction, unless they say otherwise.
    async fn execute(&mut self, sql: &str) -> Result<(), Failure> {
        self.begin_call()?;
        let work = self.connection.execute(sqlx::raw_sql(AssertSqlSafe(sql)));
        let answer = self.patience.wait(Place::Autocommit, work).await;
        self.settle(answer.map(|_| ()))
    }

    async fn hides(&mut self, table: &Table) -> Result<Option<String>, Failure> {
        self.begin_call()?;
        let work = read::is_filtered(&mut self.connection, table);
        let answer = self.patience.wait(Place::Harmless, work).await;
        let why =
            "row security is on for this role; read as the owner of the table, or as a role with BYPASSRLS";
        self.settle(answer.map(|is_filtered| is_filtered.then(|| why.to_owned())))
    }

    async fn being_filled(&mut self, tables: &[TableName]) -> Result<Vec<TableName>, Failure> {
        self.begin_call()?;
        let work = subscription::being_filled(&mut self.connection, tables);
        let answer = self.patience.wait(Place::Harmless, work).await;
        self.settle(answer)
    }

    async fn scan(
        &mut self,
        table: &Table,
        columns: &[usize],
        each: &mut EachRow<'_>,
    ) -> Result<u64, Failure> {
        self.begin_call()?;
        let answer = read::scan(&mut self.connection, &mut self.patience, table, columns, each).await;
        self.settle(answer)
    }

    async fn sample(
        &mut self,
        table: &Table,
        key: &[usize],
        columns: &[usize],
        most: u64,
        each: &mut EachRow<'_>,
    ) -> Result<bool, Failure> {
        self.begin_call()?;
        let sample = Sample { table, key, columns, most };
        let answer = sample.read(&mut self.connection, &mut self.patience, each).await;
        self.settle(answer)
    }

    async fn pick(
        &mut self,
        table: &Table,
        column: usize,
        point: u64,
        rows: u64,
    ) -> Result<Vec<Value>, Failure> {
        self.begin_call()?;
        let work = pick::pick(&mut self.connection, table, column, (point, rows));
        let answer = self.patience.wait(Place::Harmless, work).await;
        self.settle(answer)
    }

    async fn largest(&mut self, table: &Table, column: usize) -> Result<Option<i64>, Failure> {
        self.begin_call()?;
        let work = read::largest(&mut self.connection, table, column);
        let answer = self.patience.wait(Place::Harmless, work).await;
        self.settle(answer)
    }

    async fn missing_rights(
        &mut self,
        wanted: &[(TableName, Rights)],
    ) -> Result<Vec<(TableName, Lack)>, Failure> {
        self.begin_call()?;
        let (writes, conn) = (|r: &Rights| r.insert || r.update || r.delete, &mut self.connection);
        let work = async {
            let is_closed =
                wanted.iter().any(|(_, rights)| writes(rights)) && read::is_read_only(conn).await?;
            if is_closed { Ok(None) } else { read::missing_rights(conn, wanted).await.map(Some) }
        };
        let answer = self.patience.wait(Place::Harmless, work).await;
        self.settle(answer.and_then(|missing| missing.ok_or_else(read_only)))
    }

    async fn schema_version(&mut self, filter: &SchemaFilter) -> Result<Option<u64>, Failure> {
        self.begin_call()?;
        let work = introspect::version(&mut self.connection, filter);
        let answer = self.patience.wait(Place::Harmless, work).await;
        self.settle(answer.map(Some))
    }

    async fn statistics(
        &mut self,
        table: &Table,
        columns: &[usize],
    ) -> Result<BTreeMap<usize, Statistics>, Failure> {
        self.begin_call()?;
        let work = read::statistics(&mut self.connection, table, columns);
        let answer = self.patience.wait(Place::Harmless, work).await;
        self.settle(answer)
    }

    async fn spell(&mut self, texts: &[(&Column, &str)]) -> Result<Vec<Result<String, String>>, Failure> {
        self.begin_call()?;
        let answer = self.patience.wait(Place::Harmless, spell::spell(&mut self.connection, texts)).await;
        self.settle(answer)
    }

    async fn fits(
        &mut self,
        columns: &[&Column],
        conditions: &[&str],
        rows: &[Vec<Value>],
    ) -> Result<Vec<bool>, Failure> {
        self.begin_call()?;
        let answer = fits::fits(&mut self.connection, columns, conditions, rows);
        let answer = self.patience.wait(Place::Harmless, answer).await;
        self.settle(answer)
    }

    async fn server(&mut self) -> Result<String, Failure> {
        self.begin_call()?;
        let answer = self.patience.wait(Place::Harmless, read::server(&mut self.connection)).await;
        self.settle(answer)
    }
}
