//! Deciding about the columns of one table.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    config::TableConfig,
    error::{self, CrudPlanError},
    parent::Parent,
    reference::{Part, Reference},
    source::{FIRST, ORPHANS, Source, names},
};
use crate::{
    Check, Column, Fill, ForeignKey, Obstacle, Schema, Seed, Table, TableName, Type,
    check::{Condition, parse},
    generate::{self, ColumnConfig, Distinct, Locale, Turned, relate::beside},
};

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

    /// A foreign key is filled by the configuration as a whole or not at all.
    pub(super) fn check_overrides(&self) -> Result<(), CrudPlanError> {
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

    /// What the configuration says of a column is wrong.
    fn wrong(&self, column: &Column, why: String) -> CrudPlanError {
        let part = error::Part::Column { table: self.table.name.clone(), column: column.name.clone() };
        CrudPlanError::Column { part, why }
    }

    /// The foreign keys, but for those whose columns the configuration fills.
    pub(super) fn references(&self) -> Vec<Reference> {
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
    fn is_never_given(&self, column: usize) -> bool {
        let all = |said: &ColumnConfig| said.null_ratio == Some(1.0) && !said.names_values();
        self.table.columns[column].nullable && self.config_of(column).is_some_and(all)
    }

    /// Whether a reference would fill a unique key with parents without being part of it as a whole, so that no two rows
    /// could be told apart by it, and a NULL makes it hold.
    fn is_stuck(&self, reference: &ForeignKey) -> bool {
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
    pub(super) fn tells_parents_apart(
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
    fn way_out(&self, reference: &ForeignKey) -> Option<usize> {
        let is_free = |column: &&usize| {
            self.table.columns[**column].nullable
                && !self.table.unique_rules().any(|key| key.contains(column))
        };
        reference.columns.iter().find(is_free).copied()
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

    /// Whether there are partitions for some values of a column alone.
    fn is_confined(&self, column: usize) -> bool {
        let by = self.table.partitioned_by();
        by.contains(&column)
            && self.table.checks.iter().any(|check| {
                check.columns.contains(&column) && check.columns.iter().all(|column| by.contains(column))
            })
    }

    /// Whether a key has nothing but this column to tell rows apart: what the database would fill in need not do that.
    fn has_to_differ(&self, column: usize) -> bool {
        let is_reference =
            |column: &usize| self.table.foreign_keys.iter().any(|key| key.columns.contains(column));
        let is_filled = |column: &usize| matches!(self.table.columns[*column].fill, Fill::Volatile(_));
        let mut keys = self.table.unique_rules().filter(|key| key.contains(&column));
        !is_reference(&column) && keys.any(|key| key.iter().all(|one| is_reference(one) || is_filled(one)))
    }

    /// Whether a moment has to do with others of the row that are drawn: then it is, too, as the time of the run is not known before.
    fn is_timed(&self, column: usize) -> bool {
        let is_moment = matches!(self.table.columns[column].ty, Type::Date | Type::Timestamp { .. });
        is_moment
            && (self.is_compared(column)
                || beside(self.table, column).into_iter().any(|other| self.is_drawn(other)))
    }

    /// Whether something else than what the database fills in is written to a moment.
    fn is_drawn(&self, column: usize) -> bool {
        let definition = &self.table.columns[column];
        let is_left = self.config_of(column).is_some_and(|said| said.leave_out)
            || self.table.special.denied.insert.contains(&column);
        let is_said = self.config_of(column).is_some();
        let fills = matches!(definition.fill, Fill::Volatile(_) | Fill::Generated | Fill::Sequence { .. });
        !is_left && (is_said || !fills || self.is_compared(column))
    }

    /// Whether a check compares a moment with another one that is drawn: against the time of the run, which nobody knows before,
    /// only a far future would do.
    fn is_compared(&self, column: usize) -> bool {
        let is_moment =
            |column: &usize| matches!(self.table.columns[*column].ty, Type::Date | Type::Timestamp { .. });
        let is_drawn = |other: &usize| *other != column && self.table.columns[*other].fill == Fill::None;
        is_moment(&column)
            && self.table.checks.iter().any(|check| {
                check.columns.contains(&column)
                    && check.columns.iter().any(|other| is_moment(other) && is_drawn(other))
            })
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
