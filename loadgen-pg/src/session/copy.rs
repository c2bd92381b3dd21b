//! Rows as a stream of binary COPY.

use loadgen_core::{Action, Failure, NextRow, Shape, Type};
use sqlx::PgConnection;

use super::{bulk::names, patience::Patience};
use crate::{classify::Place, codec::Wire, statement::goes_as_text};

/// What is sent at once: large enough that a system call costs nothing a row, and small enough for a socket's buffer, so
/// that server and client work at the same time.
const CHUNK: usize = 1 << 16;

/// Signature, flags, and the length of a header's extension.
const HEADER: &[u8] = b"PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0";

/// How the rows of one insert are copied.
pub(super) struct Copy {
    table: String,
    columns: String,
    wires: Vec<(String, Wire)>,
}

impl Copy {
    /// The copy of an insert; none where a column goes through a cast, or where there is no column.
    pub(super) fn of(insert: &Shape) -> Option<Self> {
        let wire = |&index: &usize| {
            let column = &insert.table.columns[index];
            let casts = match &column.ty {
                // An enum is received as its label's text.
                Type::Enum(_) => false,
                // The items of an array name their type, and theirs is not known.
                // Servers before 14 refuse what the items are made of where the type is not their own.
                Type::Array(element) => goes_as_text(element) || column.native.name.contains('.'),
                ty => goes_as_text(ty),
            };
            Wire::of(column).filter(|_| !casts).map(|wire| (column.name.clone(), wire))
        };
        let wires: Vec<(String, Wire)> = insert.set.iter().map(wire).collect::<Option<_>>()?;
        let table = insert.table.name.to_string();
        (!wires.is_empty()).then(|| Copy { table, columns: names(insert), wires })
    }

    /// The names of the columns, for SQL.
    pub(super) fn columns(&self) -> &str {
        &self.columns
    }

    /// Sends all rows, in an open transaction.
    pub(super) async fn run(
        &self,
        connection: &mut PgConnection,
        patience: &mut Patience,
        into: &str,
        next: &mut NextRow<'_>,
    ) -> Result<u64, Failure> {
        let sql = format!("copy {into} ({}) from stdin (format binary)", self.columns);
        let mut copy = patience.wait(Place::Harmless, connection.copy_in_raw(&sql)).await?;
        let mut chunk = Vec::with_capacity(CHUNK + CHUNK / 4);
        let (mut values, mut is_over) = (Vec::with_capacity(self.wires.len()), false);
        chunk.extend_from_slice(HEADER);
        while !is_over {
            while chunk.len() < CHUNK && !is_over {
                values.clear();
                is_over = !next(&mut values);
                let encoded = if is_over { Ok(()) } else { self.encode(&values, &mut chunk) };
                if let Err(failure) = encoded {
                    // The server answers with the words that it is given.
                    let aborted = patience.wait(Place::Harmless, copy.abort("a value does not fit")).await;
                    // Who is left half-way through a COPY can do nothing else.
                    return Err(aborted.err().filter(Failure::breaks_session).unwrap_or(failure));
                }
            }
            if is_over {
                chunk.extend((-1i16).to_be_bytes());
            }
            patience.wait(Place::Harmless, async { copy.send(&chunk[..]).await.map(|_| ()) }).await?;
            chunk.clear();
            // A server that always takes what is sent makes nobody wait, and so lets nobody else have a turn.
            tokio::task::yield_now().await;
        }
        patience.wait(Place::Harmless, copy.finish()).await
    }

    fn encode(&self, values: &[loadgen_core::Value], chunk: &mut Vec<u8>) -> Result<(), Failure> {
        chunk.extend((self.wires.len() as i16).to_be_bytes());
        for ((name, wire), value) in self.wires.iter().zip(values) {
            wire.encode_field(value, chunk).map_err(|error| {
                Failure::aborted(Action::Defect, "encode", format!("{}.{name}: {error}", self.table))
            })?;
        }
        Ok(())
    }
}
