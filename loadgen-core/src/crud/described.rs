//! What the values of a column will be, for people.

use super::{CrudPlan, TablePlan, parent::Parent, source::Source};
use crate::{Seed, Value, generate::Distribution};

impl TablePlan {
    /// Where the value of a column comes from, in words.
    pub fn describe(&self, column: usize) -> String {
        let words = match &self.sources[column] {
            Source::Parent { reference, .. } => self.references[*reference].words.clone(),
            source => source.describe(),
        };
        words + &self.spread(column)
    }

    /// How the plan file spreads the values of a column, in words that follow those about the values.
    fn spread(&self, column: usize) -> String {
        let drawn = matches!(self.sources[column], Source::Generated(_) | Source::Checked(_));
        let said = self.config.columns.get(&self.table.columns[column].name);
        let Some(said) = said.filter(|_| drawn) else { return String::new() };
        let weights = said.weights.as_ref().map(|weights| {
            let shown = weights.iter().take(WEIGHTS).map(u32::to_string).collect::<Vec<_>>().join(":");
            format!(", weighted {shown}{}", if weights.len() > WEIGHTS { ":…" } else { "" })
        });
        let distribution = said.distribution.filter(|spread| *spread != Distribution::Uniform);
        let distribution = distribution.map(|spread| format!(", {}", spread.name()));
        weights.into_iter().chain(distribution).collect()
    }

    /// Some values that a column may get, the same for the same plan, and of columns that are drawn together those of
    /// the same rows; none where loadgen does not make them. [`CrudPlan::samples`] knows those of parents, too.
    pub fn samples(&self, column: usize, seed: Seed, count: u64) -> Vec<Value> {
        match self.ties.as_ref().and_then(|ties| ties.samples(column)) {
            Some(tied) => tied.take(count as usize).cloned().collect(),
            None => self.sources[column].samples_for(self.salts[column], seed, count),
        }
    }
}

impl CrudPlan {
    /// Some values that a column of one of the plan's tables may get, the same for the same plan; those of a reference
    /// are values of its parents, as far as they are known before the run.
    pub fn samples(&self, table: &TablePlan, column: usize, count: u64) -> Vec<Value> {
        self.samples_below(table, column, count, DEEPEST)
    }

    fn samples_below(&self, table: &TablePlan, column: usize, count: u64, depth: usize) -> Vec<Value> {
        let Source::Parent { reference, position } = &table.sources[column] else {
            return table.samples(column, self.seed, count);
        };
        let reference = &table.references[*reference];
        let Some(&place) = reference.positions.get(*position) else { return Vec::new() };
        match reference.parent {
            Parent::Pool(pool) => self.pools[pool].spread(count).map(|key| key(place)).collect(),
            Parent::Lane(_) if depth == 0 => Vec::new(),
            Parent::Lane(parent) => {
                let parent = &self.tables[parent];
                let values = self.samples_below(parent, parent.remembered[place], count, depth - 1);
                let alone = |value: &Value| {
                    let of = |at: usize| if at == *position { value.clone() } else { Value::Null };
                    let fitting = reference.fitting.as_ref();
                    fitting.map_or(Some(value.clone()), |fitting| fitting.key(of)?.get(*position).cloned())
                };
                values.iter().filter_map(alone).collect()
            }
        }
    }
}

/// Parents of parents are looked for so far up.
const DEEPEST: usize = 8;
/// More weights than these are not shown.
const WEIGHTS: usize = 8;
