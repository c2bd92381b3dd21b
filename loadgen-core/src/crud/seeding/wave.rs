//! Rows of one table that are written together, and what each of them holds.

use std::{collections::BTreeMap, sync::Arc};

use super::{deal::Deal, parents::Parents};
use crate::{
    BulkSession, PrepareError, Rng, Type, Value, column_salt,
    crud::{CrudPlan, Source, TablePlan, parent::Parent, reference::Reference},
    generate::{Distinct, Permutation},
};

/// Rows of one table that are written together.
#[derive(Debug)]
pub(super) struct Wave {
    pub(super) plan: Arc<CrudPlan>,
    pub(super) table: usize,
    pub(super) deal: Deal,
    /// The number of the first row.
    first: u64,
    /// Keys for each reference.
    parents: Vec<Arc<Parents>>,
    /// For each column, the numbers that follow the largest that is there, if it has such.
    numbers: Vec<Option<Distinct>>,
    /// Combinations of parents, for a key that is made of nothing else.
    combined: Option<Combined>,
    /// A number that is unique beside the parent of a reference, and counts on within each parent.
    line: Option<Line>,
    salt: u64,
}

#[derive(Debug)]
struct Combined {
    space: u128,
    /// How many rows each may have.
    lines: u128,
    scramble: Permutation,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Line {
    pub(super) column: usize,
    pub(super) reference: usize,
}

/// Why there is no row of a number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum NoRow {
    /// No values with this number meet the checks; others may.
    Unfit,
    /// No row of a greater number either, for this reason.
    Exhausted(String),
}

/// Tells the streams of rows from those of lanes' operations.
const STREAM: u64 = 0x5eed;
/// How often parents are drawn again when no row with them meets the checks.
const PARENT_TRIES: u32 = 32;
/// A row without a parent.
const NO_PARENT: u64 = u64::MAX;

impl Wave {
    /// Reads what `rows` rows from number `first` on depend on.
    pub(super) async fn read(
        session: &mut impl BulkSession,
        plan: &Arc<CrudPlan>,
        table: usize,
        (first, rows): (u64, u64),
    ) -> Result<Self, PrepareError> {
        let planned = &plan.tables[table];
        let salt = column_salt(&planned.table.name.to_string());
        let mut known: BTreeMap<(Parent, Vec<usize>), Arc<Parents>> = BTreeMap::new();
        let mut parents = Vec::with_capacity(planned.references.len());
        for reference in &planned.references {
            let parent = match reference.parent {
                Parent::Lane(table) => &plan.tables[table].table,
                Parent::Pool(pool) => plan.pools[pool].table.as_ref().expect("a pool that is used was read"),
            };
            let columns: Vec<usize> =
                reference.parent_columns.iter().filter_map(|name| parent.column_index(name)).collect();
            let key = (reference.parent, columns);
            if !known.contains_key(&key) {
                let read = Parents::read(session, parent, &key.1).await?;
                known.insert(key.clone(), Arc::new(read));
            }
            parents.push(Arc::clone(&known[&key]));
        }
        let mut numbers: Vec<Option<Distinct>> = Vec::with_capacity(planned.sources.len());
        for (column, source) in planned.sources.iter().enumerate() {
            let is_number = matches!(source, Source::Distinct(distinct) if distinct.is_alone())
                && matches!(planned.table.columns[column].ty, Type::Int(_));
            let largest = if is_number { session.largest(&planned.table, column).await? } else { None };
            let after = largest.map(|largest| plan.distinct_after(table, column, largest));
            numbers.push(after.transpose()?);
        }
        let combining = &planned.layout.combining;
        let space = combining.references.iter().map(|at| u128::from(parents[*at].len()));
        let combined = (!combining.references.is_empty()).then(|| {
            let space = space.fold(1u128, u128::saturating_mul).min(1 << 126);
            Combined {
                space,
                lines: combining.lines.into(),
                scramble: Permutation::new(space, plan.seed, salt),
            }
        });
        let (plan, deal, line) = (Arc::clone(plan), Deal::new(first, rows), line(planned));
        Ok(Wave { plan, table, deal, first, parents, numbers, combined, line, salt })
    }

    pub(super) fn planned(&self) -> &TablePlan {
        &self.plan.tables[self.table]
    }

    /// Why not a single row can be written.
    pub(super) fn obstacle(&self) -> Option<String> {
        if self.planned().references.iter().any(|reference| !reference.shared.is_empty()) {
            return Some("two of its references share columns, which only run can write yet".to_owned());
        }
        let references = self.planned().references.iter().zip(&self.parents);
        let needed = |at: usize| self.planned().layout.combining.references.contains(&at);
        let empty = |(at, (reference, parents)): (usize, (&Reference, &Arc<Parents>))| {
            let is_missing = parents.len() == 0 && (!reference.optional || needed(at));
            is_missing.then(|| format!("{} has no row to refer to; fill it too", reference.parent_name))
        };
        references.enumerate().find_map(empty)
    }

    /// The values of row `number`, column by column of the insert; or why there is no such row. `parents` is for its
    /// own use.
    pub(super) fn row(
        &self,
        number: u64,
        parents: &mut Vec<u64>,
        values: &mut Vec<Value>,
    ) -> Result<(), NoRow> {
        let planned = self.planned();
        let mut rng = Rng::keyed(self.plan.seed, [self.salt, number, STREAM]);
        let Some(ties) = &planned.ties else {
            self.draw_parents(number, &mut rng, parents)?;
            for column in &planned.insert.set {
                values.push(self.value(*column, number, &mut rng, parents)?);
            }
            return Ok(());
        };
        for _ in 0..PARENT_TRIES {
            self.draw_parents(number, &mut rng, parents)?;
            let mut row = vec![Value::Null; planned.table.columns.len()];
            for column in &planned.insert.set {
                row[*column] = self.value(*column, number, &mut rng, parents)?;
            }
            if ties.draw(&mut row, &mut rng) {
                values.extend(planned.insert.set.iter().map(|column| std::mem::take(&mut row[*column])));
                return Ok(());
            }
        }
        Err(NoRow::Unfit)
    }

    fn value(&self, column: usize, number: u64, rng: &mut Rng, parents: &[u64]) -> Result<Value, NoRow> {
        let planned = self.planned();
        Ok(match &planned.sources[column] {
            Source::Generated(generator) => generator.generate(rng),
            Source::Distinct(distinct) => self.distinct(column, distinct, number, parents)?,
            Source::Line(distinct) => self
                .line_of(number)
                .and_then(|line| distinct.value(line))
                .ok_or_else(|| self.ended(column))?,
            Source::Parent { reference, position } => match parents[*reference] {
                NO_PARENT if planned.references[*reference].to_itself => {
                    self.own_key(&planned.references[*reference], *position, number, parents)?
                }
                NO_PARENT => Value::Null,
                parent => self.parents[*reference].key(parent, *position),
            },
            Source::Checked(_) | Source::Related(_) | Source::Null(_) | Source::Server(_) => Value::Null,
        })
    }

    /// What a row refers to itself with.
    fn own_key(
        &self,
        reference: &Reference,
        position: usize,
        number: u64,
        parents: &[u64],
    ) -> Result<Value, NoRow> {
        let planned = self.planned();
        let column = planned.table.column_index(&reference.parent_columns[position]);
        match column.map(|column| (column, &planned.sources[column])) {
            Some((column, Source::Distinct(distinct))) => self.distinct(column, distinct, number, parents),
            _ => Err(NoRow::Exhausted(
                "the key that it refers to itself with is the database's choice".to_owned(),
            )),
        }
    }

    fn draw_parents(&self, number: u64, rng: &mut Rng, parents: &mut Vec<u64>) -> Result<(), NoRow> {
        let planned = self.planned();
        parents.clear();
        for (at, (reference, keys)) in planned.references.iter().zip(&self.parents).enumerate() {
            let given = self.line.is_some_and(|line| line.reference == at);
            parents.push(match keys.len() {
                0 => NO_PARENT,
                all if given => (number - self.first) % all,
                _ if reference.optional && rng.chance(reference.orphans) => NO_PARENT,
                all => rng.below(all),
            });
        }
        let Some(combined) = &self.combined else { return Ok(()) };
        let combining = &planned.layout.combining.references;
        if u128::from(number) >= combined.space.saturating_mul(combined.lines) {
            let sampled = combining.iter().any(|at| self.parents[*at].is_full());
            let of = if sampled { " of the parents that are looked at" } else { " of its parents" };
            return Err(NoRow::Exhausted(format!("there are no more combinations{of}")));
        }
        let mut rest = combined.scramble.apply((u128::from(number) % combined.space) as u64);
        for at in combining {
            let all = u128::from(self.parents[*at].len());
            parents[*at] = (rest % all) as u64;
            rest /= all;
        }
        Ok(())
    }

    fn distinct(
        &self,
        column: usize,
        distinct: &Distinct,
        number: u64,
        parents: &[u64],
    ) -> Result<Value, NoRow> {
        let value = match &self.planned().table.columns[column].ty {
            Type::Int(_) if distinct.is_alone() => {
                let index = match self.line {
                    Some(line) if line.column == column && parents[line.reference] != NO_PARENT => {
                        (number - self.first) / self.parents[line.reference].len()
                    }
                    _ => number - self.first,
                };
                self.numbers[column].as_ref().unwrap_or(distinct).value(index)
            }
            _ if distinct.is_sequence() => distinct.value(number),
            // Lanes take their values from the other end.
            _ => {
                let last = distinct.capacity().min(1 << 64).saturating_sub(1) as u64;
                last.checked_sub(number).and_then(|index| distinct.value(index))
            }
        };
        value.ok_or_else(|| self.ended(column))
    }

    /// The line of a row among those of the same parents: they are dealt one each, and then again.
    fn line_of(&self, number: u64) -> Option<u64> {
        let Some(combined) = &self.combined else { return Some(0) };
        u128::from(number).checked_div(combined.space).map(|line| line as u64)
    }

    fn ended(&self, column: usize) -> NoRow {
        let name = &self.planned().table.columns[column].name;
        NoRow::Exhausted(format!("the unique column {name:?} has no more values"))
    }
}

/// The first number that is unique only beside the whole of one reference, wherever it is part of a key.
pub(super) fn line(plan: &TablePlan) -> Option<Line> {
    let keys = || std::iter::once(&plan.table.primary_key).chain(&plan.table.uniques);
    let stands_beside = |column: usize, columns: &[usize]| {
        let mut around = keys().filter(|key| key.contains(&column)).peekable();
        around.peek().is_some() && around.all(|key| columns.iter().all(|c| key.contains(c)))
    };
    let numbers = (0..plan.sources.len()).filter(|column| {
        matches!(&plan.sources[*column], Source::Distinct(distinct) if distinct.is_alone())
            && matches!(plan.table.columns[*column].ty, Type::Int(_))
    });
    let of = |column: usize| {
        let found = plan.references.iter().enumerate().position(|(at, reference)| {
            !plan.layout.combining.references.contains(&at) && stands_beside(column, &reference.columns)
        });
        found.map(|reference| Line { column, reference })
    };
    numbers.into_iter().find_map(of)
}
