//! The examples stand beside this crate: `embed_memory.rs`, `embed_postgres.rs`, `verify_replica.rs` and the plan files.
