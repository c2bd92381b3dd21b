//! Rows like those that will be written, for trying out checks before there are any.

use std::collections::{BTreeMap, BTreeSet};

use super::{config::TableConfig, reference::Reference, source::Source};
use crate::{
    Rng, Seed, Table, Value,
    check::{Condition, Ground, Rules},
    generate::{self, ColumnConfig, Generator},
};

/// Makes the columns of rows that are not drawn.
struct Examples<'a> {
    sources: &'a [Source],
    references: &'a [Reference],
    /// Something like the keys of parents, by column.
    parents: BTreeMap<usize, Box<dyn Generator>>,
}

impl<'a> Examples<'a> {
    fn new(table: &Table, sources: &'a [Source], references: &'a [Reference]) -> Self {
        let parent = |(column, source): (usize, &Source)| {
            let like = ColumnConfig { null_ratio: Some(0.0), ..ColumnConfig::default() };
            let is_parent = matches!(source, Source::Parent { .. });
            let made = || generate::for_column(&table.name, &table.columns[column], Some(&like)).ok();
            if is_parent { made().map(|generator| (column, generator)) } else { None }
        };
        Examples { sources, references, parents: sources.iter().enumerate().filter_map(parent).collect() }
    }

    /// The row of a number; one reference is `without` a parent, and the others are where they can be and the number
    /// says so.
    fn fill(&self, row: &mut [Value], number: u64, without: Option<usize>) {
        for (column, source) in self.sources.iter().enumerate() {
            row[column] = match source {
                Source::Distinct(distinct) | Source::Line(distinct) => {
                    let number = u128::from(number) % distinct.capacity().max(1);
                    distinct.value(number as u64).unwrap_or_default()
                }
                Source::Parent { reference, position } => {
                    let may = self.references[*reference].optional && number >> reference & 1 == 1;
                    let none = may || without == Some(*reference);
                    let known = self.references[*reference].examples.as_ref();
                    if let Some(keys) = known.filter(|keys| !none && !keys.is_empty()) {
                        let rng = &mut Rng::keyed(Seed(0), [number, *reference as u64, 10]);
                        row[column] = rng.pick(keys)[*position].clone();
                        continue;
                    }
                    let rng = &mut Rng::keyed(Seed(0), [number, column as u64, 3]);
                    let parent = self.parents.get(&column).filter(|_| !none);
                    parent.map_or(Value::Null, |parent| parent.generate(rng))
                }
                _ => Value::Null,
            };
        }
    }
}

/// The rules that the checks of a table make for the columns that are drawn.
pub(super) fn rules(
    table: &Table,
    config: &TableConfig,
    conditions: &[Condition],
    (sources, references): (&[Source], &[Reference]),
) -> Result<Option<Rules>, String> {
    let is_drawn = |column: &usize| matches!(sources[*column], Source::Generated(_) | Source::Checked(_));
    let drawn: BTreeSet<usize> = (0..sources.len()).filter(is_drawn).collect();
    let examples = Examples::new(table, sources, references);
    let example = |row: &mut [Value], number: u64| examples.fill(row, number, None);
    let ground = Ground { table, drawn: &drawn, configs: &config.columns, example: &example };
    Rules::new(conditions, &ground)
}

/// The references without which no row meets the checks, though their columns may be NULL.
pub(super) fn needed(
    table: &Table,
    rules: &Rules,
    (sources, references): (&[Source], &[Reference]),
) -> Vec<usize> {
    let examples = Examples::new(table, sources, references);
    let mut row = vec![Value::Null; table.columns.len()];
    let mut is_met_without = |at: usize| {
        (0..TRIED).any(|number| {
            examples.fill(&mut row, number, Some(at));
            rules.draw(&mut row, &mut Rng::keyed(Seed(0), [number, 4, at as u64]))
        })
    };
    let is_asked_for =
        |(_, r): &(usize, &Reference)| r.optional && r.columns.iter().any(|column| rules.reads(*column));
    let asked_for = references.iter().enumerate().filter(is_asked_for);
    asked_for.map(|(at, _)| at).filter(|at| !is_met_without(*at)).collect()
}

/// Rows without a parent that are tried.
const TRIED: u64 = 64;
