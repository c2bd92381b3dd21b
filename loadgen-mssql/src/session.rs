//! One connection.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
    sync::Arc,
    time::Duration,
};

use async_trait::async_trait;
use loadgen_core::{
    Applied, Change, Column, EachRow, Failure, Lack, Marked, Rights, Schema, SchemaFilter, Session,
    SqlSession, Table, TableName, Value,
};

use crate::{
    classify::Place,
    connect::Connection,
    dialect::Dialect,
    introspect::{self, Catalog},
    statement::Statements,
};

mod apply;
mod batches;
mod bulk;
mod cleared;
mod copy;
mod fits;
mod locked;
mod marked;
mod marker;
mod migration;
mod patience;
mod pick;
mod read;
mod rights;
mod sample;
mod server;
mod sift;
mod spell;
mod transaction;

pub use cleared::Cleared;
use fits::Tried;
pub(crate) use patience::Patience;
use sample::Sample;

/// An exclusive connection to a database.
///
/// Every answer is waited for up to the target's statement deadline. After a failure of which
/// [`Failure::breaks_session`] holds, and after a call that was dropped half-way, every further call fails at once.
///
/// Transactions are READ COMMITTED. Where the database has READ_COMMITTED_SNAPSHOT on, reads wait for nobody; changes, and so those of
/// markers, still wait for each other and see the latest row.
pub struct MssqlSession {
    pub(crate) connection: Connection,
    pub(crate) dialect: Dialect,
    pub(crate) patience: Patience,
    statements: Statements,
    /// Tables of which the server has said that they have triggers.
    watched: BTreeSet<TableName>,
    /// Tables that the server does not take bulk loads of.
    unloaded: BTreeSet<TableName>,
    /// Whether the server still takes bulk loads.
    may_copy: bool,
    /// Whether a transaction is open that changes were staged in.
    is_staging: bool,
    /// Whether the connection is in a known state. It is not while a call is under way.
    is_sound: bool,
}

impl MssqlSession {
    /// Readies a connection for what all statements rely on.
    pub(crate) async fn new(mut connection: Connection, deadline: Duration) -> Result<Self, Failure> {
        let mut patience = Patience::new(deadline);
        let dialect = patience.wait(Place::Harmless, server::ready(&mut connection)).await?;
        let statements = Statements::default();
        Ok(MssqlSession {
            connection,
            dialect,
            patience,
            statements,
            watched: BTreeSet::new(),
            unloaded: BTreeSet::new(),
            may_copy: true,
            is_staging: false,
            is_sound: true,
        })
    }

    /// Closes the connection in an orderly way, within the deadline. Dropping the session closes it too.
    pub async fn close(self) {
        let _ = tokio::time::timeout(self.patience.limit, self.connection.close()).await;
    }

    /// Marks the connection as under way; [`MssqlSession::settle`] takes the mark away.
    pub(crate) fn begin_call(&mut self) -> Result<(), Failure> {
        if std::mem::replace(&mut self.is_sound, false) { Ok(()) } else { Err(Failure::of_broken_session()) }
    }

    pub(crate) fn settle<T>(&mut self, answer: Result<T, Failure>) -> Result<T, Failure> {
        self.is_sound = answer.as_ref().err().is_none_or(|failure| !failure.breaks_session());
        answer
    }
}

impl fmt::Debug for MssqlSession {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MssqlSession").field("dialect", &self.dialect).finish_non_exhaustive()
    }
}

#[async_trait]
impl Session for MssqlSession {
    async fn forget_schema(&mut self) -> Result<(), Failure> {
        self.statements.clear();
        if self.is_sound { Ok(()) } else { Err(Failure::of_broken_session()) }
    }

    async fn ping(&mut self) -> Result<(), Failure> {
        self.begin_call()?;
        let answer = self.patience.wait(Place::Harmless, server::ping(&mut self.connection)).await;
        self.settle(answer)
    }
}

#[async_trait]
impl SqlSession for MssqlSession {
    async fn introspect(&mut self, filter: &SchemaFilter) -> Result<Schema, Failure> {
        self.begin_call()?;
        let mut catalog = Catalog { connection: &mut self.connection, patience: &mut self.patience };
        let answer = introspect::read(&mut catalog, filter, self.dialect).await;
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

    async fn commit(&mut self) -> Result<(), Failure> {
        MssqlSession::commit(self).await
    }

    async fn rollback(&mut self) -> Result<(), Failure> {
        MssqlSession::rollback(self).await
    }

    async fn marker_table(&mut self) -> Result<Arc<Table>, Failure> {
        self.begin_call()?;
        let answer = self.patience.wait(Place::Harmless, marker::marker_table(&mut self.connection)).await;
        self.settle(answer)
    }

    async fn standing(&mut self) -> Result<BTreeMap<String, String>, Failure> {
        self.begin_call()?;
        let work = marker::standing(&mut self.connection, self.dialect);
        let answer = self.patience.wait(Place::Harmless, work).await;
        self.settle(answer)
    }

    /// Statements are one batch; each is a transaction of its own.
    async fn execute(&mut self, sql: &str) -> Result<(), Failure> {
        self.plain(sql, self.patience.limit, Place::Autocommit).await
    }

    async fn hides(&mut self, table: &Table) -> Result<Option<String>, Failure> {
        if !self.dialect.has_policies() {
            return Ok(None);
        }
        self.begin_call()?;
        let answer = self.patience.wait(Place::Harmless, rights::hides(&mut self.connection, table)).await;
        self.settle(answer.map(|why| why.map(str::to_owned)))
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
            if is_closed { Ok(None) } else { rights::missing_rights(conn, wanted).await.map(Some) }
        };
        let answer = self.patience.wait(Place::Harmless, work).await;
        self.settle(answer.and_then(|missing| missing.ok_or_else(rights::read_only)))
    }

    async fn schema_version(&mut self, filter: &SchemaFilter) -> Result<Option<u64>, Failure> {
        self.begin_call()?;
        let mut catalog = Catalog { connection: &mut self.connection, patience: &mut self.patience };
        let answer = introspect::version(&mut catalog, filter, self.dialect).await;
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
        let tried = Tried { columns, conditions };
        let answer = tried.fits(&mut self.connection, &mut self.patience, rows).await;
        self.settle(answer)
    }

    async fn server(&mut self) -> Result<String, Failure> {
        self.begin_call()?;
        let answer = self.patience.wait(Place::Harmless, server::words(&mut self.connection)).await;
        self.settle(answer)
    }
}
