//! A change event, out of the payload of a message.

use std::borrow::Cow;

use loadgen_core::verify::Seen;
use serde::Deserialize;

use super::message::Row;

/// What a payload says, as far as it counts.
#[derive(Debug, Deserialize)]
struct Payload<'a> {
    #[serde(borrow, default)]
    op: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    before: Option<Row<'a>>,
    #[serde(borrow, default)]
    after: Option<Row<'a>>,
    #[serde(borrow, default)]
    source: Option<Source<'a>>,
}

/// Where a change was made.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Source<'a> {
    #[serde(borrow, default)]
    schema: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    table: Option<Cow<'a, str>>,
    #[serde(default)]
    tx_id: Option<u64>,
}

/// A change of a row, or of a table as a whole.
#[derive(Debug)]
pub(super) struct Event<'a> {
    pub(super) seen: Seen,
    pub(super) table: (Cow<'a, str>, Cow<'a, str>),
    pub(super) transaction: Option<u64>,
    pub(super) before: Option<Row<'a>>,
    pub(super) after: Option<Row<'a>>,
}

/// What to do about events that something has changed on their way.
const PLAIN: &str = "verify needs events as the connector makes them, with op, before, after and source: \
                     capture them without ExtractNewRecordState and other transforms";

impl<'a> Event<'a> {
    /// The change in a payload; none if it is a heartbeat, a transaction's beginning or end, or a message.
    ///
    /// # Errors
    /// When it is none of these, in words.
    pub(super) fn read(payload: &'a str) -> Result<Option<Self>, String> {
        let text = payload;
        let payload: Payload<'a> =
            serde_json::from_str(text).map_err(|error| format!("no change event: {error}"))?;
        let seen = match payload.op.as_deref() {
            Some("c") => Seen::Insert,
            Some("u") => Seen::Update,
            Some("d") => Seen::Delete,
            Some("r") => Seen::Row,
            Some("t") => Seen::Truncate,
            Some("m") => return Ok(None),
            Some(op) => return Err(format!("the op {op:?} is not known; {PLAIN}")),
            None if is_no_change(text) => return Ok(None),
            None => return Err(format!("there is no op; {PLAIN}")),
        };
        let Source { schema, table, tx_id } = payload.source.unwrap_or_default();
        let (Some(schema), Some(table)) = (schema, table) else {
            return Err(format!("source.schema and source.table are missing; {PLAIN}"));
        };
        if matches!(seen, Seen::Insert | Seen::Update | Seen::Row) && payload.after.is_none() {
            return Err(format!("after is missing; {PLAIN}"));
        }
        // A snapshot is one transaction that has made none of its rows.
        let transaction = tx_id.filter(|_| seen != Seen::Row);
        let (before, after) = (payload.before, payload.after);
        Ok(Some(Event { seen, table: (schema, table), transaction, before, after }))
    }
}

/// What heartbeats, and beginnings and ends of transactions, are made of.
const NO_CHANGE: [&str; 7] = ["ts_ms", "ts_us", "ts_ns", "status", "id", "event_count", "data_collections"];

/// Whether it is a heartbeat, or the beginning or the end of a transaction.
fn is_no_change(payload: &str) -> bool {
    let Ok(row) = serde_json::from_str::<Row<'_>>(payload) else { return false };
    let is_known = row.0.iter().all(|(name, _)| NO_CHANGE.contains(&name.as_ref()));
    match row.get("status") {
        Some(status) => is_known && matches!(status.get(), r#""BEGIN""# | r#""END""#),
        None => is_known && row.get("ts_ms").is_some() && row.get("id").is_none(),
    }
}
