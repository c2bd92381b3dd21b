//! `loadgen inspect`: the schema as loadgen sees it.

use std::{collections::BTreeMap, fmt::Write};

use loadgen_core::{
    Fill, PrepareError, Schema, SchemaFilter, SqlSession, Table, TableName, Target,
    crud::{self, CrudConfig, CrudPlan, TableConfig, TablePlan},
};
use serde_json::{Value, json};

use crate::{
    backend::BackendSession,
    failed::{Code, Failed},
    flags::{InspectArgs, InspectFormat, LoadArgs},
    grid::Grid,
    job::Job,
    output,
    plan::Plan,
    plan_file::{JobConfig, PlanFile, WorkloadConfig},
    secrets,
    style::Style,
    units::count,
};

pub(super) async fn inspect(args: &InspectArgs) -> Result<(), Failed> {
    if args.digest && args.format == InspectFormat::Yaml {
        return Err(Failed::new(Code::Usage, "--digest has no YAML: choose --format json or text"));
    }
    let plan = Plan::resolve(&args.source, &LoadArgs::default())?;
    let [job] = plan.jobs.as_slice() else {
        return Err(Failed::new(Code::Usage, "the plan has several jobs: choose one with --job NAME"));
    };
    plan.say_warnings();
    let crud = job.crud();
    let mut session = job.connect().await?;
    if args.digest {
        return digests(&mut session, &plan, job, args.format).await;
    }
    let schema = read(&mut session, &crud).await.map_err(|error| plan.refused(job, error))?;
    match args.format {
        InspectFormat::Text => output::result(&text(&schema, Style::new(output::colours()))),
        InspectFormat::Json => {
            let tables: Vec<Value> = schema.tables.iter().map(|table| table_json(table)).collect();
            let target = job.target.describe();
            let others = schema
                .others
                .iter()
                .map(|other| json!({"name": other.name.to_string(), "kind": other.kind, "why": other.why}));
            let others: Vec<Value> = others.collect();
            output::json(&json!({"version": 1, "target": target, "tables": tables, "not_written": others}))
        }
        InspectFormat::Yaml => {
            let place = JobConfig {
                target: job.config.target.as_deref().map(secrets::without_password),
                databases: job.config.databases.clone(),
                ..JobConfig::default()
            };
            let (crud, refused) =
                writable(&mut session, crud, job).await.map_err(|error| plan.refused(job, error))?;
            output::result(&yaml(crud, &refused, place)?)
        }
    }
}

async fn read(session: &mut BackendSession, crud: &CrudConfig) -> Result<Schema, PrepareError> {
    let schema = session.introspect(&SchemaFilter { schemas: crud.schemas.clone() }).await?;
    crud.check_schemas(&schema)?;
    Ok(schema)
}

/// Counts and hashes the rows of every table that can be written.
async fn digests(
    session: &mut BackendSession,
    plan: &Plan,
    job: &Job,
    format: InspectFormat,
) -> Result<(), Failed> {
    let planned = crud::plan(session, &job.crud(), job.seed, job.lanes()).await;
    let planned = planned.map_err(|error| plan.refused(job, error))?;
    let mut found = BTreeMap::new();
    for table in &planned.tables {
        let digest = crud::table_digest(session, table).await;
        let digest = digest.map_err(|error| Failed::because(Code::Run, &error))?;
        found.insert(table.table.name.to_string(), digest);
    }
    if format != InspectFormat::Text {
        let tables: BTreeMap<&String, Value> = found
            .iter()
            .map(|(name, table)| (name, json!({"count": table.rows, "digest": table.digest})))
            .collect();
        return output::json(&json!({"version": 1, "tables": tables}));
    }
    let mut grid = Grid::new(["table", "count", "digest"]).uncut();
    found.iter().for_each(|(name, table)| {
        grid.row([name.clone(), count(table.rows), table.digest.to_string()]);
    });
    let mut text = String::new();
    grid.write(&mut text, 0, Style::new(output::colours()));
    output::result(&text)
}

/// The configuration with every table that would be written, and those that cannot be, with the reason.
async fn writable(
    session: &mut BackendSession,
    mut crud: CrudConfig,
    job: &Job,
) -> Result<(CrudConfig, Refused), PrepareError> {
    let CrudPlan { tables, refused, .. } = crud::plan(session, &crud, job.seed, job.lanes()).await?;
    let config = |planned: &TablePlan| {
        let name = &planned.table.name;
        let config = crud.key_of(name).and_then(|key| crud.tables.get(key)).cloned().unwrap_or_default();
        (name.to_string(), TableConfig { weight: Some(planned.weight), ..config })
    };
    crud.tables = tables.iter().map(config).collect();
    crud.exclude.clear();
    Ok((crud, refused))
}

/// A plan that can be run as it is, with what it leaves out in comments.
fn yaml(crud: CrudConfig, refused: &Refused, place: JobConfig) -> Result<String, Failed> {
    let job = JobConfig { workload: Some(WorkloadConfig::Crud(crud)), ..place };
    let plan = PlanFile { seed: None, jobs: vec![job] };
    let plan = plan.to_yaml()?;
    let mut text = String::new();
    for (name, why) in refused {
        let said = format!("{name} is left out: {why}");
        for line in said.lines() {
            let _ = writeln!(text, "# {line}");
        }
    }
    Ok(text + &plan)
}

/// Tables that cannot be written, and why.
type Refused = Vec<(TableName, String)>;

fn text(schema: &Schema, style: Style) -> String {
    let mut text = String::new();
    for table in &schema.tables {
        let _ = writeln!(text, "{}", style.title(&table.name.to_string()));
        let mut grid = Grid::new(["column", "type", "null", "filled by", "keys"]).within(output::width());
        for (index, column) in table.columns.iter().enumerate() {
            let null = if column.nullable { "null" } else { "" };
            grid.row([
                column.name.clone(),
                column.native.words().to_owned(),
                null.to_owned(),
                fill_words(&column.fill),
                key_words(table, index),
            ]);
        }
        grid.write(&mut text, 2, style);
        for check in &table.checks {
            let _ = writeln!(text, "  CHECK {}", one_line(check.words()));
        }
        for definition in &table.special.definitions {
            let _ = writeln!(text, "  {}", one_line(definition));
        }
        for note in &table.special.notes {
            let _ = writeln!(text, "  note: {note}");
        }
        for obstacle in &table.obstacles {
            let _ = writeln!(text, "  {} {}", style.warn("not understood yet:"), obstacle.what);
        }
        text.push('\n');
    }
    for other in &schema.others {
        let _ = writeln!(text, "{} is a {}: {}", style.title(&other.name.to_string()), other.kind, other.why);
    }
    let _ = writeln!(text, "{} tables", schema.tables.len());
    text
}

/// SQL that may have line feeds in it.
fn one_line(sql: &str) -> String {
    sql.lines().map(str::trim).collect::<Vec<_>>().join(" ")
}

/// How many there are of each kind: "2 views, 1 foreign table".
pub(super) fn others_words(others: &BTreeMap<&'static str, usize>) -> String {
    let plural = |kind: &str| match kind.split_once(' ') {
        Some(("table", rest)) => format!("tables {rest}"),
        _ => format!("{kind}s"),
    };
    let words = others.iter().map(|(kind, number)| match number {
        1 => format!("1 {kind}"),
        several => format!("{several} {}", plural(kind)),
    });
    words.collect::<Vec<_>>().join(", ")
}

fn fill_words(fill: &Fill) -> String {
    match fill {
        Fill::None => String::new(),
        Fill::Constant(default) | Fill::Volatile(default) => format!("default {default}"),
        Fill::Sequence { always: true } => "identity, always".to_owned(),
        Fill::Sequence { always: false } => "sequence".to_owned(),
        Fill::Generated => "generated".to_owned(),
    }
}

fn key_words(table: &Table, column: usize) -> String {
    let mut words = Vec::new();
    if table.primary_key.contains(&column) {
        words.push("primary key".to_owned());
    }
    if table.uniques.iter().any(|key| key.contains(&column)) {
        words.push("unique".to_owned());
    } else if table.special.loose_keys.iter().any(|key| key.contains(&column)) {
        words.push("unique in part".to_owned());
    }
    if table.partitioned_by().contains(&column) {
        words.push("partition".to_owned());
    }
    for key in table.foreign_keys.iter().filter(|key| key.columns.contains(&column)) {
        let place = key.columns.iter().position(|own| *own == column);
        let parent = place.and_then(|place| key.parent_columns.get(place));
        words.push(format!(
            "→ {}{}",
            key.parent,
            parent.map_or_else(String::new, |name| format!(" ({name})"))
        ));
    }
    words.join(", ")
}

fn table_json(table: &Table) -> Value {
    let columns = table.columns.iter().enumerate().map(|(index, column)| {
        json!({
            "name": column.name,
            "type": column.native.words(),
            "nullable": column.nullable,
            "filled_by": fill_words(&column.fill),
            "keys": key_words(table, index),
        })
    });
    let checks: Vec<&str> = table.checks.iter().map(|check| check.words()).collect();
    let obstacles: Vec<&str> = table.obstacles.iter().map(|obstacle| obstacle.what.as_str()).collect();
    json!({
        "name": table.name.to_string(),
        "columns": columns.collect::<Vec<_>>(),
        "checks": checks,
        "definitions": table.special.definitions,
        "notes": table.special.notes,
        "not_understood": obstacles,
    })
}
