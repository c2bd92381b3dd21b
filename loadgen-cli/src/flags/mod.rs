//! The flags of the verbs, in groups.

mod load;
mod migrate;
mod seed;
mod source;
mod tables;

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use loadgen_core::{
    Seed,
    units::{Rate, Size, Span},
};

use self::load::above_zero;
pub(crate) use self::{
    load::{ENDLESS, LoadArgs},
    migrate::MigrateArgs,
    seed::SeedArgs,
    source::{FileArgs, ReachArgs, SourceArgs},
    tables::{ScopeArgs, TableArgs},
};
use crate::{
    args::{Format, LedgerSyncMode, ProgressMode},
    sink::Sink,
};

/// What comes out.
#[derive(Clone, Debug, Args)]
pub(crate) struct OutputArgs {
    /// How the result is written to the standard output
    #[arg(long, value_name = "FORMAT", default_value = "text", help_heading = "Output")]
    pub(crate) format: Format,
}

#[derive(Debug, Args)]
pub(crate) struct RunArgs {
    #[command(flatten)]
    pub(crate) source: SourceArgs,
    #[command(flatten)]
    pub(crate) load: LoadArgs,
    #[command(flatten)]
    pub(crate) output: OutputArgs,
    /// Compare the rows in the database with what the lanes know, at the end
    #[arg(long, help_heading = "Plan")]
    pub(crate) check: bool,
    /// Say what would be done, and write nothing
    #[arg(long, conflicts_with_all = ["check", "out", "ledger", "slot", "freshness", "progress"], help_heading = "Plan")]
    pub(crate) dry_run: bool,
    /// Write summary.json and plan.yaml to this directory
    #[arg(long, value_name = "DIR", help_heading = "Output")]
    pub(crate) out: Option<PathBuf>,
    /// Keep a ledger of every transaction below --out, so that `resolve` can say after any failure what was committed
    #[arg(long, requires = "out", help_heading = "Output")]
    pub(crate) ledger: bool,
    /// What a transaction of the ledger waits for before it is committed
    #[arg(long, value_name = "WHEN", default_value = "none", requires = "ledger", help_heading = "Output")]
    pub(crate) ledger_sync: LedgerSyncMode,
    /// Make a logical replication slot of this name before the traffic, for `verify --sink slot:NAME`; `cleanup` removes it
    #[arg(long, value_name = "NAME", requires = "ledger", help_heading = "Output")]
    pub(crate) slot: Option<String>,
    /// How much of the server's log the slot may keep; past that the run ends and the slot is dropped
    #[arg(long, value_name = "SIZE", default_value = "1GB", help_heading = "Output")]
    pub(crate) max_slot_wal: Size,
    /// Say how long commits take to be seen in a sink: the address of a copy of the tables, or `slot:NAME` of --slot
    #[arg(long, value_name = "SINK", requires = "ledger", help_heading = "Output")]
    pub(crate) freshness: Option<Sink>,
    /// How progress is shown
    #[arg(long, value_name = "MODE", default_value = "auto", help_heading = "Output")]
    pub(crate) progress: ProgressMode,
}

/// A run that is over.
#[derive(Debug, Args)]
pub(crate) struct RunDirArgs {
    /// The directory that the run had as --out
    #[arg(value_name = "RUN")]
    pub(crate) run: PathBuf,
    /// Which job of the run, if it had several
    #[arg(long, value_name = "NAME")]
    pub(crate) job: Option<String>,
    #[command(flatten)]
    pub(crate) reach: ReachArgs,
}

impl RunDirArgs {
    /// The same, where the ledger of the run has been named instead.
    pub(crate) fn found(self) -> Self {
        let (run, job) = crate::ledger::run_of(&self.run);
        RunDirArgs { run, job: self.job.or(job), ..self }
    }
}

#[derive(Debug, Args)]
pub(crate) struct ResolveArgs {
    #[command(flatten)]
    pub(crate) run: RunDirArgs,
    #[command(flatten)]
    pub(crate) output: OutputArgs,
}

#[derive(Debug, Args)]
pub(crate) struct CleanupArgs {
    #[command(flatten)]
    pub(crate) run: RunDirArgs,
    /// Remove the markers although transactions of the run are not settled, which they cannot be any more after that
    #[arg(long)]
    pub(crate) force: bool,
    #[command(flatten)]
    pub(crate) output: OutputArgs,
}

#[derive(Debug, Args)]
pub(crate) struct VerifyArgs {
    #[command(flatten)]
    pub(crate) run: RunDirArgs,
    /// What is held against the ledger: `source` for the tables that the run wrote, the address of a copy of them, `slot:NAME`
    /// for a slot that `run --slot` has made, or `debezium:FILE` for a capture of Debezium's events, `debezium:-` for one on
    /// the standard input
    #[arg(long, value_name = "SINK")]
    pub(crate) sink: Sink,
    /// How long the sink may take to come as far as the run did
    #[arg(long, default_value = "0s", value_name = "TIME", allow_hyphen_values = true)]
    pub(crate) wait: Span,
    /// Take from the slot what was read; otherwise it stays as it is
    #[arg(long)]
    pub(crate) consume: bool,
    /// The publication of a slot that the run has not made
    #[arg(long, value_name = "NAME")]
    pub(crate) publication: Option<String>,
    /// Where temporary files go, which take about twice as much as the ledger. By default beside the ledger, or where the system
    /// has them if nothing can be written there
    #[arg(long, value_name = "DIR")]
    pub(crate) temporary: Option<PathBuf>,
    /// How many findings are printed; the file beside the ledger has all of them
    #[arg(long, default_value = "10", value_name = "N")]
    pub(crate) findings: usize,
    #[command(flatten)]
    pub(crate) output: OutputArgs,
}

#[derive(Debug, Args)]
pub(crate) struct PlanArgs {
    #[command(flatten)]
    pub(crate) source: SourceArgs,
    #[command(flatten)]
    pub(crate) load: LoadArgs,
    #[command(flatten)]
    pub(crate) output: OutputArgs,
}

#[derive(Debug, Args)]
pub(crate) struct HealthArgs {
    #[command(flatten)]
    pub(crate) source: SourceArgs,
    #[command(flatten)]
    pub(crate) output: OutputArgs,
}

#[derive(Debug, Args)]
pub(crate) struct InspectArgs {
    #[command(flatten)]
    pub(crate) source: SourceArgs,
    /// How the schema is written; yaml is a plan that can be run
    #[arg(long, value_name = "FORMAT", default_value = "text", help_heading = "Output")]
    pub(crate) format: InspectFormat,
    /// Count the rows of each table and compute their digest
    #[arg(long)]
    pub(crate) digest: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum InspectFormat {
    Text,
    Yaml,
    Json,
}

#[derive(Debug, Args)]
pub(crate) struct DemoArgs {
    /// What every draw starts from: a number or a phrase
    #[arg(long, default_value = "42")]
    pub(crate) seed: Seed,
    /// How long the mixed traffic lasts
    #[arg(long, default_value = "20s", allow_hyphen_values = true)]
    pub(crate) duration: Span,
    /// Operations per time of the mixed traffic
    #[arg(long, default_value = "500/s", allow_hyphen_values = true)]
    pub(crate) rate: Rate,
    /// Connections that carry the lanes
    #[arg(long, value_name = "N", default_value = "8", value_parser = above_zero(), allow_hyphen_values = true)]
    pub(crate) connections: u32,
    #[command(flatten)]
    pub(crate) output: OutputArgs,
    /// How progress is shown
    #[arg(long, value_name = "MODE", default_value = "auto")]
    pub(crate) progress: ProgressMode,
}
