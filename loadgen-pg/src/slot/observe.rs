//! What a slot has, for a verifier.

use std::{
    collections::BTreeSet,
    time::{Duration, Instant},
};

use loadgen_core::{Schema, SchemaFilter, SqlSession, ledger::Header, verify::Verifier};

use super::{
    SlotError, SlotReader, SlotSource,
    cells::needs_text,
    message::Message,
    shape::{Announced, Change, Shape, Shapes},
};
use crate::PgSession;

/// How often a slot that is behind is asked again.
const PAUSE: Duration = Duration::from_millis(200);

/// How a slot is read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SlotEnd {
    /// How long the last watermark is waited for.
    pub wait: Duration,
    /// Whether what was read is taken from the slot.
    pub consume: bool,
}

/// Hands over all that the slot has, until it has shown the last watermark or that was waited for long enough.
///
/// # Errors
/// When the slot cannot be read.
pub async fn observe_slot(
    session: &mut PgSession,
    header: &Header,
    source: &SlotSource,
    end: SlotEnd,
    verifier: &mut Verifier,
) -> Result<(), SlotError> {
    let schemas: BTreeSet<String> = header.tables.values().map(|table| table.schema.clone()).collect();
    let schema = session.introspect(&SchemaFilter { schemas: schemas.into_iter().collect() }).await?;
    let is_binary = !header.tables.values().any(|table| {
        let known = schema.tables.iter().find(|known| {
            (known.name.schema.as_str(), known.name.table.as_str()) == (&*table.schema, &*table.table)
        });
        known.is_some_and(|known| known.columns.iter().any(|column| needs_text(&column.ty)))
    });
    let reader = SlotReader::open(session, source, is_binary).await?;
    let mut stream =
        Stream { slot: &source.slot, schema: &schema, shapes: Shapes::new(), transaction: 0, verifier };
    let begun = Instant::now();
    loop {
        let upto = reader.end(session).await?;
        while reader.piece(session, &upto, |bytes| stream.take(bytes)).await? {}
        if stream.verifier.is_complete() || begun.elapsed() >= end.wait {
            break;
        }
        tokio::time::sleep(PAUSE).await;
    }
    if end.consume {
        reader.consume(session).await?;
    }
    reader.close(session).await
}

/// The messages so far, as far as they matter for the next one.
struct Stream<'a> {
    slot: &'a str,
    schema: &'a Schema,
    shapes: Shapes,
    /// The number of the transaction that is being sent.
    transaction: u32,
    verifier: &'a mut Verifier,
}

impl Stream<'_> {
    fn take(&mut self, bytes: &[u8]) -> Result<(), SlotError> {
        let message = Message::read(bytes).map_err(|why| SlotError::torn(self.slot, why))?;
        match message {
            Message::Begin(transaction) => self.transaction = transaction,
            Message::Relation(relation) => {
                let shape = Shape::announced(&relation, self.schema, self.verifier);
                let shape = shape.map_err(|why| wrong(self.slot, why))?;
                self.shapes.insert(relation.id, shape);
            }
            Message::Insert { relation, new } => {
                self.show(relation, |shape| shape.inserted(&new).map(|change| vec![change]))?;
            }
            Message::Update { relation, old, new } => {
                self.show(relation, |shape| shape.updated(old.as_ref(), &new))?;
            }
            Message::Delete { relation, old } => {
                self.show(relation, |shape| shape.deleted(old.tuple()).map(|change| vec![change]))?;
            }
            Message::Truncate(relations) => {
                for relation in relations {
                    self.show(relation, |shape| Ok(vec![shape.truncated()]))?;
                }
            }
            Message::Commit | Message::Other => {}
        }
        Ok(())
    }

    fn show(
        &mut self,
        relation: u32,
        changes: impl for<'s> FnOnce(&'s Shape) -> Result<Vec<Change<'s>>, String>,
    ) -> Result<(), SlotError> {
        let Some(shape) = self.shapes.get(&relation) else {
            return Err(wrong(
                self.slot,
                format!("a change of the table number {relation}, which nobody named"),
            ));
        };
        let shape = match shape {
            Announced::Known(shape) => shape,
            Announced::Foreign(name) => {
                self.verifier.pass_over(name);
                return Ok(());
            }
        };
        let changes = changes(shape).map_err(|why| wrong(self.slot, why))?;
        changes.iter().try_for_each(|change| shape.show(change, self.transaction, self.verifier))
    }
}

fn wrong(slot: &str, why: String) -> SlotError {
    SlotError::Message { slot: slot.to_owned(), why }
}
