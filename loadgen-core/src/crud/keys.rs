//! The remembered columns of a lane's rows, a vector each.

use crate::Value;

/// One remembered column of all rows.
#[derive(Clone, Debug)]
pub(super) enum KeyColumn {
    Int(Vec<i64>),
    Uuid(Vec<u128>),
    Any(Vec<Value>),
}

impl KeyColumn {
    pub(super) fn like(value: &Value) -> Self {
        match value {
            Value::Int(_) => KeyColumn::Int(Vec::new()),
            Value::Uuid(_) => KeyColumn::Uuid(Vec::new()),
            _ => KeyColumn::Any(Vec::new()),
        }
    }

    pub(super) fn get(&self, at: usize) -> Value {
        match self {
            KeyColumn::Int(all) => Value::Int(all[at]),
            KeyColumn::Uuid(all) => Value::Uuid(all[at]),
            KeyColumn::Any(all) => all[at].clone(),
        }
    }

    /// Sets a row's value; the first of another kind turns the column into one that takes any.
    pub(super) fn set(&mut self, at: usize, value: &Value) {
        match (&mut *self, value) {
            (KeyColumn::Int(all), Value::Int(number)) => put(all, at, *number),
            (KeyColumn::Uuid(all), Value::Uuid(id)) => put(all, at, *id),
            (KeyColumn::Any(all), value) => put(all, at, value.clone()),
            (KeyColumn::Int(_) | KeyColumn::Uuid(_), value) => {
                let rows = match self {
                    KeyColumn::Int(all) => all.len(),
                    KeyColumn::Uuid(all) => all.len(),
                    KeyColumn::Any(all) => all.len(),
                };
                let mut any: Vec<Value> = (0..rows).map(|row| self.get(row)).collect();
                put(&mut any, at, value.clone());
                *self = KeyColumn::Any(any);
            }
        }
    }
}

fn put<T: Clone + Default>(items: &mut Vec<T>, at: usize, value: T) {
    if at == items.len() {
        grow(items, 1);
        items.push(value);
    } else {
        items[at] = value;
    }
}

/// Grows by a quarter instead of doubling: hundreds of lanes with half-empty vectors would waste what they save.
pub(super) fn grow<T>(items: &mut Vec<T>, more: usize) {
    if items.capacity() - items.len() < more {
        items.reserve_exact(more_than(items.len(), more));
    }
}

/// Room for how many items is made where there are so many, and `more` have to go in.
pub(super) fn more_than(items: usize, more: usize) -> usize {
    more * 32 + items / 4
}
