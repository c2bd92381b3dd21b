//! A database as a sink: the source itself, or a copy that may still be coming.

use std::{sync::Arc, time::Duration};

use tokio::time::{Instant, sleep};

use super::{
    tables::{ObserveError, find_markers, observe_markers, observe_rows},
    verifier::Verifier,
};
use crate::{
    Failure, SqlSession, TableName,
    ledger::{Header, check_identity},
};

/// How often a copy that is behind is asked again.
const PAUSE: Duration = Duration::from_millis(100);

/// Hands over what the database has that the run went to.
///
/// # Errors
/// When it is another database, a table is missing that should be there, or it cannot be read.
pub async fn observe_source(
    session: &mut impl SqlSession,
    verifier: &mut Verifier,
) -> Result<(), ObserveError> {
    let header = verifier.header();
    check_identity(session, &header).await?;
    if let Some(markers) = find_markers(session, &header).await? {
        observe_markers(session, &markers, verifier).await?;
    }
    observe_rows(session, verifier).await
}

/// Hands over what a copy of the database has, once it shows the run's last watermark and is not being filled any more. It gets
/// so long for that, and nothing if the ledger has no watermark; what it has then is handed over all the same.
///
/// # Errors
/// When a table is missing that should be there, or the copy cannot be read.
pub async fn observe_copy(
    session: &mut impl SqlSession,
    wait: Duration,
    verifier: &mut Verifier,
) -> Result<(), ObserveError> {
    let header = verifier.header();
    let wait = verifier.watermark().map_or(Duration::ZERO, |_| wait);
    let (began, mut markers) = (Instant::now(), None);
    let filled = loop {
        if markers.is_none() {
            markers = find_markers(session, &header).await?;
        }
        if let Some(markers) = &markers {
            observe_markers(session, markers, verifier).await?;
        }
        let filled = being_filled(session, &header).await?;
        if verifier.is_complete() && filled.is_empty() || began.elapsed() >= wait {
            break filled;
        }
        sleep(PAUSE).await;
    };
    if !filled.is_empty() {
        verifier.hold_back(format!(
            "a subscription of the sink is still copying {}; give it more time",
            filled.join(", ")
        ));
    }
    observe_rows(session, verifier).await
}

/// The tables of a run that something is still copying to this database. Until it is through, their rows are older than the
/// markers that have come.
async fn being_filled(session: &mut impl SqlSession, header: &Arc<Header>) -> Result<Vec<String>, Failure> {
    let tables = header.tables.values().map(|table| TableName::new(&table.schema, &table.table));
    let tables: Vec<TableName> = tables.chain(header.marker_table()).collect();
    Ok(session.being_filled(&tables).await?.iter().map(TableName::to_string).collect())
}
