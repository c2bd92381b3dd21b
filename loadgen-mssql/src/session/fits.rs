//! Values held against conditions of the server.

use futures_util::TryStreamExt;
use loadgen_core::{Column, Failure, Type, Value};
use tiberius::{Query, QueryItem, error::Error};

use super::{apply::number, patience::Patience, spell::read_from};
use crate::{
    classify::Place,
    codec::{COLLATE, base},
    connect::Connection,
    quote::quote,
};

/// Values that go into one question.
const AT_ONCE: usize = 512;

/// Conditions in the server's own SQL, and the columns that they read.
pub(super) struct Tried<'a> {
    pub(super) columns: &'a [&'a Column],
    pub(super) conditions: &'a [&'a str],
}

impl Tried<'_> {
    /// Whether the columns may hold the values of each row. Where one of some rows is an error, each of them goes alone; no answers
    /// where all are.
    pub(super) async fn fits(
        &self,
        connection: &mut Connection,
        patience: &mut Patience,
        rows: &[Vec<Value>],
    ) -> Result<Vec<bool>, Failure> {
        let (mut fits, mut is_computed) = (Vec::with_capacity(rows.len()), false);
        for some in rows.chunks((AT_ONCE / self.columns.len().max(1)).max(1)) {
            if let Some(answers) = patience.wait(Place::Harmless, self.ask(connection, some)).await? {
                fits.extend(answers);
                is_computed = true;
                continue;
            }
            for row in some.chunks(1) {
                let answer = patience.wait(Place::Harmless, self.ask(connection, row)).await?;
                is_computed |= answer.is_some();
                fits.push(answer.as_deref() == Some(&[true]));
            }
        }
        Ok(if is_computed { fits } else { Vec::new() })
    }

    /// The server's answers; none where it has computed nothing.
    async fn ask(
        &self,
        connection: &mut Connection,
        rows: &[Vec<Value>],
    ) -> tiberius::Result<Option<Vec<bool>>> {
        let (question, texts) = self.question(rows);
        let mut query = Query::new(question);
        query.bind_iter(texts);
        let answers = async {
            let mut rows = query.query(connection).await?;
            let mut answers = Vec::new();
            while let Some(item) = rows.try_next().await? {
                let QueryItem::Row(row) = item else { continue };
                answers.push(number(&row) == Some(1));
            }
            Ok(answers)
        };
        match answers.await {
            Ok(answers) => Ok(Some(answers)),
            Err(Error::Server(_)) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// The question, and the texts that go with it: they stand for the values of the columns, one row after the other.
    fn question(&self, rows: &[Vec<Value>]) -> (String, Vec<String>) {
        let refused: Vec<String> =
            self.conditions.iter().map(|condition| format!("not ({condition})")).collect();
        let mut given = Vec::new();
        let mut cell = |(value, column): (&Value, &&Column)| {
            constant(value, column).unwrap_or_else(|| {
                given.push(value.to_string());
                format!("@P{}", given.len())
            })
        };
        let mut row = |(place, row): (usize, &Vec<Value>)| {
            let cells: Vec<String> = row.iter().zip(self.columns).map(&mut cell).collect();
            format!("({place}, {})", cells.join(", "))
        };
        let rows: Vec<String> = rows.iter().enumerate().map(&mut row).collect();
        let texts: Vec<String> = (0..self.columns.len()).map(|at| format!("text{at}")).collect();
        let values: Vec<String> = self.columns.iter().enumerate().map(value).collect();
        let sql = format!(
            "select case when {} then 0 else 1 end from (select {PLACE}, {} from (values {}) as u ({PLACE}, {})) as t \
             order by {PLACE}",
            refused.join(" or "),
            values.join(", "),
            rows.join(", "),
            texts.join(", "),
        );
        (sql, given)
    }
}

/// What the place of a row is called: no column of a table under a check.
const PLACE: &str = "[place of a row that loadgen tries]";

/// What stands for a value in the question itself: nothing, and digits of binary data.
fn constant(value: &Value, column: &Column) -> Option<String> {
    let digits = |text: &String| text.chars().all(|digit| digit.is_ascii_hexdigit());
    match (value, &column.ty) {
        (Value::Null, Type::Bytes { .. }) => Some(NO_BYTES.to_owned()),
        (Value::Null, _) => Some("cast(null as nvarchar(max))".to_owned()),
        (_, Type::Bytes { .. }) => {
            let text = Some(value.to_string()).filter(digits);
            Some(text.map_or_else(|| NO_BYTES.to_owned(), |text| format!("0x{text}")))
        }
        _ => None,
    }
}

const NO_BYTES: &str = "cast(null as varbinary(max))";

/// The value that a text stands for, under the column's name.
fn value((at, column): (usize, &&Column)) -> String {
    let text = format!("text{at}");
    let value = match column.ty {
        // Whether texts are the same is up to the column.
        Type::Text { .. } => {
            let own = column.native.words().rsplit_once(COLLATE);
            format!(
                "cast({text} as {}){}",
                base(column),
                own.map(|(_, name)| format!("{COLLATE}{name}")).unwrap_or_default()
            )
        }
        _ => read_from(column, &text),
    };
    format!("{value} as {}", quote(&column.name))
}
