//! The summary of a run for people.

use std::fmt::Write;

use loadgen_core::summary::{CheckSummary, JobSummary, OutcomesSummary, Quantiles, Summary};

use crate::{
    freshness,
    grid::{Grid, WIDTH, cut},
    output,
    style::Style,
    units::{count, millis, per_second},
};

/// The whole summary, with those of its warnings that are still to be said.
pub(crate) fn summary(summary: &Summary, warnings: &[String], style: Style) -> String {
    let mut text = String::new();
    for job in &summary.jobs {
        job_text(job, style, &mut text);
    }
    for warning in warnings {
        let _ = writeln!(text, "{}", style.warn(&cut(&format!("warning: {warning}"), 4 * WIDTH)));
    }
    let run = &summary.run;
    let end = match summary.ok {
        true => style.good("ok"),
        false if summary.jobs.iter().any(|job| job.cut) => style.bad("cut off"),
        false => style.bad("failed"),
    };
    let _ = writeln!(text, "{end} · seed {} · {:.1} s · run {}", run.seed, run.duration_s, run.id);
    text
}

fn job_text(job: &JobSummary, style: Style, text: &mut String) {
    let JobSummary { name, target, workload, model, lanes, connections, .. } = job;
    let _ = writeln!(text, "{}", style.title(&format!("{name} → {target}")));
    let _ = writeln!(text, "{workload}, {model} model, {lanes} lanes on {connections} connections\n");
    figures(job, style, text);
    scenarios(job, style, text);
    tables(job, style, text);
    schema_changes(job, style, text);
    skips_and_errors(job, style, text);
    if let Some(check) = &job.check {
        let line = match check.result.as_str() {
            CheckSummary::HELD => {
                let but = if job.tables.values().any(|table| table.unchecked) {
                    ", in the tables that are compared"
                } else {
                    ""
                };
                style
                    .good(&format!("check held: the rows in the database are those that the lanes know{but}"))
            }
            CheckSummary::INCONCLUSIVE => style.warn("check inconclusive"),
            _ => style.bad("check failed: the database holds something else than the lanes know"),
        };
        let _ = writeln!(text, "{line}");
        for detail in &check.details {
            let _ = writeln!(text, "  {detail}");
        }
        text.push('\n');
    }
    if let Some(freshness) = &job.freshness {
        freshness::text(freshness, text);
    }
    let _ = writeln!(text, "digest {}\n", job.digest);
}

fn figures(job: &JobSummary, style: Style, text: &mut String) {
    let mut grid = Grid::new(["planned", "offered", "completed", "dropped", "retries", "rate"]);
    let rate = per_second(job.completed, job.duration_s);
    let figures = [job.planned, job.offered, job.completed, job.dropped, job.retries].map(count);
    grid.row(figures.into_iter().chain([rate]));
    grid.write(text, 2, style);
    text.push('\n');
}

fn ended(outcomes: OutcomesSummary) -> u64 {
    outcomes.committed + outcomes.skipped + outcomes.aborted + outcomes.indeterminate
}

fn outcome_cells(outcomes: OutcomesSummary) -> [String; 4] {
    let OutcomesSummary { committed, skipped, aborted, indeterminate } = outcomes;
    [committed, skipped, aborted, indeterminate].map(count)
}

/// Without anything that was sent there is no latency.
fn quantile_cells(outcomes: OutcomesSummary, quantiles: Quantiles) -> [String; 5] {
    if ended(outcomes) == outcomes.skipped {
        return std::array::from_fn(|_| "-".to_owned());
    }
    let Quantiles { p50, p95, p99, max, mean, .. } = quantiles;
    [p50, p95, p99, max, mean].map(millis)
}

fn scenarios(job: &JobSummary, style: Style, text: &mut String) {
    let latency = ["p50 ms", "p95", "p99", "max", "mean"];
    let mut grid =
        Grid::new(["", "committed", "skipped", "aborted", "unknown", "rows"].iter().chain(&latency).copied());
    let mut row = |name: &str, outcomes: OutcomesSummary, rows, quantiles| {
        let cells = [name.to_owned()].into_iter().chain(outcome_cells(outcomes)).chain([count(rows)]);
        grid.row(cells.chain(quantile_cells(outcomes, quantiles)));
    };
    for (name, scenario) in job.scenarios.iter().filter(|(_, scenario)| ended(scenario.outcomes) > 0) {
        row(name, scenario.outcomes, scenario.rows, scenario.latency_ms);
    }
    if job.scenarios.len() > 1 {
        let rows = job.rows.inserted + job.rows.updated + job.rows.deleted;
        row("all", job.outcomes, rows, job.latency_ms);
    }
    grid.write(text, 2, style);
    let Quantiles { p50, p99, max, .. } = job.lag_ms;
    if job.model == "open" {
        let lag = [p50, p99, max].map(millis);
        let _ = writeln!(text, "  schedule lag ms: p50 {}, p99 {}, max {}", lag[0], lag[1], lag[2]);
    }
    text.push('\n');
}

fn tables(job: &JobSummary, style: Style, text: &mut String) {
    // A digest that is cut cannot be compared.
    let mut grid =
        Grid::new(["table", "inserted", "updated", "deleted", "live", "digest of live rows"]).uncut();
    for (name, table) in &job.tables {
        let figures = [table.inserted, table.updated, table.deleted, table.live].map(count);
        let digest = if table.counted_only { "counted only".to_owned() } else { table.digest.clone() };
        grid.row([name.clone()].into_iter().chain(figures).chain([digest]));
    }
    if !grid.is_empty() {
        grid.write(text, 2, style);
        text.push('\n');
    }
}

/// More than so many lines about the schema are for the document.
const CHANGES: usize = 30;

fn schema_changes(job: &JobSummary, style: Style, text: &mut String) {
    let mut grid = Grid::new(["schema changed at", "table", "what"]);
    for change in job.schema_changes.iter().take(CHANGES) {
        grid.row([format!("{:.1} s", change.at_s), change.table.clone(), change.what.clone()]);
    }
    if let Some(more) = job.schema_changes.len().checked_sub(CHANGES).filter(|more| *more > 0) {
        grid.row([String::new(), String::new(), format!("and {more} more")]);
    }
    if !grid.is_empty() {
        grid.write(text, 2, style);
        text.push('\n');
    }
}

fn skips_and_errors(job: &JobSummary, style: Style, text: &mut String) {
    let mut skips = Grid::new(["skipped because", "operations"]);
    job.skips.iter().for_each(|(reason, times)| skips.row([reason.clone(), count(*times)]));
    let errors = errors(job);
    for (grid, exhausted) in [(skips, exhausted(job)), (errors, None)] {
        if !grid.is_empty() {
            grid.write(text, 2, style);
            exhausted.iter().for_each(|line| text.push_str(line));
            text.push('\n');
        }
    }
}

/// Which tables had no values left.
fn exhausted(job: &JobSummary) -> Option<String> {
    let tables = job.tables.iter().filter(|(_, table)| table.exhausted > 0);
    let names: Vec<&str> = tables.map(|(name, _)| name.as_str()).collect();
    (!names.is_empty()).then(|| format!("  domain exhausted: of {}\n", names.join(", ")))
}

/// A line for each code, or for each table that it was met on.
fn errors(job: &JobSummary) -> Grid {
    let mut grid = Grid::new(["error", "times", "met by", "table", "first message"]).within(output::width());
    for (code, error) in &job.errors {
        let mut row = |times: u64, table: &str, example: &str| {
            grid.row([code, &count(times), &error.action, table, example]);
        };
        let known: u64 = error.tables.values().map(|errors| errors.count).sum();
        error.tables.iter().for_each(|(name, errors)| row(errors.count, name, &errors.example));
        if error.count > known {
            row(error.count - known, "", &error.example);
        }
    }
    grid
}
