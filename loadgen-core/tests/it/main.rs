//! The engine and the `crud` workload on the database in memory.
#![allow(clippy::unwrap_used, reason = "the lint spares only the test functions themselves")]

mod checks;
mod circle_words;
mod constants;
mod crud;
mod ddl;
mod digest;
mod engine;
mod existing;
mod idle;
mod kept_together;
mod ledger;
mod lines;
mod meanings;
mod moments;
mod orders;
mod others;
mod plans;
mod realism;
mod seeding;

mod shop;
mod strangers;
mod values;
mod verify;
