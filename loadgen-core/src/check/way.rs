//! One way to draw columns so that they meet conditions together.

use std::collections::BTreeMap;

use super::{
    eval::eval,
    expr::{Expr, Op},
    isolate::{Bound, isolate},
    item::Item,
    limits::{Limits, NOW, form},
    order::order,
    place::{number, place, value},
    restrict::limits,
    said::{self, Said},
};
use crate::{
    Rng, Table, Type, Value,
    generate::{self, ColumnConfig, Form, Generator, Ladder, Range},
};

/// Conditions that are all to be true, and how the columns are drawn to make them so.
#[derive(Debug)]
pub(super) struct Way {
    draws: Vec<Draw>,
}

/// How one column is drawn, after others that it depends on.
#[derive(Debug)]
struct Draw {
    column: usize,
    ty: Type,
    /// `None`: always NULL.
    generator: Option<Box<dyn Generator>>,
    limits: Limits,
    bounds: Vec<Bound>,
    said: Said,
}

/// A column's own generator is kept when so many of as many values fit.
const SAMPLES: u64 = 32;
const ENOUGH: usize = 28;
/// How often one of the values that the plan file names is drawn until the other columns allow it.
const CHOICES: u32 = 16;

impl Way {
    /// The way to make all of `atoms` true by drawing `columns`, whatever the other columns hold.
    ///
    /// # Errors
    /// When a column cannot be drawn within its limits.
    pub(super) fn new(
        atoms: &[Expr],
        columns: &[usize],
        table: &Table,
        configs: &BTreeMap<String, ColumnConfig>,
    ) -> Result<Self, String> {
        let limits = limits(atoms, said::limits(columns, table, configs));
        let order = order(atoms, columns);
        let mut draws = Vec::new();
        for (at, column) in order.iter().enumerate() {
            let open = &order[at + 1..];
            let related = atoms.iter().filter(|atom| atom.columns().len() > 1);
            let bounds = related
                .flat_map(|atom| isolate(atom, *column))
                .filter(|bound| !bound.by.columns().iter().any(|other| open.contains(other)))
                .collect();
            let limits = limits.get(column).cloned().unwrap_or_default();
            let own: Vec<&Expr> = atoms.iter().filter(|atom| atom.columns() == [*column]).collect();
            let generator = generator(table, *column, &limits, &own, configs)?;
            let ty = table.columns[*column].ty.clone();
            let said = configs.get(&table.columns[*column].name).map_or(Said::Nothing, Said::of);
            draws.push(Draw { column: *column, ty, generator, limits, bounds, said });
        }
        Ok(Way { draws })
    }

    /// Draws all columns; false when there is no value for one of them.
    pub(super) fn fill(&self, row: &mut [Value], rng: &mut Rng) -> bool {
        self.draws.iter().all(|draw| match draw.value(row, rng) {
            Some(value) => {
                row[draw.column] = value;
                true
            }
            None => false,
        })
    }

    /// Whether a column gets other values than NULL.
    pub(super) fn draws(&self, column: usize) -> bool {
        self.draws.iter().any(|draw| draw.column == column && draw.generator.is_some())
    }

    /// The generators, column by column.
    pub(super) fn describe(&self) -> impl Iterator<Item = (usize, String)> + '_ {
        self.draws.iter().map(|draw| {
            let words = draw.generator.as_ref().map_or_else(|| "NULL".to_owned(), |own| own.describe());
            let is_bound = || draw.bounds.iter().any(|bound| bound.op != Op::Ne);
            let may_move = draw.said == Said::Nothing && (is_bound() || draw.limits.asks_for(&draw.ty));
            (draw.column, if may_move { format!("{words}, or what its CHECK asks for") } else { words })
        })
    }
}

/// The generator that the column would have anyway if its values fit, else one for the limits.
fn generator(
    table: &Table,
    column: usize,
    limits: &Limits,
    own: &[&Expr],
    configs: &BTreeMap<String, ColumnConfig>,
) -> Result<Option<Box<dyn Generator>>, String> {
    let definition = &table.columns[column];
    if limits.null == Some(true) {
        let why = || format!("{:?} would have to be NULL", definition.name);
        return if definition.nullable { Ok(None) } else { Err(why()) };
    }
    let said = configs.get(&definition.name).cloned().unwrap_or_default();
    let make = |config: &ColumnConfig| {
        generate::for_column(&table.name, definition, Some(config)).map_err(|error| error.to_string())
    };
    let null_ratio = if limits.null == Some(false) { Some(0.0) } else { said.null_ratio };
    let natural = ColumnConfig { null_ratio, ..said.clone() };
    if limits.is_silent() || said.names_values() {
        return make(&natural).map(Some);
    }
    if let Ok(natural) = make(&natural) {
        let mut row = vec![Value::Null; table.columns.len()];
        let fitting = (0..SAMPLES).filter(|sample| {
            row[column] = natural.generate(&mut Rng::keyed(crate::Seed(0), [*sample, column as u64, 0]));
            limits.allow(&(&row[column]).into())
                && own.iter().all(|atom| NOW.iter().all(|now| super::eval::holds(atom, &row, *now)))
        });
        if fitting.count() >= ENOUGH {
            return Ok(Some(natural));
        }
    }
    make(&limits.config(definition, &said)).map(Some)
}

impl Draw {
    fn value(&self, row: &[Value], rng: &mut Rng) -> Option<Value> {
        let Some(generator) = &self.generator else { return Some(Value::Null) };
        match self.said {
            Said::Nothing => self.moved(generator.as_ref(), row, rng),
            Said::Range => {
                let moved = self.moved(generator.as_ref(), row, rng);
                moved.filter(|value| self.limits.allow(&value.into()))
            }
            Said::Values => self.chosen(generator.as_ref(), row, rng),
        }
    }

    /// One of the values that the plan file names, as the other columns allow it.
    fn chosen(&self, generator: &dyn Generator, row: &[Value], rng: &mut Rng) -> Option<Value> {
        let mut drawn = || match generator.generate(rng) {
            text @ Value::Text(_) => self.limits.mended(text, &self.ty),
            // Of how many there are, the plan file says nothing.
            Value::Array(items) => Value::Array(self.limits.counted(items, &mut || generator.generate(rng))),
            value => value,
        };
        let form = form(&self.ty, &[&self.limits.low, &self.limits.high]);
        let Some(form) = form.filter(|_| !self.bounds.is_empty()) else { return Some(drawn()) };
        let (low, high) = self.range(form, row)?;
        let fits = |value: &Value| {
            let inside =
                |number: i128| low.is_none_or(|low| low <= number) && high.is_none_or(|high| number <= high);
            value.is_null() || number(form, value).is_some_and(inside)
        };
        (0..CHOICES).map(|_| drawn()).find(fits)
    }

    /// A value that is moved to where the other columns allow it.
    fn moved(&self, generator: &dyn Generator, row: &[Value], rng: &mut Rng) -> Option<Value> {
        let drawn = match self.limits.mended(generator.generate(rng), &self.ty) {
            Value::Array(items) => {
                let more = &mut || self.limits.mended(generator.generate(rng), &self.ty);
                return Some(Value::Array(self.limits.filled(items, &self.ty, more)));
            }
            drawn => drawn,
        };
        if drawn.is_null() || self.bounds.is_empty() {
            return Some(drawn);
        }
        let Some(form) = form(&self.ty, &[&self.limits.low, &self.limits.high]) else {
            let is_equal = self.bounds.iter().any(|bound| bound.op == Op::Eq);
            return if is_equal { self.equal(row, drawn) } else { self.ordered(generator, row, drawn, rng) };
        };
        if matches!(form, Form::Real { .. } | Form::Double { .. })
            && self.bounds.iter().any(|bound| bound.op == Op::Eq)
        {
            return self.equal(row, drawn);
        }
        let (low, high) = self.range(form, row)?;
        let inside =
            |number: i128| low.is_none_or(|low| low <= number) && high.is_none_or(|high| number <= high);
        if number(form, &drawn).is_some_and(inside) {
            return Some(drawn);
        }
        let ladder = self.between(form, low, high)?;
        Some(self.limits.mended(Range::even(ladder).generate(rng), &self.ty))
    }

    /// Of a type that has no range, what an equation says, if there is one.
    fn equal(&self, row: &[Value], drawn: Value) -> Option<Value> {
        let Some(bound) = self.bounds.iter().find(|bound| bound.op == Op::Eq) else { return Some(drawn) };
        match eval(&bound.by, row, NOW[0]) {
            Ok(item) if item.is_null() => Some(drawn),
            Ok(item) => value(&item, &self.ty),
            Err(_) => None,
        }
    }

    /// Of a type that has no range, a value that stands where the other columns allow it, if one is found.
    fn ordered(
        &self,
        generator: &dyn Generator,
        row: &[Value],
        drawn: Value,
        rng: &mut Rng,
    ) -> Option<Value> {
        let other = |bound: &Bound| Some((bound.op, eval(&bound.by, row, NOW[0]).ok()?));
        let others: Vec<(Op, Item)> =
            self.bounds.iter().filter_map(other).filter(|(_, item)| !item.is_null()).collect();
        let fits = |value: &Value| {
            let item = Item::from(value);
            others.iter().all(|(op, other)| match item.order(other) {
                Ok(Some(order)) => op.holds(order),
                Ok(None) => *op == Op::Ne,
                Err(_) => false,
            })
        };
        if fits(&drawn) {
            return Some(drawn);
        }
        (1..CHOICES).map(|_| self.limits.mended(generator.generate(rng), &self.ty)).find(fits)
    }

    /// The least and the greatest number that the other columns leave.
    fn range(&self, form: Form, row: &[Value]) -> Option<(Option<i128>, Option<i128>)> {
        let (mut low, mut high): (Option<i128>, Option<i128>) = (None, None);
        for bound in &self.bounds {
            let times = if bound.by.is_timed() { &NOW[..] } else { &NOW[..1] };
            for now in times {
                let item = eval(&bound.by, row, *now).ok()?;
                if item.is_null() || bound.op == Op::Ne {
                    continue;
                }
                let (at, exact) = place(form, &item)?;
                let above = if exact { at } else { at + form.step() };
                let raise = match bound.op {
                    Op::Ge => Some(above),
                    Op::Gt => Some(at + form.step()),
                    Op::Eq if !exact => return None,
                    Op::Eq => Some(at),
                    _ => None,
                };
                let cap = match bound.op {
                    Op::Le | Op::Eq => Some(at),
                    Op::Lt => Some(if exact { at - form.step() } else { at }),
                    _ => None,
                };
                low = low.max(raise);
                high = match (high, cap) {
                    (Some(own), Some(other)) => Some(own.min(other)),
                    (own, other) => own.or(other),
                };
            }
        }
        Some((low, high))
    }

    /// Values between the bounds of the other columns and those of its own.
    fn between(&self, form: Form, low: Option<i128>, high: Option<i128>) -> Option<Ladder> {
        let (floor, ceiling) = form.limits();
        let (usual_low, usual_high) = form.usual();
        let own = |bound: &Option<(super::item::Item, bool)>| {
            bound.as_ref().and_then(|(item, _)| place(form, item)).map(|(number, _)| number)
        };
        let (own_low, own_high) = (own(&self.limits.low), own(&self.limits.high));
        let width = usual_high - usual_low;
        let low = low.max(own_low);
        let high = match (high, own_high) {
            (Some(one), Some(other)) => Some(one.min(other)),
            (one, other) => one.or(other),
        };
        let (low, high) = match (low, high) {
            (Some(low), Some(high)) => (low, high),
            (Some(low), None) if low < usual_high => (low, usual_high),
            (Some(low), None) => (low, low.saturating_add(width)),
            (None, Some(high)) if high > usual_low => (usual_low, high),
            (None, Some(high)) => (high.saturating_sub(width), high),
            (None, None) => (usual_low, usual_high),
        };
        Ladder::between(form, low.max(floor), high.min(ceiling))
    }
}
