//! The markers alone, out of all that a slot has.

use loadgen_core::{TableName, ledger::MARKER_COLUMNS};

use super::{
    SlotError, SlotReader,
    ask::ask_within,
    message::{Field, Message, Relation, Tuple},
    reader::{DECODING, PIECE},
};
use crate::{
    PgSession,
    quote::{quote, quote_table},
};

impl SlotReader {
    /// The messages about the marker table in the next piece, and whether the log ends behind it. The server passes over the
    /// others, so that they are decoded and not sent.
    ///
    /// # Errors
    /// When the server refuses.
    pub async fn markers(
        &self,
        session: &mut PgSession,
        marker: &TableName,
    ) -> Result<(Vec<Vec<u8>>, bool), SlotError> {
        let query = sqlx::query_as(include_str!("markers.sql")).bind(self.copy()).bind(PIECE);
        let query = query.bind(quote(self.publication())).bind(quote_table(marker)).persistent(false);
        let answer = ask_within(DECODING, query.fetch_one(session.driver()?));
        let (all, messages): (i64, Vec<Vec<u8>>) = answer.await?;
        Ok((messages, all < i64::from(PIECE)))
    }
}

/// What messages about the marker table say of one run.
#[derive(Debug)]
pub struct MarkerMessages<'a> {
    run: &'a str,
    /// The places of run, lane and number among the columns.
    places: Option<[usize; 3]>,
}

impl<'a> MarkerMessages<'a> {
    /// Of messages that are yet to come.
    pub fn new(run: &'a str) -> Self {
        MarkerMessages { run, places: None }
    }

    /// Takes the next message: a lane of the run, and the number that its marker has, if it is about that.
    ///
    /// # Errors
    /// When it is no message of pgoutput, or none about a marker table.
    pub fn take(&mut self, message: &[u8]) -> Result<Option<(u32, u64)>, SlotError> {
        let wrong = |why: String| SlotError::Message { slot: "that is followed".to_owned(), why };
        match Message::read(message).map_err(|torn| wrong(torn.to_string()))? {
            Message::Relation(relation) => {
                self.places = Some(places(&relation).map_err(wrong)?);
                Ok(None)
            }
            Message::Update { new, .. } => Ok(self.marker(&new)),
            _ => Ok(None),
        }
    }

    fn marker(&self, row: &Tuple<'_>) -> Option<(u32, u64)> {
        let [run, lane, seq] = self.places?.map(|place| match row.get(place) {
            Some(Field::Text(bytes)) => std::str::from_utf8(bytes).ok(),
            _ => None,
        });
        (run? == self.run).then_some(())?;
        Some((lane?.parse().ok()?, seq?.parse().ok()?))
    }
}

fn places(relation: &Relation) -> Result<[usize; 3], String> {
    let [run, lane, seq, _] = MARKER_COLUMNS.map(|name| {
        let found = relation.columns.iter().position(|column| column.name == name);
        found.ok_or_else(|| format!("{}.{} has no column {name}", relation.schema, relation.name))
    });
    Ok([run?, lane?, seq?])
}
