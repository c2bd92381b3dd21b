//! From reports to a summary.

use std::collections::BTreeMap;

use hdrhistogram::Histogram;

use super::{
    CheckSummary, EndedJob, ErrorSummary, FreshnessSummary, JobSummary, OutcomesSummary, Quantiles,
    RowsSummary, RunSummary, ScenarioSummary, SchemaChangeSummary, Summary, TableErrorsSummary, TableSummary,
    warnings::warnings,
};
use crate::{Failure, Outcomes, Rows, ScenarioReport, SchemaChange, TableTally};

impl Summary {
    /// The version of the format.
    pub const VERSION: u32 = 1;

    /// Sums up jobs that have ended.
    pub fn new(run: RunSummary, jobs: &[EndedJob<'_>]) -> Self {
        Summary {
            version: Self::VERSION,
            run,
            jobs: jobs.iter().map(JobSummary::new).collect(),
            unreachable: Vec::new(),
            thresholds: Vec::new(),
            warnings: jobs.iter().flat_map(|job| warnings(job, jobs.len() > 1)).collect(),
            ok: jobs.iter().all(EndedJob::is_ok),
        }
    }
}

impl EndedJob<'_> {
    /// Not if it ended early or was cut off, its check did not hold, or it tried and nothing was committed.
    fn is_ok(&self) -> bool {
        let mut all = self.report.outcomes();
        all += self.report.counts.warmup;
        let in_vain = all.committed == 0 && all.aborted + all.indeterminate > 0;
        let held = self.check.is_none_or(|check| check.result == CheckSummary::HELD);
        held && !in_vain && self.report.fatal.is_none() && !self.report.cut
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
            tables: mapped(&error.subjects, |errors| TableErrorsSummary {
                count: errors.count,
                example: errors.example.clone(),
            }),
        };
        JobSummary {
            name: job.name.to_owned(),
            target: report.target.clone(),
            workload: job.workload.to_owned(),
            model: if report.open { "open" } else { "closed" }.to_owned(),
            lanes: report.lanes,
            connections: report.connections,
            duration_s: round(report.duration.as_secs_f64()),
            planned: report.counts.planned,
            offered: report.counts.offered,
            completed: report.completed(),
            dropped: report.counts.dropped,
            outcomes: report.outcomes().into(),
            warmup: report.counts.warmup.into(),
            retries: report.counts.retries,
            reconnects: report.counts.reconnects,
            rows: rows.into(),
            latency_ms: Quantiles::of(&report.latency_us()),
            lag_ms: Quantiles::of(&report.lag_us()),
            scenarios: mapped(&report.scenarios, ScenarioSummary::new),
            tables: mapped(&report.tally.tables, TableSummary::new),
            skips: report.skips.clone(),
            errors: mapped(&report.errors, error),
            schema_changes: report.schema_changes.listed.iter().map(SchemaChangeSummary::new).collect(),
            fatal: report.fatal.as_ref().map(Failure::to_string),
            cut: report.cut,
            check: job.check.cloned(),
            freshness: job.freshness.map(FreshnessSummary::new),
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
        let (missed, exhausted) = (table.missed, table.exhausted);
        let (unchecked, counted_only) = (table.unchecked, table.counted_only);
        let digest = if counted_only { String::new() } else { table.digest.to_string() };
        TableSummary {
            inserted,
            updated,
            deleted,
            live,
            digest,
            unknown,
            missed,
            exhausted,
            unchecked,
            counted_only,
        }
    }
}

impl SchemaChangeSummary {
    fn new(change: &SchemaChange) -> Self {
        let (at_s, table, what) = (round(change.at.as_secs_f64()), change.table.clone(), change.what.clone());
        SchemaChangeSummary { at_s, table, what }
    }
}

impl Quantiles {
    pub(super) fn of(micros: &Histogram<u64>) -> Self {
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
