//! PostgreSQL for loadgen: where a server is, what its tables look like, and changes that end in one of two ways, done or
//! not done, or else in a failure that says that nobody knows.
//!
//! [`PgSettings`] say how to reach a database, [`PgTarget`] opens sessions to it within its deadlines, and [`PgSession`]
//! reads schemas and applies changes. [`server`] has a PostgreSQL to throw away.
//!
//! ```no_run
//! use loadgen_core::{SchemaFilter, SqlSession, Target};
//! use loadgen_pg::{PgSettings, PgTarget, server::Server};
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let server = Server::start().await?;
//! let target = PgTarget::new(PgSettings::from_url(&server.url())?);
//! let mut session = target.connect().await?;
//! session.execute("create table orders (id bigint primary key)").await?;
//! let schema = session.introspect(&SchemaFilter::default()).await?;
//! assert_eq!(schema.tables[0].name.to_string(), "public.orders");
//! # Ok(())
//! # }
//! ```
//!
//! # When is it done?
//!
//! A change alone is one statement and a transaction of its own; several are BEGIN, statements, COMMIT. Success is claimed
//! after the server is ready for the next query, because deferred constraints speak up after the statement has "completed",
//! and a COMMIT is preceded by a statement that a failed transaction refuses, because its answer would look like success.
//! A failure is `indeterminate` when the server may have been at the commit: then, and after every deadline, the session is
//! of no use any more, and only a new one can find out.

mod asking;
mod classify;
mod codec;
mod connect;
pub mod debezium;
pub mod freshness;
mod introspect;
pub mod orders;
mod quote;
pub mod server;
mod session;
mod settings;
pub mod slot;
mod statement;
mod target;

pub use session::PgSession;
pub use settings::{Lookup, PgSettings, SettingsError};
pub use target::PgTarget;
