//! The result of a run as it is written to `summary.json`.

mod build;
mod freshness;
#[cfg(test)]
mod tests;
mod warnings;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

pub use self::freshness::FreshnessSummary;
use crate::{Report, freshness::FreshnessReport};

/// All jobs of a run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Summary {
    /// Of this format; 1.
    pub version: u32,
    /// The run as a whole.
    pub run: RunSummary,
    /// In the order of the plan.
    pub jobs: Vec<JobSummary>,
    /// Databases that could not be reached for a while, or never, where that was waited out.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unreachable: Vec<UnreachableSummary>,
    /// What was demanded of the figures.
    pub thresholds: Vec<ThresholdSummary>,
    /// What a reader should know before trusting the figures.
    pub warnings: Vec<String>,
    /// Whether everything went well: each job came to its end without a failure that ended it, nothing of it was cut off,
    /// its check held if there was one, and something was committed if anything failed. Operations that were
    /// aborted or are of unknown outcome, and load that could not be offered, do not count against it.
    pub ok: bool,
}

/// A database that could not be reached.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct UnreachableSummary {
    /// The name of its job.
    pub job: String,
    /// Where it is, without secrets.
    pub target: String,
    /// For how long, all in, seconds.
    pub seconds: f64,
    /// Attempts to connect that failed.
    pub attempts: u64,
    /// Whether it could be reached at the end.
    pub is_back: bool,
    /// Why the last of them failed.
    pub why: String,
}

/// The run as a whole.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct RunSummary {
    /// Tells runs apart.
    pub id: String,
    /// The seed.
    pub seed: u64,
    /// When it started, RFC 3339.
    pub started_at: String,
    /// How long it took, seconds.
    pub duration_s: f64,
    /// Which part of the lanes: `index/number of shards`.
    pub shard: String,
    /// The version of loadgen.
    pub tool_version: String,
}

/// A job that has ended.
#[derive(Clone, Copy, Debug)]
pub struct EndedJob<'a> {
    /// Its name.
    pub name: &'a str,
    /// The name of its workload.
    pub workload: &'a str,
    /// What it came to.
    pub report: &'a Report,
    /// Whether target and lanes agreed, and the differences or doubts; none if nobody compared them.
    pub check: Option<&'a CheckSummary>,
    /// How late a sink was, if one was followed.
    pub freshness: Option<&'a FreshnessReport>,
}

/// One job.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct JobSummary {
    /// Its name.
    pub name: String,
    /// Where it went, without secrets.
    pub target: String,
    /// The name of its workload.
    pub workload: String,
    /// `open` or `closed`.
    pub model: String,
    /// Lanes of the plan.
    pub lanes: u32,
    /// Connections that carried them.
    pub connections: u32,
    /// How long the job took, seconds.
    pub duration_s: f64,
    /// Operations due.
    pub planned: u64,
    /// Operations started.
    pub offered: u64,
    /// Operations ended.
    pub completed: u64,
    /// Operations due and not started: too late, or the run was stopped.
    pub dropped: u64,
    /// Without those of the warm-up.
    pub outcomes: OutcomesSummary,
    /// Those of the warm-up, which are in no other figure but `completed`.
    pub warmup: OutcomesSummary,
    /// Tries after the first.
    pub retries: u64,
    /// Connections opened anew.
    pub reconnects: u64,
    /// Without those of the warm-up.
    pub rows: RowsSummary,
    /// From when an operation was due to its end, all scenarios together.
    pub latency_ms: Quantiles,
    /// From when an operation was due to its start, all scenarios together.
    pub lag_ms: Quantiles,
    /// By name.
    pub scenarios: BTreeMap<String, ScenarioSummary>,
    /// By name, the warm-up included.
    pub tables: BTreeMap<String, TableSummary>,
    /// How often, by reason.
    pub skips: BTreeMap<String, u64>,
    /// Failed attempts by code, those included that a later attempt mended; `reconnect failed` are those to connect
    /// anew.
    pub errors: BTreeMap<String, ErrorSummary>,
    /// What others did to the schema meanwhile, in the order in which it was noticed; the first 256.
    #[serde(default)]
    pub schema_changes: Vec<SchemaChangeSummary>,
    /// What ended the job early.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fatal: Option<String>,
    /// Whether operations were cut off.
    pub cut: bool,
    /// Whether the target holds what the lanes know.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub check: Option<CheckSummary>,
    /// How late a sink was, if one was followed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub freshness: Option<FreshnessSummary>,
    /// Of everything that the lanes did, in hexadecimal.
    pub digest: String,
}

/// Operations by how they ended.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct OutcomesSummary {
    /// Acknowledged.
    pub committed: u64,
    /// Nothing was eligible.
    pub skipped: u64,
    /// Certainly not done.
    pub aborted: u64,
    /// Unknown.
    pub indeterminate: u64,
}

/// Rows changed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RowsSummary {
    /// New.
    pub inserted: u64,
    /// Changed.
    pub updated: u64,
    /// Removed.
    pub deleted: u64,
}

/// One scenario.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ScenarioSummary {
    /// By how they ended.
    pub outcomes: OutcomesSummary,
    /// Rows changed.
    pub rows: u64,
    /// From due to end.
    pub latency_ms: Quantiles,
    /// From start to end.
    pub service_ms: Quantiles,
    /// From due to start.
    pub lag_ms: Quantiles,
}

/// A distribution, in milliseconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the names say it")]
pub struct Quantiles {
    pub p50: f64,
    pub p90: f64,
    pub p95: f64,
    pub p99: f64,
    pub max: f64,
    pub mean: f64,
}

/// What was done to one table.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TableSummary {
    /// New rows.
    pub inserted: u64,
    /// Changed rows.
    pub updated: u64,
    /// Removed rows.
    pub deleted: u64,
    /// Rows of the run that are there now.
    pub live: u64,
    /// Their digest, in hexadecimal.
    pub digest: String,
    /// Operations of unknown outcome; with any, `live` and `digest` are not certain.
    pub unknown: u64,
    /// Updates and deletes that did not find all of their rows, as somebody else writes here; with any, `live` and `digest` are
    /// not certain.
    #[serde(default, skip_serializing_if = "is_none")]
    pub missed: u64,
    /// Inserts that were skipped because no values were left for them.
    #[serde(default, skip_serializing_if = "is_none")]
    pub exhausted: u64,
    /// Whether something else in the database writes the table too, so that the check passes it over.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub unchecked: bool,
    /// Whether columns that the digest covers became others during the run: then `digest` is empty, and the check compares
    /// `live` alone.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub counted_only: bool,
}

/// A change to the schema that somebody else made while traffic was going on.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SchemaChangeSummary {
    /// When it was noticed, seconds from the start of the job.
    pub at_s: f64,
    /// The table, by the name that it has now; by its last name if it is gone.
    pub table: String,
    /// What is different.
    pub what: String,
}

/// Failures of one code.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ErrorSummary {
    /// How often.
    pub count: u64,
    /// What was done about it.
    pub action: String,
    /// The first message.
    pub example: String,
    /// Those of which the table is known, by its name.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub tables: BTreeMap<String, TableErrorsSummary>,
}

/// Failures of one code on one table.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TableErrorsSummary {
    /// How often.
    pub count: u64,
    /// The first message.
    pub example: String,
}

/// How the comparison of a job with its target ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CheckSummary {
    /// `held`, `differs` or `inconclusive`.
    pub result: String,
    /// One line a difference or doubt.
    pub details: Vec<String>,
}

/// A demand on the figures.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ThresholdSummary {
    /// As in the plan.
    pub expression: String,
    /// What it was.
    pub value: f64,
    /// Whether it held.
    pub ok: bool,
}

fn is_none(count: &u64) -> bool {
    *count == 0
}
