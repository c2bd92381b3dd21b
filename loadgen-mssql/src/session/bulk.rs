//! Filling tables: bulk load, and what there is for rows that cannot have it.

use std::sync::Arc;

use async_trait::async_trait;
use loadgen_core::{
    Action, BulkSession, Change, Extent, Failure, Loaded, NextRow, Shape, Table, TableName, Taken,
    column_salt,
};

use super::{MssqlSession, apply::gather, copy::Copy, read};
use crate::{
    classify::{Place, is_refused_in_bulk},
    connect::Connection,
};

/// Rows that are loaded at a time. Memory has room for them, so that what a bulk load would not refuse properly goes another way.
const BATCH: usize = 4_000;

#[async_trait]
impl BulkSession for MssqlSession {
    async fn load(
        &mut self,
        insert: &Arc<Shape>,
        taken: Taken,
        next: &mut NextRow<'_>,
    ) -> Result<Loaded, Failure> {
        self.begin_load(&insert.table.name).await?;
        let answer = match taken {
            Taken::Refuse => self.load_all(insert, next).await.map(Loaded::whole),
            Taken::Skip | Taken::SkipRefused => self.sift(insert, taken, next).await,
        };
        match answer {
            Ok(loaded) => self.commit().await.map(|()| loaded),
            Err(failure) => Err(self.undo(failure).await),
        }
    }

    async fn count(&mut self, table: &Table, most: u64) -> Result<u64, Failure> {
        // Whoever loads the table holds this lock up to the end of the transaction, also when its client is gone.
        self.begin().await?;
        if let Err(failure) = self.lock(&table.name, "Exclusive").await {
            return Err(self.undo(failure).await);
        }
        self.rollback().await?;
        self.begin_call()?;
        let work = read::count(&mut self.connection, table, most);
        let answer = self.patience.wait(Place::Harmless, work).await;
        self.settle(answer)
    }

    async fn extent(&mut self, table: &Table, column: usize) -> Result<Option<Extent>, Failure> {
        self.begin_call()?;
        let work = read::extent(&mut self.connection, table, column);
        let answer = self.patience.wait(Place::Harmless, work).await;
        self.settle(answer)
    }
}

impl MssqlSession {
    /// Opens a transaction that loads a table.
    pub(super) async fn begin_load(&mut self, table: &TableName) -> Result<(), Failure> {
        self.begin().await?;
        match self.lock(table, "Shared").await {
            Err(failure) => Err(self.undo(failure).await),
            Ok(()) => Ok(()),
        }
    }

    async fn load_all(&mut self, insert: &Arc<Shape>, next: &mut NextRow<'_>) -> Result<u64, Failure> {
        let mut copy = Copy::of(insert, self.dialect);
        let mut loaded = 0;
        // Rows of nothing but defaults go one by one.
        let most = if insert.set.is_empty() { 1 } else { BATCH };
        while let Some(change) = Change::drawn(insert, most, next) {
            let may_copy = self.may_copy && !self.unloaded.contains(&insert.table.name);
            let rows = copy.as_ref().filter(|_| may_copy).and_then(|copy| copy.rows(&change));
            let Some((copy, rows)) = copy.as_mut().zip(rows) else {
                loaded += self.change(&change, Place::Harmless).await?.rows;
                continue;
            };
            loaded += match self.copied(copy, rows).await {
                // Nothing else is in the transaction yet.
                Err(failure) if loaded == 0 && is_refused_in_bulk(&failure) => {
                    self.rollback().await?;
                    self.begin_load(&insert.table.name).await?;
                    self.change(&change, Place::Harmless).await?.rows
                }
                answer => answer?,
            };
        }
        Ok(loaded)
    }

    async fn copied(&mut self, copy: &mut Copy, rows: &Change) -> Result<u64, Failure> {
        self.begin_call()?;
        let answer = copy.run(&mut self.connection, &mut self.patience, rows).await;
        self.may_copy = answer.is_ok() || self.dialect.loads_after_a_failure();
        if answer.as_ref().is_err_and(is_refused_in_bulk) {
            self.unloaded.insert(rows.shape.table.name.clone());
        }
        self.settle(answer)
    }

    /// Takes a lock of the open transaction that stands for loads of a table.
    async fn lock(&mut self, table: &TableName, mode: &str) -> Result<(), Failure> {
        self.begin_call()?;
        let answer =
            self.patience.wait(Place::Harmless, lock(&mut self.connection, &resource(table), mode)).await;
        match self.settle(answer)? {
            Some(granted) if granted >= 0 => Ok(()),
            // It was the victim of a deadlock, or was cancelled.
            _ => Err(Failure::aborted(Action::Retry, "1205", "no lock for the load of a table")),
        }
    }
}

/// What tells the loads of a table from other uses of such locks.
fn resource(table: &TableName) -> String {
    format!("loadgen {:016x}", column_salt(&format!("loadgen {table}")))
}

async fn lock(connection: &mut Connection, resource: &str, mode: &str) -> tiberius::Result<Option<i64>> {
    let sql = format!(
        "declare @r int; exec @r = sp_getapplock @Resource = N'{resource}', @LockMode = '{mode}', \
         @LockOwner = 'Transaction', @LockTimeout = -1; select @r as loadgen_done"
    );
    Ok(gather(connection.simple_query(sql).await?, &[]).await?.done)
}
