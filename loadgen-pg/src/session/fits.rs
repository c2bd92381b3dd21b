//! Values held against conditions of the server.

use std::fmt::Write;

use loadgen_core::{Column, Type, Value};
use sqlx::{AssertSqlSafe, PgConnection};

use crate::{asking, quote::quote};

/// Whether some columns may hold the values of each row, as far as conditions go that read nothing else. All rows go together; where
/// one of them is an error, each goes alone.
pub(super) async fn fits(
    connection: &mut PgConnection,
    columns: &[&Column],
    conditions: &[&str],
    rows: &[Vec<Value>],
) -> sqlx::Result<Vec<bool>> {
    match ask(connection, columns, conditions, rows).await {
        Ok(fits) => Ok(fits),
        Err(error) if error.as_database_error().is_some() => {
            let mut fits = Vec::with_capacity(rows.len());
            for row in rows {
                fits.push(match ask(connection, columns, conditions, std::slice::from_ref(row)).await {
                    Ok(fits) => fits == [true],
                    Err(error) if error.as_database_error().is_some() => false,
                    Err(error) => return Err(error),
                });
            }
            Ok(fits)
        }
        Err(error) => Err(error),
    }
}

/// What the place of a row is called: no column of a table under a check.
const PLACE: &str = "\"the place of a row among those that are tried, of loadgen's\"";

async fn ask(
    connection: &mut PgConnection,
    columns: &[&Column],
    conditions: &[&str],
    rows: &[Vec<Value>],
) -> sqlx::Result<Vec<bool>> {
    let mut sql = String::from("select coalesce(array_agg(");
    let all: Vec<String> = conditions.iter().map(|condition| format!("({condition}) is not false")).collect();
    sql += &all.join(" and ");
    sql += &format!(" order by {PLACE}), '{{}}') from (select {PLACE}");
    for (at, column) in columns.iter().enumerate() {
        let array = if matches!(column.ty, Type::Array(_)) { "[]" } else { "" };
        sql += &format!(", text{at}::{}{array} as {}", column.native.name, quote(&column.name));
    }
    let given: Vec<String> = (1..=columns.len()).map(|at| format!("${at}::text[]")).collect();
    let named: Vec<String> = (0..columns.len()).map(|at| format!("text{at}")).collect();
    let (given, named) = (given.join(", "), named.join(", "));
    sql += &format!(" from unnest({given}) with ordinality u ({named}, {PLACE})) t");
    let mut query = sqlx::query_scalar(AssertSqlSafe(sql));
    for at in 0..columns.len() {
        query = query.bind(rows.iter().map(|row| text(row.get(at)?)).collect::<Vec<Option<String>>>());
    }
    Ok(asking::ask(connection, query).await?.pop().unwrap_or_default())
}

/// What the server reads a value from.
pub(crate) fn text(value: &Value) -> Option<String> {
    match value {
        Value::Null => None,
        Value::Bytes(_) => Some(format!("\\x{value}")),
        Value::Array(items) => {
            let mut list = String::from("{");
            for (at, item) in items.iter().enumerate() {
                list += if at > 0 { "," } else { "" };
                match text(item) {
                    Some(text) => {
                        let text = text.replace('\\', "\\\\").replace('"', "\\\"");
                        write!(list, "\"{text}\"").ok()?;
                    }
                    None => list += "NULL",
                }
            }
            Some(list + "}")
        }
        value => Some(value.to_string()),
    }
}
