//! PostgreSQL's binary format: one encoder and one decoder for bind parameters, results and COPY.

pub(crate) mod array;
mod calendar;
mod decode;
mod encode;
mod items;
pub(crate) mod literal;
mod numeric;
pub(crate) mod oid;
mod spelt;
mod wire;

pub(crate) use encode::name;
pub(crate) use wire::Kind;
pub(crate) use wire::Wire;

/// Why a value and a type do not go together.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub(crate) struct CodecError(pub(crate) String);

/// PostgreSQL counts from 2000-01-01, loadgen from 1970-01-01.
pub(crate) const EPOCH_DAYS: i32 = 10_957;
/// The same in microseconds.
pub(crate) const EPOCH_MICROS: i64 = 946_684_800_000_000;

#[cfg(test)]
mod tests;
