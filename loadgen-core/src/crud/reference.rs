//! Foreign keys that are followed, and how those of one table depend on each other.

use std::sync::Arc;

use super::{
    fitting::Fitting,
    parent::Parent,
    source::{Source, TableSources},
};
use crate::{Table, TableName, Value};

/// A foreign key that is followed.
#[derive(Clone, Debug)]
pub(crate) struct Reference {
    /// The constraint's name.
    pub(crate) name: String,
    /// Whether it may be checked at the end of a transaction.
    pub(crate) deferrable: bool,
    /// Whether a parent may be deleted before its child, in the same transaction.
    pub(crate) delete_waits: bool,
    /// What part it has in a circle of references of which none may be NULL.
    pub(crate) part: Part,
    pub(crate) parent_name: TableName,
    pub(crate) parent_columns: Vec<String>,
    /// The referring columns.
    pub(crate) columns: Vec<usize>,
    /// Whether a row may do without a parent.
    pub(crate) optional: bool,
    /// The share of rows that do without a parent where they may.
    pub(crate) orphans: f64,
    /// Whether a row without a parent refers to itself; otherwise the columns are NULL.
    pub(crate) to_itself: bool,
    /// Columns that another reference has chosen before: the position here, the reference, the position there. The
    /// parents have to agree in them.
    pub(crate) shared: Vec<Shared>,
    /// What it asks of the keys of parents, if not all of them fit.
    pub(crate) fitting: Option<Arc<Fitting>>,
    /// While it is decided what can be written: what rows will hold of their parents, as far as it is known.
    pub(crate) examples: Option<Arc<[Vec<Value>]>>,
    /// Whether none of the parents that the run inserts fits: those that were there may.
    pub(crate) is_rare: bool,
    /// Where the parents are.
    pub(crate) parent: Parent,
    /// Where the referred columns stand among what is remembered of the parent.
    pub(crate) positions: Vec<usize>,
    /// Those of the positions where a parent may hold NULL, and is none then.
    pub(crate) gaps: Vec<usize>,
    /// What the parents are, for people.
    pub(crate) words: String,
}

/// What part a reference has in a circle.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Part {
    /// It is in none.
    #[default]
    None,
    /// The first rows of a circle have parents that are inserted before them in the same transaction.
    Along,
    /// The first rows of a circle have parents that are inserted after them in the same transaction.
    Ahead,
}

/// A column of two references.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Shared {
    /// The column's position in this reference.
    pub(crate) position: usize,
    /// The reference that its value comes from.
    pub(crate) from: usize,
    /// The column's position there.
    pub(crate) there: usize,
}

impl Reference {
    /// The source of a column, if a reference holds it: the first one.
    pub(super) fn source_of(references: &[Reference], column: usize) -> Option<Source> {
        let place = |(reference, r): (usize, &Reference)| {
            let position = r.columns.iter().position(|own| *own == column)?;
            Some(Source::Parent { reference, position })
        };
        references.iter().enumerate().find_map(place)
    }

    /// Those that share columns choose in turn: where a parent is needed first, and those with the most columns, which
    /// leave the least to choose.
    pub(super) fn sort(table: &Table, references: &mut [Reference]) {
        let shares = |(at, r): (usize, &Reference)| {
            references[..at].iter().any(|other| other.columns.iter().any(|column| r.columns.contains(column)))
        };
        if references.iter().enumerate().any(shares) {
            references.sort_by_key(|r| {
                let nullable = r.columns.iter().filter(|column| table.columns[**column].nullable).count();
                (r.optional, nullable > 0, usize::MAX - r.columns.len())
            });
        }
    }
}

impl TableSources {
    /// Finds out which references share columns, and which can do without a parent.
    pub(super) fn relate(&mut self, table: &Table) {
        for at in 0..self.references.len() {
            let columns = &self.references[at].columns;
            let from = |(position, column): (usize, &usize)| match self.columns[*column] {
                Source::Parent { reference, position: there } if reference != at => {
                    Some(Shared { position, from: reference, there })
                }
                _ => None,
            };
            let shared: Vec<Shared> = columns.iter().enumerate().filter_map(from).collect();
            let mut own =
                columns.iter().enumerate().filter(|(at, _)| shared.iter().all(|s| s.position != *at));
            let optional =
                shared.len() < columns.len() && own.all(|(_, column)| table.columns[*column].nullable);
            let to_itself = !optional && shared.is_empty() && self.can_refer_to_itself(table, at);
            let reference = &mut self.references[at];
            (reference.optional, reference.to_itself) = (optional || to_itself, to_itself);
            reference.shared = shared;
        }
    }

    /// Whether a row knows the key that it would refer to itself with.
    pub(super) fn can_refer_to_itself(&self, table: &Table, at: usize) -> bool {
        let reference = &self.references[at];
        let is_known = |name: &String| {
            table.column_index(name).is_some_and(|column| matches!(self.columns[column], Source::Distinct(_)))
        };
        // Where the columns have to differ from row to row, another row may take what this one takes for itself.
        let is_own = |column: &usize| reference.columns.contains(column);
        let is_unique = table.unique_rules().any(|rule| rule.iter().all(is_own))
            || self.combined_key.iter().flatten().any(is_own);
        reference.parent_name == table.name && !is_unique && reference.parent_columns.iter().all(is_known)
    }
}
