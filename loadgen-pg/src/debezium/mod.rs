//! Captures of Debezium's connector for PostgreSQL, as a sink of changes: JSON Lines in, observations out.
//!
//! A capture is what a consumer of the connector's topics has written down, an event a line: value alone or key and value, each
//! with its schema part or without, or as `kcat -J` has them. [`DebeziumCapture`] reads it line by line and hands each event to a
//! verifier; nothing but the line at hand is kept.
//!
//! How a value looks depends on the connector's settings. What decides how it is read is the form of the column in the ledger and, where
//! there is one, the schema part. What may have lost something on its way becomes [`Cell::Inexact`](loadgen_core::verify::Cell), as does
//! what is not understood: it is listed as not compared, and is never a finding. `docs/ledger.md` says which settings compare
//! exactly.

mod binary;
mod capture;
mod clock;
mod decimal;
mod error;
mod event;
mod iso;
mod message;
mod record;
mod schema;
mod spelt;
mod table;
mod token;
mod value;

#[cfg(test)]
mod tests;

pub use capture::DebeziumCapture;
pub use error::DebeziumError;
