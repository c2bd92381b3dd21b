//! What a session may not do, and what it may not see.

use loadgen_core::{Action, Failure, Lack, Rights, Table, TableName};
use tiberius::{Query, Row};

use super::read::one;
use crate::{connect::Connection, quote::quote_table};

/// Tables that go into one question.
const AT_ONCE: usize = 500;

/// What of the wanted may not be done, for the tables where that is anything.
pub(super) async fn missing_rights(
    connection: &mut Connection,
    wanted: &[(TableName, Rights)],
) -> tiberius::Result<Vec<(TableName, Lack)>> {
    let mut missing = Vec::new();
    for some in wanted.chunks(AT_ONCE) {
        let places: Vec<String> = (1..=some.len()).map(|at| format!("({at}, @P{at})")).collect();
        let sql = include_str!("rights.sql").replace("{wanted}", &places.join(", "));
        let mut query = Query::new(sql);
        query.bind_iter(some.iter().map(|(name, _)| quote_table(name)));
        let rows = query.query(connection).await?.into_first_result().await?;
        for ((name, rights), row) in some.iter().zip(&rows) {
            missing.extend(lack(row, *rights)?.map(|lack| (name.clone(), lack)));
        }
    }
    Ok(missing)
}

fn lack(row: &Row, wanted: Rights) -> tiberius::Result<Option<Lack>> {
    if row.try_get::<i32, _>(0)?.is_none() {
        return Ok(Some(Lack::Table));
    }
    let all = [
        (wanted.select, "select"),
        (wanted.insert, "insert"),
        (wanted.update, "update"),
        (wanted.delete, "delete"),
    ];
    let mut words = Vec::new();
    for (at, (is_wanted, word)) in all.into_iter().enumerate() {
        if is_wanted && row.try_get::<i32, _>(at + 1)? != Some(1) {
            words.push(word);
        }
    }
    Ok(if words.is_empty() { None } else { Some(Lack::Rights(words.join(", "))) })
}

/// The failure of whoever wants to write where nobody can.
pub(super) fn read_only() -> Failure {
    let why = "no write access: the database is read-only; name the primary, or look at ALTER DATABASE ... SET READ_WRITE";
    Failure::aborted(Action::Fatal, "3906", why)
}

/// Why security policies may keep rows of the table from this session. Who may not see definitions sees no policy.
pub(super) async fn hides(
    connection: &mut Connection,
    table: &Table,
) -> tiberius::Result<Option<&'static str>> {
    let row = one(connection, include_str!("policies.sql"), [quote_table(&table.name)]).await?;
    let (filters, is_seen): (Option<i32>, Option<i32>) = (row.try_get(0)?, row.try_get(1)?);
    Ok(if filters.is_some_and(|filters| filters > 0) {
        Some(
            "a security policy decides which rows are seen; read as a user whom its predicate lets see all of them",
        )
    } else if is_seen == Some(1) {
        None
    } else {
        Some(
            "this user cannot see whether a security policy hides rows; grant it VIEW DEFINITION on the database",
        )
    })
}
