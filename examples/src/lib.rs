//! The examples stand beside this crate: `embed_memory.rs`, `embed_postgres.rs` and the plan files.
