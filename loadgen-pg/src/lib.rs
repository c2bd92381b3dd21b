//! PostgreSQL for loadgen.

mod classify;
pub mod codec;
mod connect;
mod host;
mod settings;

pub use classify::action;
pub use host::{Host, is_private};
pub use settings::{Lookup, PgSettings, SettingsError};
