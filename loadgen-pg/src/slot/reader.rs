//! The messages of a slot, piece by piece.
//!
//! Peeking would begin at the beginning each time, and streaming needs a connection of another kind than the driver has. So a
//! temporary copy of the slot is made and consumed in pieces of whole transactions: the slot itself stays as it is, the server
//! holds one piece at a time, and the copy goes with the session however it ends.

use std::time::Duration;

use futures_util::TryStreamExt;
use sqlx::Row;

use super::{
    SlotError,
    ask::{ask, ask_within},
    fit::refused,
};
use crate::{
    PgSession,
    classify::{Place, classify},
    quote::quote,
};

/// A slot, and what is read of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SlotSource {
    /// The slot.
    pub slot: String,
    /// The publication whose tables are read.
    pub publication: String,
}

/// Messages that a piece has at least, unless the log ends before.
pub(super) const PIECE: i32 = 20_000;

/// How long the server may decode until it has a message. It begins where the oldest transaction does that was open.
pub(super) const DECODING: Duration = Duration::from_secs(600);

/// Reads a slot from where it is, without moving it.
#[derive(Debug)]
pub struct SlotReader {
    source: SlotSource,
    copy: String,
    sql: &'static str,
}

/// Values as bytes, which the server sends from version 14 on.
const BINARY: &str =
    "select data from pg_logical_slot_get_binary_changes($1::text::name, $2::text::pg_lsn, $3,
    'proto_version', '1', 'publication_names', $4, 'binary', 'true')";
const TEXT: &str = "select data from pg_logical_slot_get_binary_changes($1::text::name, $2::text::pg_lsn, $3,
    'proto_version', '1', 'publication_names', $4)";

impl SlotReader {
    /// Begins where the slot is. Values come as bytes where the server can do that and it is wanted, else as texts.
    ///
    /// # Errors
    /// When there is no such slot, it is lost, or the server is older than version 12.
    pub async fn open(
        session: &mut PgSession,
        source: &SlotSource,
        is_binary: bool,
    ) -> Result<Self, SlotError> {
        let SlotSource { slot, publication } = source;
        let sql =
            "select exists (select from pg_replication_slots where slot_name = $1 and plugin = 'pgoutput'
                                  and database = current_database()),
                          exists (select from pg_publication where pubname = $2),
                          pg_backend_pid(), current_setting('server_version_num')::int4";
        let query = sqlx::query_as(sql).bind(slot).bind(publication).persistent(false);
        let (has_slot, has_publication, process, version): (bool, bool, i32, i32) =
            ask(query.fetch_one(session.driver()?)).await?;
        if !has_slot {
            return refused(format!(
                "there is no slot {slot} of the plugin pgoutput in this database; if somebody has dropped it, what it held is gone, and \
                 another run with `--slot {slot}` makes a new one"
            ));
        }
        if !has_publication {
            return refused(format!(
                "there is no publication {publication}, which says what the slot {slot} shows"
            ));
        }
        if version < 120_000 {
            return refused(format!("reading a slot needs PostgreSQL 12, and this is {}", version / 10_000));
        }
        let copy = format!("loadgen_{process}");
        let sql = "select pg_copy_logical_replication_slot($1::text::name, $2::text::name, true)::text";
        let query = sqlx::query(sql).bind(slot).bind(&copy).persistent(false);
        ask(query.execute(session.driver()?)).await?;
        let sql = if is_binary && version >= 140_000 { BINARY } else { TEXT };
        Ok(SlotReader { source: source.clone(), copy, sql })
    }

    /// Hands over the next messages up to a place in the log; whether there may be more before it.
    ///
    /// # Errors
    /// When the server refuses, or `each` does.
    pub async fn piece(
        &self,
        session: &mut PgSession,
        upto: &str,
        mut each: impl FnMut(&[u8]) -> Result<(), SlotError>,
    ) -> Result<bool, SlotError> {
        let query = sqlx::query(self.sql).bind(&self.copy).bind(upto).bind(PIECE);
        let mut rows = query.bind(quote(&self.source.publication)).persistent(false).fetch(session.driver()?);
        let mut count = 0;
        while let Some(row) = ask_within(DECODING, rows.try_next()).await? {
            let failed = |error: sqlx::Error| SlotError::from(classify(&error, Place::Harmless));
            let raw = row.try_get_raw(0).map_err(failed)?;
            let bytes = raw.as_bytes().map_err(|error| failed(sqlx::Error::Decode(error)))?;
            each(bytes)?;
            count += 1;
        }
        Ok(count >= PIECE)
    }

    /// Moves the slot itself to where this reader has come: what was read is gone from it.
    ///
    /// # Errors
    /// When somebody else reads the slot, or the server refuses.
    pub async fn consume(&self, session: &mut PgSession) -> Result<(), SlotError> {
        let sql = "select pg_replication_slot_advance($1::text::name, confirmed_flush_lsn)::text
                   from pg_replication_slots where slot_name = $2";
        let query = sqlx::query(sql).bind(&self.source.slot).bind(&self.copy).persistent(false);
        ask(query.execute(session.driver()?)).await.map(|_| ())
    }

    /// The name of the copy.
    pub(super) fn copy(&self) -> &str {
        &self.copy
    }

    /// The publication whose tables are read.
    pub(super) fn publication(&self) -> &str {
        &self.source.publication
    }

    /// The end of the log by now.
    pub(super) async fn end(&self, session: &mut PgSession) -> Result<String, SlotError> {
        let query = sqlx::query_scalar("select pg_current_wal_flush_lsn()::text").persistent(false);
        ask(query.fetch_one(session.driver()?)).await
    }

    /// Lets go of the copy.
    pub(super) async fn close(self, session: &mut PgSession) -> Result<(), SlotError> {
        let query = sqlx::query("select pg_drop_replication_slot($1::text::name)").bind(&self.copy);
        ask(query.persistent(false).execute(session.driver()?)).await.map(|_| ())
    }
}
