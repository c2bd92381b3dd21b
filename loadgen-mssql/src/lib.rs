//! SQL Server for loadgen: where a server is and how to sign in, what its tables look like, and changes that end in one of two
//! ways, done or not done, or else in a failure that says that nobody knows.
//!
//! [`MssqlSettings`] say how to reach a database, [`MssqlTarget`] opens sessions to it within its deadlines, and
//! [`MssqlSession`] reads schemas and applies changes. [`orders`] has the tables of that workload.

mod classify;
mod codec;
mod connect;
mod dialect;
#[cfg(feature = "entra")]
mod entra;
mod introspect;
pub mod orders;
mod quote;
mod session;
mod settings;
mod statement;
mod target;
mod token;
mod translate;

pub use session::{Cleared, MssqlSession};
pub use settings::{Lookup, MssqlSettings, SettingsError, is_address, without_password};
pub use target::MssqlTarget;
pub use token::{AccessToken, TokenSource};
