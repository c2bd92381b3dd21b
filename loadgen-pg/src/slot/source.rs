//! Which publication a slot is read with, and what it does not have.

use std::collections::BTreeMap;

use loadgen_core::ledger::{Header, TableHeader};

use super::{Created, SlotError, SlotSource, ask::ask, fit::refused};
use crate::PgSession;

/// How a slot is read, and which tables of a run it does not show, with the reasons.
///
/// What the run has made it knows itself: a table that somebody has taken out of its publication since is missed. Of other slots
/// the publication has to be named, and has the tables that it has now.
///
/// # Errors
/// When nobody knows the publication.
pub async fn source_of(
    session: &mut PgSession,
    slot: &str,
    publication: Option<&str>,
    created: Option<&Created>,
    header: &Header,
) -> Result<(SlotSource, BTreeMap<String, String>), SlotError> {
    let is_made = created.and_then(|created| created.slot.as_ref()).is_some_and(|made| made.name == slot);
    let made = created.filter(|_| is_made).and_then(|created| created.publication.as_ref());
    let made = made.filter(|made| publication.is_none_or(|named| named == made.name));
    let (publication, tables) = match (made, publication) {
        (Some(made), _) => (made.name.clone(), made.tables.clone()),
        (None, Some(named)) => {
            let sql =
                "select schemaname::text, tablename::text from pg_publication_tables where pubname = $1";
            let query = sqlx::query_as(sql).bind(named).persistent(false);
            (named.to_owned(), ask(query.fetch_all(session.driver()?)).await?)
        }
        (None, None) => {
            return refused(format!(
                "the run has no slot {slot}: it never made one, or `cleanup` or --max-slot-wal has dropped it; one of somebody \
                 else's is read with --publication, which names its publication"
            ));
        }
    };
    let left_out = made.map_or(&[][..], |made| &made.left_out);
    let absent = header.tables.values().filter_map(|table| {
        // A publication goes along with a table that gets another name, and shows it under both.
        let is_named = |form: &TableHeader| {
            tables.iter().any(|(schema, name)| (schema, name) == (&form.schema, &form.table))
        };
        let mut later = header.tables.values().filter(|later| header.forms(later).any(|form| form == table));
        let is_there = header.forms(table).any(is_named) || later.any(is_named);
        let full = table.name().to_string();
        let why = left_out.iter().find(|left| left.table == full).map(|left| left.why.as_str());
        let words = format!("it is not in the publication {publication}");
        (!is_there).then(|| (full, why.map_or(words.clone(), |why| format!("{words}: {why}"))))
    });
    let absent = absent.collect();
    Ok((SlotSource { slot: slot.to_owned(), publication }, absent))
}
