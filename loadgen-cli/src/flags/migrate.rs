//! The flags of `migrate`.

use clap::Args;

use super::{FileArgs, OutputArgs, ReachArgs, SourceArgs, TableArgs};

#[derive(Debug, Args)]
pub(crate) struct MigrateArgs {
    #[command(flatten)]
    pub(crate) plan: FileArgs,
    /// Take the steps back, the last one first, with all that is in their tables
    #[arg(long)]
    pub(crate) revert: bool,
    #[command(flatten)]
    pub(crate) reach: ReachArgs,
    #[command(flatten)]
    pub(crate) output: OutputArgs,
}

impl MigrateArgs {
    /// As flags of a run.
    pub(crate) fn source(&self) -> SourceArgs {
        SourceArgs { plan: self.plan.clone(), reach: self.reach.clone(), tables: TableArgs::default() }
    }
}
