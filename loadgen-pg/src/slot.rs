//! A logical replication slot: made before a run, watched while it lasts, read as a sink, and removed.
//!
//! A slot keeps the write-ahead log until somebody has read it, so whoever makes one has to look at what it keeps
//! ([`SlotGuard`]) and to remove it ([`remove`]). What is made is written down before it is made ([`Created`]), so that it can be
//! removed after a crash as well, and nothing else ever is.

mod ask;
mod bytes;
mod cells;
mod created;
mod error;
mod fit;
mod guard;
mod make;
mod markers;
mod message;
mod observe;
mod reader;
mod remove;
mod shape;
mod source;
mod watch;

pub use created::{Created, CreatedFile, CreatedMarker, CreatedPublication, CreatedSlot, LeftOut};
pub use error::SlotError;
pub use fit::{SlotPlan, fit};
pub use guard::SlotGuard;
pub use make::{make, note_marker};
pub use markers::MarkerMessages;
pub use observe::{SlotEnd, observe_slot};
pub use reader::{SlotReader, SlotSource};
pub use remove::{Removed, drop_slot, remove};
pub use source::source_of;
pub use watch::{Retained, SlotWatch};
