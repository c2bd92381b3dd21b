//! How much of the log a slot keeps.

use super::{SlotError, ask::ask};
use crate::PgSession;

/// What a slot keeps at a moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Retained {
    /// So many bytes of the log.
    Bytes(u64),
    /// Nothing any more: the server has given the slot up, and what was in it is lost.
    Lost,
    /// Nothing: the slot is not there.
    Gone,
}

/// Looks at a slot.
#[derive(Clone, Debug)]
pub struct SlotWatch {
    slot: String,
}

impl SlotWatch {
    /// Of a slot, by its name.
    pub fn new(slot: impl Into<String>) -> Self {
        SlotWatch { slot: slot.into() }
    }

    /// What the slot keeps by now.
    ///
    /// # Errors
    /// When the server cannot be asked.
    pub async fn look(&self, session: &mut PgSession) -> Result<Retained, SlotError> {
        let sql =
            "select pg_wal_lsn_diff(pg_current_wal_lsn(), restart_lsn)::int8, to_jsonb(s) ->> 'wal_status'
                   from pg_replication_slots s where slot_name = $1";
        let query = sqlx::query_as(sql).bind(&self.slot).persistent(false);
        let found: Option<(Option<i64>, Option<String>)> =
            ask(query.fetch_optional(session.driver()?)).await?;
        Ok(match found {
            None => Retained::Gone,
            Some((_, Some(status))) if status == "lost" => Retained::Lost,
            Some((None, _)) => Retained::Lost,
            Some((Some(bytes), _)) => Retained::Bytes(u64::try_from(bytes).unwrap_or(0)),
        })
    }
}
