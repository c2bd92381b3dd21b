//! Which plan, and where it goes.

use std::path::PathBuf;

use clap::Args;
use loadgen_core::Seed;

use super::TableArgs;

/// Which plan, where it goes, and what of it is different this time.
#[derive(Debug, Default, Args)]
pub(crate) struct SourceArgs {
    #[command(flatten)]
    pub(crate) plan: FileArgs,
    #[command(flatten)]
    pub(crate) reach: ReachArgs,
    #[command(flatten)]
    pub(crate) tables: TableArgs,
}

/// Which plan.
#[derive(Clone, Debug, Default, Args)]
pub(crate) struct FileArgs {
    /// Plan in YAML or JSON; `-` reads it from the standard input
    #[arg(value_name = "FILE")]
    pub(crate) file: Option<PathBuf>,
    /// Only this job of the plan
    #[arg(long, value_name = "NAME", help_heading = "Plan")]
    pub(crate) job: Vec<String>,
    /// Set one value of the plan, as in jobs.0.lanes=10 or jobs.NAME.rate=5/s
    #[arg(long, value_name = "PATH=VALUE", help_heading = "Plan")]
    pub(crate) set: Vec<String>,
    /// Read variables for ${NAME} from this file; the environment itself goes first
    #[arg(long, value_name = "FILE", help_heading = "Plan")]
    pub(crate) env_file: Option<PathBuf>,
    /// What every draw starts from: a number or a phrase. Equal seeds make equal rows
    #[arg(long, env = "LOADGEN_SEED", help_heading = "Plan")]
    pub(crate) seed: Option<Seed>,
}

/// Where it goes.
#[derive(Clone, Debug, Default, Args)]
pub(crate) struct ReachArgs {
    /// The database, as postgres://user@host:5432/name or mssql://user@host:1433/name, or a connection string of ADO. Also
    /// DATABASE_URL, libpq's PG* and sqlcmd's SQLCMD* variables
    #[arg(long, help_heading = "Target")]
    pub(crate) url: Option<String>,
    /// Write to this host although it is neither local nor in a private network
    #[arg(
        long,
        value_name = "HOST",
        env = "LOADGEN_ALLOW_HOST",
        value_delimiter = ',',
        help_heading = "Target"
    )]
    pub(crate) allow_host: Vec<String>,
}
