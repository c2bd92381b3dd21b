//! Bulk loads into a database that makes COPY text of the rows that it is given and throws it away.

use std::{fmt::Write, hint::black_box, sync::Arc};

use async_trait::async_trait;
use loadgen_core::{BulkSession, Extent, Failure, Loaded, NextRow, Shape, Table, Taken, Value};

use super::Acknowledge;

/// What is kept of the text before it is thrown away.
const BUFFER: usize = 1 << 16;

#[async_trait]
impl BulkSession for Acknowledge {
    async fn load(&mut self, _: &Arc<Shape>, _: Taken, next: &mut NextRow<'_>) -> Result<Loaded, Failure> {
        let (mut out, mut values, mut rows) = (String::with_capacity(2 * BUFFER), Vec::new(), 0);
        loop {
            values.clear();
            if !next(&mut values) {
                return Ok(Loaded::whole(rows));
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
            Value::Int(number) => out.push_str(itoa::Buffer::new().format(*number)),
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
