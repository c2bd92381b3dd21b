//! What a plan file may say, layer by layer: every field is optional, and the later layer wins.

use std::collections::BTreeMap;

use loadgen_core::{
    Pace, Seed,
    crud::CrudConfig,
    orders::OrdersConfig,
    units::{Count, Rate, Span, Whole},
};
use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize};

use super::Databases;

/// A plan: what traffic goes where.
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(title = "loadgen plan")]
pub(crate) struct PlanFile {
    /// What every random draw starts from: a number or a phrase. Drawn and printed unless set.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) seed: Option<Seed>,
    /// What runs, all at the same time.
    #[schemars(length(min = 1))]
    pub(crate) jobs: Vec<JobConfig>,
}

/// One workload against one target.
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct JobConfig {
    /// What reports call it; the name of the workload unless set.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) name: Option<String>,
    /// Where the traffic goes, as in `postgres://user@host/database` or `mssql://user@host/database`; DATABASE_URL, libpq's PG* or
    /// sqlcmd's SQLCMD* variables unless set.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) target: Option<String>,
    /// Databases at that address: each gets a job of its own, which is called like it, has its own seed, and waits for its database
    /// while that cannot be reached.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) databases: Option<Databases>,
    /// What is different in the job of a database, by its name.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) per_database: BTreeMap<String, JobConfig>,
    /// What its draws start from, instead of what the plan's seed makes of its place; with databases, what they make theirs of.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) seed: Option<Seed>,
    /// A directory with further steps of the schema, `NNNN_name.sql` and `NNNN_name.down.sql`, after those that a workload brings.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) migrations: Option<String>,
    /// What is done there; `crud` on every table unless set.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) workload: Option<WorkloadConfig>,
    /// Virtual actors, each with keys of its own; 64 unless set. Equal lanes, seed and operations mean equal histories.
    #[serde(default, deserialize_with = "above_zero", skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1))]
    pub(crate) lanes: Option<u32>,
    /// Connections that carry the lanes; 4 unless set.
    #[serde(default, deserialize_with = "above_zero", skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1))]
    pub(crate) connections: Option<u32>,
    /// Operations per time over all lanes; short for `pace: {constant: RATE}`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) rate: Option<Rate>,
    /// When operations are due; unpaced unless set.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) pace: Option<Pace>,
    /// Ends the job after that time.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) duration: Option<Span>,
    /// Ends the job after so many operations over all lanes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) operations: Option<Count>,
    /// Keeps what is due before that time out of the figures.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) warmup: Option<Span>,
    /// The longest wait for the answer to one statement; 30s unless set. All statements of one attempt at an operation together may take
    /// 2s longer; 60s unless set.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) deadline: Option<Span>,
    /// Operations that could only be started later than this after they were due are dropped and counted; 10s unless set.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) max_lag: Option<Span>,
}

fn above_zero<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<u32>, D::Error> {
    Option::<Whole<1, { u32::MAX }>>::deserialize(deserializer).map(|number| number.map(Whole::get))
}

/// What is done to a target.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum WorkloadConfig {
    /// Inserts, updates and deletes on the tables of a schema.
    Crud(CrudConfig),
    /// Customers who order, on three tables that are made if they are not there.
    Orders(OrdersConfig),
}

impl WorkloadConfig {
    /// The word for it in a plan file.
    pub(crate) fn name(&self) -> &'static str {
        match self {
            WorkloadConfig::Crud(_) => "crud",
            WorkloadConfig::Orders(_) => "orders",
        }
    }
}

impl Default for WorkloadConfig {
    fn default() -> Self {
        WorkloadConfig::Crud(CrudConfig::default())
    }
}

impl JobConfig {
    /// This layer under a later one. A rate and a pace are two ways to say the same, so either replaces both.
    pub(crate) fn merge(self, later: JobConfig) -> JobConfig {
        let paced = later.rate.is_some() || later.pace.is_some();
        let (rate, pace) = if paced { (later.rate, later.pace) } else { (self.rate, self.pace) };
        JobConfig {
            name: later.name.or(self.name),
            target: later.target.or(self.target),
            databases: later.databases.or(self.databases),
            per_database: self.per_database,
            seed: later.seed.or(self.seed),
            migrations: later.migrations.or(self.migrations),
            workload: later.workload.or(self.workload),
            lanes: later.lanes.or(self.lanes),
            connections: later.connections.or(self.connections),
            rate,
            pace,
            duration: later.duration.or(self.duration),
            operations: later.operations.or(self.operations),
            warmup: later.warmup.or(self.warmup),
            deadline: later.deadline.or(self.deadline),
            max_lag: later.max_lag.or(self.max_lag),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_later_layer_wins_and_what_it_leaves_open_stays() {
        let earlier = JobConfig { lanes: Some(1), connections: Some(2), ..JobConfig::default() };
        let later = JobConfig { lanes: Some(3), ..JobConfig::default() };
        let merged = earlier.merge(later);
        assert_eq!((merged.lanes, merged.connections), (Some(3), Some(2)));
    }

    #[test]
    fn a_later_rate_replaces_a_pace() {
        let earlier = JobConfig { pace: Some(Pace::Unpaced), ..JobConfig::default() };
        let later = JobConfig { rate: "5/s".parse().ok(), ..JobConfig::default() };
        let merged = earlier.merge(later);
        assert_eq!((merged.pace, merged.rate), (None, "5/s".parse().ok()));
    }
}
