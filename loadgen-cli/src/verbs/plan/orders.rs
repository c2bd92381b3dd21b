//! What a run of the workload `orders` would do.

use std::fmt::Write;

use loadgen_core::orders::OrdersPlan;
use serde_json::{Map, Value, json};

use super::{described, heading};
use crate::{guard::Reach, job::Job, style::Style};

pub(super) fn text(job: &Job, planned: &OrdersPlan, reach: Reach, style: Style, text: &mut String) {
    heading(job, "", reach, style, text);
    let listed = |steps: &[String]| if steps.is_empty() { "none".to_owned() } else { steps.join(", ") };
    let _ = writeln!(text, "  migrations to apply: {}", listed(&planned.pending));
    let _ = writeln!(text, "  applied already: {}", listed(&planned.taken));
    let table = |(called, found): &(&str, Option<_>)| match found {
        Some(name) => format!("{called} is {name}"),
        None => format!("{called} will be made"),
    };
    let tables: Vec<String> = planned.tables.iter().map(table).collect();
    let _ = writeln!(text, "  tables: {}", tables.join(", "));
    let weight = |(name, weight)| format!("{name} {weight}");
    let weights: Vec<String> = planned.weights.each().into_iter().map(weight).collect();
    let _ = writeln!(text, "  weights: {}\n", weights.join(", "));
}

pub(super) fn json(job: &Job, planned: &OrdersPlan, reach: Reach) -> Value {
    let tables = planned
        .tables
        .iter()
        .map(|(called, found)| json!({"name": called, "table": found.as_ref().map(ToString::to_string)}));
    let weights: Map<String, Value> =
        planned.weights.each().into_iter().map(|(name, weight)| (name.to_owned(), weight.into())).collect();
    let own = json!({
        "migrations": {"pending": planned.pending, "applied": planned.taken},
        "tables": tables.collect::<Vec<_>>(),
        "weights": weights,
    });
    described(job, reach, own)
}
