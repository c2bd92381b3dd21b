//! Removes what a run has made, and nothing else.

use loadgen_core::{SqlSession, ledger::identity};
use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection};

use super::{CreatedFile, CreatedMarker, CreatedSlot, SlotError, ask::ask, fit::refused, make::comment};
use crate::{
    PgSession,
    quote::{quote, quote_table},
};

/// What was removed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Removed {
    /// The slot.
    pub slot: Option<String>,
    /// The publication.
    pub publication: Option<String>,
    /// Rows of the marker table.
    pub markers: u64,
    /// The marker table.
    pub marker_table: Option<String>,
    /// What is left, and why.
    pub kept: Vec<String>,
}

/// Removes the slot, the publication and the markers that are written down. What is gone already is none; what is there under
/// the name of something else stays.
///
/// # Errors
/// When the session is one of another database, or the server refuses something; what is not removed stays in the file.
pub async fn remove(session: &mut PgSession, file: &mut CreatedFile) -> Result<Removed, SlotError> {
    let [server, database] = identity(&session.standing().await?);
    let created = &file.created;
    if (&created.system_identifier, &created.database_oid) != (&server, &database) {
        return Err(SlotError::Elsewhere(created.target.clone()));
    }
    let mut removed = Removed::default();
    match drop_slot(session, file).await? {
        Ok(name) => removed.slot = name,
        Err(kept) => removed.kept.push(kept),
    }
    match drop_publication(session, file).await? {
        Ok(name) => removed.publication = name,
        Err(kept) => removed.kept.push(kept),
    }
    if let Some(marker) = file.created.marker.clone() {
        let run = file.created.run.clone();
        let taken = ask(clear(session.driver()?, &marker, &run)).await?;
        removed.markers = taken.rows;
        removed.marker_table = taken.table.then(|| marker.name().to_string());
        if taken.others {
            removed.kept.push(format!("the table {} stays, as other runs have rows in it", marker.name()));
        }
        file.note(|created| created.marker = None)?;
    }
    Ok(removed)
}

/// Drops the slot that is written down, if it is there and the run is known to have made it; why not otherwise.
///
/// Slots have no comments. One is that of the run if the run has lived to write down where it began, and it has not gone
/// back since; any other may be one that somebody else has made after the run was killed.
///
/// # Errors
/// When somebody reads it, or the server refuses.
pub async fn drop_slot(
    session: &mut PgSession,
    file: &mut CreatedFile,
) -> Result<Result<Option<String>, String>, SlotError> {
    let Some(CreatedSlot { name, made_at }) = file.created.slot.clone() else { return Ok(Ok(None)) };
    let sql = "select active_pid, coalesce(confirmed_flush_lsn >= $2::text::pg_lsn, false) from pg_replication_slots
               where slot_name = $1 and database = current_database() and plugin = 'pgoutput'";
    let query = sqlx::query_as(sql).bind(&name).bind(&made_at).persistent(false);
    let found: Option<(Option<i32>, bool)> = ask(query.fetch_optional(session.driver()?)).await?;
    let dropped = match found {
        Some((_, false)) => Err(format!(
            "the slot {name} stays, as the run has not written down that it has made it; if it is nobody else's, \
             `select pg_drop_replication_slot('{name}')` removes it"
        )),
        Some((Some(process), true)) => {
            return refused(format!(
                "the slot {name} is being read by process {process}; end that one first"
            ));
        }
        Some((None, true)) => {
            let query = sqlx::query("select pg_drop_replication_slot($1::text::name)").bind(&name);
            ask(query.persistent(false).execute(session.driver()?)).await?;
            Ok(Some(name))
        }
        None => Ok(None),
    };
    file.note(|created| created.slot = None)?;
    Ok(dropped)
}

/// Drops the publication that is written down, if its comment says that it is that of the run; why not otherwise.
pub(super) async fn drop_publication(
    session: &mut PgSession,
    file: &mut CreatedFile,
) -> Result<Result<Option<String>, String>, SlotError> {
    let Some(publication) = file.created.publication.clone() else { return Ok(Ok(None)) };
    let sql = "select obj_description(oid, 'pg_publication') from pg_publication where pubname = $1";
    let query = sqlx::query_scalar(sql).bind(&publication.name).persistent(false);
    let found: Option<Option<String>> = ask(query.fetch_optional(session.driver()?)).await?;
    let (name, ours) = (publication.name, comment(&file.created.run));
    let is_ours = found.as_ref().is_some_and(|text| text.as_deref() == Some(ours.as_str()));
    if is_ours {
        let sql = format!("drop publication {}", quote(&name));
        ask(session.driver()?.execute(sqlx::raw_sql(AssertSqlSafe(sql)))).await?;
    }
    file.note(|created| created.publication = None)?;
    Ok(match found {
        None => Ok(None),
        Some(_) if is_ours => Ok(Some(name)),
        Some(_) => {
            Err(format!("the publication {name} stays, as its comment does not say that the run made it"))
        }
    })
}

struct Cleared {
    rows: u64,
    table: bool,
    others: bool,
}

/// Removes a run's markers; and the table, if the run made it and nothing else is in it. The lock keeps others from placing theirs
/// in between.
async fn clear(connection: &mut PgConnection, marker: &CreatedMarker, run: &str) -> sqlx::Result<Cleared> {
    let name = quote_table(&marker.name());
    let mut cleared = Cleared { rows: 0, table: false, others: false };
    let there = sqlx::query_scalar("select to_regclass($1) is not null").bind(&name).persistent(false);
    if !there.fetch_one(&mut *connection).await? {
        return Ok(cleared);
    }
    let mut transaction = connection.begin().await?;
    transaction.execute("set local lock_timeout = '10s'").await?;
    if marker.made {
        let lock = format!("lock table {name} in access exclusive mode");
        transaction.execute(sqlx::raw_sql(AssertSqlSafe(lock))).await?;
    }
    let delete = format!("delete from {name} where run_id = $1");
    let delete = sqlx::query(AssertSqlSafe(delete)).bind(run).persistent(false);
    cleared.rows = delete.execute(&mut *transaction).await?.rows_affected();
    if marker.made {
        let query = format!("select exists (select from {name})");
        let query = sqlx::query_scalar(AssertSqlSafe(query)).persistent(false);
        cleared.others = query.fetch_one(&mut *transaction).await?;
        cleared.table = !cleared.others;
    }
    if cleared.table {
        transaction.execute(sqlx::raw_sql(AssertSqlSafe(format!("drop table {name}")))).await?;
    }
    transaction.commit().await?;
    Ok(cleared)
}
