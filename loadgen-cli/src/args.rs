//! The command line: verbs, and what all of them take.

use clap::{ArgAction, Args as ClapArgs, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;
use loadgen_core::ledger::LedgerSync;

use crate::flags::{
    CleanupArgs, DemoArgs, HealthArgs, InspectArgs, MigrateArgs, PlanArgs, ResolveArgs, RunArgs, SeedArgs,
    VerifyArgs,
};

/// Database traffic that looks real, can be repeated, and can be checked at the far end.
#[derive(Debug, Parser)]
#[command(name = "loadgen", version, max_term_width = 100, arg_required_else_help = true)]
#[command(after_help = "Exit codes: 0 done, 1 the run failed, 2 wrong usage, 104 invalid plan file, \
    111 the check failed, 112 it was inconclusive, 130 aborted.")]
pub(crate) struct Args {
    #[command(subcommand)]
    pub(crate) verb: Verb,
    #[command(flatten)]
    pub(crate) talk: TalkArgs,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Verb {
    /// See all of it in half a minute, on a throw-away PostgreSQL
    Demo(DemoArgs),
    /// Run a plan; without FILE, inserts, updates and deletes on every table of the database
    #[command(alias = "start")]
    Run(Box<RunArgs>),
    /// Say what a run would do, and write nothing
    Plan(Box<PlanArgs>),
    /// Fill tables up to a number of rows, what is there counts; take the steps that make tables
    #[command(alias = "load")]
    Seed(Box<SeedArgs>),
    /// Take the steps that make the tables of a plan, or take them back
    Migrate(Box<MigrateArgs>),
    /// Show the schema as loadgen sees it
    Inspect(Box<InspectArgs>),
    /// Ask each target whether it is there and lets us do what is planned
    Health(Box<HealthArgs>),
    /// Settle what a killed run left undecided in its ledger
    Resolve(ResolveArgs),
    /// Hold a database against the ledger of a run: is every change there, once?
    Verify(VerifyArgs),
    /// Remove what a run with a ledger has made beside its rows: slot, publication, markers
    Cleanup(CleanupArgs),
    /// Print the JSON Schema of the plan file
    Schema,
    /// Print the completions of a shell
    Completions {
        /// Which shell
        shell: Shell,
    },
}

#[derive(Clone, Debug, ClapArgs)]
pub(crate) struct TalkArgs {
    /// Say nothing but the result and errors
    #[arg(short, long, global = true)]
    pub(crate) quiet: bool,
    /// Say more; twice for even more. RUST_LOG is finer
    #[arg(short, long, global = true, action = ArgAction::Count)]
    pub(crate) verbose: u8,
    /// How logs are written
    #[arg(long, global = true, value_name = "FORMAT", default_value = "text")]
    pub(crate) log_format: LogFormat,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum LogFormat {
    Text,
    Json,
}

/// How a result is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    Text,
    Json,
}

/// How progress is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum ProgressMode {
    /// A bar on a terminal, else plain
    Auto,
    /// A line every 10 s
    Plain,
    /// Nothing
    None,
}

/// What a transaction of a ledger waits for before it is committed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum LedgerSyncMode {
    /// Its record is with the operating system, which survives the process
    None,
    /// Its record is on the disk, which survives the machine; all that wait, wait for the same write
    Group,
}

impl From<LedgerSyncMode> for LedgerSync {
    fn from(mode: LedgerSyncMode) -> Self {
        match mode {
            LedgerSyncMode::None => LedgerSync::None,
            LedgerSyncMode::Group => LedgerSync::Group,
        }
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_definition_is_sound() {
        Args::command().debug_assert();
    }

    #[test]
    fn endless_can_be_said() {
        let args = Args::try_parse_from(["loadgen", "run", "--operations", "-1"]).unwrap();
        let Verb::Run(run) = args.verb else { panic!("not run") };
        assert_eq!(run.load.operations, Some(crate::flags::ENDLESS));
    }
}
