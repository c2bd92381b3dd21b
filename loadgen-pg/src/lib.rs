//! PostgreSQL for loadgen.

mod classify;
pub mod codec;
mod connect;
mod host;
mod introspect;
mod quote;
pub mod server;
mod session;
mod settings;
mod statement;
mod target;

pub use classify::action;
pub use host::{Host, is_private};
pub use session::PgSession;
pub use settings::{Lookup, PgSettings, SettingsError};
pub use target::PgTarget;
