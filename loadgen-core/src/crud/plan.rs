//! What `crud` will do to each table: decided before the first operation, and shown by `plan`.

use std::{collections::BTreeSet, sync::Arc};

use super::{
    config::{CrudConfig, OperationWeights, RowCounts, TableConfig},
    live::Layout,
    source::{Reference, Source, TableSources},
};
use crate::{Change, ChangeKind, Schema, Seed, Shape, Table, TableName, column_salt};

/// What will be done to a schema.
#[derive(Debug)]
pub struct CrudPlan {
    /// Tables that will be written, in order of their names.
    pub tables: Vec<TablePlan>,
    /// Tables that were asked for and cannot be written: which, why, and what to put into the plan file.
    pub refused: Vec<(TableName, String)>,
    /// Rows a statement.
    pub rows: RowCounts,
    /// Lanes on all shards.
    pub lanes: u32,
}

/// What will be done to one table.
#[derive(Debug)]
pub struct TablePlan {
    /// The table.
    pub table: Arc<Table>,
    /// How often it is chosen, relative to the others.
    pub weight: u64,
    /// How often each operation is chosen on it; 0 where it cannot be.
    pub operations: OperationWeights,
    /// Where the values come from, column by column.
    pub sources: Vec<Source>,
    /// What a reader of the plan should know.
    pub notes: Vec<String>,
    /// The references that are followed.
    pub(crate) references: Vec<Reference>,
    /// Columns remembered of each live row: the key and whatever children refer to.
    pub(crate) remembered: Vec<usize>,
    /// Columns that updates replace, in at most [`GROUPS`] groups that come and go together.
    pub(crate) groups: Vec<Vec<usize>>,
    /// Columns whose values loadgen knows: what the digest covers.
    pub(crate) known: Vec<usize>,
    /// One for each column of the table.
    pub(crate) salts: Vec<u64>,
    /// For each column of the table, the part of a row's sum that it belongs to: 0, or one more than its group.
    pub(crate) parts: Vec<usize>,
    pub(crate) layout: Layout,
    pub(crate) insert: Arc<Shape>,
    /// One for each non-empty set of groups, at its bit mask less one.
    pub(crate) updates: Vec<Arc<Shape>>,
    pub(crate) delete: Option<Arc<Shape>>,
}

/// Updates write one or more of so many groups of columns; each costs a live row 8 bytes.
pub(crate) const GROUPS: usize = 3;

/// Why there is no plan.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CrudPlanError {
    /// A table or column that is not there.
    #[error("there is no {what} {name:?}{meant}")]
    Unknown {
        /// "table" or "column".
        what: &'static str,
        /// The name that was given.
        name: String,
        /// "; did you mean ...?", or what there is.
        meant: String,
    },
    /// A name that fits several tables.
    #[error("table {0:?} is in more than one schema: write it as schema.table")]
    Ambiguous(String),
    /// What is said about a column does not fit it.
    #[error("{0}")]
    Column(String),
    /// Nothing can be written.
    #[error("no table can be written: {0}")]
    Nothing(String),
}

impl CrudPlan {
    /// Decides where every value comes from. `starts` gives for a table and column the first number above those that
    /// are there already.
    ///
    /// # Errors
    /// When a name in the configuration is not in the schema, an override does not fit its column, or no table is left.
    pub fn new(
        schema: &Schema,
        config: &CrudConfig,
        seed: Seed,
        lanes: u32,
        starts: &dyn Fn(&TableName, usize) -> i64,
    ) -> Result<Self, CrudPlanError> {
        let chosen = choose(schema, config)?;
        let mut accepted = Vec::new();
        let mut refused = Vec::new();
        for (table, table_config) in chosen {
            match TableSources::new(&table, &table_config, seed, starts)? {
                Ok(sources) => accepted.push((table, table_config, sources)),
                Err(why) => refused.push((table.name.clone(), why)),
            }
        }
        settle_references(&mut accepted, &mut refused);
        if accepted.is_empty() {
            let why =
                refused.iter().map(|(name, why)| format!("{name}: {why}")).collect::<Vec<_>>().join("; ");
            let why = if why.is_empty() {
                "the schema has no tables that are not excluded".to_owned()
            } else {
                why
            };
            return Err(CrudPlanError::Nothing(why));
        }
        let cap = cap(config, lanes, accepted.len());
        let names: Vec<TableName> = accepted.iter().map(|(table, ..)| table.name.clone()).collect();
        let referred = referred_columns(&accepted);
        let mut shapes = 0;
        let tables = accepted.into_iter().zip(referred).map(|((table, table_config, sources), referred)| {
            TablePlan::new(table, (config, &table_config), sources, &names, (&referred, cap), &mut shapes)
        });
        let mut plan = CrudPlan { tables: tables.collect(), refused, rows: config.rows, lanes };
        plan.resolve_positions();
        Ok(plan)
    }

    /// Turns the referred columns of each reference into positions among the parent's remembered columns.
    fn resolve_positions(&mut self) {
        let remembered: Vec<Vec<usize>> = self.tables.iter().map(|table| table.remembered.clone()).collect();
        let tables: Vec<Arc<Table>> = self.tables.iter().map(|plan| Arc::clone(&plan.table)).collect();
        for reference in self.tables.iter_mut().flat_map(|table| &mut table.references) {
            let parent = reference.parent;
            let position = |name: &String| {
                let column = tables[parent].column_index(name)?;
                remembered[parent].iter().position(|kept| *kept == column)
            };
            reference.positions = reference.parent_columns.iter().filter_map(position).collect();
        }
    }
}

type Accepted = (Arc<Table>, TableConfig, TableSources);

/// The tables that the configuration asks for.
fn choose(schema: &Schema, config: &CrudConfig) -> Result<Vec<(Arc<Table>, TableConfig)>, CrudPlanError> {
    let mut excluded = BTreeSet::new();
    for name in &config.exclude {
        excluded.insert(&find(schema, name)?.name);
    }
    let mut chosen = Vec::new();
    if config.tables.is_empty() {
        chosen.extend(schema.tables.iter().map(|table| (Arc::clone(table), TableConfig::default())));
    }
    for (name, table_config) in &config.tables {
        let table = find(schema, name)?;
        for column in table_config.columns.keys() {
            if table.column_index(column).is_none() {
                let names = table.columns.iter().map(|column| column.name.as_str());
                return Err(unknown("column", &format!("{name}.{column}"), column, names));
            }
        }
        chosen.push((Arc::clone(table), table_config.clone()));
    }
    chosen.retain(|(table, _)| !excluded.contains(&table.name));
    chosen.sort_by(|a, b| a.0.name.cmp(&b.0.name));
    Ok(chosen)
}

fn find<'a>(schema: &'a Schema, name: &str) -> Result<&'a Arc<Table>, CrudPlanError> {
    let fits = |table: &&Arc<Table>| table.name.table == name || table.name.to_string() == name;
    let mut found = schema.tables.iter().filter(fits);
    match (found.next(), found.next()) {
        (Some(table), None) => Ok(table),
        (Some(_), Some(_)) => Err(CrudPlanError::Ambiguous(name.to_owned())),
        (None, _) => {
            let names = schema.tables.iter().map(|table| table.name.table.as_str());
            Err(unknown("table", name, name.rsplit('.').next().unwrap_or(name), names))
        }
    }
}

fn unknown<'a>(
    what: &'static str,
    given: &str,
    wanted: &str,
    names: impl Iterator<Item = &'a str>,
) -> CrudPlanError {
    let names: Vec<&str> = names.collect();
    let close = |name: &&&str| strsim::jaro_winkler(name, wanted) > 0.8;
    let meant = match names.iter().find(close) {
        Some(name) => format!("; did you mean {name:?}?"),
        None if names.is_empty() => "; there is none at all".to_owned(),
        None => format!("; there is {}", names[..names.len().min(10)].join(", ")),
    };
    CrudPlanError::Unknown { what, name: given.to_owned(), meant }
}

/// Drops references that cannot be followed and tables that cannot do without one, until nothing changes.
fn settle_references(accepted: &mut Vec<Accepted>, refused: &mut Vec<(TableName, String)>) {
    loop {
        let names: BTreeSet<TableName> = accepted.iter().map(|(table, ..)| table.name.clone()).collect();
        let before = refused.len();
        accepted.retain_mut(|(table, _, sources)| match sources.settle(table, &names) {
            Ok(()) => true,
            Err(why) => {
                refused.push((table.name.clone(), why));
                false
            }
        });
        if refused.len() == before && !break_a_cycle(accepted, refused) {
            return;
        }
    }
}

/// Refuses one table of a cycle of references of which none may be NULL: no first row could be written.
fn break_a_cycle(accepted: &mut Vec<Accepted>, refused: &mut Vec<(TableName, String)>) -> bool {
    let mut grounded: BTreeSet<TableName> = BTreeSet::new();
    loop {
        let before = grounded.len();
        for (table, _, sources) in accepted.iter() {
            if sources.required_parents().all(|parent| grounded.contains(parent)) {
                grounded.insert(table.name.clone());
            }
        }
        if grounded.len() == before {
            break;
        }
    }
    let Some(at) = accepted.iter().position(|(table, ..)| !grounded.contains(&table.name)) else {
        return false;
    };
    let (table, ..) = accepted.remove(at);
    let why = "its foreign keys form a cycle in which no column may be NULL, so that no first row can be written; \
               make one of them nullable, or exclude the table";
    refused.push((table.name.clone(), why.to_owned()));
    true
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

/// Rows remembered in one lane of one table.
fn cap(config: &CrudConfig, lanes: u32, tables: usize) -> usize {
    let all = config.remember.map_or(1_000_000, |count| count.0);
    (all / u64::from(lanes) / tables as u64).clamp(16, u64::from(u32::MAX) - 1) as usize
}

impl TablePlan {
    fn new(
        table: Arc<Table>,
        (config, table_config): (&CrudConfig, &TableConfig),
        sources: TableSources,
        names: &[TableName],
        (referred, cap): (&BTreeSet<usize>, usize),
        shapes: &mut u32,
    ) -> Self {
        let TableSources { columns: sources, mut references, mut notes, combinations } = sources;
        for reference in &mut references {
            reference.parent =
                names.iter().position(|name| *name == reference.parent_name).unwrap_or_default();
        }
        let key: Vec<usize> = table.key().unwrap_or_default().to_vec();
        let mut remembered = key.clone();
        remembered.extend(referred.iter().filter(|column| !key.contains(column)));
        let written: Vec<usize> = (0..sources.len()).filter(|i| sources[*i].is_written()).collect();
        let returning: Vec<usize> =
            remembered.iter().copied().filter(|i| !sources[*i].is_written()).collect();
        let known = (0..sources.len()).filter(|i| written.contains(i) || returning.contains(i)).collect();
        let groups = groups(&table, &sources, &remembered);
        let shape = |kind, key: &[usize], set: Vec<usize>, returning: Vec<usize>, shapes: &mut u32| {
            *shapes += 1;
            Arc::new(Shape {
                id: *shapes - 1,
                table: Arc::clone(&table),
                kind,
                key: key.to_vec(),
                set,
                returning,
            })
        };
        let insert = shape(ChangeKind::Insert, &[], written, returning, shapes);
        let (mut updates, mut delete) = (Vec::new(), None);
        if !key.is_empty() {
            for mask in 1..1usize << groups.len() {
                let set = groups_of(mask, &groups).flatten().copied().collect();
                updates.push(shape(ChangeKind::Update, &key, set, Vec::new(), shapes));
            }
            delete = Some(shape(ChangeKind::Delete, &key, Vec::new(), Vec::new(), shapes));
        }
        let mut operations = table_config.operations.or(config.operations).unwrap_or_default();
        if delete.is_none() && (operations.update, operations.delete) != (0, 0) {
            notes
                .push("has no primary key and no unique key without NULL: rows are only inserted".to_owned());
            (operations.update, operations.delete) = (0, 0);
        }
        if updates.is_empty() && operations.update != 0 {
            notes.push("has no column that may change: no updates".to_owned());
            operations.update = 0;
        }
        let part =
            |column| groups.iter().position(|group| group.contains(&column)).map_or(0, |group| group + 1);
        let parts = (0..sources.len()).map(part).collect();
        let layout = Layout {
            keys: remembered.len(),
            parts: groups.len() + 1,
            references: references.len(),
            is_parent: !referred.is_empty(),
            combinations,
            cap: if remembered.is_empty() { 0 } else { cap },
        };
        let salts = table.columns.iter().map(|column| column_salt(&column.name)).collect();
        let weight = table_config.weight.unwrap_or(1);
        TablePlan {
            table,
            weight,
            operations,
            sources,
            notes,
            references,
            remembered,
            groups,
            known,
            salts,
            parts,
            layout,
            insert,
            updates,
            delete,
        }
    }

    /// Columns that the digest covers, as indexes into the table's columns.
    pub fn digested(&self) -> &[usize] {
        &self.known
    }

    /// An empty change of a shape with room for `rows` rows.
    pub(crate) fn change(shape: &Arc<Shape>, rows: usize) -> Change {
        Change { shape: Arc::clone(shape), values: Vec::with_capacity(rows * shape.width()), rows }
    }
}

/// Deals the columns that updates may replace into groups, neighbours together.
fn groups(table: &Table, sources: &[Source], remembered: &[usize]) -> Vec<Vec<usize>> {
    let in_key =
        |column: &usize| table.uniques.iter().any(|key| key.contains(column)) || remembered.contains(column);
    let free: Vec<usize> =
        (0..sources.len()).filter(|i| matches!(sources[*i], Source::Generated(_)) && !in_key(i)).collect();
    let count = free.len().min(GROUPS);
    (0..count)
        .map(|group| free[group * free.len() / count..(group + 1) * free.len() / count].to_vec())
        .collect()
}

/// The groups of a bit mask, in order.
pub(crate) fn groups_of(mask: usize, groups: &[Vec<usize>]) -> impl Iterator<Item = &Vec<usize>> {
    groups.iter().enumerate().filter(move |(group, _)| mask >> group & 1 == 1).map(|(_, columns)| columns)
}
