//! What a session may not do, and what it may not see.

use loadgen_core::{Action, Failure, Lack, Rights, Table, TableName};
use tiberius::Row;

use super::read::one;
use crate::{connect::Connection, quote::quote_table};

/// What of the wanted may not be done, for the tables where that is anything.
pub(super) async fn missing_rights(
    connection: &mut Connection,
    wanted: &[(TableName, Rights)],
) -> tiberius::Result<Vec<(TableName, Lack)>> {
    let mut missing = Vec::new();
    for (name, rights) in wanted {
        let row = one(connection, include_str!("rights.sql"), [quote_table(name)]).await?;
        if let Some(lack) = lack(&row, *rights)? {
            missing.push((name.clone(), lack));
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
