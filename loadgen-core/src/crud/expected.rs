//! Rows as their tables will make them, as far as that can be told before the run.

use std::collections::BTreeSet;

use super::{
    accept::Accepted,
    outside::Outside,
    reference::Reference,
    source::{Source, TableSources},
};
use crate::{
    Fill, Rng, Seed, Table, TableName, Value,
    check::{NOW, eval, fails, parse, value_of},
    generate::{self, ColumnConfig},
    turn::turn,
};

/// Makes them.
pub(super) struct Expected<'a> {
    pub(super) accepted: &'a [Accepted],
    pub(super) outside: &'a Outside,
    /// Tables of which nobody remembers rows: those that are there count.
    pub(super) picked: &'a BTreeSet<TableName>,
}

/// So many rows of a parent are looked at.
const ROWS: u64 = 192;
/// Parents of parents are looked for so far up.
const DEEPEST: usize = 6;

impl Expected<'_> {
    /// Whether the rows that are there before any is written decide what the conditions are worth.
    pub(super) fn reads(sources: &TableSources, reference: &Reference) -> bool {
        let is_read = |column: &usize| {
            sources.conditions.iter().any(|condition| condition.expr.columns().contains(column))
        };
        reference.fitting.is_some() || reference.columns.iter().any(is_read)
    }

    /// What rows will hold of their parents by a reference; none where nothing is known of those.
    pub(super) fn keys(&self, reference: &Reference) -> Option<Vec<Vec<Value>>> {
        let Some(at) = self.place(reference) else {
            let pool = self.outside.pool(reference);
            let key = |place: u32| fitted(reference, |position| pool.key(place, position));
            return (pool.len() > 0).then(|| (0..pool.len().min(MOST) as u32).filter_map(key).collect());
        };
        Some((0..ROWS).filter_map(|number| self.key(reference, at, number, DEEPEST)).collect())
    }

    /// The place of a reference's parent among the tables.
    pub(super) fn place(&self, reference: &Reference) -> Option<usize> {
        let name = &reference.parent_name;
        let place = self.accepted.iter().position(|(table, ..)| table.name == *name);
        place.filter(|_| !self.picked.contains(name))
    }

    /// What a row holds of the parent of a number.
    fn key(&self, reference: &Reference, at: usize, number: u64, depth: usize) -> Option<Vec<Value>> {
        let columns = self.accepted[at].0.indexes_of(&reference.parent_columns)?;
        let row = self.row(at, &columns, number, depth)?;
        fitted(reference, |position| row[columns[position]].clone())
    }

    /// The row of a number, as far as some of its columns are concerned; none if there is no such row.
    fn row(&self, at: usize, wanted: &[usize], number: u64, depth: usize) -> Option<Vec<Value>> {
        let (table, _, sources) = &self.accepted[at];
        let is_alone = |column: &usize| {
            !matches!(sources.columns[*column], Source::Checked(_))
                && table.columns[*column].fill != Fill::Generated
        };
        let alone = sources.is_settled() && wanted.iter().all(is_alone);
        let mut row = vec![Value::Null; table.columns.len()];
        for column in (0..row.len()).filter(|column| !alone || wanted.contains(column)) {
            row[column] = self.value(at, column, number, depth);
        }
        if alone {
            return Some(row);
        }
        let rng = &mut Rng::keyed(Seed(0), [number, 9, 0]);
        if sources.rules.as_ref().is_some_and(|rules| !rules.draw(&mut row, rng)) {
            return None;
        }
        for column in wanted.iter().filter(|column| table.columns[**column].fill == Fill::Generated) {
            row[*column] = computed(table, *column, &row)?;
        }
        let is_unmet = |condition: &crate::check::Condition| fails(&condition.expr, &row, NOW[0]);
        (!sources.conditions.iter().any(is_unmet)).then_some(row)
    }

    fn value(&self, at: usize, column: usize, number: u64, depth: usize) -> Value {
        let (table, _, sources) = &self.accepted[at];
        match &sources.columns[column] {
            Source::Distinct(distinct) | Source::Line(distinct) => {
                let number = u128::from(number) % distinct.capacity().max(1);
                distinct.value(number as u64).unwrap_or_default()
            }
            Source::Generated(own) => own.generate(&mut Rng::keyed(Seed(0), [number, column as u64, 7])),
            Source::Parent { reference, position } => {
                let rng = &mut Rng::keyed(Seed(0), [number, *reference as u64, 8]);
                let reference = &sources.references[*reference];
                let known = reference.examples.as_ref().filter(|keys| !keys.is_empty());
                if let Some(keys) = known {
                    return rng.pick(keys)[*position].clone();
                }
                let parent = self.place(reference).filter(|_| depth > 0);
                let key = parent.and_then(|at| self.key(reference, at, rng.below(ROWS), depth - 1));
                key.map_or_else(|| like(table, column, rng), |key| key[*position].clone())
            }
            Source::Server(_) => filled(table, column, number),
            Source::Checked(_) | Source::Related(_) | Source::Null(_) => Value::Null,
        }
    }
}

/// So many rows outside the plan are looked at.
const MOST: usize = 10_000;

/// What a row holds of a parent's key, if it can have that parent.
fn fitted(reference: &Reference, theirs: impl Fn(usize) -> Value) -> Option<Vec<Value>> {
    let columns = 0..reference.columns.len();
    let key = match &reference.fitting {
        Some(fitting) => fitting.key(theirs)?,
        None => columns.map(theirs).collect(),
    };
    (!key.iter().any(Value::is_null)).then_some(key)
}

/// What the database will fill in.
fn filled(table: &Table, column: usize, number: u64) -> Value {
    let definition = &table.columns[column];
    let found = match &definition.fill {
        Fill::Sequence { .. } => turn(&Value::Int(number as i64 + 1), &definition.ty),
        Fill::Constant(default) => {
            let item = parse(default, table).ok().and_then(|expr| eval(&expr, &[], NOW[0]).ok());
            item.and_then(|item| value_of(&item, &definition.ty))
        }
        Fill::Volatile(_) => Some(like(table, column, &mut Rng::keyed(Seed(0), [number, column as u64, 7]))),
        Fill::None | Fill::Generated => None,
    };
    found.unwrap_or_default()
}

/// What the database will compute.
fn computed(table: &Table, column: usize, row: &[Value]) -> Option<Value> {
    let expr = parse(table.special.computed.get(&column)?, table).ok()?;
    value_of(&eval(&expr, row, NOW[0]).ok()?, &table.columns[column].ty)
}

/// Something that the column can hold.
fn like(table: &Table, column: usize, rng: &mut Rng) -> Value {
    let given = ColumnConfig { null_ratio: Some(0.0), ..ColumnConfig::default() };
    let made = generate::for_column(&table.name, &table.columns[column], Some(&given));
    made.map_or(Value::Null, |generator| generator.generate(rng))
}

/// Whether nothing is known before of what a column will hold.
pub(super) fn is_given(sources: &TableSources, column: usize) -> bool {
    matches!(sources.columns[column], Source::Server(_) | Source::Parent { .. } | Source::Null(_))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Column, NativeType, Type};

    #[test]
    fn what_a_sequence_will_fill_in_counts_from_one() {
        let (ty, native) = (Type::Int(32), NativeType::default());
        let fill = Fill::Sequence { always: true };
        let mut table = crate::memory::table("p");
        table.name = TableName::new("public", "p");
        table.columns = vec![Column { name: "id".to_owned(), ty, native, nullable: false, fill }];
        assert_eq!(filled(&table, 0, 4), Value::Int(5));
    }
}
