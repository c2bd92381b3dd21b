//! The databases that traffic can go to: adding one is a line here.

use std::time::Duration;

use async_trait::async_trait;
use loadgen_core::{Failure, Host, Target, migration::Migration};
use loadgen_mssql::{MssqlSession, MssqlTarget};
use loadgen_pg::{PgSession, PgTarget};

use crate::failed::{Code, Failed};

/// The kinds of targets with their sessions, and `on!`, which asks either whatever kind it is.
macro_rules! backends {
    (($d:tt) $($name:ident($target:ty, $session:ty),)+) => {
        /// A database of any kind.
        #[derive(Clone, Debug)]
        pub(crate) enum Backend {
            $($name($target),)+
        }

        /// A session of a database of any kind.
        #[derive(Debug)]
        #[expect(clippy::large_enum_variant, reason = "there are few, and no operation goes a way round to one")]
        pub(crate) enum BackendSession {
            $($name($session),)+
        }

        macro_rules! on {
            ($d kind:ident $d it:ident in $d value:expr => $d call:expr) => {
                match $d value {
                    $($d kind::$name($d it) => $d call,)+
                }
            };
        }

        #[async_trait]
        impl Target for Backend {
            type Session = BackendSession;

            async fn connect(&self) -> Result<BackendSession, Failure> {
                match self {
                    $(Backend::$name(target) => target.connect().await.map(BackendSession::$name),)+
                }
            }

            fn describe(&self) -> String {
                on!(Backend target in self => target.describe())
            }
        }

        impl Backend {
            /// The same database; the answer to one statement may take so long.
            pub(crate) fn with_statement_deadline(self, deadline: Duration) -> Self {
                match self {
                    $(Backend::$name(target) => Backend::$name(target.with_statement_deadline(deadline)),)+
                }
            }

            /// Another database of the same server.
            pub(crate) fn with_database(self, name: &str) -> Self {
                match self {
                    $(Backend::$name(target) => Backend::$name(target.with_database(name)),)+
                }
            }
        }
    };
}

backends! { ($)
    Pg(PgTarget, PgSession),
    Mssql(MssqlTarget, MssqlSession),
}

// What asks either kind comes after `on!`.
mod address;
mod session;

pub(crate) use address::database_url;

impl Backend {
    /// Where the server listens.
    pub(crate) fn host(&self) -> &Host {
        on!(Backend target in self => target.host())
    }

    /// The port there.
    pub(crate) fn port(&self) -> u16 {
        on!(Backend target in self => target.settings().port())
    }

    /// The steps that make the tables of `orders`.
    pub(crate) fn orders_steps(&self) -> Vec<Migration> {
        match self {
            Backend::Pg(_) => loadgen_pg::orders::migrations(),
            Backend::Mssql(_) => loadgen_mssql::orders::migrations(),
        }
    }

    /// PostgreSQL, for what nothing else has.
    pub(crate) fn postgres(&self, what: &str) -> Result<&PgTarget, Failed> {
        match self {
            Backend::Pg(target) => Ok(target),
            _ => Err(only_postgres(what, &self.describe())),
        }
    }
}

impl BackendSession {
    /// Closes the connection in an orderly way. Dropping the session closes it too.
    pub(crate) async fn close(self) {
        on!(BackendSession session in self => session.close().await);
    }

    /// The database as the server calls it, where that may not be as it was asked for.
    pub(crate) async fn database(&mut self) -> Result<Option<String>, Failure> {
        match self {
            BackendSession::Pg(_) => Ok(None),
            BackendSession::Mssql(session) => session.database().await.map(Some),
        }
    }

    /// PostgreSQL, for what nothing else has.
    pub(crate) fn postgres(&mut self, what: &str, place: &str) -> Result<&mut PgSession, Failed> {
        match self {
            BackendSession::Pg(session) => Ok(session),
            _ => Err(only_postgres(what, place)),
        }
    }
}

fn only_postgres(what: &str, place: &str) -> Failed {
    Failed::new(Code::Usage, format!("{what} only PostgreSQL has, and {place} is another database"))
}
