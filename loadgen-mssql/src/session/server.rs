//! What kind of server it is.

use loadgen_core::Failure;

use super::{
    MssqlSession,
    read::{NOTHING, one},
    transaction::batch,
};
use crate::{classify::Place, connect::Connection, dialect::Dialect};

impl MssqlSession {
    /// The database, as the server calls it: most servers do not tell `Shop` from `shop`.
    ///
    /// # Errors
    /// When the server does not answer.
    pub async fn database(&mut self) -> Result<String, Failure> {
        self.begin_call()?;
        let work = async {
            let row = one(&mut self.connection, "select db_name() as name", NOTHING).await?;
            Ok(row.try_get::<&str, _>("name")?.unwrap_or_default().to_owned())
        };
        let answer = self.patience.wait(Place::Harmless, work).await;
        self.settle(answer)
    }
}

pub(super) async fn ping(connection: &mut Connection) -> tiberius::Result<()> {
    batch(connection, "select 1").await
}

/// Sets what statements rely on, and asks who answers.
pub(super) async fn ready(connection: &mut Connection) -> tiberius::Result<Dialect> {
    batch(connection, include_str!("setup.sql")).await?;
    let row = one(connection, include_str!("server.sql"), NOTHING).await?;
    let is_other = row.try_get::<&str, _>("babelfish")?.is_some();
    Ok(if is_other { Dialect::Babelfish } else { Dialect::SqlServer })
}

/// Product and version.
pub(super) async fn words(connection: &mut Connection) -> tiberius::Result<String> {
    let row = one(connection, include_str!("server.sql"), NOTHING).await?;
    if let Some(version) = row.try_get::<&str, _>("babelfish")? {
        return Ok(format!("Babelfish for PostgreSQL {version}"));
    }
    let product = match row.try_get::<i32, _>("engine")? {
        Some(5) => "Azure SQL Database",
        Some(8) => "Azure SQL Managed Instance",
        Some(9) => "Azure SQL Edge",
        _ => "SQL Server",
    };
    let version = row.try_get::<&str, _>("version")?.unwrap_or_default();
    let edition = row.try_get::<&str, _>("edition")?.unwrap_or_default();
    Ok(format!("{product} {version} ({edition})"))
}
