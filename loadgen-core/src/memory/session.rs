//! A session of the database in memory.

use std::{collections::BTreeMap, sync::Arc};

use async_trait::async_trait;

use super::{Memory, store::Undo, table};
use crate::{
    Action, Applied, Change, EachRow, Failure, Lack, Rights, Schema, SchemaFilter, Session, SqlSession,
    Table, TableName, Taken, Type, Value,
    ledger::{MARKER_COLUMNS, MARKER_TABLE},
    migration::Way,
};

/// A session; dropping it changes nothing.
#[derive(Debug)]
pub struct MemorySession {
    memory: Memory,
    broken: bool,
    /// The changes of the open transaction.
    staged: Vec<Change>,
    /// What takes them back.
    undo: Vec<Undo>,
    /// The step that is being taken.
    pub(super) noted: Option<(String, Way)>,
}

/// An open transaction goes with its session.
impl Drop for MemorySession {
    fn drop(&mut self) {
        self.take_back();
    }
}

impl MemorySession {
    pub(super) fn new(memory: Memory) -> Self {
        MemorySession { memory, broken: false, staged: Vec::new(), undo: Vec::new(), noted: None }
    }

    /// Applies all changes or none, but for those that are left out.
    pub(super) fn carry_out(&mut self, changes: &[Change], taken: Taken) -> Result<Vec<Applied>, Failure> {
        if self.broken {
            return Err(lost());
        }
        let apply = |memory: &Memory| memory.lock().apply(changes, taken, &mut Vec::new());
        let Some(fault) = self.memory.faults.next(changes) else { return apply(&self.memory) };
        self.broken = fault.failure.breaks_session();
        if fault.applied {
            apply(&self.memory)?;
        }
        Err(fault.failure)
    }

    /// Records a step, or that it is gone.
    pub(super) fn record(&mut self, step: &str, is_made: bool) {
        let steps = &mut self.memory.lock().steps;
        let _ = if is_made { steps.insert(step.to_owned()) } else { steps.remove(step) };
    }

    /// The steps that are recorded, in order.
    pub(super) fn recorded(&self) -> Vec<String> {
        self.memory.lock().steps.iter().cloned().collect()
    }

    fn take_back(&mut self) {
        self.staged.clear();
        let undo = std::mem::take(&mut self.undo);
        if !undo.is_empty() {
            self.memory.lock().take_back(undo.into_iter());
        }
    }
}

fn lost() -> Failure {
    Failure::aborted(Action::Reconnect, "closed", "the session was lost before")
}

#[async_trait]
impl Session for MemorySession {}

/// Numbers by their size, anything else somehow.
fn in_order(key: &[Value]) -> Vec<(i64, String)> {
    let part = |value: &Value| match value {
        Value::Int(number) => (*number, String::new()),
        other => (0, other.to_string()),
    };
    key.iter().map(part).collect()
}

#[async_trait]
impl SqlSession for MemorySession {
    async fn introspect(&mut self, filter: &SchemaFilter) -> Result<Schema, Failure> {
        let Schema { schemas, tables, .. } = self.memory.lock().schema();
        let wanted = filter.of(&schemas);
        let is_wanted =
            |table: &&Arc<Table>| filter.schemas.is_empty() || wanted.contains(&&table.name.schema);
        let tables = tables.iter().filter(is_wanted).cloned().collect();
        Ok(Schema { schemas, tables, ..Schema::default() })
    }

    async fn apply(&mut self, changes: &[Change]) -> Result<Vec<Applied>, Failure> {
        self.carry_out(changes, Taken::Refuse)
    }

    async fn stage(&mut self, changes: &[Change]) -> Result<Vec<Applied>, Failure> {
        if self.broken {
            return Err(lost());
        }
        let applied = self.memory.lock().apply(changes, Taken::Refuse, &mut self.undo);
        match applied {
            Ok(_) => self.staged.extend_from_slice(changes),
            Err(_) => self.take_back(),
        }
        applied
    }

    async fn commit(&mut self) -> Result<(), Failure> {
        if self.broken {
            return Err(lost());
        }
        let fault = self.memory.faults.next(&self.staged);
        self.broken = fault.as_ref().is_some_and(|fault| fault.failure.breaks_session());
        if fault.as_ref().is_none_or(|fault| fault.applied) {
            self.undo.clear();
        }
        self.take_back();
        fault.map_or(Ok(()), |fault| Err(fault.failure))
    }

    async fn rollback(&mut self) -> Result<(), Failure> {
        self.take_back();
        Ok(())
    }

    async fn marker_table(&mut self) -> Result<Arc<Table>, Failure> {
        let [run, lane, seq, epoch] = MARKER_COLUMNS;
        let (text, number) = (Type::Text { max: None, fixed: false }, Type::Int(64));
        let markers = table(MARKER_TABLE).column(run, text).column(lane, number.clone());
        let markers = markers.column(seq, number.clone()).column(epoch, number).primary_key([run, lane]);
        let mut store = self.memory.lock();
        if store.named(MARKER_TABLE).is_none() {
            store.create(markers.clone());
        }
        Ok(Arc::new(markers))
    }

    async fn standing(&mut self) -> Result<BTreeMap<String, String>, Failure> {
        Ok([("server".to_owned(), "memory".to_owned())].into())
    }

    async fn execute(&mut self, _: &str) -> Result<(), Failure> {
        Err(Failure::aborted(Action::Fatal, "unsupported", "the database in memory speaks no SQL"))
    }

    async fn scan(
        &mut self,
        table: &Table,
        columns: &[usize],
        each: &mut EachRow<'_>,
    ) -> Result<u64, Failure> {
        let store = self.memory.lock();
        let index = store.index_of(table)?;
        let columns = store.placed(index, table, columns)?;
        let mut rows = 0;
        for row in store.rows(index) {
            let values: Vec<Value> = columns.iter().map(|column| row[*column].clone()).collect();
            each(&values);
            rows += 1;
        }
        Ok(rows)
    }

    async fn sample(
        &mut self,
        table: &Table,
        key: &[usize],
        columns: &[usize],
        most: u64,
        each: &mut EachRow<'_>,
    ) -> Result<bool, Failure> {
        let store = self.memory.lock();
        let index = store.index_of(table)?;
        let of = |row: &[Value], columns: &[usize]| {
            columns.iter().map(|column| row[*column].clone()).collect::<Vec<Value>>()
        };
        let all = store.rows(index).count();
        let mut rows: Vec<(Vec<Value>, Vec<Value>)> =
            store.rows(index).map(|row| (of(row, key), of(row, columns))).collect();
        rows.retain(|(key, _)| !key.iter().any(Value::is_null));
        rows.sort_by_cached_key(|(key, _)| in_order(key));
        let step = rows.len().div_ceil(most.max(1) as usize).max(1);
        rows.iter().step_by(step).for_each(|(_, values)| each(values));
        Ok(step == 1 && rows.len() == all)
    }

    async fn pick(
        &mut self,
        table: &Table,
        column: usize,
        point: u64,
        rows: u64,
    ) -> Result<Vec<Value>, Failure> {
        let mut keys = Vec::new();
        self.sample(table, &[column], &[column], u64::MAX, &mut |row| keys.extend_from_slice(row)).await?;
        let first = ((u128::from(point) * keys.len() as u128) >> 64) as usize;
        Ok(keys.into_iter().skip(first).take(rows as usize).collect())
    }

    async fn largest(&mut self, table: &Table, column: usize) -> Result<Option<i64>, Failure> {
        let store = self.memory.lock();
        let index = store.index_of(table)?;
        let column = store.placed(index, table, &[column])?[0];
        let number = |row: &[Value]| if let Value::Int(number) = row[column] { Some(number) } else { None };
        Ok(store.rows(index).filter_map(number).max())
    }

    async fn missing_rights(
        &mut self,
        wanted: &[(TableName, Rights)],
    ) -> Result<Vec<(TableName, Lack)>, Failure> {
        let store = self.memory.lock();
        let gone = wanted.iter().filter(|(name, _)| !store.has(name));
        Ok(gone.map(|(name, _)| (name.clone(), Lack::Table)).collect())
    }

    async fn schema_version(&mut self, _: &SchemaFilter) -> Result<Option<u64>, Failure> {
        Ok(Some(self.memory.lock().version()))
    }

    async fn server(&mut self) -> Result<String, Failure> {
        Ok("memory".to_owned())
    }
}
