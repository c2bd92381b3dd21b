//! The ledger: what was committed, aborted or left undecided, written down so that it survives whatever happens to the
//! target, to the connection and to the process.
//!
//! A lane that is traced numbers its transactions 1, 2, 3 and so on. Each of them first moves the lane's row in the marker
//! table on by one, then makes its changes; what it is about to commit is in the ledger before COMMIT leaves. So whoever
//! finds a lane's marker at `s` knows that all of its transactions up to `s` are there, and none after it; and whoever
//! has the marker's row locked knows that no transaction of that lane is still on its way.
//!
//! `docs/ledger.md` is the definition of the file.

mod directory;
mod disk;
mod error;
mod form;
mod journal;
mod line;
mod marker;
mod reader;
mod record;
mod resolve;
#[cfg(test)]
mod rotation;
mod state;
#[cfg(test)]
mod tests;
mod trace;
mod tracer;

pub use directory::{Ledger, LedgerOptions};
pub use disk::LedgerSync;
pub use error::LedgerError;
pub use form::Form;
pub use marker::{MARKER_COLUMNS, MARKER_TABLE, marker_table};
pub use reader::{JournalReader, LedgerReader};
pub use record::{
    CleanEnd, Covered, Entry, Header, Record, ResultRecord, Standing, TableHeader, TransactionRecord,
    VERSION, Watermark,
};
pub use resolve::{ResolveError, Settled, check_identity, identity, resolve};
pub use state::{LedgerState, state};
pub(crate) use trace::LaneTrace;
pub(crate) use tracer::Tracer;
