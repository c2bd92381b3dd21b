//! Rows of tables outside the plan that new rows refer to.

use std::sync::Arc;

use super::{fitting::Fitting, keys::KeyColumn, live::Slot, reference::Reference};
use crate::{Failure, SqlSession, Table, TableName, Value};

/// The keys of some rows of a table that is not written, the same for equal rows.
#[derive(Debug)]
pub(crate) struct Pool {
    /// The table.
    pub(crate) name: TableName,
    /// What is referred to.
    pub(crate) columns: Vec<String>,
    /// Its definition, once the pool has been read.
    pub(crate) table: Option<Arc<Table>>,
    keys: Vec<KeyColumn>,
    len: usize,
    /// Whether these are the keys that one reference can use, as it holds them.
    is_fitted: bool,
}

/// The most keys in a pool: some hundred kilobytes.
const MOST: u64 = 10_000;

impl Pool {
    /// The pool of a reference before anything was read.
    pub(super) fn unread(reference: &Reference) -> Self {
        let (name, columns) = (reference.parent_name.clone(), reference.parent_columns.clone());
        Pool { name, columns, table: None, keys: Vec::new(), len: 0, is_fitted: false }
    }

    /// Whether a reference points at these columns.
    pub(super) fn is_for(&self, reference: &Reference) -> bool {
        !self.is_fitted && self.name == reference.parent_name && self.columns == reference.parent_columns
    }

    /// The keys that fit, as rows hold them.
    pub(super) fn fitted(&self, fitting: &Fitting) -> Self {
        let (name, columns) = (self.name.clone(), self.columns.clone());
        let (table, keys) = (self.table.clone(), Vec::new());
        let mut fitted = Pool { name, columns, table, keys, len: 0, is_fitted: true };
        for place in 0..self.len {
            if let Some(key) = fitting.key(|position| self.key(place as Slot, position)) {
                if fitted.len == 0 {
                    fitted.keys = key.iter().map(KeyColumn::like).collect();
                }
                fitted.keys.iter_mut().zip(&key).for_each(|(column, value)| column.set(fitted.len, value));
                fitted.len += 1;
            }
        }
        fitted
    }

    /// This pool with keys from all over the table.
    pub(super) async fn read(
        &self,
        session: &mut impl SqlSession,
        table: &Arc<Table>,
    ) -> Result<Self, Failure> {
        let (mut keys, mut len) = (Vec::<KeyColumn>::new(), 0);
        let columns: Vec<usize> = self.columns.iter().filter_map(|name| table.column_index(name)).collect();
        session
            .sample(table, &columns, &columns, MOST, &mut |values| {
                if values.iter().any(Value::is_null) {
                    return;
                }
                if len == 0 {
                    keys = values.iter().map(KeyColumn::like).collect();
                }
                keys.iter_mut().zip(values).for_each(|(column, value)| column.set(len, value));
                len += 1;
            })
            .await?;
        let (name, columns) = (self.name.clone(), self.columns.clone());
        Ok(Pool { name, columns, table: Some(Arc::clone(table)), keys, len, is_fitted: false })
    }

    /// How many rows there are to choose from.
    pub(crate) fn len(&self) -> usize {
        self.len
    }

    /// Some rows from all over it, each as its columns by their places.
    pub(super) fn spread(&self, count: u64) -> impl Iterator<Item = impl Fn(usize) -> Value> {
        let count = (count as usize).min(self.len);
        (0..count).map(move |nth| {
            let place = (nth * self.len / count) as Slot;
            move |column| self.key(place, column)
        })
    }

    pub(super) fn key(&self, place: Slot, column: usize) -> Value {
        self.keys[column].get(place as usize)
    }
}
