//! Keys and references of which the last column is a span of time, from version 18 on.

use loadgen_core::{Check, ForeignKey, Table};

use crate::quote::quote;

/// A key WITHOUT OVERLAPS, once the references are known. Spans that differ may overlap all the same, so the other columns
/// have to differ; but for those of a reference to spans, as parents keep apart what each of their rows is given. An empty
/// span, which would overlap nothing, is refused.
pub(super) fn key(table: &mut Table, name: &str, columns: &[usize]) {
    let [rest @ .., span] = columns else { return };
    let keeps_apart = |key: &ForeignKey| {
        table.special.covered.contains(&key.name) && key.columns.iter().all(|column| columns.contains(column))
    };
    if !table.foreign_keys.iter().any(keeps_apart) {
        table.special.loose_keys.push(rest.to_vec());
    }
    let condition = format!("(NOT isempty({}))", quote(&table.columns[*span].name));
    table.checks.push(Check::new(name, condition, vec![*span]));
}

/// Notes what is out of the ordinary about a reference: a PERIOD in its last column, and whether rows are held to it.
pub(super) fn reference(table: &mut Table, name: &str, has_period: bool, unenforced: bool) {
    if has_period {
        table.special.covered.push(name.to_owned());
    }
    if unenforced {
        table.special.unenforced.push(name.to_owned());
    }
}
