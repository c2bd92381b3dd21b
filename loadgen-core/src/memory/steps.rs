//! Steps of a schema in memory: they are recorded, and have nothing to say, as there is no SQL.

use async_trait::async_trait;

use super::MemorySession;
use crate::{
    Failure, SqlSession,
    migration::{MigrateSession, Way},
};

#[async_trait]
impl MigrateSession for MemorySession {
    async fn begin_step(&mut self) -> Result<(), Failure> {
        Ok(())
    }

    /// There is nothing to run in an empty text; one with SQL fails.
    async fn run_step(&mut self, text: &str) -> Result<(), Failure> {
        if text.is_empty() { Ok(()) } else { self.execute(text).await }
    }

    async fn note_step(&mut self, name: &str, way: Way) -> Result<(), Failure> {
        self.noted = Some((name.to_owned(), way));
        Ok(())
    }

    async fn end_step(&mut self, is_kept: bool) -> Result<(), Failure> {
        if let Some((name, way)) = self.noted.take().filter(|_| is_kept) {
            self.record(&name, way == Way::Up);
        }
        Ok(())
    }

    async fn home(&mut self) -> Result<Option<String>, Failure> {
        Ok(None)
    }

    async fn migrated(&mut self) -> Result<Vec<String>, Failure> {
        Ok(self.recorded())
    }
}
