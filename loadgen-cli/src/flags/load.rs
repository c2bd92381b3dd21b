//! How much, how fast, how long.

use clap::Args;
use loadgen_core::units::{Count, Rate, Span};

use super::ReachArgs;
use crate::plan_file::JobConfig;

/// How much, how fast, how long. A value with a minus is taken for one, to be refused as one and not as a flag.
#[derive(Clone, Debug, Default, Args)]
pub(crate) struct LoadArgs {
    /// Virtual actors, each with rows of its own
    #[arg(long, value_name = "N", env = "LOADGEN_LANES", value_parser = above_zero(), allow_hyphen_values = true,
        help_heading = "Load")]
    pub(crate) lanes: Option<u32>,
    /// Connections that carry the lanes; of no influence on what is done
    #[arg(long, value_name = "N", env = "LOADGEN_CONNECTIONS", value_parser = above_zero(),
        allow_hyphen_values = true, help_heading = "Load")]
    pub(crate) connections: Option<u32>,
    /// Operations per time over all lanes, as in 200/s; as fast as it goes unless given
    #[arg(long, env = "LOADGEN_RATE", allow_hyphen_values = true, help_heading = "Load")]
    pub(crate) rate: Option<Rate>,
    /// End after that time, as in 5m
    #[arg(long, env = "LOADGEN_DURATION", allow_hyphen_values = true, help_heading = "Load")]
    pub(crate) duration: Option<Span>,
    /// End after so many operations, as in 20k; -1 for no end
    #[arg(long, value_name = "N", env = "LOADGEN_OPERATIONS", value_parser = operations,
        allow_hyphen_values = true, help_heading = "Load")]
    pub(crate) operations: Option<Count>,
    /// Keep what is due before that time out of the figures
    #[arg(
        long,
        value_name = "DURATION",
        env = "LOADGEN_WARMUP",
        allow_hyphen_values = true,
        help_heading = "Load"
    )]
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

/// No end: what `--operations -1` stands for, and as good as that.
pub(crate) const ENDLESS: Count = Count(u64::MAX);

fn operations(text: &str) -> Result<Count, String> {
    if text.trim() == "-1" { Ok(ENDLESS) } else { text.parse::<Count>().map_err(|error| error.to_string()) }
}

/// A whole number from 1.
pub(super) fn above_zero() -> clap::builder::RangedI64ValueParser<u32> {
    clap::value_parser!(u32).range(1..)
}
