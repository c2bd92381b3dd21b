//! Holds what a sink shows against the ledger: is every change there, once, in order?
//!
//! A [`Verifier`] reads the ledger, is handed what the sink shows one [`Observation`] after the other, and ends with a
//! [`Verification`]. It knows of no driver and no format; a sink is whatever can make observations. What is expected comes from
//! the ledger alone. Memory does not grow with the number of changes, but for a bit for each in a stream that shows something again:
//! versions and sightings of rows are dealt to files by the hash of their keys, and each file is judged by itself.
//!
//! `docs/ledger.md` says what each check means and what a sink has to deliver.
//!
//! ```
//! use loadgen_core::{Value, column_hash, column_salt, ledger::*, verify::*, ChangeKind};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let directory = tempfile::tempdir()?;
//! # let directory = directory.path();
//! // A run has inserted one order, and its watermark.
//! let id = Covered { name: "id".to_owned(), ty: "bigint".to_owned(), ..Covered::default() };
//! let table = TableHeader {
//!     schema: "public".to_owned(),
//!     table: "orders".to_owned(),
//!     key: vec!["id".to_owned()],
//!     columns: vec![id],
//!     ..TableHeader::default()
//! };
//! let (run, marker) = ("a run".to_owned(), "loadgen_lane".to_owned());
//! let tables = [(0, table)].into();
//! let header = Header { version: VERSION, run, marker, lanes: 1, tables, ..Header::default() };
//! let sum = Some(column_hash(column_salt("id"), &Value::Int(42)));
//! let order = Entry::new(0, ChangeKind::Insert, vec!["42".to_owned()], sum);
//! let ledger = Ledger::create(directory, LedgerOptions::default())?;
//! ledger.write(0, &Record::Header(header))?;
//! ledger.write(0, &Record::Transaction(TransactionRecord { lane: 0, seq: 1, entries: vec![order] }))?;
//! ledger.write(0, &Record::Result(ResultRecord { lane: 0, seq: 1, committed: true }))?;
//! ledger.write(1, &Record::Watermark(Watermark { lane: 1, seq: 1, position: None }))?;
//! ledger.write(0, &Record::End(CleanEnd { transactions: 1, committed: 1, aborted: 0 }))?;
//!
//! // A replica shows the markers of both lanes, but no order.
//! let mut verifier = Verifier::new(LedgerReader::open(directory)?, Sink::State, VerifyOptions::default())?;
//! let marker = verifier.table("public", "loadgen_lane").ok_or("the run has markers")?;
//! for lane in [0, 1] {
//!     let run = Cell::Value(Value::Text("a run".to_owned()));
//!     let (number, one) = (Cell::Value(Value::Int(lane)), Cell::Value(Value::Int(1)));
//!     let columns = [("run_id", run), ("lane", number), ("last_seq", one)];
//!     let (key, columns, transaction, stream) = (&[][..], &columns[..], None, 0);
//!     verifier.observe(&Observation { table: marker, seen: Seen::Row, key, columns, transaction, stream })?;
//! }
//! let found = verifier.finish()?;
//! assert_eq!(found.verdict, Verdict::Fail);
//! assert_eq!((found.findings[0].check, &found.findings[0].key[..]), (Check::Lost, &["42".to_owned()][..]));
//! # Ok(())
//! # }
//! ```

mod account;
mod conclusion;
mod conversion;
mod coverage;
mod database;
mod decimals;
mod error;
mod evidence;
mod expectation;
mod findings;
mod group;
mod hot;
mod judgement;
mod layout;
mod leftovers;
mod looks;
mod marks;
mod numbers;
mod observation;
mod part;
mod reader;
mod reading;
mod relation;
mod replay;
mod row;
mod several;
mod shared;
mod sighting;
mod snapshot;
mod spill;
mod step;
mod tables;
mod tally;
mod verification;
mod verifier;
mod version;
mod walk;

pub use database::{observe_copy, observe_source};
pub use error::VerifyError;
pub use evidence::Evidence;
pub use observation::{Cell, Observation, Seen, Sink, TableId};
pub use tables::ObserveError;
pub use verification::{Check, Counts, Doubt, Finding, NotCompared, Verdict, Verification};
pub use verifier::{Verifier, VerifyOptions};
