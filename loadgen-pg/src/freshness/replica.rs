//! The markers in a copy of the database.

use std::time::Duration;

use async_trait::async_trait;
use loadgen_core::{
    Failure, TableName, Target,
    freshness::{Arrivals, EachMarker},
    ledger::MARKER_COLUMNS,
};
use sqlx::AssertSqlSafe;

use crate::{
    PgSession, PgTarget,
    classify::{Place, classify, deadline},
    quote::{quote, quote_table},
};

/// How long one look may take, connecting apart, which has a bound of its own.
const LIMIT: Duration = Duration::from_secs(10);

/// A database that has a copy of the marker table, by a subscription, as a standby or in any other way that carries over the
/// transactions of the source in order.
#[derive(Debug)]
pub struct Replica {
    target: PgTarget,
    run: String,
    sql: String,
    session: Option<PgSession>,
}

impl Replica {
    /// The markers of a run, in the copy of this table.
    pub fn new(target: PgTarget, marker: &TableName, run: impl Into<String>) -> Self {
        let [run_id, lane, last_seq, _] = MARKER_COLUMNS.map(quote);
        let table = quote_table(marker);
        let sql = format!("select {lane}::int8, {last_seq}::int8 from {table} where {run_id} = $1");
        Replica { target, run: run.into(), sql, session: None }
    }

    async fn read(&self, session: &mut PgSession) -> Result<Vec<(i64, i64)>, Failure> {
        let query = sqlx::query_as(AssertSqlSafe(self.sql.as_str())).bind(&self.run);
        let rows = query.fetch_all(session.driver()?);
        match tokio::time::timeout(LIMIT, rows).await {
            Ok(rows) => rows.map_err(|error| classify(&error, Place::Harmless)),
            Err(_) => Err(deadline(Place::Harmless, LIMIT.as_secs_f64())),
        }
    }
}

#[async_trait]
impl Arrivals for Replica {
    async fn look(&mut self, each: &mut EachMarker<'_>) -> Result<(), Failure> {
        // A session is put back only after it has answered: one that was given up is closed.
        let mut session = match self.session.take() {
            Some(session) => session,
            None => self.target.connect().await?,
        };
        let markers = self.read(&mut session).await?;
        self.session = Some(session);
        for (lane, seq) in markers {
            if let (Ok(lane), Ok(seq)) = (u32::try_from(lane), u64::try_from(seq)) {
                each(lane, seq);
            }
        }
        Ok(())
    }

    fn describe(&self) -> String {
        self.target.describe()
    }
}
