//! How far the markers of a run have come in a sink: a copy of the database, or a logical slot of it.
//!
//! Both are looked at by whoever follows them ([`loadgen_core::freshness`]), each on a connection of its own, which is opened
//! anew when it is lost.

mod replica;
mod slot;

pub use replica::Replica;
pub use slot::SlotCopy;
