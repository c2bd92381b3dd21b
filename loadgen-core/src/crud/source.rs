//! Where the value of each column comes from.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    conditions::rules, config::TableConfig, draft::Draft, error::CrudPlanError, reference::Reference,
};
use crate::{
    Rng, Seed, Table, TableName, Value,
    check::{Condition, Rules},
    generate::{ColumnConfig, Distinct, Generator, Locale},
};

/// Where the value of a column comes from when a row is inserted.
#[derive(Debug)]
pub enum Source {
    /// Drawn.
    Generated(Box<dyn Generator>),
    /// Drawn, alone or together with other columns, so that checks hold; what is drawn, in words.
    Checked(String),
    /// Drawn together with other columns of the row that it has to do with; what it holds, in words.
    Related(String),
    /// Constructed so that no two rows share it.
    Distinct(Distinct),
    /// The parent row's value: which reference, and which of its columns.
    Parent {
        /// Index of the reference within the table's plan.
        reference: usize,
        /// Index of the column within the reference.
        position: usize,
    },
    /// Always NULL, with the reason.
    Null(String),
    /// Left to the database, with the reason.
    Server(String),
}

impl Source {
    /// Whether an insert names the column.
    pub fn is_written(&self) -> bool {
        !matches!(self, Source::Server(_))
    }

    /// The source in words.
    pub fn describe(&self) -> String {
        match self {
            Source::Generated(generator) => generator.describe(),
            Source::Checked(words) | Source::Related(words) => words.clone(),
            Source::Distinct(distinct) if distinct.is_sequence() => distinct.describe(),
            Source::Distinct(distinct) if distinct.capacity() > PRACTICALLY_ENDLESS => {
                "distinct values".to_owned()
            }
            Source::Distinct(distinct) => format!("distinct values, {} of them", distinct.capacity()),
            Source::Parent { .. } => "a parent of the same lane".to_owned(),
            Source::Null(reason) => format!("NULL: {reason}"),
            Source::Server(reason) => format!("left to the database: {reason}"),
        }
    }
}

impl Source {
    /// Some values that the column may get, the same for the same plan; none where loadgen does not make them, or not
    /// without those of other columns: see [`TablePlan::samples`](super::TablePlan::samples).
    pub fn samples(&self, seed: Seed, count: u64) -> Vec<Value> {
        let value = |index| match self {
            Source::Generated(generator) => {
                Some(generator.generate(&mut Rng::keyed(seed, [SAMPLES, index, 0])))
            }
            Source::Distinct(distinct) => distinct.value(index),
            Source::Checked(_)
            | Source::Related(_)
            | Source::Parent { .. }
            | Source::Null(_)
            | Source::Server(_) => None,
        };
        (0..count).filter_map(value).collect()
    }
}

/// Keeps what is drawn for samples apart from what any lane draws.
const SAMPLES: u64 = 1 << 41;

/// Domains above this are not worth a number in a plan.
const PRACTICALLY_ENDLESS: u128 = 1_000_000_000_000;

/// The sources of one table, before its parents are known to be there.
#[derive(Debug)]
pub(crate) struct TableSources {
    pub(crate) columns: Vec<Source>,
    pub(crate) references: Vec<Reference>,
    pub(crate) notes: Vec<String>,
    /// A unique key that is made of references alone: parents have to be combined anew for each row.
    pub(crate) combined_key: Option<Vec<usize>>,
    /// The checks that rows have to meet.
    pub(crate) conditions: Vec<Condition>,
    /// How they are met, once it is settled which parents there are.
    pub(crate) rules: Option<Rules>,
    settled: bool,
    /// What distinct columns were constructed from, by their names.
    pub(crate) within: BTreeMap<String, ColumnConfig>,
}

/// The share of rows without a parent where a check asks for one in some rows and for none in others.
const MANY_ORPHANS: f64 = 0.5;
/// The share of rows that do without a parent where they may.
pub(super) const ORPHANS: f64 = 0.1;

/// Where numbers begin in an empty table.
pub(crate) const FIRST: i64 = 1;

impl TableSources {
    /// The outer error is one of the configuration, the inner one a reason why the table cannot be written.
    pub(crate) fn new(
        table: &Table,
        config: &TableConfig,
        (seed, locale): (Seed, Locale),
    ) -> Result<Result<Self, String>, CrudPlanError> {
        let draft = Draft { table, config, seed, locale };
        draft.check_overrides()?;
        if let Some(why) = draft.obstacle() {
            return Ok(Err(why));
        }
        let references = draft.references();
        let mut sources = TableSources {
            columns: Vec::new(),
            references,
            notes: Vec::new(),
            combined_key: None,
            conditions: Vec::new(),
            rules: None,
            settled: false,
            within: BTreeMap::new(),
        };
        for (index, column) in table.columns.iter().enumerate() {
            match draft.source(index, column, &sources.references, &mut sources.notes)? {
                Ok(source) => sources.columns.push(source),
                Err(why) => return Ok(Err(why)),
            }
        }
        match draft.conditions(&sources.columns) {
            Ok(conditions) => sources.conditions = conditions,
            Err(why) => return Ok(Err(why)),
        }
        if let Err(why) = draft.make_distinct(&mut sources) {
            return Ok(Err(why));
        }
        sources.relate(table);
        Ok(Ok(sources))
    }

    /// Keeps the references whose parents are among `planned`; the others become NULL, or make the table unwritable.
    /// Then it is known which columns there are to meet the checks with. What is said of a parent depends on whether it is
    /// `left_out` for a reason of its own.
    pub(crate) fn settle(
        &mut self,
        table: &Table,
        config: &TableConfig,
        planned: &BTreeSet<TableName>,
        left_out: &BTreeSet<TableName>,
    ) -> Result<(), String> {
        while let Some(gone) =
            self.references.iter().position(|reference| !planned.contains(&reference.parent_name))
        {
            let reference = self.references.remove(gone);
            self.settled = false;
            let parent = &reference.parent_name;
            let (why, remedy) = match left_out.contains(parent) {
                true => ("is left out", "see there for why".to_owned()),
                false => ("is not in the plan", format!("add {parent} to the tables")),
            };
            if !reference.optional {
                return Err(format!("refers to {parent}, which {why}; {remedy}"));
            }
            self.notes.push(format!("{} stays NULL: {parent} {why}", names(table, &reference.columns)));
            for (column, source) in self.columns.iter_mut().enumerate() {
                match source {
                    Source::Parent { reference, .. } if *reference == gone => {
                        let other = Reference::source_of(&self.references, column);
                        *source = other.unwrap_or_else(|| Source::Null(format!("{parent} {why}")));
                    }
                    Source::Parent { reference, .. } if *reference > gone => *reference -= 1,
                    _ => {}
                }
            }
            self.relate(table);
        }
        if self.settled || self.conditions.is_empty() {
            return Ok(());
        }
        self.settled = true;
        self.rules = rules(table, config, &self.conditions, (&self.columns, &self.references))?;
        let Some(rules) = &self.rules else { return Ok(()) };
        for (column, source) in
            self.columns.iter_mut().enumerate().filter(|(column, _)| rules.covers(*column))
        {
            *source = Source::Checked(rules.describe(column));
        }
        for reference in &mut self.references {
            if reference.columns.iter().any(|column| rules.reads(*column)) {
                reference.orphans = MANY_ORPHANS;
            }
        }
        Ok(())
    }

    /// The references that make up a key together. A key with a column that stays NULL collides with nothing.
    pub(crate) fn combined(&self) -> Vec<usize> {
        let parent_of = |column: &usize| match &self.columns[*column] {
            Source::Parent { reference, .. } => Some(*reference),
            _ => None,
        };
        let key = self.combined_key.iter().flatten();
        let references: Option<BTreeSet<usize>> = key.map(parent_of).collect();
        references.unwrap_or_default().into_iter().collect()
    }

    /// The parents that a row cannot be without.
    pub(crate) fn required_parents(&self) -> impl Iterator<Item = &TableName> {
        self.references.iter().filter(|reference| !reference.optional).map(|reference| &reference.parent_name)
    }
}

/// Columns by name, for people.
pub(super) fn names(table: &Table, columns: &[usize]) -> String {
    columns.iter().map(|column| table.columns[*column].name.as_str()).collect::<Vec<_>>().join(", ")
}
