//! Which kind of database an address means, or the environment where there is none.

use loadgen_mssql::{MssqlSettings, MssqlTarget, is_address};
use loadgen_pg::{PgSettings, PgTarget};

use super::Backend;
use crate::{
    failed::{Code, Failed},
    plan_file::Lookup,
};

/// Variables that say where a database of PostgreSQL is.
const POSTGRES: [&str; 4] = ["PGHOST", "PGHOSTADDR", "PGPORT", "PGDATABASE"];
/// What is said of a text that is no address of any kind.
const NO_ADDRESS: &str = "the address of a database begins with postgres:// or postgresql://, or for SQL Server with mssql:// or \
                          sqlserver://, or is a connection string with Server=";
/// The variable that says where a SQL Server is.
const SQL_SERVER: &str = "SQLCMDSERVER";

/// The address that the environment gives. An empty one is none.
pub(crate) fn database_url(lookup: Lookup<'_>) -> Option<String> {
    set(lookup, "DATABASE_URL")
}

impl Backend {
    /// The database at an address, or where the environment says.
    pub(crate) fn resolve(address: Option<&str>, lookup: Lookup<'_>) -> Result<Self, Failed> {
        let given = address.map(str::to_owned).or_else(|| database_url(lookup));
        let is_sql_server = match given.as_deref() {
            Some(address) => is_address(address),
            None => is_set(lookup, SQL_SERVER) && !POSTGRES.iter().any(|name| is_set(lookup, name)),
        };
        if is_sql_server {
            let settings = MssqlSettings::resolve(given.as_deref(), lookup);
            let settings = settings.map_err(|error| Failed::because(Code::Usage, &error))?;
            return Ok(Backend::Mssql(MssqlTarget::new(settings)));
        }
        let settings = PgSettings::resolve(given.as_deref(), lookup).map_err(|error| match error {
            loadgen_pg::SettingsError::Scheme => Failed::new(Code::Usage, NO_ADDRESS),
            error => Failed::because(Code::Usage, &error),
        })?;
        Ok(Backend::Pg(PgTarget::new(settings)))
    }

    /// Whether the environment says where a database is.
    pub(crate) fn is_named(lookup: Lookup<'_>) -> bool {
        ["DATABASE_URL", SQL_SERVER].iter().chain(&POSTGRES).any(|name| is_set(lookup, name))
    }
}

fn set(lookup: Lookup<'_>, name: &str) -> Option<String> {
    lookup(name).filter(|value| !value.is_empty())
}

fn is_set(lookup: Lookup<'_>, name: &str) -> bool {
    set(lookup, name).is_some()
}
