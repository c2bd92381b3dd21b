//! Tests of the whole crate. Those that need a server take `LOADGEN_MSSQL_URL`, and say so where it is not set.
#![allow(clippy::unwrap_used, reason = "the lint spares only the test functions themselves")]

mod apply;
mod bulk;
mod checks;
mod conformance;
mod connect;
mod crud;
mod introspection;
mod locks;
mod migrations;
mod orders;
mod support;
mod types;
