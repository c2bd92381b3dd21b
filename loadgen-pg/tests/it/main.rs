//! Tests of the whole crate, against servers of its own.
#![allow(clippy::unwrap_used, reason = "the lint spares only the test functions themselves")]

mod server;
