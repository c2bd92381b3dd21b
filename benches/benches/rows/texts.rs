//! A database that makes COPY text of the rows that it is given and throws it away.

use std::{fmt::Write, hint::black_box, sync::Arc};

use async_trait::async_trait;
use loadgen_benches::Acknowledge;
use loadgen_core::{
    Applied, BulkSession, Change, EachRow, Extent, Failure, NextRow, Rights, Schema, SchemaFilter, Session,
    Shape, SqlSession, Table, TableName, Taken, Target, Value,
};

/// Takes rows of these tables as text.
#[derive(Clone, Debug)]
pub(crate) struct Texts {
    schema: Schema,
    inner: Acknowledge,
}

impl Texts {
    pub(crate) fn of(table: Table) -> Self {
        Texts { schema: Schema::of([table]), inner: Acknowledge::default() }
    }
}

#[async_trait]
impl Target for Texts {
    type Session = Texts;

    async fn connect(&self) -> Result<Texts, Failure> {
        Ok(self.clone())
    }

    fn describe(&self) -> String {
        "text://".to_owned()
    }
}

impl Session for Texts {}

#[async_trait]
impl SqlSession for Texts {
    async fn introspect(&mut self, _: &SchemaFilter) -> Result<Schema, Failure> {
        Ok(self.schema.clone())
    }

    async fn apply(&mut self, changes: &[Change]) -> Result<Vec<Applied>, Failure> {
        self.inner.apply(changes).await
    }

    async fn execute(&mut self, sql: &str) -> Result<(), Failure> {
        self.inner.execute(sql).await
    }

    async fn scan(
        &mut self,
        table: &Table,
        columns: &[usize],
        each: &mut EachRow<'_>,
    ) -> Result<u64, Failure> {
        self.inner.scan(table, columns, each).await
    }

    async fn sample(
        &mut self,
        table: &Table,
        key: &[usize],
        columns: &[usize],
        most: u64,
        each: &mut EachRow<'_>,
    ) -> Result<bool, Failure> {
        self.inner.sample(table, key, columns, most, each).await
    }

    async fn pick(
        &mut self,
        table: &Table,
        column: usize,
        point: u64,
        rows: u64,
    ) -> Result<Vec<Value>, Failure> {
        self.inner.pick(table, column, point, rows).await
    }

    async fn largest(&mut self, table: &Table, column: usize) -> Result<Option<i64>, Failure> {
        self.inner.largest(table, column).await
    }

    async fn missing_rights(
        &mut self,
        wanted: &[(TableName, Rights)],
    ) -> Result<Vec<(TableName, String)>, Failure> {
        self.inner.missing_rights(wanted).await
    }

    async fn server(&mut self) -> Result<String, Failure> {
        self.inner.server().await
    }
}

/// What is kept of the text before it is thrown away.
const BUFFER: usize = 1 << 16;

#[async_trait]
impl BulkSession for Texts {
    async fn load(&mut self, _: &Arc<Shape>, _: Taken, next: &mut NextRow<'_>) -> Result<u64, Failure> {
        let (mut out, mut values, mut rows) = (String::with_capacity(2 * BUFFER), Vec::new(), 0);
        loop {
            values.clear();
            if !next(&mut values) {
                return Ok(rows);
            }
            line(&values, &mut out);
            rows += 1;
            if out.len() > BUFFER {
                black_box(&out);
                out.clear();
            }
        }
    }

    async fn count(&mut self, _: &Table, _: u64) -> Result<u64, Failure> {
        Ok(0)
    }

    async fn extent(&mut self, _: &Table, _: usize) -> Result<Option<Extent>, Failure> {
        Ok(None)
    }
}

/// One row as COPY reads it: columns between tabs, `\N` for NULL.
fn line(values: &[Value], out: &mut String) {
    for (index, value) in values.iter().enumerate() {
        if index > 0 {
            out.push('\t');
        }
        match value {
            Value::Null => out.push_str("\\N"),
            Value::Text(text) if !text.contains(['\\', '\t', '\n', '\r']) => out.push_str(text),
            Value::Text(text) => text.chars().for_each(|c| escape(c, out)),
            other => {
                let _ = write!(out, "{other}");
            }
        }
    }
    out.push('\n');
}

fn escape(c: char, out: &mut String) {
    match c {
        '\\' => out.push_str("\\\\"),
        '\t' => out.push_str("\\t"),
        '\n' => out.push_str("\\n"),
        '\r' => out.push_str("\\r"),
        c => out.push(c),
    }
}
