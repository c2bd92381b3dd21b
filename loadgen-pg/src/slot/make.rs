//! Makes what a slot needs, and the slot.

use loadgen_core::{SqlSession, TableName, ledger::identity};
use sqlx::{AssertSqlSafe, Executor};

use super::{
    CreatedFile, CreatedMarker, CreatedPublication, CreatedSlot, SlotError, SlotPlan,
    ask::ask,
    fit::refused,
    remove::{drop_publication, drop_slot},
};
use crate::{
    PgSession,
    quote::{quote, quote_table},
    session::marker,
};

/// Writes down whether the marker table is there, and makes it if it is not.
///
/// # Errors
/// When it cannot be written down, or not be made.
pub async fn note_marker(session: &mut PgSession, file: &mut CreatedFile) -> Result<(), SlotError> {
    let [server, database] = identity(&session.standing().await?);
    let name = ask(marker::name(session.driver()?)).await?;
    let made = !ask(marker::is_there(session.driver()?, &name)).await?;
    file.note(|created| {
        (created.system_identifier, created.database_oid) = (server, database);
        created.marker = Some(CreatedMarker { schema: name.schema, table: name.table, made });
    })?;
    session.marker_table().await?;
    Ok(())
}

/// Makes a publication for the tables and the markers, and then the slot. Where that fails, what was made is removed, as far as it is
/// certain that it was made here.
///
/// # Errors
/// When the server refuses something, or does not answer: the words say what stays, if anything does.
pub async fn make(session: &mut PgSession, plan: &SlotPlan, file: &mut CreatedFile) -> Result<(), SlotError> {
    let Some(marker) = file.created.marker.as_ref().map(CreatedMarker::name) else {
        return refused("a slot needs the table of markers, which was not made".to_owned());
    };
    let made = async {
        publish(session, plan, &marker, file).await?;
        let name = || plan.name.clone();
        file.note(|created| created.slot = Some(CreatedSlot { name: name(), made_at: None }))?;
        let sql = "select lsn::text from pg_create_logical_replication_slot($1::text::name, 'pgoutput')";
        let query = sqlx::query_scalar(sql).bind(&plan.name).persistent(false);
        let made_at: String = ask(query.fetch_one(session.driver()?)).await?;
        // Known even where it cannot be written down: the slot is dropped then.
        file.created.slot = Some(CreatedSlot { name: name(), made_at: Some(made_at) });
        file.note(|_| ())
    };
    let Err(error) = made.await else { return Ok(()) };
    // What cannot be removed stays in the file.
    let is_taken = matches!(&error, SlotError::Server(failure) if failure.code == "42710");
    if file.created.slot.is_some() && is_taken {
        file.note(|created| created.slot = None)?;
    }
    let slot = what_stays(drop_slot(session, file).await);
    let left = [slot, what_stays(drop_publication(session, file).await)];
    match left.into_iter().flatten().collect::<Vec<_>>() {
        left if left.is_empty() => Err(error),
        left => Err(SlotError::Left { error: Box::new(error), left: left.join("; ") }),
    }
}

/// What stays, if anything does.
fn what_stays(dropped: Result<Result<Option<String>, String>, SlotError>) -> Option<String> {
    match dropped {
        Ok(dropped) => dropped.err(),
        Err(error) => Some(format!("what may be left of it stays written down: {error}")),
    }
}

/// The comment says whose the publication is.
async fn publish(
    session: &mut PgSession,
    plan: &SlotPlan,
    marker: &TableName,
    file: &mut CreatedFile,
) -> Result<(), SlotError> {
    let all: Vec<&TableName> = plan.tables.iter().filter(|name| *name != marker).chain([marker]).collect();
    let pair = |name: &&TableName| (name.schema.clone(), name.table.clone());
    let publication = CreatedPublication {
        name: plan.name.clone(),
        tables: all.iter().map(pair).collect(),
        left_out: plan.left_out.clone(),
    };
    file.note(|created| created.publication = Some(publication))?;
    let list: Vec<String> = all.iter().map(|name| format!("only {}", quote_table(name))).collect();
    let (name, comment) = (quote(&plan.name), comment(&file.created.run).replace('\'', "''"));
    let sql = format!(
        "create publication {name} for table {} with (publish_via_partition_root = true); \
         comment on publication {name} is '{comment}'",
        list.join(", ")
    );
    ask(session.driver()?.execute(sqlx::raw_sql(AssertSqlSafe(sql)))).await.map(|_| ())
}

pub(super) fn comment(run: &str) -> String {
    format!("loadgen run {run}")
}
