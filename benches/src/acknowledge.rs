//! A database that says yes: it keeps nothing, so that the memory measured is that of the lanes.

use std::sync::{
    Arc,
    atomic::{AtomicI64, Ordering},
};

use async_trait::async_trait;
use loadgen_core::{
    Applied, Change, EachRow, Failure, Lack, Rights, Schema, SchemaFilter, Session, SqlSession, Table,
    TableName, Target, Type, Value, memory::table,
};

/// Numbers rows and acknowledges every change.
#[derive(Clone, Debug)]
pub struct Acknowledge {
    schema: Schema,
    next: Arc<AtomicI64>,
}

impl Acknowledge {
    /// A database of these tables.
    pub fn of(tables: impl IntoIterator<Item = Table>) -> Self {
        Acknowledge { schema: Schema::of(tables), next: Arc::default() }
    }
}

impl Default for Acknowledge {
    fn default() -> Self {
        let text = Type::Text { max: Some(40), fixed: false };
        let accounts = table("accounts").serial("id").column("owner", text).column("balance", Type::Int(64));
        Acknowledge::of([accounts.primary_key(["id"])])
    }
}

#[async_trait]
impl Target for Acknowledge {
    type Session = Acknowledge;

    async fn connect(&self) -> Result<Acknowledge, Failure> {
        Ok(self.clone())
    }

    fn describe(&self) -> String {
        "acknowledge://".to_owned()
    }
}

impl Session for Acknowledge {}

#[async_trait]
impl SqlSession for Acknowledge {
    async fn introspect(&mut self, _: &SchemaFilter) -> Result<Schema, Failure> {
        Ok(self.schema.clone())
    }

    async fn apply(&mut self, changes: &[Change]) -> Result<Vec<Applied>, Failure> {
        let answer = |change: &Change| {
            let keys = change.rows * change.shape.returning.len();
            let first = self.next.fetch_add(keys as i64, Ordering::Relaxed);
            Applied {
                rows: change.rows as u64,
                returned: (first..first + keys as i64).map(Value::Int).collect(),
            }
        };
        Ok(changes.iter().map(answer).collect())
    }

    async fn execute(&mut self, _: &str) -> Result<(), Failure> {
        Ok(())
    }

    async fn scan(&mut self, _: &Table, _: &[usize], _: &mut EachRow<'_>) -> Result<u64, Failure> {
        Ok(0)
    }

    async fn sample(
        &mut self,
        _: &Table,
        _: &[usize],
        _: &[usize],
        _: u64,
        _: &mut EachRow<'_>,
    ) -> Result<bool, Failure> {
        Ok(true)
    }

    async fn pick(&mut self, _: &Table, _: usize, _: u64, _: u64) -> Result<Vec<Value>, Failure> {
        Ok(Vec::new())
    }

    async fn largest(&mut self, _: &Table, _: usize) -> Result<Option<i64>, Failure> {
        Ok(None)
    }

    async fn missing_rights(&mut self, _: &[(TableName, Rights)]) -> Result<Vec<(TableName, Lack)>, Failure> {
        Ok(Vec::new())
    }

    async fn server(&mut self) -> Result<String, Failure> {
        Ok("acknowledge".to_owned())
    }
}
