//! Filling the tables in memory.

use std::sync::Arc;

use async_trait::async_trait;

use super::MemorySession;
use crate::{BulkSession, Change, Extent, Failure, Loaded, NextRow, Shape, SqlSession, Table, Taken, Value};

#[async_trait]
impl BulkSession for MemorySession {
    /// Keeps the rows until the last, as a transaction here is one list of changes.
    async fn load(
        &mut self,
        insert: &Arc<Shape>,
        taken: Taken,
        next: &mut NextRow<'_>,
    ) -> Result<Loaded, Failure> {
        let mut changes = Vec::new();
        loop {
            let mut values = Vec::with_capacity(insert.width());
            if !next(&mut values) {
                break;
            }
            changes.push(Change { shape: Arc::clone(insert), values, rows: 1 });
        }
        let applied = self.carry_out(&changes, taken)?;
        let rows = applied.iter().map(|applied| applied.rows).sum();
        Ok(Loaded { rows, refused: applied.iter().filter(|applied| applied.rows == 0).count() as u64 })
    }

    async fn count(&mut self, table: &Table, most: u64) -> Result<u64, Failure> {
        Ok(self.scan(table, &[], &mut |_| {}).await?.min(most))
    }

    async fn extent(&mut self, table: &Table, column: usize) -> Result<Option<Extent>, Failure> {
        let mut extent: Option<Extent> = None;
        self.scan(table, &[column], &mut |values| {
            if let [Value::Int(value)] = values {
                let value = *value;
                let so_far = extent.get_or_insert(Extent { rows: 0, least: value, greatest: value });
                so_far.rows += 1;
                so_far.least = so_far.least.min(value);
                so_far.greatest = so_far.greatest.max(value);
            }
        })
        .await?;
        Ok(extent)
    }
}
