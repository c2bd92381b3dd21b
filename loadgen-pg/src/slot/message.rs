//! The messages of pgoutput, version 1 of its protocol.
//!
//! Byte for byte as in "Logical Replication Message Formats" of the manual; the bytes are borrowed, nothing is decoded here.

use super::bytes::{Bytes, Torn};

/// One message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Message<'a> {
    /// What follows is of the transaction with this number.
    Begin(u32),
    Commit,
    /// How a table looks from here on.
    Relation(Relation),
    Insert {
        relation: u32,
        new: Tuple<'a>,
    },
    Update {
        relation: u32,
        old: Option<Old<'a>>,
        new: Tuple<'a>,
    },
    Delete {
        relation: u32,
        old: Old<'a>,
    },
    Truncate(Vec<u32>),
    /// Types, origins and messages of others.
    Other,
}

/// A table as its changes are sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Relation {
    pub(crate) id: u32,
    pub(crate) schema: String,
    pub(crate) name: String,
    pub(crate) columns: Vec<RelationColumn>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct RelationColumn {
    /// Whether rows are found by it.
    pub(crate) is_key: bool,
    pub(crate) name: String,
    pub(crate) type_id: u32,
}

/// The row as it was before, or as much of it as the replica identity asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Old<'a> {
    /// Only the columns of the key are there; the others are NULL.
    Key(Tuple<'a>),
    Row(Tuple<'a>),
}

/// The columns of a row, in the order of its relation.
pub(crate) type Tuple<'a> = Vec<Field<'a>>;

/// One value of a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Field<'a> {
    Null,
    /// Stored apart from its row, not changed, and not sent.
    Unchanged,
    Text(&'a [u8]),
    Binary(&'a [u8]),
}

impl<'a> Old<'a> {
    pub(crate) fn tuple(&self) -> &Tuple<'a> {
        match self {
            Old::Key(tuple) | Old::Row(tuple) => tuple,
        }
    }
}

impl<'a> Message<'a> {
    /// Reads one message to its end.
    pub(crate) fn read(message: &'a [u8]) -> Result<Self, Torn> {
        let mut bytes = Bytes::new(message);
        let message = match bytes.byte()? {
            b'B' => {
                bytes.skip(16)?;
                Message::Begin(bytes.number()?)
            }
            b'C' => {
                bytes.skip(25)?;
                Message::Commit
            }
            b'R' => Message::Relation(relation(&mut bytes)?),
            b'I' => {
                let relation = bytes.number()?;
                bytes.expect(b'N')?;
                Message::Insert { relation, new: tuple(&mut bytes)? }
            }
            b'U' => update(&mut bytes)?,
            b'D' => {
                let relation = bytes.number()?;
                let kind = bytes.byte()?;
                Message::Delete { relation, old: old(kind, &mut bytes)? }
            }
            b'T' => {
                let count = bytes.number()?;
                bytes.skip(1)?;
                Message::Truncate((0..count).map(|_| bytes.number()).collect::<Result<_, _>>()?)
            }
            b'O' | b'Y' | b'M' => return Ok(Message::Other),
            kind => return Err(Torn::Kind(kind)),
        };
        bytes.end()?;
        Ok(message)
    }
}

fn relation(bytes: &mut Bytes<'_>) -> Result<Relation, Torn> {
    let (id, schema, name) = (bytes.number()?, bytes.text()?, bytes.text()?);
    bytes.skip(1)?;
    let count = bytes.short()?;
    let columns = (0..count).map(|_| {
        let (flags, name, type_id) = (bytes.byte()?, bytes.text()?, bytes.number()?);
        bytes.skip(4)?;
        Ok(RelationColumn { is_key: flags & 1 != 0, name, type_id })
    });
    let columns = columns.collect::<Result<_, Torn>>()?;
    // Tables of the catalog have an empty schema.
    let schema = if schema.is_empty() { "pg_catalog".to_owned() } else { schema };
    Ok(Relation { id, schema, name, columns })
}

fn update<'a>(bytes: &mut Bytes<'a>) -> Result<Message<'a>, Torn> {
    let relation = bytes.number()?;
    let mut kind = bytes.byte()?;
    let mut before = None;
    if kind != b'N' {
        before = Some(old(kind, bytes)?);
        kind = bytes.byte()?;
    }
    match kind {
        b'N' => Ok(Message::Update { relation, old: before, new: tuple(bytes)? }),
        kind => Err(Torn::Kind(kind)),
    }
}

fn old<'a>(kind: u8, bytes: &mut Bytes<'a>) -> Result<Old<'a>, Torn> {
    match kind {
        b'K' => tuple(bytes).map(Old::Key),
        b'O' => tuple(bytes).map(Old::Row),
        kind => Err(Torn::Kind(kind)),
    }
}

fn tuple<'a>(bytes: &mut Bytes<'a>) -> Result<Tuple<'a>, Torn> {
    let count = bytes.short()?;
    let fields = (0..count).map(|_| {
        Ok(match bytes.byte()? {
            b'n' => Field::Null,
            b'u' => Field::Unchanged,
            b't' => Field::Text(bytes.counted()?),
            b'b' => Field::Binary(bytes.counted()?),
            kind => return Err(Torn::Kind(kind)),
        })
    });
    fields.collect()
}

#[cfg(test)]
mod tests;
