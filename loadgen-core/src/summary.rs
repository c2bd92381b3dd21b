//! The result of a run as it is written to `summary.json`.

use std::collections::BTreeMap;

use hdrhistogram::Histogram;
use serde::{Deserialize, Serialize};

use crate::{Failure, Outcomes, Report, Rows, ScenarioReport, TableTally};

/// All jobs of a run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Summary {
    /// Of this format; 1.
    pub version: u32,
    /// The run as a whole.
    pub run: RunSummary,
    /// In the order of the plan.
    pub jobs: Vec<JobSummary>,
    /// What was demanded of the figures.
    pub thresholds: Vec<ThresholdSummary>,
    /// What a reader should know before trusting the figures.
    pub warnings: Vec<String>,
    /// Whether everything that was asked for was done and held.
    pub ok: bool,
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
    /// Operations too late to be started.
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
    /// Failed attempts by code, those included that a later attempt mended.
    pub errors: BTreeMap<String, ErrorSummary>,
    /// What ended the job early.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fatal: Option<String>,
    /// Whether the target holds what the lanes know.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub check: Option<CheckSummary>,
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

impl Summary {
    /// The version of the format.
    pub const VERSION: u32 = 1;

    /// Sums up jobs that have ended.
    pub fn new(run: RunSummary, jobs: &[EndedJob<'_>]) -> Self {
        Summary {
            version: Self::VERSION,
            run,
            jobs: jobs.iter().map(JobSummary::new).collect(),
            thresholds: Vec::new(),
            warnings: jobs.iter().flat_map(|job| warnings(job, jobs.len() > 1)).collect(),
            ok: jobs.iter().all(EndedJob::is_ok),
        }
    }
}

impl EndedJob<'_> {
    /// Not if it ended early, its check did not hold, or it tried and nothing was committed.
    fn is_ok(&self) -> bool {
        let mut all = self.report.outcomes();
        all += self.report.warmup;
        let in_vain = all.committed == 0 && all.aborted + all.indeterminate > 0;
        let held = self.check.is_none_or(|check| check.result == CheckSummary::HELD);
        held && !in_vain && self.report.fatal.is_none()
    }
}

impl CheckSummary {
    /// Everything agrees.
    pub const HELD: &'static str = "held";
    /// Something differs.
    pub const DIFFERS: &'static str = "differs";
    /// Not everything could be compared.
    pub const INCONCLUSIVE: &'static str = "inconclusive";
}

impl JobSummary {
    fn new(job: &EndedJob<'_>) -> Self {
        let report = job.report;
        let mut rows = Rows::default();
        report.scenarios.values().for_each(|scenario| rows += scenario.rows);
        let error = |error: &crate::ErrorReport| ErrorSummary {
            count: error.count,
            action: error.action.name().to_owned(),
            example: error.example.clone(),
        };
        JobSummary {
            name: job.name.to_owned(),
            target: report.target.clone(),
            workload: job.workload.to_owned(),
            model: if report.open { "open" } else { "closed" }.to_owned(),
            lanes: report.lanes,
            connections: report.connections,
            duration_s: round(report.duration.as_secs_f64()),
            planned: report.planned,
            offered: report.offered,
            completed: report.completed(),
            dropped: report.dropped,
            outcomes: report.outcomes().into(),
            warmup: report.warmup.into(),
            retries: report.retries,
            reconnects: report.reconnects,
            rows: rows.into(),
            latency_ms: Quantiles::of(&report.latency_us()),
            lag_ms: Quantiles::of(&report.lag_us()),
            scenarios: mapped(&report.scenarios, ScenarioSummary::new),
            tables: mapped(&report.tally.tables, TableSummary::new),
            skips: report.skips.clone(),
            errors: mapped(&report.errors, error),
            fatal: report.fatal.as_ref().map(Failure::to_string),
            check: job.check.cloned(),
            digest: report.tally.history.to_string(),
        }
    }
}

fn mapped<T, U>(map: &BTreeMap<String, T>, new: impl Fn(&T) -> U) -> BTreeMap<String, U> {
    map.iter().map(|(name, value)| (name.clone(), new(value))).collect()
}

impl ScenarioSummary {
    fn new(report: &ScenarioReport) -> Self {
        ScenarioSummary {
            outcomes: report.outcomes.into(),
            rows: report.rows.total(),
            latency_ms: Quantiles::of(&report.latency_us),
            service_ms: Quantiles::of(&report.service_us),
            lag_ms: Quantiles::of(&report.lag_us),
        }
    }
}

impl TableSummary {
    fn new(table: &TableTally) -> Self {
        let Rows { inserted, updated, deleted } = table.rows;
        let (live, unknown) = (table.live, table.unknown);
        TableSummary { inserted, updated, deleted, live, digest: table.digest.to_string(), unknown }
    }
}

impl Quantiles {
    fn of(micros: &Histogram<u32>) -> Self {
        let at = |quantile| round(micros.value_at_quantile(quantile) as f64 / 1e3);
        Quantiles {
            p50: at(0.50),
            p90: at(0.90),
            p95: at(0.95),
            p99: at(0.99),
            max: round(micros.max() as f64 / 1e3),
            mean: round(micros.mean() / 1e3),
        }
    }
}

/// To three places: a microsecond is the finest that is recorded.
fn round(number: f64) -> f64 {
    (number * 1e3).round() / 1e3
}

impl From<Outcomes> for OutcomesSummary {
    fn from(Outcomes { committed, skipped, aborted, indeterminate }: Outcomes) -> Self {
        OutcomesSummary { committed, skipped, aborted, indeterminate }
    }
}

impl From<Rows> for RowsSummary {
    fn from(Rows { inserted, updated, deleted }: Rows) -> Self {
        RowsSummary { inserted, updated, deleted }
    }
}

fn warnings(job: &EndedJob<'_>, several: bool) -> Vec<String> {
    let report = job.report;
    let mut warnings = Vec::new();
    if let Some(fatal) = &report.fatal {
        warnings.push(format!("ended early: {fatal}"));
    }
    if report.cut {
        warnings.push("operations were cut off: their outcome is unknown".to_owned());
    }
    if report.dropped > 0 {
        let share = 100.0 * report.dropped as f64 / report.planned as f64;
        warnings.push(format!(
            "{} of {} planned operations ({share:.1} %) were dropped: the target or this machine could not keep up",
            report.dropped, report.planned
        ));
    }
    let unknown = report.outcomes().indeterminate + report.warmup.indeterminate;
    if unknown > 0 {
        let tables = report.tally.tables.iter().filter(|(_, table)| table.unknown > 0);
        let names: Vec<&str> = tables.map(|(name, _)| name.as_str()).collect();
        let of = if names.is_empty() { "their tables".to_owned() } else { names.join(", ") };
        warnings.push(format!(
            "{unknown} operations of unknown outcome: live and digest of {of} are not certain"
        ));
    }
    if report.warmup.total() > 0 {
        warnings.push(format!(
            "{} operations of the warm-up are not in the figures, but in tables and digests",
            report.warmup.total()
        ));
    }
    if several {
        warnings.into_iter().map(|warning| format!("{}: {warning}", job.name)).collect()
    } else {
        warnings
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::{Action, Seed, Tally, report::histogram};

    fn report() -> Report {
        let mut latency_us = histogram();
        [1_000, 1_300, 2_000].iter().for_each(|micros| latency_us.record(*micros).unwrap());
        let insert = ScenarioReport {
            outcomes: Outcomes { committed: 3, ..Outcomes::default() },
            rows: Rows { inserted: 12, ..Rows::default() },
            latency_us: latency_us.clone(),
            service_us: latency_us,
            lag_us: histogram(),
        };
        Report {
            target: "memory".into(),
            seed: Seed(7),
            lanes: 4,
            connections: 2,
            open: true,
            duration: Duration::from_millis(1_500),
            planned: 4,
            offered: 3,
            dropped: 1,
            retries: 0,
            reconnects: 0,
            scenarios: [("insert".to_owned(), insert)].into(),
            warmup: Outcomes::default(),
            skips: BTreeMap::new(),
            errors: BTreeMap::new(),
            tally: Tally::default(),
            fatal: None,
            cut: false,
        }
    }

    fn summary(report: &Report, check: Option<&CheckSummary>) -> Summary {
        let job = EndedJob { name: "shop", workload: "crud", report, check };
        Summary::new(RunSummary::default(), &[job])
    }

    #[test]
    fn times_are_in_milliseconds_and_rows_are_summed() {
        let summary = summary(&report(), None);
        let job = &summary.jobs[0];
        assert_eq!((job.rows.inserted, job.scenarios["insert"].rows), (12, 12));
        assert_eq!((job.latency_ms.p50, job.latency_ms.max, job.latency_ms.mean), (1.3, 2.0, 1.433));
        assert_eq!((job.duration_s, job.lag_ms.max), (1.5, 0.0));
        assert!(summary.ok);
    }

    #[test]
    fn what_is_written_can_be_read_again() {
        let summary = summary(&report(), None);
        let json = serde_json::to_string(&summary).unwrap();
        assert_eq!(serde_json::from_str::<Summary>(&json).unwrap(), summary);
    }

    #[test]
    fn dropped_and_unknown_operations_are_warned_about() {
        let mut report = report();
        report.warmup.indeterminate = 1;
        let summary = summary(&report, None);
        assert_eq!(
            summary.warnings,
            [
                "1 of 4 planned operations (25.0 %) were dropped: the target or this machine could not keep up",
                "1 operations of unknown outcome: live and digest of their tables are not certain",
                "1 operations of the warm-up are not in the figures, but in tables and digests",
            ]
        );
    }

    #[test]
    fn a_run_is_not_ok_when_it_ended_early_or_differs_or_did_nothing() {
        let mut fatal = report();
        fatal.fatal = Some(Failure::aborted(Action::Fatal, "x", "gone"));
        assert!(!summary(&fatal, None).ok);
        let differs = CheckSummary { result: CheckSummary::DIFFERS.into(), details: vec!["a".into()] };
        assert!(!summary(&report(), Some(&differs)).ok);
        let mut vain = report();
        vain.scenarios.get_mut("insert").unwrap().outcomes = Outcomes { aborted: 3, ..Outcomes::default() };
        assert!(!summary(&vain, None).ok);
    }
}
