//! The markers of a run in a database where nothing else is made beside its rows.

use loadgen_core::{SqlSession, ledger::identity};
use loadgen_mssql::MssqlSession;
use loadgen_pg::slot::{CreatedFile, CreatedMarker, Removed, SlotError};

/// Writes down whether the marker table is there, and makes it if it is not.
///
/// # Errors
/// When it cannot be written down, or not be made.
pub(crate) async fn note(session: &mut MssqlSession, file: &mut CreatedFile) -> Result<(), SlotError> {
    let [server, database] = identity(&session.standing().await?);
    let (name, is_there) = session.find_markers().await?;
    file.note(|created| {
        (created.system_identifier, created.database_oid) = (server, database);
        created.marker = Some(CreatedMarker { schema: name.schema, table: name.table, made: !is_there });
    })?;
    session.marker_table().await?;
    Ok(())
}

/// Removes the markers that are written down.
///
/// # Errors
/// When the session is one of another database, or the server refuses something; what is not removed stays in the file.
pub(crate) async fn remove(session: &mut MssqlSession, file: &mut CreatedFile) -> Result<Removed, SlotError> {
    let [server, database] = identity(&session.standing().await?);
    let created = &file.created;
    if (&created.system_identifier, &created.database_oid) != (&server, &database) {
        return Err(SlotError::Elsewhere(created.target.clone()));
    }
    let mut removed = Removed::default();
    let Some(marker) = created.marker.clone() else { return Ok(removed) };
    let name = marker.name();
    let cleared = session.clear_markers(&name, &created.run, marker.made).await?;
    removed.markers = cleared.rows;
    removed.marker_table = cleared.table.then(|| name.to_string());
    if cleared.others {
        removed.kept.push(format!("the table {name} stays, as other runs have rows in it"));
    }
    file.note(|created| created.marker = None)?;
    Ok(removed)
}
