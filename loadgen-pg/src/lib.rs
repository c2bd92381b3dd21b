//! PostgreSQL for loadgen.
