//! Where the value of each column comes from.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    config::TableConfig,
    draft::{Asked, Draft},
    error::CrudPlanError,
    examples::{needed, rules},
    loose::Loose,
    partial::InPart,
    reference::{Part, Reference},
    settle::Around,
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
    /// Constructed so that no two rows with the same parents share it.
    Line(Distinct),
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
            Source::Distinct(distinct) if !distinct.is_alone() => {
                format!("distinct together with others, {} combinations", distinct.capacity())
            }
            Source::Distinct(distinct) => format!("distinct values, {} of them", distinct.capacity()),
            Source::Line(distinct) => {
                format!("distinct beside the same parents, {} rows for each at most", distinct.capacity())
            }
            Source::Parent { .. } => "a parent of the same lane".to_owned(),
            Source::Null(reason) => format!("NULL: {reason}"),
            Source::Server(reason) => format!("left to the database: {reason}"),
        }
    }
}

impl Source {
    /// Some values that the column may get, the same for the same plan; none where loadgen does not make them, or not
    /// without those of other columns: see [`CrudPlan::samples`](super::CrudPlan::samples).
    pub fn samples(&self, seed: Seed, count: u64) -> Vec<Value> {
        self.samples_for(0, seed, count)
    }

    /// The same for one column among others, whose salt keeps it from showing what they do.
    pub(super) fn samples_for(&self, salt: u64, seed: Seed, count: u64) -> Vec<Value> {
        let value = |index| match self {
            Source::Generated(generator) => {
                Some(generator.generate(&mut Rng::keyed(seed, [SAMPLES, index, salt])))
            }
            Source::Distinct(distinct) | Source::Line(distinct) => distinct.value(index),
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
    /// A unique key that is made of references and lines: parents have to be combined anew for each row, or counted on.
    pub(crate) combined_key: Option<Vec<usize>>,
    /// Which rows that key holds for, if not for all.
    pub(crate) in_part: Option<InPart>,
    /// Distinct columns of keys that hold for some rows alone.
    pub(crate) loose: Vec<Loose>,
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
        asked: &Asked<'_>,
    ) -> Result<Result<Self, String>, CrudPlanError> {
        let draft = Draft { table, config, seed, locale, asked };
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
            in_part: None,
            loose: Vec::new(),
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
            Ok(conditions) => sources.conditions = [conditions, asked.conditions.clone()].concat(),
            Err(why) => return Ok(Err(why)),
        }
        if let Err(why) = draft.make_distinct(&mut sources) {
            return Ok(Err(why));
        }
        sources.relate(table);
        Ok(Ok(sources))
    }

    /// Keeps the references that can be followed; the others become NULL, or make the table unwritable. Then it is known
    /// which columns there are to meet the checks with.
    pub(crate) fn settle(
        &mut self,
        table: &Table,
        config: &TableConfig,
        around: &Around<'_>,
    ) -> Result<(), String> {
        while let Some((gone, why, remedy)) = self.astray(around) {
            let reference = self.references.remove(gone);
            self.settled = false;
            let parent = &reference.parent_name;
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
        if std::mem::replace(&mut self.settled, true) || self.conditions.is_empty() {
            return Ok(());
        }
        self.rules = rules(table, config, &self.conditions, (&self.columns, &self.references))?;
        let Some(rules) = &self.rules else { return Ok(()) };
        for (column, source) in
            self.columns.iter_mut().enumerate().filter(|(column, _)| rules.covers(*column))
        {
            *source = Source::Checked(rules.describe(column));
        }
        for at in needed(table, rules, (&self.columns, &self.references)) {
            let to_itself = self.can_refer_to_itself(table, at);
            (self.references[at].optional, self.references[at].to_itself) = (to_itself, to_itself);
        }
        for reference in &mut self.references {
            if reference.columns.iter().any(|column| rules.reads(*column)) {
                reference.orphans = MANY_ORPHANS;
            }
        }
        Ok(())
    }

    /// Whether it is known which columns there are to meet the checks with.
    pub(super) fn is_settled(&self) -> bool {
        self.settled || self.conditions.is_empty() && self.references.is_empty()
    }

    /// The references that make up a key together, and how many rows the same parents may have. A key with a column that
    /// stays NULL collides with nothing.
    pub(crate) fn combined(&self) -> (Vec<usize>, u64) {
        let (mut references, mut lines) = (BTreeSet::new(), 1);
        for column in self.combined_key.iter().flatten() {
            match &self.columns[*column] {
                Source::Parent { reference, .. } => drop(references.insert(*reference)),
                Source::Line(distinct) => lines = distinct.capacity(),
                _ => return (Vec::new(), 1),
            }
        }
        (references.into_iter().collect(), u64::try_from(lines).unwrap_or(u64::MAX))
    }

    /// The parents that have to be there before a row.
    pub(crate) fn required_parents(&self) -> impl Iterator<Item = &TableName> {
        let required = |reference: &&Reference| !reference.optional && reference.part != Part::Ahead;
        self.references.iter().filter(required).map(|reference| &reference.parent_name)
    }
}

/// Columns by name, for people.
pub(super) fn names(table: &Table, columns: &[usize]) -> String {
    columns.iter().map(|column| table.columns[*column].name.as_str()).collect::<Vec<_>>().join(", ")
}
