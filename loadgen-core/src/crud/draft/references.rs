//! Which references are followed, and which cannot be.

use super::Draft;
use crate::{
    ForeignKey, TableName,
    crud::{
        error::CrudPlanError,
        parent::Parent,
        reference::{Part, Reference},
        source::{ORPHANS, names},
    },
    generate::ColumnConfig,
};

impl Draft<'_> {
    /// A foreign key is filled by the configuration as a whole or not at all.
    pub(in crate::crud) fn check_overrides(&self) -> Result<(), CrudPlanError> {
        for key in &self.table.foreign_keys {
            let is_given = |column: &&usize| self.config_of(**column).is_some();
            let mut given = key.columns.iter().filter(is_given);
            if key.columns.iter().any(|column| self.is_never_given(*column)) {
                continue;
            }
            if let (Some(first), false) = (given.next(), key.columns.iter().all(|c| is_given(&c))) {
                let (table, columns) = (&self.table.name, names(self.table, &key.columns));
                let why = format!("{table}: ({columns}) is one foreign key: set all of its columns or none");
                return Err(self.wrong(&self.table.columns[*first], why));
            }
        }
        Ok(())
    }

    /// The foreign keys, but for those whose columns the configuration fills.
    pub(in crate::crud) fn references(&self) -> Vec<Reference> {
        let followed = self
            .table
            .foreign_keys
            .iter()
            .filter(|key| key.columns.iter().all(|c| self.config_of(*c).is_none()))
            .filter(|key| !self.is_stuck(key))
            .filter(|key| !key.columns.iter().any(|c| self.table.special.denied.insert.contains(c)));
        let reference = |key: &ForeignKey| Reference {
            name: key.name.clone(),
            deferrable: key.deferrable,
            delete_waits: key.delete_waits,
            part: Part::None,
            parent_name: key.parent.clone(),
            parent_columns: key.parent_columns.clone(),
            columns: key.columns.clone(),
            optional: key.columns.iter().all(|column| self.table.columns[*column].nullable),
            orphans: ORPHANS,
            to_itself: false,
            shared: Vec::new(),
            fitting: None,
            examples: None,
            is_rare: false,
            parent: Parent::Lane(0),
            positions: Vec::new(),
            gaps: Vec::new(),
            words: String::new(),
        };
        let mut references: Vec<Reference> = followed.map(reference).collect();
        Reference::sort(self.table, &mut references);
        references
    }

    /// Whether the plan file has a column be NULL in all rows: a reference that it is part of is then kept anyway.
    pub(super) fn is_never_given(&self, column: usize) -> bool {
        let all = |said: &ColumnConfig| said.null_ratio == Some(1.0) && !said.names_values();
        self.table.columns[column].nullable && self.config_of(column).is_some_and(all)
    }

    /// Whether a reference would fill a unique key with parents without being part of it as a whole, so that no two rows
    /// could be told apart by it, and a NULL makes it hold.
    pub(super) fn is_stuck(&self, reference: &ForeignKey) -> bool {
        let of_reference = |column: &usize| reference.columns.contains(column);
        let is_referring =
            |column: &usize| self.table.foreign_keys.iter().any(|key| key.columns.contains(column));
        let holds_back = |key: &&Vec<usize>| {
            let is_whole = |column: &usize| {
                let mut others = self.table.foreign_keys.iter().filter(|own| own.columns.contains(column));
                others.any(|own| {
                    self.tells_parents_apart(key, (&own.columns, &own.parent, &own.parent_columns))
                })
            };
            key.iter().any(|column| of_reference(column) && !is_whole(column))
                && key.iter().all(is_referring)
                && !reference.columns.iter().all(|column| key.contains(column))
        };
        self.way_out(reference).is_some() && self.table.unique_rules().any(|key| holds_back(&key))
    }

    /// Whether rows with different parents by a reference differ in a key: it holds all of the reference, or what is unique
    /// among the parents.
    pub(in crate::crud) fn tells_parents_apart(
        &self,
        key: &[usize],
        (columns, parent, names): (&[usize], &TableName, &[String]),
    ) -> bool {
        if columns.iter().all(|column| key.contains(column)) {
            return true;
        }
        let Some(parent) = self.asked.schema.table(parent) else { return false };
        let held = columns.iter().zip(names).filter(|(column, _)| key.contains(column));
        let held: Option<Vec<usize>> = held.map(|(_, name)| parent.column_index(name)).collect();
        let whole = std::iter::once(&parent.primary_key).chain(&parent.uniques);
        let mut whole = whole.filter(|rule| !rule.is_empty());
        held.is_some_and(|held| whole.any(|rule| rule.iter().all(|column| held.contains(column))))
    }

    /// A column that makes a reference hold with a NULL, and is in no key.
    pub(super) fn way_out(&self, reference: &ForeignKey) -> Option<usize> {
        let is_free = |column: &&usize| {
            self.table.columns[**column].nullable
                && !self.table.unique_rules().any(|key| key.contains(column))
        };
        reference.columns.iter().find(is_free).copied()
    }
}
