//! The engine and the `crud` workload on the database in memory.

mod crud;
mod engine;
mod shop;
