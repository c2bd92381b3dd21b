//! PostgreSQL for loadgen.

pub mod server;
