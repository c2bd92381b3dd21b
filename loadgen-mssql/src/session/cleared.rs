//! The markers of a run, taken away when nobody needs them any more.

use loadgen_core::{Failure, TableName};
use tiberius::Query;

use super::{
    MssqlSession,
    apply::number,
    marker,
    read::{NOTHING, one},
};
use crate::{classify::Place, quote::quote_table};

/// What was taken away.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Cleared {
    /// Markers.
    pub rows: u64,
    /// Whether the table is gone, too.
    pub table: bool,
    /// Whether others have rows in it.
    pub others: bool,
}

impl MssqlSession {
    /// What the table of markers is called for this user, and whether it is there.
    ///
    /// # Errors
    /// When the server does not say.
    pub async fn find_markers(&mut self) -> Result<(TableName, bool), Failure> {
        self.begin_call()?;
        let connection = &mut self.connection;
        let work = async {
            let name = marker::name(connection).await?;
            let is_there = marker::is_there(connection, &name).await?;
            Ok((name, is_there))
        };
        let answer = self.patience.wait(Place::Harmless, work).await;
        self.settle(answer)
    }

    /// Removes a run's markers; and the table, if the run made it and nothing else is in it.
    ///
    /// # Errors
    /// When the server refuses or does not answer; nothing is removed then, or nobody knows.
    pub async fn clear_markers(
        &mut self,
        table: &TableName,
        run: &str,
        made: bool,
    ) -> Result<Cleared, Failure> {
        self.begin().await?;
        match self.clear(table, run, made).await {
            Ok(cleared) => self.commit().await.map(|()| cleared),
            Err(failure) => Err(self.undo(failure).await),
        }
    }

    /// The lock keeps others from placing theirs before the table is gone.
    async fn clear(&mut self, table: &TableName, run: &str, made: bool) -> Result<Cleared, Failure> {
        self.begin_call()?;
        let connection = &mut self.connection;
        let work = async {
            let mut cleared = Cleared::default();
            if !marker::is_there(connection, table).await? {
                return Ok(cleared);
            }
            let table = quote_table(table);
            let alone = if made { " with (tablockx, holdlock)" } else { "" };
            let mut delete = Query::new(format!("delete from {table}{alone} where [run_id] = @P1"));
            delete.bind(run);
            cleared.rows = delete.execute(connection).await?.total();
            if made {
                let sql = format!("select count_big(*) from {table}");
                cleared.others = number(&one(connection, sql, NOTHING).await?) != Some(0);
                cleared.table = !cleared.others;
            }
            Ok(cleared)
        };
        let answer = self.patience.wait(Place::Harmless, work).await;
        let cleared = self.settle(answer)?;
        if cleared.table {
            self.statement(&format!("drop table {}", quote_table(table))).await?;
        }
        Ok(cleared)
    }
}
