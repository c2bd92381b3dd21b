//! Unique keys: what makes rows differ in each of them.

use std::collections::BTreeSet;

use super::{
    draft::Draft,
    room::SMALL,
    source::{Source, TableSources, names},
};
use crate::{
    Fill, Type,
    generate::{After, ColumnConfig, Distinct},
};

/// A column that could be distinct, and what it was constructed from.
type Candidate = (usize, Distinct, ColumnConfig);

/// A column with more values than this need not share the work with another.
const A_FEW: u128 = 1_000;

impl Draft<'_> {
    /// Gives each unique key something that tells all rows apart.
    pub(super) fn make_distinct(&self, sources: &mut TableSources) -> Result<(), String> {
        for key in self.table.unique_rules() {
            let differs = |column: &usize| self.tells_apart(*column, &sources.columns[*column]);
            if !key.iter().any(differs) && !self.tell_apart_by_another(key, sources) {
                self.tell_apart(key, sources)?;
            }
        }
        self.stagger(sources);
        Ok(())
    }

    /// Whether a column makes rows differ by itself.
    fn tells_apart(&self, column: usize, source: &Source) -> bool {
        match source {
            Source::Distinct(distinct) => distinct.is_alone(),
            Source::Server(_) => self.server_tells_apart(column),
            // NULLs do not collide.
            Source::Null(_) => true,
            Source::Generated(_)
            | Source::Checked(_)
            | Source::Related(_)
            | Source::Line(_)
            | Source::Parent { .. } => false,
        }
    }

    /// One column with values enough does it. Columns with few are counted within each combination of parents where the
    /// key has such, else together.
    fn tell_apart(&self, key: &[usize], sources: &mut TableSources) -> Result<(), String> {
        let known = sources.combined_key.as_ref();
        if known.is_some_and(|known| known.iter().all(|column| key.contains(column))) {
            // Both hold if the narrower one does for all rows.
            sources.in_part = None;
            return Ok(());
        }
        let is_drawn = |column: &&usize| matches!(sources.columns[**column], Source::Generated(_));
        let (mut made, mut wrong): (Vec<Candidate>, Vec<String>) = Default::default();
        for column in key.iter().filter(is_drawn) {
            match self.distinct(*column, &sources.conditions) {
                Ok(candidate) => made.push(candidate),
                Err(why) => wrong.push(why),
            }
        }
        let room = |(column, distinct, _): &Candidate| {
            let capacity = distinct.capacity();
            (capacity > SMALL && self.is_free(*column), capacity)
        };
        // The last of those with the most room comes first.
        made.reverse();
        made.sort_by_key(|candidate| std::cmp::Reverse(room(candidate)));
        let Some((_, best, _)) = made.first() else {
            return wrong.into_iter().next().map_or_else(
                || {
                    self.combine(key, &[], sources)?;
                    sources.in_part = self.in_part(key, &sources.columns);
                    Ok(())
                },
                |why| Err(format!("unique ({}): {why}", names(self.table, key))),
            );
        };
        let room = best.capacity();
        if room <= SMALL {
            let lines: Vec<usize> = counted(&made).map(|(column, ..)| *column).collect();
            if self.combine(&self.parents_in(key, sources), &lines, sources).is_ok() {
                made.retain(|(column, ..)| lines.contains(column));
                self.set(made, Source::Line, sources);
                return Ok(());
            }
        }
        let is_shared =
            |column: &usize| self.table.unique_rules().filter(|key| key.contains(column)).count() > 1;
        let count = if room > A_FEW { 1 } else { counted(&made).count() };
        made.truncate(count);
        if made.iter().any(|(column, ..)| is_shared(column)) {
            made.truncate(1);
        }
        let alone = if let [(column, ..)] = made.as_slice() { Some(*column) } else { None };
        let part = self.in_part(key, &sources.columns);
        let before = self.set(made, Source::Distinct, sources);
        if let (Some(column), Some(before)) = (alone, before) {
            self.loosen((column, part), before, sources);
        }
        Ok(())
    }

    /// Has columns be distinct, together if they are several. Gives back what the last of them was before.
    fn set(
        &self,
        made: Vec<Candidate>,
        source: fn(Distinct) -> Source,
        sources: &mut TableSources,
    ) -> Option<Source> {
        let mut before = None;
        let columns: Vec<usize> = made.iter().map(|(column, ..)| *column).collect();
        let alone = columns.len() == 1;
        let (mut distinct, mut configs) = (Vec::new(), Vec::new());
        for (column, one, config) in made {
            distinct.push(one);
            configs.push((self.table.columns[column].name.clone(), config));
        }
        if !alone {
            distinct = Distinct::together(distinct, &names(self.table, &columns));
        }
        let goes_on = self.is_nullable(&columns);
        for (column, distinct) in columns.into_iter().zip(distinct) {
            let after = match (goes_on, self.table.columns[column].nullable) {
                (false, _) => After::Nothing,
                (true, true) => After::Null,
                (true, false) => After::Again,
            };
            before = Some(std::mem::replace(&mut sources.columns[column], source(distinct.then(after))));
        }
        sources.within.extend(configs);
        before
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

    /// Whether neither a check nor the partitions restrict a column.
    pub(super) fn is_free(&self, column: usize) -> bool {
        self.table.checks.iter().all(|check| !check.columns.contains(&column))
            && !self.table.partitioned_by().contains(&column)
    }

    fn is_nullable(&self, columns: &[usize]) -> bool {
        columns.iter().any(|column| self.table.columns[*column].nullable)
    }

    /// The columns of a key that come from parents.
    fn parents_in(&self, key: &[usize], sources: &TableSources) -> Vec<usize> {
        let is_parent = |column: &usize| matches!(sources.columns[*column], Source::Parent { .. });
        key.iter().copied().filter(is_parent).collect()
    }

    /// A key of references, and of columns that are counted within them: rows differ when their parents do, or else in
    /// those columns.
    fn combine(&self, key: &[usize], lines: &[usize], sources: &mut TableSources) -> Result<(), String> {
        let refuse = |why: &str| Err(format!("unique ({}) {why}; exclude the table", names(self.table, key)));
        if key.is_empty() {
            return refuse("has no column that can differ from row to row");
        }
        if !key.iter().all(|column| matches!(sources.columns[*column], Source::Parent { .. })) {
            return refuse("is filled by the database, which does not promise distinct values");
        }
        let parent_of = |column: &usize| match sources.columns[*column] {
            Source::Parent { reference, .. } => Some(reference),
            _ => None,
        };
        let touched: BTreeSet<usize> = key.iter().filter_map(parent_of).collect();
        let is_apart = |reference: &usize| {
            let r = &sources.references[*reference];
            let mut own = (0..sources.columns.len()).filter(|column| parent_of(column) == Some(*reference));
            own.all(|column| key.contains(&column))
                || self.tells_parents_apart(key, (&r.columns, &r.parent_name, &r.parent_columns))
        };
        if !touched.iter().all(is_apart) {
            return refuse("takes part of a foreign key and not the rest");
        }
        let is_own = |reference: &usize| {
            let reference = &sources.references[*reference];
            reference.parent_name == self.table.name && !self.is_nullable(&reference.columns)
        };
        if touched.iter().any(is_own) {
            return refuse("holds a reference to the table itself, which a row may take for its own");
        }
        if sources.combined_key.is_some() {
            return refuse("is a second key made of foreign keys");
        }
        sources.combined_key = Some([key, lines].concat());
        Ok(())
    }
}

/// So many of the candidates, the roomiest first, that they have values enough together.
fn counted(made: &[Candidate]) -> impl Iterator<Item = &Candidate> {
    let mut room = 1u128;
    made.iter().take_while(move |(_, distinct, _)| {
        let enough = room > A_FEW;
        room = room.saturating_mul(distinct.capacity().max(1));
        !enough
    })
}
