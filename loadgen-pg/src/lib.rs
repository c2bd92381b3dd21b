//! PostgreSQL for loadgen.

mod host;
mod settings;

pub use host::{Host, is_private};
pub use settings::{Lookup, PgSettings, SettingsError};
