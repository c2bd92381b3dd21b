//! The engine and the `crud` workload on the database in memory.
#![allow(clippy::unwrap_used, reason = "the lint spares only the test functions themselves")]

mod checks;
mod crud;
mod digest;
mod engine;
mod lines;
mod plans;
mod shop;
