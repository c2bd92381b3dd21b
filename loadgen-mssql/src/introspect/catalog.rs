//! The server's catalog: each question that it is asked has the time of a statement.

use tiberius::Row;

use super::{Answer, Cells, Result};
use crate::{classify::Place, connect::Connection, session::Patience};

/// Who is asked, and how long an answer may take.
pub(crate) struct Catalog<'a> {
    pub(crate) connection: &'a mut Connection,
    pub(crate) patience: &'a mut Patience,
}

impl Catalog<'_> {
    /// Hands each row of an answer about the wanted schemas to `each`.
    pub(super) async fn ask(
        &mut self,
        sql: &str,
        wanted: &str,
        mut each: impl FnMut(&Cells<'_>) -> Result<()>,
    ) -> Answer<()> {
        let connection = &mut *self.connection;
        let work = async {
            let rows = connection.query(sql, &[&wanted]).await?.into_first_result().await?;
            rows.iter().try_for_each(|row| each(&Cells(row)))
        };
        self.patience.wait(Place::Harmless, work).await
    }

    /// Makes something of the rows of an answer that is about everything.
    pub(super) async fn ask_all<T>(
        &mut self,
        sql: &str,
        read: impl FnOnce(&[Row]) -> Result<T>,
    ) -> Answer<T> {
        let connection = &mut *self.connection;
        let work = async { read(&connection.simple_query(sql).await?.into_first_result().await?) };
        self.patience.wait(Place::Harmless, work).await
    }
}
