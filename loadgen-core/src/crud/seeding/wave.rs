//! Rows of one table that are written together, and what each of them holds.

use std::sync::Arc;

use super::{
    deal::Deal,
    parentage::{NO_PARENT, Parentage},
};
use crate::{
    BulkSession, PrepareError, Rng, Type, Value, column_salt,
    crud::{
        CrudPlan, Source, TablePlan,
        reference::{Part, Reference},
        row::Fit,
        source::names,
    },
    generate::{After, Distinct},
};

/// Rows of one table that are written together.
#[derive(Debug)]
pub(super) struct Wave {
    pub(super) plan: Arc<CrudPlan>,
    pub(super) table: usize,
    pub(super) deal: Deal,
    /// The number of the first row.
    first: u64,
    parentage: Parentage,
    /// For each column, the numbers that follow the largest that is there, if it has such.
    numbers: Numbers,
    /// Where rows of a circle are written together, the tables of it: the parents in it are the rows of the same number.
    circle: Vec<Member>,
    salt: u64,
}

type Numbers = Arc<[Option<Distinct>]>;

/// A table of a circle whose rows are written together with those of the others.
#[derive(Clone, Debug)]
struct Member {
    table: usize,
    first: u64,
    numbers: Numbers,
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
        let parentage = Parentage::read(session, plan, table, salt).await?;
        let mut numbers: Vec<Option<Distinct>> = Vec::with_capacity(planned.sources.len());
        for (column, source) in planned.sources.iter().enumerate() {
            let is_number = matches!(source, Source::Distinct(distinct) if distinct.is_alone())
                && matches!(planned.table.columns[column].ty, Type::Int(_));
            let largest = if is_number { session.largest(&planned.table, column).await? } else { None };
            let after = largest.map(|largest| plan.distinct_after(table, column, largest));
            numbers.push(after.transpose()?);
        }
        let (plan, deal) = (Arc::clone(plan), Deal::new(first, rows));
        let (numbers, circle) = (numbers.into(), Vec::new());
        Ok(Wave { plan, table, deal, first, parentage, numbers, circle, salt })
    }

    pub(super) fn planned(&self) -> &TablePlan {
        &self.plan.tables[self.table]
    }

    /// Has the rows of these tables of a circle refer to each other, number by number.
    pub(super) fn join(waves: &mut [Wave]) {
        let member =
            |wave: &Wave| Member { table: wave.table, first: wave.first, numbers: Arc::clone(&wave.numbers) };
        let circle: Vec<Member> = waves.iter().map(member).collect();
        for wave in waves {
            wave.circle.clone_from(&circle);
            wave.parentage.join();
        }
    }

    /// The number of the first row.
    pub(super) fn first(&self) -> u64 {
        self.first
    }

    /// Why not a single row can be written.
    pub(super) fn obstacle(&self) -> Option<String> {
        self.parentage.obstacle(self.planned())
    }

    /// The values of row `number`, column by column of the insert; or why there is no such row. `parents` is for its
    /// own use.
    pub(super) fn row(
        &self,
        number: u64,
        parents: &mut Vec<u64>,
        values: &mut Vec<Value>,
    ) -> Result<(), NoRow> {
        let (planned, at) = (self.planned(), (number, self.first));
        let mut rng = Rng::keyed(self.plan.seed, [self.salt, number, STREAM]);
        if !planned.is_tied() {
            self.parentage.draw(planned, at, true, &mut rng, parents)?;
            for column in &planned.insert.set {
                values.push(self.value(*column, number, &mut rng, parents)?);
            }
            return Ok(());
        }
        // Where a key of parents holds for some rows alone, those have the combination of their number, and the others any.
        let mut in_part = false;
        for _ in 0..PARENT_TRIES {
            in_part = in_part && self.parentage.draw(planned, at, true, &mut rng, parents).is_ok();
            if !in_part {
                self.parentage.draw(planned, at, planned.partial.is_none(), &mut rng, parents)?;
            }
            let value = |column: usize, rng: &mut Rng| self.value(column, number, rng, parents);
            let Fit::Row(row) = planned.draw_row(&mut rng, value)? else { continue };
            if planned.partial.as_ref().is_some_and(|part| part.may_hold(&row)) == in_part {
                planned.take_written(row, values);
                return Ok(());
            }
            // The next time with the parents that such a row may have.
            in_part = true;
        }
        Err(NoRow::Unfit)
    }

    fn value(&self, column: usize, number: u64, rng: &mut Rng, parents: &[u64]) -> Result<Value, NoRow> {
        let planned = self.planned();
        Ok(match &planned.sources[column] {
            Source::Generated(generator) => generator.generate(rng),
            Source::Distinct(distinct) => self.distinct(column, distinct, number, parents)?,
            Source::Line(distinct) => self
                .parentage
                .line_of(number)
                .and_then(|line| distinct.value(line))
                .ok_or_else(|| self.ended(column))?,
            Source::Parent { reference, position } => match parents[*reference] {
                NO_PARENT if planned.references[*reference].to_itself => {
                    self.own_key(&planned.references[*reference], *position, number, parents)?
                }
                NO_PARENT if !self.circle.is_empty() && planned.references[*reference].part != Part::None => {
                    self.joined_key(&planned.references[*reference], *position, number)?
                }
                NO_PARENT => Value::Null,
                parent => self.parentage.key(*reference, parent, *position),
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
            Some((column, Source::Distinct(distinct))) => {
                let value = self.distinct(column, distinct, number, parents)?;
                Ok(reference.held(position, value))
            }
            _ => Err(NoRow::Exhausted(
                "the key that it refers to itself with is the database's choice".to_owned(),
            )),
        }
    }

    /// What a row has of its parent in the same circle: the key of that table's row, as many rows after its first.
    fn joined_key(&self, reference: &Reference, position: usize, number: u64) -> Result<Value, NoRow> {
        let unknown = || NoRow::Exhausted("the keys of its parents are not known before".to_owned());
        let parent = reference.parent.planned().ok_or_else(unknown)?;
        let member = self.circle.iter().find(|member| member.table == parent).ok_or_else(unknown)?;
        let table = &self.plan.tables[parent];
        let column = table.table.column_index(&reference.parent_columns[position]).ok_or_else(unknown)?;
        let Source::Distinct(distinct) = &table.sources[column] else { return Err(unknown()) };
        let nth = number - self.first;
        let value = if matches!(table.table.columns[column].ty, Type::Int(_)) && distinct.is_alone() {
            member.numbers[column].as_ref().unwrap_or(distinct).value(nth)
        } else {
            from_the_end(distinct, member.first + nth).and_then(|index| distinct.value(index))
        };
        let value = value.map(|value| reference.held(position, value));
        value.ok_or_else(|| NoRow::Exhausted("its parents have no more keys".to_owned()))
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
                let nth = number - self.first;
                let index = self.parentage.nth_of_parent(column, nth, parents).unwrap_or(nth);
                self.numbers[column].as_ref().unwrap_or(distinct).value(index)
            }
            _ => from_the_end(distinct, number).and_then(|index| distinct.value(index)),
        };
        value.ok_or_else(|| self.ended(column))
    }

    fn ended(&self, column: usize) -> NoRow {
        let table = &self.planned().table;
        let keys = || table.unique_rules().filter(|key| key.contains(&column));
        NoRow::Exhausted(match keys().min_by_key(|key| key.len()) {
            Some(key) if key.len() > 1 => {
                format!("the key of the columns ({}) has no more values", names(table, key))
            }
            _ => format!("the unique column {:?} has no more values", table.columns[column].name),
        })
    }
}

/// The index of a value: lanes take theirs from the other end, but for sequences.
fn from_the_end(distinct: &Distinct, number: u64) -> Option<u64> {
    if distinct.is_sequence() {
        return Some(number);
    }
    let last = distinct.capacity().min(1 << 64).saturating_sub(1) as u64;
    let beyond = Some(number).filter(|_| distinct.after() != After::Nothing);
    last.checked_sub(number).or(beyond)
}
