//! A SQL Server database that sessions are opened to.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use async_trait::async_trait;
use loadgen_core::{Action, Failure, Host, Target};
use tokio::time::{Instant, timeout_at};

use crate::{
    MssqlSession, MssqlSettings, TokenSource,
    connect::{self, Connection},
    token::Tokens,
};

/// A database, and how long its answers may take.
///
/// Its clones share the access token that they sign in with.
#[derive(Clone, Debug)]
pub struct MssqlTarget {
    settings: MssqlSettings,
    connect_timeout: Duration,
    statement_deadline: Duration,
    tokens: Tokens,
    /// Whether a session was opened before.
    reached: Arc<AtomicBool>,
}

impl MssqlTarget {
    /// The database of these settings. Connecting may take 15 s unless they say otherwise, a statement 30 s.
    pub fn new(settings: MssqlSettings) -> Self {
        MssqlTarget {
            connect_timeout: settings.connect_timeout().unwrap_or(Duration::from_secs(15)),
            statement_deadline: Duration::from_secs(30),
            tokens: Tokens::new(settings.login()),
            reached: Arc::default(),
            settings,
        }
    }

    /// How long connecting may take, all in: getting a token, signing in with it, and what a session asks first.
    #[must_use]
    pub fn with_connect_timeout(mut self, timeout: Duration) -> Self {
        self.connect_timeout = timeout;
        self
    }

    /// How long the answer to one statement may take. It is a client's own deadline, which no state of the server can
    /// hold up; after it the session is of no use any more.
    #[must_use]
    pub fn with_statement_deadline(mut self, deadline: Duration) -> Self {
        self.statement_deadline = deadline;
        self
    }

    /// Signs in with tokens from there. The settings have to ask for a token or an identity, not for a password.
    #[must_use]
    pub fn with_tokens(mut self, source: Arc<dyn TokenSource>) -> Self {
        self.tokens = Tokens::of(source);
        self
    }

    /// Another database of the same server, reached in the same way: whoever signs in does so with the same access token.
    #[must_use]
    pub fn with_database(self, name: &str) -> Self {
        MssqlTarget { settings: self.settings.with_database(name), reached: Arc::default(), ..self }
    }

    /// Where the server listens.
    pub fn host(&self) -> &Host {
        self.settings.host()
    }

    /// The settings that it was made of.
    pub fn settings(&self) -> &MssqlSettings {
        &self.settings
    }

    async fn open(&self, until: Instant) -> Result<Connection, Failure> {
        let token = timeout_at(until, self.tokens.get()).await.map_err(|_| self.no_token())??;
        let opened = timeout_at(until, connect::open(&self.settings, token.as_deref())).await;
        let opened = opened.map_err(|_| connect::connect_deadline(self.connect_timeout))?;
        match &opened {
            Ok(_) => self.reached.store(true, Ordering::Relaxed),
            Err(failure) if failure.code == "18456" => self.tokens.refused().await,
            Err(_) => {}
        }
        opened.map_err(|failure| self.seen_before(failure))
    }

    /// A database that was there before is failing over.
    fn seen_before(&self, failure: Failure) -> Failure {
        if failure.absent && self.reached.load(Ordering::Relaxed) {
            return Failure { action: Action::Reconnect, absent: false, ..failure };
        }
        failure
    }

    fn no_token(&self) -> Failure {
        let seconds = self.connect_timeout.as_secs_f64();
        let why = format!(
            "no access token for the database within {seconds} s; does this run where there is an identity, and is the \
             way to it open?"
        );
        Failure::aborted(Action::Reconnect, "token", why)
    }
}

#[async_trait]
impl Target for MssqlTarget {
    type Session = MssqlSession;

    async fn connect(&self) -> Result<MssqlSession, Failure> {
        let until = Instant::now() + self.connect_timeout;
        let connection = self.open(until).await?;
        let ready = timeout_at(until, MssqlSession::new(connection, self.statement_deadline)).await;
        ready.map_err(|_| connect::connect_deadline(self.connect_timeout))?
    }

    fn describe(&self) -> String {
        self.settings.describe()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::AccessToken;

    #[test]
    fn a_database_that_was_there_before_is_called_again() {
        let lookup = |_: &str| None;
        let settings = MssqlSettings::resolve(Some("mssql://u:p@db/x"), &lookup).expect("an address");
        let target = MssqlTarget::new(settings);
        let away = || Failure::aborted(Action::Fatal, "4060", "away").of_absent_target();
        assert_eq!(target.seen_before(away()).action, Action::Fatal);
        target.reached.store(true, Ordering::Relaxed);
        let again = target.clone().seen_before(away());
        assert_eq!((again.action, again.absent), (Action::Reconnect, false));
        assert_eq!(target.clone().with_database("y").seen_before(away()).action, Action::Fatal);
        let password = Failure::aborted(Action::Fatal, "18456", "wrong");
        assert_eq!(target.seen_before(password).action, Action::Fatal);
    }

    /// Gives one token and no second.
    struct Once(AtomicBool);

    #[async_trait]
    impl TokenSource for Once {
        async fn token(&self) -> Result<AccessToken, Failure> {
            assert!(!self.0.swap(true, Ordering::Relaxed), "a second token was asked for");
            let expires = Some(std::time::SystemTime::now() + Duration::from_secs(3600));
            Ok(AccessToken { text: "token".to_owned(), expires })
        }
    }

    #[tokio::test]
    async fn databases_of_one_server_share_a_token() {
        let address = "mssql://db/x?authentication=managed_identity";
        let settings = MssqlSettings::resolve(Some(address), &|_| None).expect("an address");
        let server = MssqlTarget::new(settings).with_tokens(Arc::new(Once(AtomicBool::new(false))));
        for name in ["a", "b"] {
            let target = server.clone().with_database(name);
            assert_eq!(target.describe(), format!("mssql://db:1433/{name}"));
            assert_eq!(target.tokens.get().await.expect("a token").as_deref(), Some("token"));
        }
    }
}
