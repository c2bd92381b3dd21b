//! Where the value of each column comes from.

use std::collections::BTreeSet;

use super::{config::TableConfig, plan::CrudPlanError};
use crate::{
    Column, Fill, Seed, Table, TableName, Type,
    generate::{self, ColumnConfig, Distinct, Generator},
};

/// Where the value of a column comes from when a row is inserted.
#[derive(Debug)]
pub enum Source {
    /// Drawn.
    Generated(Box<dyn Generator>),
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

/// Domains above this are not worth a number in a plan.
const PRACTICALLY_ENDLESS: u128 = 1_000_000_000_000;

/// A foreign key that is followed.
#[derive(Clone, Debug)]
pub(crate) struct Reference {
    pub(crate) parent_name: TableName,
    pub(crate) parent_columns: Vec<String>,
    /// The referring columns.
    pub(crate) columns: Vec<usize>,
    /// Whether a row may do without a parent.
    pub(crate) optional: bool,
    /// Index of the parent's plan.
    pub(crate) parent: usize,
    /// Where the referred columns stand among what is remembered of the parent.
    pub(crate) positions: Vec<usize>,
}

/// The sources of one table, before its parents are known to be there.
#[derive(Debug)]
pub(crate) struct TableSources {
    pub(crate) columns: Vec<Source>,
    pub(crate) references: Vec<Reference>,
    pub(crate) notes: Vec<String>,
    /// A unique key that is made of references alone: parents have to be combined anew for each row.
    pub(crate) combined_key: Option<Vec<usize>>,
}

/// What decides about one table.
struct Draft<'a> {
    table: &'a Table,
    config: &'a TableConfig,
    seed: Seed,
}

/// Where numbers begin in an empty table.
pub(crate) const FIRST: i64 = 1;

impl TableSources {
    /// The outer error is one of the configuration, the inner one a reason why the table cannot be written.
    pub(crate) fn new(
        table: &Table,
        config: &TableConfig,
        seed: Seed,
    ) -> Result<Result<Self, String>, CrudPlanError> {
        let draft = Draft { table, config, seed };
        draft.check_overrides()?;
        if let Some(why) = draft.obstacle() {
            return Ok(Err(why));
        }
        let references = draft.references();
        let mut sources =
            TableSources { columns: Vec::new(), references, notes: Vec::new(), combined_key: None };
        for (index, column) in table.columns.iter().enumerate() {
            match draft.source(index, column, &sources.references, &mut sources.notes)? {
                Ok(source) => sources.columns.push(source),
                Err(why) => return Ok(Err(why)),
            }
        }
        if let Err(why) = draft.make_distinct(&mut sources) {
            return Ok(Err(why));
        }
        Ok(Ok(sources))
    }

    /// Keeps the references whose parents are among `planned`; the others become NULL, or make the table unwritable.
    pub(crate) fn settle(&mut self, table: &Table, planned: &BTreeSet<TableName>) -> Result<(), String> {
        while let Some(gone) =
            self.references.iter().position(|reference| !planned.contains(&reference.parent_name))
        {
            let reference = self.references.remove(gone);
            let parent = &reference.parent_name;
            if !reference.optional {
                return Err(format!(
                    "refers to {parent}, which is not in the plan; add {parent} to the tables"
                ));
            }
            self.notes.push(format!(
                "{} stays NULL: {parent} is not in the plan",
                names(table, &reference.columns)
            ));
            for source in &mut self.columns {
                match source {
                    Source::Parent { reference, .. } if *reference == gone => {
                        *source = Source::Null(format!("{parent} is not in the plan"));
                    }
                    Source::Parent { reference, .. } if *reference > gone => *reference -= 1,
                    _ => {}
                }
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

impl Draft<'_> {
    fn config_of(&self, column: usize) -> Option<&ColumnConfig> {
        self.config.columns.get(&self.table.columns[column].name)
    }

    /// Everything that the backend found and that the configuration takes no responsibility for.
    fn obstacle(&self) -> Option<String> {
        let open = |column: &&usize| {
            self.config_of(**column).is_none() && self.table.columns[**column].fill != Fill::Generated
        };
        let (mut reasons, mut wanted) = (Vec::new(), BTreeSet::new());
        for obstacle in &self.table.obstacles {
            let left: Vec<usize> = obstacle.columns.iter().filter(open).copied().collect();
            if obstacle.columns.is_empty() {
                return Some(format!("{}; exclude the table", obstacle.what));
            }
            if !left.is_empty() {
                reasons.push(obstacle.what.as_str());
                wanted.extend(left);
            }
        }
        let remedy = wanted.iter().map(|column| format!("{}: {{...}}", self.table.columns[*column].name));
        let remedy = remedy.collect::<Vec<_>>().join(", ");
        let reasons = reasons.join("; ");
        (!wanted.is_empty())
            .then(|| format!("{reasons}; say in the plan file which values fit: columns: {{{remedy}}}"))
    }

    /// A foreign key is filled by the configuration as a whole or not at all.
    fn check_overrides(&self) -> Result<(), CrudPlanError> {
        for key in &self.table.foreign_keys {
            let given = key.columns.iter().filter(|column| self.config_of(**column).is_some()).count();
            if given != 0 && given != key.columns.len() {
                let (table, columns) = (&self.table.name, names(self.table, &key.columns));
                let message =
                    format!("{table}: ({columns}) is one foreign key: set all of its columns or none");
                return Err(CrudPlanError::Column(message));
            }
        }
        Ok(())
    }

    /// The foreign keys, but for those whose columns the configuration fills.
    fn references(&self) -> Vec<Reference> {
        let followed = self
            .table
            .foreign_keys
            .iter()
            .filter(|key| key.columns.iter().all(|c| self.config_of(*c).is_none()));
        followed
            .map(|key| Reference {
                parent_name: key.parent.clone(),
                parent_columns: key.parent_columns.clone(),
                columns: key.columns.clone(),
                optional: key.columns.iter().all(|column| self.table.columns[*column].nullable),
                parent: 0,
                positions: Vec::new(),
            })
            .collect()
    }

    fn source(
        &self,
        index: usize,
        column: &Column,
        references: &[Reference],
        notes: &mut Vec<String>,
    ) -> Result<Result<Source, String>, CrudPlanError> {
        let config = self.config_of(index);
        match &column.fill {
            Fill::Generated => return Ok(Ok(Source::Server("generated".to_owned()))),
            Fill::Sequence { always: true } => return Ok(Ok(Source::Server("identity".to_owned()))),
            _ if config.is_some_and(|config| config.leave_out) => {
                return Ok(Ok(Source::Server("by the plan file".to_owned())));
            }
            _ => {}
        }
        if config.is_none() {
            let refers = |r: &Reference| r.columns.iter().position(|c| *c == index);
            let mut found =
                references.iter().enumerate().filter_map(|(at, r)| refers(r).map(|position| (at, position)));
            if let Some((reference, position)) = found.next() {
                if found.next().is_some() {
                    let why =
                        format!("column {:?} is part of two foreign keys; exclude the table", column.name);
                    return Ok(Err(why));
                }
                return Ok(Ok(Source::Parent { reference, position }));
            }
            match &column.fill {
                Fill::Sequence { .. } => return Ok(Ok(Source::Server("sequence".to_owned()))),
                Fill::Volatile(default) if column.ty != Type::Uuid => {
                    return Ok(Ok(Source::Server(format!("default {default}"))));
                }
                _ => {}
            }
        }
        self.generated(column, config, notes)
    }

    fn generated(
        &self,
        column: &Column,
        config: Option<&ColumnConfig>,
        notes: &mut Vec<String>,
    ) -> Result<Result<Source, String>, CrudPlanError> {
        match generate::for_column(&self.table.name, column, config) {
            Ok(generator) => Ok(Ok(Source::Generated(generator))),
            Err(unfillable) if config.is_some() => Err(CrudPlanError::Column(unfillable.to_string())),
            Err(unfillable) if column.nullable || column.fill != Fill::None => {
                let filled = if column.fill == Fill::None { "NULL" } else { "its default" };
                notes.push(format!("{:?} gets {filled}: {unfillable}", column.name));
                Ok(Ok(Source::Server(filled.to_owned())))
            }
            Err(unfillable) => Ok(Err(unfillable.to_string())),
        }
    }

    /// Gives each unique key one column that alone tells all rows apart.
    fn make_distinct(&self, sources: &mut TableSources) -> Result<(), String> {
        let primary = Some(&self.table.primary_key).filter(|key| !key.is_empty());
        for key in primary.into_iter().chain(&self.table.uniques) {
            let tells_apart = |column: &usize| match &sources.columns[*column] {
                Source::Distinct(_) => true,
                Source::Server(_) => self.server_tells_apart(*column),
                // NULLs do not collide.
                Source::Null(_) => true,
                Source::Generated(_) | Source::Parent { .. } => false,
            };
            if key.iter().any(tells_apart) {
                continue;
            }
            let constructed = |column: &usize| {
                matches!(sources.columns[*column], Source::Generated(_)).then(|| self.distinct(*column))
            };
            let made: Vec<Result<(usize, Distinct), String>> = key.iter().filter_map(constructed).collect();
            let roomiest = made
                .iter()
                .flatten()
                .max_by_key(|(_, distinct)| distinct.capacity())
                .map(|(column, _)| *column);
            match (roomiest, made.is_empty()) {
                (Some(roomiest), _) => {
                    for (column, distinct) in
                        made.into_iter().flatten().filter(|(column, _)| *column == roomiest)
                    {
                        sources.columns[column] = Source::Distinct(distinct);
                    }
                }
                (None, true) => self.combine(key, sources)?,
                (None, false) => {
                    let why = made.into_iter().find_map(Result::err).unwrap_or_default();
                    return Err(format!("unique ({}): {why}", names(self.table, key)));
                }
            }
        }
        Ok(())
    }

    /// Whether what the database fills in differs from row to row; who leaves a column out in the plan file says so.
    fn server_tells_apart(&self, column: usize) -> bool {
        if self.config_of(column).is_some_and(|config| config.leave_out) {
            return true;
        }
        let column = &self.table.columns[column];
        match &column.fill {
            Fill::Sequence { .. } => true,
            Fill::Volatile(_) => column.ty == Type::Uuid,
            Fill::None => column.nullable,
            Fill::Constant(_) | Fill::Generated => false,
        }
    }

    fn distinct(&self, column: usize) -> Result<(usize, Distinct), String> {
        let made = Distinct::new(&self.table.columns[column], self.config_of(column), self.seed, FIRST);
        made.map(|distinct| (column, distinct)).map_err(|unfillable| unfillable.to_string())
    }

    /// A key of references alone: rows differ when their parents do.
    fn combine(&self, key: &[usize], sources: &mut TableSources) -> Result<(), String> {
        let refuse = |why: &str| Err(format!("unique ({}) {why}; exclude the table", names(self.table, key)));
        if !key.iter().all(|column| matches!(sources.columns[*column], Source::Parent { .. })) {
            return refuse("is filled by the database, which does not promise distinct values");
        }
        let touched = sources.references.iter().filter(|r| r.columns.iter().any(|c| key.contains(c)));
        if !touched.flat_map(|r| &r.columns).all(|column| key.contains(column)) {
            return refuse("takes part of a foreign key and not the rest");
        }
        if sources.combined_key.replace(key.to_vec()).is_some() {
            return refuse("is a second key made of foreign keys");
        }
        Ok(())
    }
}

fn names(table: &Table, columns: &[usize]) -> String {
    columns.iter().map(|column| table.columns[*column].name.as_str()).collect::<Vec<_>>().join(", ")
}
