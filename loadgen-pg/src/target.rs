//! A PostgreSQL database that sessions are opened to.

use std::time::Duration;

use async_trait::async_trait;
use loadgen_core::{Failure, Host, Target};
use sqlx::ConnectOptions;

use crate::{
    PgSession, PgSettings,
    connect::{connect_deadline, connect_failure},
};

/// A database, and how long its answers may take.
#[derive(Clone, Debug)]
pub struct PgTarget {
    settings: PgSettings,
    connect_timeout: Duration,
    statement_deadline: Duration,
}

impl PgTarget {
    /// The database of these settings. Connecting may take 10 s unless they say otherwise, a statement 30 s.
    pub fn new(settings: PgSettings) -> Self {
        PgTarget {
            connect_timeout: settings.connect_timeout().unwrap_or(Duration::from_secs(10)),
            statement_deadline: Duration::from_secs(30),
            settings,
        }
    }

    /// How long connecting may take, all in.
    pub fn with_connect_timeout(mut self, timeout: Duration) -> Self {
        self.connect_timeout = timeout;
        self
    }

    /// How long the answer to one statement may take. It is a client's own deadline, which no state of the server can
    /// hold up; after it the session is of no use any more.
    pub fn with_statement_deadline(mut self, deadline: Duration) -> Self {
        self.statement_deadline = deadline;
        self
    }

    /// Another database of the same server, reached in the same way.
    #[must_use]
    pub fn with_database(self, name: &str) -> Self {
        PgTarget { settings: self.settings.with_database(name), ..self }
    }

    /// Where the server listens.
    pub fn host(&self) -> &Host {
        self.settings.host()
    }

    /// The settings that it was made of.
    pub fn settings(&self) -> &PgSettings {
        &self.settings
    }
}

#[async_trait]
impl Target for PgTarget {
    type Session = PgSession;

    async fn connect(&self) -> Result<PgSession, Failure> {
        match tokio::time::timeout(self.connect_timeout, self.settings.options.connect()).await {
            Ok(Ok(connection)) => Ok(PgSession::new(connection, self.statement_deadline)),
            Ok(Err(error)) => Err(connect_failure(&error, &self.settings)),
            Err(_) => Err(connect_deadline(self.connect_timeout)),
        }
    }

    fn describe(&self) -> String {
        self.settings.describe()
    }
}
