//! What a seeding came to, for people and for programs.

use std::fmt::Write;

use loadgen_core::{
    Target,
    crud::{SeedReport, SeededTable},
    summary::RunSummary,
};
use serde_json::{Map, Value, json};

use crate::{
    grid::Grid,
    job::Job,
    style::Style,
    units::{count, per_second},
};

/// A job whose tables were filled.
pub(crate) struct Seeded<'a> {
    pub(crate) job: &'a Job,
    pub(crate) connections: u32,
    pub(crate) report: SeedReport,
}

impl Seeded<'_> {
    /// Whether nothing went wrong.
    fn is_well(&self) -> bool {
        self.report.fatal.is_none() && !self.report.tables.iter().any(SeededTable::is_left_empty)
    }
}

/// The summary for people; `is_whole` is whether every job has ended with a report.
pub(crate) fn text(run: &RunSummary, seeded: &[Seeded<'_>], is_whole: bool, style: Style) -> String {
    let mut text = String::new();
    for Seeded { job, connections, report } in seeded {
        let title = format!("{} → {}", job.name, job.target.describe());
        let plural = if *connections == 1 { "connection" } else { "connections" };
        let _ = writeln!(text, "\n{}\nseed, on {connections} {plural}\n", style.title(&title));
        let mut grid = Grid::new(["table", "before", "inserted", "rows", "wanted"]);
        for table in &report.tables {
            let found = |rows: u64| count(rows) + if table.at_least { "+" } else { "" };
            let SeededTable { before, inserted, goal, .. } = *table;
            let numbers = [found(before), count(inserted), found(before + inserted), count(goal)];
            grid.row(std::iter::once(table.name.to_string()).chain(numbers));
        }
        grid.write(&mut text, 2, style);
        for (table, why) in report.tables.iter().filter_map(|table| Some((table, table.short.as_ref()?))) {
            let line = format!("{} lacks {} rows:", table.name, count(table.missing()));
            let _ = writeln!(text, "\n{} {why}", style.warn(&line));
        }
        if report.stopped && !report.is_complete() {
            let missing = report.tables.iter().map(SeededTable::missing).sum();
            let line = format!("stopped before the last {} rows", count(missing));
            let _ = writeln!(text, "\n{}: the same command goes on from here", style.warn(&line));
        }
        for table in report.tables.iter().filter(|table| table.uncertain) {
            let line = format!("{} may have more rows:", table.name);
            let why =
                "answers were lost, and it could not be counted afterwards; the same command counts again";
            let _ = writeln!(text, "\n{} {why}", style.warn(&line));
        }
        if let Some((table, failure)) = &report.fatal {
            let _ = writeln!(text, "\n{} {failure}", style.bad(&format!("{table} failed:")));
        }
    }
    let inserted: u64 = seeded.iter().map(|seeded| seeded.report.inserted()).sum();
    let word =
        if is_whole && seeded.iter().all(Seeded::is_well) { style.good("ok") } else { style.bad("failed") };
    let (rate, seconds) = (per_second(inserted, run.duration_s), run.duration_s);
    let rows = count(inserted);
    let _ = writeln!(
        text,
        "\n{word} · {rows} rows in {seconds:.1} s, {rate} · seed {} · run {}",
        run.seed, run.id
    );
    text
}

/// The summary for programs.
pub(crate) fn document(
    run: &RunSummary,
    seeded: &[Seeded<'_>],
    is_whole: bool,
    warnings: &[String],
) -> Value {
    let jobs: Vec<Value> = seeded.iter().map(job).collect();
    let ok = is_whole && seeded.iter().all(Seeded::is_well);
    json!({"version": 1, "run": run, "jobs": jobs, "warnings": warnings, "ok": ok})
}

fn job(seeded: &Seeded<'_>) -> Value {
    let report = &seeded.report;
    let table = |table: &SeededTable| {
        let rows = table.before + table.inserted;
        let figures = json!({
            "before": table.before, "at_least": table.at_least, "inserted": table.inserted, "rows": rows, "wanted": table.goal,
            "short": table.short, "uncertain": table.uncertain,
        });
        (table.name.to_string(), figures)
    };
    let fatal = report.fatal.as_ref().map(|(table, failure)| format!("{table}: {failure}"));
    json!({
        "name": seeded.job.name,
        "target": seeded.job.target.describe(),
        "seed": seeded.job.seed.0,
        "connections": seeded.connections,
        "rows": {"inserted": report.inserted()},
        "tables": report.tables.iter().map(table).collect::<Map<_, _>>(),
        "stopped": report.stopped,
        "fatal": fatal,
    })
}
