//! The flags of the verbs, in groups.

use std::{path::PathBuf, str::FromStr};

use clap::{Args, ValueEnum};
use loadgen_core::{
    Seed,
    crud::OperationWeights,
    units::{Count, Rate, Span},
};

use crate::{
    args::{Format, ProgressMode},
    plan_file::JobConfig,
};

/// Which plan, and what of it is different this time.
#[derive(Debug, Default, Args)]
pub(crate) struct SourceArgs {
    /// Plan in YAML or JSON; `-` reads it from the standard input
    #[arg(value_name = "FILE")]
    pub(crate) file: Option<PathBuf>,
    /// Run this job of the plan alone
    #[arg(long, value_name = "NAME", help_heading = "Plan")]
    pub(crate) job: Vec<String>,
    /// Set one value of the plan, as in jobs.0.lanes=10 or jobs.NAME.rate=5/s
    #[arg(long, value_name = "PATH=VALUE", help_heading = "Plan")]
    pub(crate) set: Vec<String>,
    /// Read variables for ${NAME} from this file; the environment itself goes first
    #[arg(long, value_name = "FILE", help_heading = "Plan")]
    pub(crate) env_file: Option<PathBuf>,
    /// What every draw starts from: a number or a phrase. Equal seeds make equal traffic
    #[arg(long, env = "LOADGEN_SEED", help_heading = "Plan")]
    pub(crate) seed: Option<Seed>,
    #[command(flatten)]
    pub(crate) reach: ReachArgs,
    #[command(flatten)]
    pub(crate) tables: TableArgs,
    #[command(flatten)]
    pub(crate) load: LoadArgs,
}

/// Where it goes.
#[derive(Clone, Debug, Default, Args)]
pub(crate) struct ReachArgs {
    /// The database, as postgres://user@host:5432/name. Also DATABASE_URL, and libpq's PG* variables
    #[arg(long, help_heading = "Target")]
    pub(crate) url: Option<String>,
    /// Write to this host although it is neither local nor in a private network
    #[arg(long, value_name = "HOST", help_heading = "Target")]
    pub(crate) allow_host: Vec<String>,
}

/// Which tables, and what is done to them.
#[derive(Clone, Debug, Default, Args)]
pub(crate) struct TableArgs {
    /// Schemas to look at; those on the search path unless given
    #[arg(long, value_name = "NAME", help_heading = "Tables")]
    pub(crate) schema: Vec<String>,
    /// Only these tables, with how often they are chosen
    #[arg(long, value_name = "NAME[=WEIGHT]", help_heading = "Tables")]
    pub(crate) table: Vec<TableFlag>,
    /// Leave this table alone
    #[arg(long, value_name = "NAME", help_heading = "Tables")]
    pub(crate) exclude: Vec<String>,
    /// How often each operation is chosen, as in insert=3,update=2,delete=1
    #[arg(long, value_name = "WEIGHTS", value_parser = operation_weights, help_heading = "Tables")]
    pub(crate) mix: Option<OperationWeights>,
    /// Rows inserted by one statement
    #[arg(long, value_name = "N", value_parser = rows(), help_heading = "Tables")]
    pub(crate) insert_rows: Option<u32>,
    /// Rows updated by one statement
    #[arg(long, value_name = "N", value_parser = rows(), help_heading = "Tables")]
    pub(crate) update_rows: Option<u32>,
    /// Rows deleted by one statement
    #[arg(long, value_name = "N", value_parser = rows(), help_heading = "Tables")]
    pub(crate) delete_rows: Option<u32>,
}

/// How much, how fast, how long.
#[derive(Clone, Debug, Default, Args)]
pub(crate) struct LoadArgs {
    /// Virtual actors, each with rows of its own
    #[arg(long, value_name = "N", env = "LOADGEN_LANES", value_parser = above_zero(), help_heading = "Load")]
    pub(crate) lanes: Option<u32>,
    /// Connections that carry the lanes; of no influence on what is done
    #[arg(long, value_name = "N", env = "LOADGEN_CONNECTIONS", value_parser = above_zero(), help_heading = "Load")]
    pub(crate) connections: Option<u32>,
    /// Operations per time over all lanes, as in 200/s; as fast as it goes unless given
    #[arg(long, env = "LOADGEN_RATE", help_heading = "Load")]
    pub(crate) rate: Option<Rate>,
    /// End after that time, as in 5m
    #[arg(long, env = "LOADGEN_DURATION", help_heading = "Load")]
    pub(crate) duration: Option<Span>,
    /// End after so many operations, as in 20k; -1 for no end
    #[arg(long, value_name = "N", env = "LOADGEN_OPERATIONS", value_parser = operations,
        allow_negative_numbers = true, help_heading = "Load")]
    pub(crate) operations: Option<Count>,
    /// Keep what is due before that time out of the figures
    #[arg(long, value_name = "DURATION", env = "LOADGEN_WARMUP", help_heading = "Load")]
    pub(crate) warmup: Option<Span>,
}

impl LoadArgs {
    /// As a layer over the plan.
    pub(crate) fn layer(&self, reach: &ReachArgs) -> JobConfig {
        JobConfig {
            target: reach.url.clone(),
            lanes: self.lanes,
            connections: self.connections,
            rate: self.rate,
            duration: self.duration,
            operations: self.operations,
            warmup: self.warmup,
            ..JobConfig::default()
        }
    }
}

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
    pub(crate) output: OutputArgs,
    /// Compare the rows in the database with what the lanes know, at the end
    #[arg(long, help_heading = "Plan")]
    pub(crate) check: bool,
    /// Say what would be done, and write nothing
    #[arg(long, help_heading = "Plan")]
    pub(crate) dry_run: bool,
    /// Write summary.json and plan.yaml to this directory
    #[arg(long, value_name = "DIR", help_heading = "Output")]
    pub(crate) out: Option<PathBuf>,
    /// How progress is shown
    #[arg(long, value_name = "MODE", default_value = "auto", help_heading = "Output")]
    pub(crate) progress: ProgressMode,
}

#[derive(Debug, Args)]
pub(crate) struct PlanArgs {
    #[command(flatten)]
    pub(crate) source: SourceArgs,
    #[command(flatten)]
    pub(crate) output: OutputArgs,
}

#[derive(Debug, Args)]
pub(crate) struct TargetArgs {
    #[command(flatten)]
    pub(crate) source: SourceArgs,
    #[command(flatten)]
    pub(crate) output: OutputArgs,
}

#[derive(Debug, Args)]
pub(crate) struct InspectArgs {
    #[command(flatten)]
    pub(crate) reach: ReachArgs,
    #[command(flatten)]
    pub(crate) tables: TableArgs,
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
    #[arg(long, default_value = "20s")]
    pub(crate) duration: Span,
    /// Operations per time of the mixed traffic
    #[arg(long, default_value = "500/s")]
    pub(crate) rate: Rate,
    /// Connections that carry the lanes
    #[arg(long, value_name = "N", default_value = "8", value_parser = above_zero())]
    pub(crate) connections: u32,
    #[command(flatten)]
    pub(crate) output: OutputArgs,
    /// How progress is shown
    #[arg(long, value_name = "MODE", default_value = "auto")]
    pub(crate) progress: ProgressMode,
}

/// A table, and how often it is chosen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct TableFlag {
    pub(crate) name: String,
    pub(crate) weight: Option<u64>,
}

impl FromStr for TableFlag {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (name, weight) = match text.split_once('=') {
            Some((name, weight)) => {
                let weight =
                    weight.parse().map_err(|_| format!("the weight {weight:?} is no whole number"))?;
                (name, Some(weight))
            }
            None => (text, None),
        };
        if name.is_empty() {
            Err("the name is empty".into())
        } else {
            Ok(TableFlag { name: name.into(), weight })
        }
    }
}

/// No end: what `--operations -1` stands for, and as good as that.
pub(crate) const ENDLESS: Count = Count(u64::MAX);

fn operations(text: &str) -> Result<Count, String> {
    if text.trim() == "-1" { Ok(ENDLESS) } else { text.parse::<Count>().map_err(|error| error.to_string()) }
}

fn operation_weights(text: &str) -> Result<OperationWeights, String> {
    let mut weights = OperationWeights { insert: 0, update: 0, delete: 0 };
    for part in text.split(',') {
        let (name, weight) = part.split_once('=').ok_or("write NAME=WEIGHT, as in insert=3,update=1")?;
        let weight = weight.parse().map_err(|_| format!("the weight {weight:?} is no whole number"))?;
        match name.trim() {
            "insert" => weights.insert = weight,
            "update" => weights.update = weight,
            "delete" => weights.delete = weight,
            other => return Err(format!("there is no operation {other:?}: insert, update, delete")),
        }
    }
    if (weights.insert, weights.update, weights.delete) == (0, 0, 0) {
        return Err("all weights are zero: at least one has to be above".into());
    }
    Ok(weights)
}

fn above_zero() -> clap::builder::RangedI64ValueParser<u32> {
    clap::value_parser!(u32).range(1..)
}

fn rows() -> clap::builder::RangedI64ValueParser<u32> {
    clap::value_parser!(u32).range(1..=10_000)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_may_have_weights() {
        assert_eq!("a=3".parse(), Ok(TableFlag { name: "a".into(), weight: Some(3) }));
        assert_eq!("a".parse(), Ok(TableFlag { name: "a".into(), weight: None }));
        assert!("a=x".parse::<TableFlag>().is_err());
        assert!("=1".parse::<TableFlag>().is_err());
    }

    #[test]
    fn operations_have_weights() {
        assert_eq!(
            operation_weights("update=2, insert=1").map(|w| (w.insert, w.update, w.delete)),
            Ok((1, 2, 0))
        );
        for bad in ["3,2,1", "insert=x", "upsert=1", "insert=0"] {
            assert!(operation_weights(bad).is_err(), "{bad}");
        }
    }
}
