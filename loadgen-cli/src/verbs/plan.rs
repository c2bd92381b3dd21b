//! `loadgen plan`: what a run would do.

mod orders;

use std::fmt::Write;

use loadgen_core::{
    Between, Bursts, Pace, Target,
    crud::{CrudPlan, Pick, TablePlan, Touch},
};
use serde_json::{Value, json};

use crate::{
    args::Format,
    execute,
    failed::{Code, Failed},
    flags::{LoadArgs, SourceArgs},
    grid::{Grid, WIDTH, cut},
    guard::{self, Reach},
    job::Job,
    output,
    plan::Plan,
    prepared::Prepared,
    style::Style,
    units::count,
};

pub(super) async fn plan(source: &SourceArgs, load: &LoadArgs, format: Format) -> Result<(), Failed> {
    let plan = Plan::resolve(source, load)?;
    let style = Style::new(output::colours());
    let (mut text, mut jobs, mut failed) = (String::new(), Vec::new(), None);
    for job in &plan.jobs {
        let planned = async {
            let reach = guard::reach(&job.target, &source.reach.allow_host).await?;
            Ok::<_, Failed>((execute::adopted(&plan, job).await?, reach))
        };
        match (planned.await, format) {
            (Ok((planned, reach)), Format::Text) => prepared_text(job, &planned, reach, style, &mut text),
            (Ok((planned, reach)), Format::Json) => jobs.push(prepared_json(job, &planned, reach)),
            // A database that is away keeps no other from its plan.
            (Err(why), _) if plan.jobs.len() > 1 && why.is_of_target() => {
                let (why, name) = (why.message().unwrap_or_default(), format!("{}: ", job.name));
                output::say(&format!("error: {name}{}", why.strip_prefix(&name).unwrap_or(why)));
                failed = Some(Failed::silent(Code::Run));
            }
            (Err(why), _) => return Err(why),
        }
    }
    match format {
        Format::Text => {
            let drawn = if plan.seed_was_drawn { " (drawn anew for each run without --seed)" } else { "" };
            for warning in &plan.warnings {
                let _ = writeln!(text, "{} {warning}\n", style.warn("warning:"));
            }
            output::result(&format!("{text}seed {}{drawn}; nothing was written\n", plan.seed))
        }
        Format::Json => {
            let document =
                json!({"version": 1, "seed": plan.seed.0, "jobs": jobs, "warnings": plan.warnings});
            output::json(&document)
        }
    }?;
    failed.map_or(Ok(()), Err)
}

fn prepared_text(job: &Job, prepared: &Prepared, reach: Reach, style: Style, text: &mut String) {
    match prepared {
        Prepared::Crud(planned) => job_text(job, planned, reach, style, text),
        Prepared::Orders(planned) => orders::text(job, planned, reach, style, text),
    }
}

fn prepared_json(job: &Job, prepared: &Prepared, reach: Reach) -> Value {
    match prepared {
        Prepared::Crud(planned) => job_json(job, planned, reach),
        Prepared::Orders(planned) => orders::json(job, planned, reach),
    }
}

fn reach_words(reach: Reach, job: &Job) -> String {
    match reach {
        Reach::Private => "this machine or a private network".to_owned(),
        Reach::Allowed => "a public host, allowed by --allow-host".to_owned(),
        Reach::Public => format!("a public host: a run needs --allow-host {}", job.target.host()),
    }
}

fn load_words(job: &Job) -> String {
    let mut words = pace_words(&job.pace());
    if let Some(operations) = job.operations() {
        let _ = write!(words, ", {} operations", count(operations));
    }
    if let Some(duration) = job.config.duration {
        let _ = write!(words, ", {duration}");
    }
    if job.operations().is_none() && job.duration().is_none() {
        words.push_str(", until it is stopped");
    }
    words
}

fn pace_words(pace: &Pace) -> String {
    match pace {
        Pace::Unpaced => "as fast as the target answers".to_owned(),
        Pace::Constant(rate) => format!("{} operations a second", rate.as_per_second()),
        Pace::Poisson(rate) => format!("{} operations a second, at random (Poisson)", rate.as_per_second()),
        Pace::Think(think) => format!("each lane {think} after its last operation"),
        Pace::ThinkBetween(Between { least, most }) => {
            format!("each lane {least} to {most} after its last operation")
        }
        Pace::Bursts(Bursts { operations, pause }) => {
            format!("bursts of {} operations, {pause} apart", count(operations.0))
        }
    }
}

/// Where a job goes and how much it does, with the lines that its workload has to add.
fn heading(job: &Job, more: &str, reach: Reach, style: Style, text: &mut String) {
    let title = format!("{} → {}", job.name, job.target.describe());
    let _ = writeln!(text, "{} ({})", style.title(&title), reach_words(reach, job));
    let (workload, lanes, connections) = (job.workload(), job.lanes(), job.connections());
    let (load, seed) = (load_words(job), job.seed);
    let _ =
        writeln!(text, "{workload}: {lanes} lanes on {connections} connections, {load}; seed {seed}\n{more}");
    if let Some(warning) = job.warning() {
        let _ = writeln!(text, "{} {warning}\n", style.warn("warning:"));
    }
}

fn job_text(job: &Job, planned: &CrudPlan, reach: Reach, style: Style, text: &mut String) {
    let rows = planned.rows;
    let rows =
        format!("rows a statement: insert {}, update {}, delete {}\n", rows.insert, rows.update, rows.delete);
    heading(job, &rows, reach, style, text);
    for table in &planned.tables {
        table_text(planned, table, goal(job, planned, table), style, text);
    }
    for (name, why) in &planned.refused {
        let _ = writeln!(text, "{} {why}\n", style.warn(&format!("{name} is left out:")));
    }
    if !planned.others.is_empty() {
        let _ = writeln!(text, "not written: {}\n", super::inspect::others_words(&planned.others));
    }
}

/// How many rows `seed` fills a table up to.
fn goal(job: &Job, planned: &CrudPlan, table: &TablePlan) -> Option<u64> {
    planned.goal(table, job.crud().seed.map(|count| count.0))
}

fn table_text(plan: &CrudPlan, planned: &TablePlan, goal: Option<u64>, style: Style, text: &mut String) {
    let weights = planned.operations;
    let seeded = goal.map_or_else(String::new, |rows| format!("; seed fills it up to {} rows", count(rows)));
    let touched = touched(planned);
    let _ = writeln!(
        text,
        "{}: weight {}; insert {}, update {}, delete {}{}{touched}{seeded}",
        style.title(&planned.table.name.to_string()),
        planned.weight,
        weights.insert,
        weights.update,
        weights.delete,
        picked(planned)
    );
    let width = output::width();
    let mut grid = Grid::new(["column", "type", "values", "for example"]).within(width);
    for (index, column) in planned.table.columns.iter().enumerate() {
        let samples = samples(plan, planned, index)
            .iter()
            .map(|sample| cut(sample, share(SAMPLE_WIDTH, width).min(WIDEST_SAMPLE)))
            .collect::<Vec<_>>();
        grid.row([
            column.name.clone(),
            column.native.words().to_owned(),
            cut(&planned.describe(index), share(VALUES_WIDTH, width)),
            samples.join(" · "),
        ]);
    }
    grid.write(text, 2, style);
    for note in &planned.notes {
        let _ = writeln!(text, "  {} {note}", style.warn("note:"));
    }
    text.push('\n');
}

/// Which rows are updated, unless all alike.
fn picked(planned: &TablePlan) -> &'static str {
    match planned.pick {
        _ if planned.operations.update == 0 => "",
        Pick::Uniform => "",
        Pick::Zipf => "; updates pick a few hot rows (zipf)",
        Pick::Latest => "; updates pick the latest rows",
    }
}

/// Which rows are touched, unless those are the run's own.
fn touched(planned: &TablePlan) -> String {
    let Some(taken) = planned.taken_over else { return String::new() };
    let rows = count(taken.rows);
    let beside = if planned.touch == Touch::All { "" } else { " and no others" };
    match taken.all {
        true => format!("; touches all {rows} rows that are there{beside}"),
        false => format!("; touches {rows} of the rows that are there{beside}"),
    }
}

/// Values that the column may get.
fn samples(plan: &CrudPlan, planned: &TablePlan, column: usize) -> Vec<String> {
    plan.samples(planned, column, SAMPLES).iter().map(ToString::to_string).collect()
}

const SAMPLES: u64 = 3;
/// Of a line of the usual width.
const SAMPLE_WIDTH: usize = 20;
/// In a line of any width.
const WIDEST_SAMPLE: usize = 120;
/// Leaves room for examples; `--format json` has the whole.
const VALUES_WIDTH: usize = 36;

/// As much of a wider line.
fn share(part: usize, width: usize) -> usize {
    (width.saturating_mul(part) / WIDTH).max(part)
}

fn job_json(job: &Job, planned: &CrudPlan, reach: Reach) -> Value {
    let table = |table| table_json(planned, table, goal(job, planned, table));
    let tables: Vec<Value> = planned.tables.iter().map(table).collect();
    let refused = planned.refused.iter().map(|(name, why)| json!({"table": name.to_string(), "why": why}));
    let own = json!({
        "rows": planned.rows,
        "tables": tables,
        "left_out": refused.collect::<Vec<_>>(),
        "not_written": planned.others,
    });
    described(job, reach, own)
}

/// The fields that every job has, and those of its workload.
fn described(job: &Job, reach: Reach, own: Value) -> Value {
    let mut fields = json!({
        "name": job.name,
        "target": job.target.describe(),
        "needs_allow_host": reach == Reach::Public,
        "workload": job.workload(),
        "seed": job.seed.0,
        "lanes": job.lanes(),
        "connections": job.connections(),
        "pace": job.pace(),
        "operations": job.operations(),
        "duration_s": job.duration().map(|duration| duration.as_secs_f64()),
        "warnings": job.warning().into_iter().collect::<Vec<_>>(),
    });
    if let (Value::Object(all), Value::Object(own)) = (&mut fields, own) {
        all.extend(own);
    }
    fields
}

fn table_json(plan: &CrudPlan, planned: &TablePlan, goal: Option<u64>) -> Value {
    let columns = planned.table.columns.iter().enumerate().map(|(index, column)| {
        json!({
            "name": column.name,
            "type": column.native.words(),
            "values": planned.describe(index),
            "samples": samples(plan, planned, index),
        })
    });
    json!({
        "name": planned.table.name.to_string(),
        "weight": planned.weight,
        "operations": planned.operations,
        "pick": planned.pick,
        "seed": goal,
        "touch": planned.touch,
        "sampling": planned.sampling,
        "taken_over": planned.taken_over,
        "columns": columns.collect::<Vec<_>>(),
        "notes": planned.notes,
        "unchecked": planned.unchecked,
    })
}
