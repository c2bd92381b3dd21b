//! What `crud` will do to each table: decided before the first operation, and shown by `plan`.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use super::{
    accept::{Accepted, accept},
    adoption::Adopted,
    config::{CrudConfig, RowCounts},
    error::{CrudPlanError, Part},
    outside::Outside,
    parent::Parent,
    pool::Pool,
    sampling::Sampling,
    source::Source,
    table_plan::TablePlan,
    traced::PlanTrace,
};
use crate::{
    Schema, Seed, Shape, Table, TableName, Type,
    generate::{After, Distinct},
};

/// What will be done to a schema.
#[derive(Debug)]
pub struct CrudPlan {
    /// Tables that will be written, in order of their names.
    pub tables: Vec<TablePlan>,
    /// Tables that were asked for and cannot be written: which, why, and what to put into the plan file.
    pub refused: Vec<(TableName, String)>,
    /// What else is in the schemas and is no table that is written: how many of each kind, in the singular.
    pub others: BTreeMap<&'static str, usize>,
    /// Rows a statement.
    pub rows: RowCounts,
    /// Lanes on all shards.
    pub lanes: u32,
    /// The seed that distinct values were constructed from.
    pub seed: Seed,
    /// Whether rows of several tables have to be inserted together.
    pub(crate) has_circles: bool,
    /// Rows outside the plan that its rows refer to.
    pub(crate) pools: Vec<Arc<Pool>>,
    /// Rows that were there and that the lanes have taken over.
    pub(crate) adopted: Option<Arc<Adopted>>,
    /// What was asked for.
    pub(crate) config: CrudConfig,
    /// The version of the schema that was read, where there is one.
    pub(crate) version: Option<u64>,
    /// The ledger, if the run has one.
    pub(crate) trace: Option<PlanTrace>,
}

impl CrudPlan {
    /// Decides where every value comes from, as if the tables were empty.
    ///
    /// # Errors
    /// When a name in the configuration is not in the schema, an override does not fit its column, or no table is left.
    pub fn new(schema: &Schema, config: &CrudConfig, seed: Seed, lanes: u32) -> Result<Self, CrudPlanError> {
        CrudPlan::within(&Outside::default(), &[], schema, config, seed, lanes)
    }

    /// Like [`CrudPlan::new`], with what is known of parents outside the plan, and with tables that are refused for
    /// reasons of their own.
    pub(super) fn within(
        outside: &Outside,
        barred: &[(TableName, String)],
        schema: &Schema,
        config: &CrudConfig,
        seed: Seed,
        lanes: u32,
    ) -> Result<Self, CrudPlanError> {
        let (accepted, refused) = accept(outside, barred, schema, config, seed)?;
        if accepted.is_empty() {
            let lines: Vec<String> = refused.iter().map(|(name, why)| format!("{name}: {why}")).collect();
            return Err(CrudPlanError::Nothing(match lines.as_slice() {
                [] => "the schema has no tables that are not excluded".to_owned(),
                [line] => line.clone(),
                lines => format!("\n  {}", lines.join("\n  ")),
            }));
        }
        let cap = cap(config, lanes, accepted.len());
        let referred = referred_columns(&accepted);
        let mut shapes = Shape::FIRST;
        let tables = accepted.into_iter().zip(referred).map(|((table, table_config, sources), referred)| {
            TablePlan::new(table, (config, &table_config), sources, (&referred, cap), &mut shapes)
        });
        let tables = tables.collect();
        let others = count_others(schema);
        let empty = CrudPlan::empty(config.clone(), seed, lanes);
        let mut plan = CrudPlan { tables, refused, others, ..empty };
        plan.resolve_parents(outside);
        plan.deal_combinations();
        plan.find_one_to_one();
        plan.spare_what_others_refer_to(schema);
        plan.note_circles();
        Ok(plan)
    }

    /// A plan without tables.
    pub(super) fn empty(config: CrudConfig, seed: Seed, lanes: u32) -> Self {
        CrudPlan {
            tables: Vec::new(),
            refused: Vec::new(),
            others: BTreeMap::new(),
            rows: config.rows,
            lanes,
            seed,
            has_circles: false,
            pools: Vec::new(),
            adopted: None,
            config,
            version: None,
            trace: None,
        }
    }

    /// The numbered columns of which the largest value has to be known, as indexes of the table and its column. A number
    /// that is unique only beside a parent that the lanes insert cannot be there yet.
    pub(crate) fn numbered(&self) -> Vec<(usize, usize)> {
        let mut numbered = Vec::new();
        for (index, plan) in self.tables.iter().enumerate() {
            let keys = plan.table.unique_rules();
            let is_new = |parent: usize| !self.tables[parent].touch.adopts();
            let is_below_new = |column: &usize| match plan.sources[*column] {
                Source::Parent { reference, .. } => {
                    plan.references[reference].parent.planned().is_some_and(is_new)
                }
                _ => false,
            };
            let below_parent = |column| {
                let mut around = keys.clone().filter(|key: &&Vec<usize>| key.contains(&column)).peekable();
                around.peek().is_some() && around.all(|key| key.iter().any(is_below_new))
            };
            let integer = |column: &usize| matches!(plan.table.columns[*column].ty, Type::Int(_));
            let is_alone =
                |c: &usize| matches!(&plan.sources[*c], Source::Distinct(distinct) if distinct.is_alone());
            let distinct = (0..plan.sources.len()).filter(is_alone);
            numbered
                .extend(distinct.filter(integer).filter(|c| !below_parent(*c)).map(|column| (index, column)));
        }
        numbered
    }

    /// Has a numbered column go on after the largest number that is there.
    pub(crate) fn start_after(
        &mut self,
        table: usize,
        column: usize,
        largest: i64,
    ) -> Result<(), CrudPlanError> {
        let distinct = self.distinct_after(table, column, largest)?;
        self.tables[table].sources[column] = Source::Distinct(distinct);
        Ok(())
    }

    /// The distinct values of a numbered column that follow the largest number that is there.
    pub(crate) fn distinct_after(
        &self,
        table: usize,
        column: usize,
        largest: i64,
    ) -> Result<Distinct, CrudPlanError> {
        let plan = &self.tables[table];
        let definition = &plan.table.columns[column];
        let config = plan.config.columns.get(&definition.name);
        let distinct = Distinct::new(definition, config, self.seed, largest.saturating_add(1));
        let after = match &plan.sources[column] {
            Source::Distinct(known) => known.after(),
            _ => After::Nothing,
        };
        let distinct =
            distinct.map(|distinct| distinct.in_table(&plan.table.name, &definition.name).then(after));
        distinct.map_err(|unfillable| CrudPlanError::Column {
            part: Part::Column { table: plan.table.name.clone(), column: definition.name.clone() },
            why: unfillable.in_table(&plan.table.name).to_string(),
        })
    }

    /// Takes the deletes from tables to whose rows something refers that no statement of ours has written.
    fn spare_what_others_refer_to(&mut self, schema: &Schema) {
        for child in schema.tables.iter().filter(|table| table.special.written_by.is_some()) {
            for parent in &mut self.tables {
                let name = &parent.table.name;
                if *name != child.name && child.foreign_keys.iter().any(|key| key.parent == *name) {
                    parent.without_deletes(&format!(
                        "{} refers to its rows and is written by others, too",
                        child.name
                    ));
                }
            }
        }
    }

    /// Finds the parent of each reference: the referred columns among what is remembered of a table of the plan, or a
    /// pool of its own.
    fn resolve_parents(&mut self, outside: &Outside) {
        let remembered: Vec<Vec<usize>> = self.tables.iter().map(|table| table.remembered.clone()).collect();
        let tables: Vec<Arc<Table>> = self.tables.iter().map(|plan| Arc::clone(&plan.table)).collect();
        let picked: Vec<bool> = self.tables.iter().map(|plan| plan.sampling == Sampling::Server).collect();
        for reference in self.tables.iter_mut().flat_map(|table| &mut table.references) {
            reference.examples = None;
            let is_parent = |at: &usize| tables[*at].name == reference.parent_name && !picked[*at];
            let Some(parent) = (0..tables.len()).find(is_parent) else {
                let found = outside.fitting_pool(reference);
                let is_it = |pool: &Arc<Pool>| pool.is_for(reference) && found.is_for(reference);
                let known = self.pools.iter().position(is_it);
                let pool = known.unwrap_or(self.pools.len());
                if known.is_none() {
                    self.pools.push(found);
                }
                let rows = self.pools[pool].len();
                reference.words = format!("one of {rows} existing rows of {}", reference.parent_name);
                reference.parent = Parent::Pool(pool);
                reference.positions = (0..reference.columns.len()).collect();
                continue;
            };
            reference.parent = Parent::Lane(parent);
            reference.words = format!("a row of {} of the same lane", reference.parent_name);
            let position = |name: &String| {
                let column = tables[parent].column_index(name)?;
                remembered[parent].iter().position(|kept| *kept == column)
            };
            reference.positions = reference.parent_columns.iter().filter_map(position).collect();
            let may_lack = |at: &usize| tables[parent].columns[remembered[parent][*at]].nullable;
            reference.gaps = reference.positions.iter().copied().filter(may_lack).collect();
        }
    }
}

/// For each table, the columns that the references of others (and of itself) point at.
fn referred_columns(accepted: &[Accepted]) -> Vec<BTreeSet<usize>> {
    let mut referred = vec![BTreeSet::new(); accepted.len()];
    for (_, _, sources) in accepted {
        for reference in &sources.references {
            let Some(parent) = accepted.iter().position(|(table, ..)| table.name == reference.parent_name)
            else {
                continue;
            };
            let columns =
                reference.parent_columns.iter().filter_map(|name| accepted[parent].0.column_index(name));
            referred[parent].extend(columns);
        }
    }
    referred
}

/// How many of each kind.
fn count_others(schema: &Schema) -> BTreeMap<&'static str, usize> {
    let mut counts = BTreeMap::new();
    schema.others.iter().for_each(|other| *counts.entry(other.kind).or_default() += 1);
    counts
}

/// Rows remembered in one lane of one table.
fn cap(config: &CrudConfig, lanes: u32, tables: usize) -> usize {
    let all = config.remember.map_or(1_000_000, |count| count.0);
    (all / u64::from(lanes.max(1)) / tables.max(1) as u64).clamp(16, u64::from(u32::MAX) - 1) as usize
}
