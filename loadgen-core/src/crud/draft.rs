//! Deciding about the columns of one table.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    config::TableConfig,
    error::{self, CrudPlanError},
    reference::Reference,
    source::{FIRST, Source, names},
};
use crate::{
    Check, Column, Fill, Obstacle, Schema, Seed, Table, Type,
    check::{Condition, parse},
    generate::{self, ColumnConfig, Distinct, Locale, Turned},
};

mod defaults;
mod references;

/// What decides about one table.
pub(super) struct Draft<'a> {
    pub(super) table: &'a Table,
    pub(super) config: &'a TableConfig,
    pub(super) seed: Seed,
    pub(super) locale: Locale,
    pub(super) asked: &'a Asked<'a>,
}

/// What others have to do with a table.
pub(super) struct Asked<'a> {
    /// Conditions that its rows meet for those of others to refer to them.
    pub(super) conditions: Vec<Condition>,
    /// Types of columns of others that refer to its own, by the indexes of those, where not all values have them.
    pub(super) types: BTreeMap<usize, Type>,
    /// What else there is.
    pub(super) schema: &'a Schema,
}

impl Draft<'_> {
    pub(super) fn config_of(&self, column: usize) -> Option<&ColumnConfig> {
        self.config.columns.get(&self.table.columns[column].name)
    }

    /// Everything that the backend found and that the configuration takes no responsibility for; checks are seen to
    /// elsewhere.
    pub(super) fn obstacle(&self) -> Option<String> {
        let open = |column: &&usize| {
            self.config_of(**column).is_none() && self.table.columns[**column].fill != Fill::Generated
        };
        let (mut reasons, mut wanted) = (Vec::new(), BTreeSet::new());
        for Obstacle { what, columns } in &self.table.obstacles {
            if columns.is_empty() {
                return Some(format!("{what}; exclude the table"));
            }
            let left: Vec<usize> = columns.iter().filter(open).copied().collect();
            if !left.is_empty() {
                reasons.push(what.as_str());
                wanted.extend(left);
            }
        }
        let remedy = generate::remedies(wanted.iter().map(|column| &self.table.columns[*column]));
        let reasons = reasons.join("; ");
        (!wanted.is_empty()).then(|| format!("{reasons}; {remedy}"))
    }

    /// What the configuration says of a column is wrong.
    fn wrong(&self, column: &Column, why: String) -> CrudPlanError {
        let part = error::Part::Column { table: self.table.name.clone(), column: column.name.clone() };
        CrudPlanError::Column { part, why }
    }

    pub(super) fn source(
        &self,
        index: usize,
        column: &Column,
        references: &[Reference],
        notes: &mut Vec<String>,
    ) -> Result<Result<Source, String>, CrudPlanError> {
        let config = self.config_of(index);
        self.check_generated(column, config)?;
        match &column.fill {
            Fill::Generated => {
                // It is the parent's value; what it is computed from has to come to that.
                let parent = Reference::source_of(references, index);
                return Ok(Ok(parent.unwrap_or_else(|| Source::Server("generated".to_owned()))));
            }
            Fill::Sequence { always: true } => return Ok(Ok(Source::Server("identity".to_owned()))),
            _ if config.is_some_and(|config| config.leave_out) => {
                self.check_left_out(column)?;
                return Ok(Ok(Source::Server("by the plan file".to_owned())));
            }
            _ if self.table.special.denied.insert.contains(&index) => return Ok(self.denied(column)),
            _ => {}
        }
        if config.is_none() {
            if let Some(parent) = Reference::source_of(references, index) {
                return Ok(Ok(parent));
            }
            if let Some(why) = self.lost_inside(index) {
                let filled = if column.fill == Fill::None { "NULL" } else { "its default" };
                let remedy = generate::remedies(std::iter::once(column));
                notes.push(format!("{:?} gets {filled}: {why} of what is inside; {remedy}", column.name));
                return Ok(Ok(Source::Server(filled.to_owned())));
            }
            let mut stuck = self.table.foreign_keys.iter().filter(|key| self.is_stuck(key));
            if let Some(key) = stuck.find(|key| self.way_out(key) == Some(index)) {
                let (parent, columns) = (&key.parent, names(self.table, &key.columns));
                let why =
                    format!("({columns}) refers to {parent}, and a key holds part of it and not the rest");
                return Ok(Ok(Source::Null(why)));
            }
            match &column.fill {
                Fill::Sequence { .. } => return Ok(Ok(Source::Server("sequence".to_owned()))),
                Fill::Volatile(default)
                    if column.ty != Type::Uuid
                        && !self.is_confined(index)
                        && !self.is_timed(index)
                        && !self.has_to_differ(index) =>
                {
                    return Ok(Ok(Source::Server(format!("default {default}"))));
                }
                _ => {}
            }
        }
        self.generated(column, config, notes)
    }

    /// Refuses to leave out a column that nothing fills then.
    fn check_left_out(&self, column: &Column) -> Result<(), CrudPlanError> {
        if column.nullable || column.fill != Fill::None || self.table.special.rewrites.is_some() {
            return Ok(());
        }
        let (table, name) = (&self.table.name, &column.name);
        let why = format!("column {table}.{name} cannot be left out: it is NOT NULL and has no default");
        Err(self.wrong(column, why))
    }

    /// What nobody makes values for that are inside those of a column which may do without: the items of an array, or the like.
    fn lost_inside(&self, index: usize) -> Option<String> {
        let (column, special) = (&self.table.columns[index], &self.table.special);
        let is_lost = |check: &&Check| {
            special.of_items.contains(&check.name)
                && check.columns == [index]
                && parse(&check.condition, self.table).is_err()
        };
        let lost = || self.table.checks.iter().find(is_lost).map(|check| format!("CHECK {}", check.words()));
        let may_do_without = column.nullable || column.fill != Fill::None;
        special.inside.get(&index).cloned().or_else(|| if may_do_without { lost() } else { None })
    }

    /// Refuses values for a column that takes none.
    fn check_generated(&self, column: &Column, config: Option<&ColumnConfig>) -> Result<(), CrudPlanError> {
        let says = config.is_some_and(|said| said.names_values() || said.null_ratio.is_some());
        let instead = match column.fill {
            Fill::Generated => "name values for the columns that it is computed from",
            Fill::Sequence { always: true } => {
                "leave it out of the plan file, or make it GENERATED BY DEFAULT"
            }
            _ => return Ok(()),
        };
        if !says {
            return Ok(());
        }
        let (table, name) = (&self.table.name, &column.name);
        Err(self.wrong(
            column,
            format!("{table}: {name:?} is GENERATED ALWAYS, and the database fills it alone; {instead}"),
        ))
    }

    /// A column that this user may not write.
    fn denied(&self, column: &Column) -> Result<Source, String> {
        if column.nullable || column.fill != Fill::None {
            return Ok(Source::Server("this user may not write it".to_owned()));
        }
        let name = &column.name;
        Err(format!(
            "no insert into column {name:?} for this user, and it has no default; GRANT it, or exclude the table"
        ))
    }

    pub(super) fn generated(
        &self,
        column: &Column,
        config: Option<&ColumnConfig>,
        notes: &mut Vec<String>,
    ) -> Result<Result<Source, String>, CrudPlanError> {
        if let Some(found) = self.observed(column, config, notes)? {
            return Ok(Ok(Source::Generated(found)));
        }
        if let Some(said) = config.filter(|said| said.sequence.is_some()) {
            let steps = Distinct::new(column, Some(said), self.seed, FIRST);
            let steps = steps.map_err(|error| error.in_table(&self.table.name));
            return steps
                .map(|steps| Ok(Source::Distinct(steps)))
                .map_err(|error| self.wrong(column, error.to_string()));
        }
        let own = self.table.column_index(&column.name);
        let narrow = own.and_then(|index| self.narrowed(index)).filter(|_| config.is_none());
        let drawn = narrow.as_ref().unwrap_or(column);
        match generate::for_column_in(self.locale, &self.table.name, drawn, config) {
            Ok(values) if narrow.is_some() => {
                Ok(Ok(Source::Generated(Box::new(Turned { values, ty: column.ty.clone() }))))
            }
            Ok(generator) => Ok(Ok(Source::Generated(generator))),
            Err(unfillable) if config.is_some() => Err(self.wrong(column, unfillable.to_string())),
            Err(unfillable) if column.nullable || column.fill != Fill::None => {
                let filled = if column.fill == Fill::None { "NULL" } else { "its default" };
                notes.push(format!("{:?} gets {filled}: {unfillable}", column.name));
                Ok(Ok(Source::Server(filled.to_owned())))
            }
            Err(unfillable) => Ok(Err(unfillable.to_string())),
        }
    }

    /// A column with the type of another one that refers to it, where that one does not have all of its values and the plan
    /// file says nothing of it.
    pub(super) fn narrowed(&self, column: usize) -> Option<Column> {
        let ty = self.asked.types.get(&column).filter(|_| self.config_of(column).is_none())?;
        Some(Column { ty: ty.clone(), ..self.table.columns[column].clone() })
    }

    /// Values like those that are in the table, where that is asked for and anything is known of them.
    fn observed(
        &self,
        column: &Column,
        config: Option<&ColumnConfig>,
        notes: &mut Vec<String>,
    ) -> Result<Option<Box<dyn generate::Generator>>, CrudPlanError> {
        let is_asked = config.is_some_and(|config| config.from.is_some());
        if config.is_some() && !is_asked {
            return Ok(None);
        }
        if let Some(config) = config {
            let check = config.checked(column);
            check.map_err(|error| self.wrong(column, error.in_table(&self.table.name).to_string()))?;
        }
        let index = self.table.column_index(&column.name);
        let known = index.and_then(|index| self.table.special.statistics.get(&index));
        let found = known.and_then(|known| generate::observed(column, config, known));
        if is_asked && found.is_none() {
            notes.push(format!("{:?} is written as usual: there are no statistics of it", column.name));
        }
        Ok(found)
    }
}
