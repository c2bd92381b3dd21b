//! Tests of the whole crate, against servers of its own.
#![allow(clippy::unwrap_used, reason = "the lint spares only the test functions themselves")]

mod address;
mod apply;
mod arrays;
mod checks;
mod circles;
mod conformance;
mod connect;
mod crud;
mod ddl;
mod deferred;
mod embedding;
mod ends;
mod exhaustion;
mod existing;
mod failures;
mod guards;
mod introspection;
mod partitions;
mod patterns;
mod random_tables;
mod reading;
mod realism;
mod sampling;
mod seeding;
mod seeding_checks;
mod seeding_tenants;
mod server;
mod spelling;
mod support;
mod surroundings;
mod tables;
mod transactions;
mod types;
mod whole_zoo;
mod zoo;
