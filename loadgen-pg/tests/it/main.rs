//! Tests of the whole crate, against servers of its own.
#![allow(clippy::unwrap_used, reason = "the lint spares only the test functions themselves")]

mod apply;
mod arrays;
mod checks;
mod conformance;
mod connect;
mod crud;
mod embedding;
mod existing;
mod failures;
mod introspection;
mod reading;
mod sampling;
mod seeding;
mod server;
mod support;
mod tables;
mod transactions;
mod types;
mod zoo;
mod zoo_tables;
