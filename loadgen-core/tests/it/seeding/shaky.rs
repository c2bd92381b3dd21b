//! The database in memory behind sessions that fail as a test says.

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering::SeqCst},
};

use async_trait::async_trait;
use loadgen_core::{
    Applied, BulkSession, Change, EachRow, Extent, Failure, Lack, Loaded, NextRow, Rights, Schema,
    SchemaFilter, Session, SqlSession, Table, TableName, Taken, Target, Value,
    memory::{Memory, MemorySession},
};

/// What fails: the number of the call, from 0, is given. A load that fails so has been carried out if it says `true`.
#[derive(Clone)]
pub(super) struct Script {
    pub(super) connect: fn(u64) -> Option<Failure>,
    pub(super) load: fn(&str, u64, bool) -> Option<(Failure, bool)>,
    pub(super) count: fn(u64) -> Option<Failure>,
    /// What somebody does to the database before rights are asked for.
    pub(super) before_rights: fn(&Memory, u64),
}

impl Script {
    pub(super) fn new() -> Self {
        Script { connect: |_| None, load: |_, _, _| None, count: |_| None, before_rights: |_, _| {} }
    }
}

#[derive(Clone)]
pub(super) struct Shaky {
    pub(super) memory: Memory,
    script: Script,
    connects: Arc<AtomicU64>,
    loads: Arc<AtomicU64>,
    counts: Arc<AtomicU64>,
    rights: Arc<AtomicU64>,
}

pub(super) struct ShakySession {
    inner: MemorySession,
    target: Shaky,
    forgot: bool,
}

impl Shaky {
    pub(super) fn new(memory: Memory, script: Script) -> Self {
        let (connects, loads, counts, rights) = Default::default();
        Shaky { memory, script, connects, loads, counts, rights }
    }
}

#[async_trait]
impl Target for Shaky {
    type Session = ShakySession;

    async fn connect(&self) -> Result<ShakySession, Failure> {
        let failure = (self.script.connect)(self.connects.fetch_add(1, SeqCst));
        failure.map_or(Ok(()), Err)?;
        Ok(ShakySession { inner: self.memory.connect().await?, target: self.clone(), forgot: false })
    }

    fn describe(&self) -> String {
        "shaky://".to_owned()
    }
}

#[async_trait]
impl Session for ShakySession {
    async fn forget_schema(&mut self) -> Result<(), Failure> {
        self.forgot = true;
        Ok(())
    }
}

#[async_trait]
impl BulkSession for ShakySession {
    async fn load(
        &mut self,
        insert: &Arc<loadgen_core::Shape>,
        taken: Taken,
        next: &mut NextRow<'_>,
    ) -> Result<Loaded, Failure> {
        let (name, nth) = (&insert.table.name.table, self.target.loads.fetch_add(1, SeqCst));
        match (self.target.script.load)(name, nth, self.forgot) {
            None => self.inner.load(insert, taken, next).await,
            Some((failure, applied)) => {
                if applied {
                    self.inner.load(insert, taken, next).await?;
                }
                Err(failure)
            }
        }
    }

    async fn count(&mut self, table: &Table, most: u64) -> Result<u64, Failure> {
        let failure = (self.target.script.count)(self.target.counts.fetch_add(1, SeqCst));
        failure.map_or(Ok(()), Err)?;
        self.inner.count(table, most).await
    }

    async fn extent(&mut self, table: &Table, column: usize) -> Result<Option<Extent>, Failure> {
        self.inner.extent(table, column).await
    }
}

#[async_trait]
impl SqlSession for ShakySession {
    async fn introspect(&mut self, filter: &SchemaFilter) -> Result<Schema, Failure> {
        self.inner.introspect(filter).await
    }

    async fn apply(&mut self, changes: &[Change]) -> Result<Vec<Applied>, Failure> {
        self.inner.apply(changes).await
    }

    async fn execute(&mut self, sql: &str) -> Result<(), Failure> {
        self.inner.execute(sql).await
    }

    async fn scan(
        &mut self,
        table: &Table,
        columns: &[usize],
        each: &mut EachRow<'_>,
    ) -> Result<u64, Failure> {
        self.inner.scan(table, columns, each).await
    }

    async fn sample(
        &mut self,
        table: &Table,
        key: &[usize],
        columns: &[usize],
        most: u64,
        each: &mut EachRow<'_>,
    ) -> Result<bool, Failure> {
        self.inner.sample(table, key, columns, most, each).await
    }

    async fn pick(
        &mut self,
        table: &Table,
        column: usize,
        point: u64,
        rows: u64,
    ) -> Result<Vec<Value>, Failure> {
        self.inner.pick(table, column, point, rows).await
    }

    async fn largest(&mut self, table: &Table, column: usize) -> Result<Option<i64>, Failure> {
        self.inner.largest(table, column).await
    }

    async fn missing_rights(
        &mut self,
        wanted: &[(TableName, Rights)],
    ) -> Result<Vec<(TableName, Lack)>, Failure> {
        (self.target.script.before_rights)(&self.target.memory, self.target.rights.fetch_add(1, SeqCst));
        self.inner.missing_rights(wanted).await
    }

    async fn server(&mut self) -> Result<String, Failure> {
        self.inner.server().await
    }
}
