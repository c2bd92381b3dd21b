//! Holds what a sink shows against the ledger: is every change there, once, in order?
//!
//! A [`Verifier`] reads the ledger, is handed what the sink shows one [`Observation`] after the other, and ends with a
//! [`Verification`]. It knows of no driver and no format; a sink is whatever can make observations. What is expected comes from
//! the ledger alone. Memory does not grow with the number of changes: versions and sightings of rows are dealt to files by the hash
//! of their keys, and each file is judged by itself.
//!
//! `docs/ledger.md` says what each check means and what a sink has to deliver.

mod account;
mod conclusion;
mod coverage;
mod error;
mod expectation;
mod findings;
mod group;
mod judgement;
mod layout;
mod marks;
mod names;
mod observation;
mod reading;
mod relation;
mod replay;
mod row;
mod sighting;
mod spill;
mod step;
mod tally;
mod verification;
mod verifier;
mod version;
mod walk;

pub use error::VerifyError;
pub use observation::{Cell, Observation, Seen, Sink, TableId};
pub use verification::{Check, Counts, Doubt, Finding, NotCompared, Verdict, Verification};
pub use verifier::{Verifier, VerifyOptions};
