//! What a row can have of a parent: not all that is in its key fits.

use std::sync::Arc;

use super::{
    reference::Reference,
    source::{TableSources, names},
};
use crate::{
    Table, Type, Value,
    check::{Condition, NOW, holds},
    turn::{target, turn},
};

/// What a reference asks of the keys of parents, beside that they are there.
#[derive(Debug)]
pub(crate) struct Fitting {
    /// The referring columns.
    columns: Vec<usize>,
    /// For each of them its type, where the parent's is another one.
    turns: Vec<Option<Type>>,
    /// Conditions that read nothing but those columns.
    conditions: Vec<Condition>,
    /// The number of columns of the table.
    width: usize,
    /// What does not fit, for people.
    words: String,
}

impl Fitting {
    /// None where every parent fits.
    fn of(
        table: &Table,
        reference: &Reference,
        conditions: &[Condition],
        parent: Option<&Table>,
    ) -> Option<Self> {
        let read_alone = |condition: &&Condition| {
            let columns = condition.expr.columns();
            !columns.is_empty() && columns.iter().all(|column| reference.columns.contains(column))
        };
        let conditions: Vec<Condition> = conditions.iter().filter(read_alone).cloned().collect();
        let turned = |(column, name): (&usize, &String)| {
            let theirs = &parent?.columns[parent?.column_index(name)?].ty;
            let own = &table.columns[*column].ty;
            target(theirs, own)
        };
        let pairs = reference.columns.iter().zip(&reference.parent_columns);
        let turns: Vec<Option<Type>> = pairs.map(turned).collect();
        if conditions.is_empty() && turns.iter().all(Option::is_none) {
            return None;
        }
        let checks = conditions.iter().map(|condition| format!("CHECK {}", condition.text));
        let others: Vec<usize> =
            reference.columns.iter().zip(&turns).filter(|(_, ty)| ty.is_some()).map(|(c, _)| *c).collect();
        let types = (!others.is_empty()).then(|| format!("the type of {}", names(table, &others)));
        let words = checks.chain(types).collect::<Vec<_>>().join(" and ");
        let columns = reference.columns.clone();
        Some(Fitting { columns, turns, conditions, width: table.columns.len(), words })
    }

    /// What does not fit, for people.
    pub(super) fn words(&self) -> &str {
        &self.words
    }

    pub(super) fn conditions(&self) -> &[Condition] {
        &self.conditions
    }

    /// The positions of the columns that not all values fit.
    pub(super) fn particular(&self) -> impl Iterator<Item = usize> {
        let is_read = |column: usize| {
            self.conditions.iter().any(|condition| condition.expr.columns().contains(&column))
        };
        (0..self.columns.len()).filter(move |at| self.turns[*at].is_some() || is_read(self.columns[*at]))
    }

    /// Whether rows hold other values than their parents.
    pub(super) fn turns(&self) -> bool {
        self.turns.iter().any(Option::is_some)
    }

    /// The type that all values are turned into and nothing else, where the key is one number and stays one.
    pub(super) fn narrows_number(&self) -> Option<u8> {
        match (self.turns.as_slice(), self.conditions.is_empty()) {
            ([Some(Type::Int(bits))], true) => Some(*bits),
            _ => None,
        }
    }

    /// What a row holds of one value of a parent's key; none where it cannot.
    pub(super) fn turned(&self, position: usize, value: Value) -> Option<Value> {
        match &self.turns[position] {
            None => Some(value),
            Some(ty) => turn(&value, ty),
        }
    }

    /// What a row holds of a parent's key; none where it cannot have that parent.
    pub(super) fn key(&self, theirs: impl Fn(usize) -> Value) -> Option<Vec<Value>> {
        let values = (0..self.columns.len()).map(|position| self.turned(position, theirs(position)));
        let values: Vec<Value> = values.collect::<Option<_>>()?;
        if self.conditions.is_empty() {
            return Some(values);
        }
        let mut row = vec![Value::Null; self.width];
        self.columns.iter().zip(&values).for_each(|(column, value)| row[*column] = value.clone());
        let is_met = |condition: &Condition| NOW.iter().all(|now| holds(&condition.expr, &row, *now));
        self.conditions.iter().all(is_met).then_some(values)
    }
}

impl Reference {
    /// What a row holds of one value of a parent's key.
    #[inline]
    pub(super) fn held(&self, position: usize, value: Value) -> Value {
        match &self.fitting {
            None => value,
            Some(fitting) => fitting.turned(position, value).unwrap_or_default(),
        }
    }
}

impl TableSources {
    /// Finds out what the references ask of the keys of their parents.
    pub(super) fn fit(&mut self, table: &Table, parents: &[Option<Arc<Table>>]) {
        for (reference, parent) in self.references.iter_mut().zip(parents) {
            let fitting = Fitting::of(table, reference, &self.conditions, parent.as_deref());
            reference.fitting = fitting.map(Arc::new);
        }
    }
}
