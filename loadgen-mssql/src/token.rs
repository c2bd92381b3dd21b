//! Access tokens: where they come from, and how long one is used.

use std::{
    fmt,
    path::PathBuf,
    sync::Arc,
    time::{Duration, SystemTime},
};

use async_trait::async_trait;
use loadgen_core::{Action, Failure};
use tokio::sync::Mutex;

use crate::settings::Login;

/// A token that signs in to a database. `Debug` does not show it.
#[derive(Clone)]
pub struct AccessToken {
    /// The token itself.
    pub text: String,
    /// When it stops to sign in; none where that is not known, and a new one is asked for each time.
    pub expires: Option<SystemTime>,
}

/// Something that gives access tokens for `https://database.windows.net/`.
///
/// For programs with a way of their own to get one. A failure says what would help and holds no secret; the time that it takes
/// is bounded by whoever asks.
#[async_trait]
pub trait TokenSource: Send + Sync {
    /// Gets a new token.
    async fn token(&self) -> Result<AccessToken, Failure>;
}

/// What a target signs in with: one token at a time, shared by its sessions.
#[derive(Clone)]
pub(crate) struct Tokens {
    source: Option<Arc<dyn TokenSource>>,
    held: Arc<Mutex<Option<AccessToken>>>,
}

/// A token is replaced so long before it expires.
const EARLY: Duration = Duration::from_secs(5 * 60);

impl Tokens {
    /// From what the settings say.
    pub(crate) fn new(login: &Login) -> Self {
        Tokens { source: source(login), held: Arc::default() }
    }

    /// From a source of tokens, whatever the settings say.
    pub(crate) fn of(source: Arc<dyn TokenSource>) -> Self {
        Tokens { source: Some(source), held: Arc::default() }
    }

    /// A token that is good for a while; none where a password signs in, or a token that the settings hold. Carries no deadline.
    pub(crate) async fn get(&self) -> Result<Option<String>, Failure> {
        let Some(source) = &self.source else { return Ok(None) };
        let mut held = self.held.lock().await;
        let late = SystemTime::now() + EARLY;
        if let Some(token) = held.as_ref().filter(|token| token.expires.is_some_and(|at| at > late)) {
            return Ok(Some(token.text.clone()));
        }
        let token = source.token().await?;
        *held = Some(token.clone());
        Ok(Some(token.text))
    }

    /// Lets go of a token that the server did not take.
    pub(crate) async fn refused(&self) {
        *self.held.lock().await = None;
    }
}

fn source(login: &Login) -> Option<Arc<dyn TokenSource>> {
    match login {
        Login::Sql { .. } | Login::Token(_) => None,
        Login::TokenFile(path) => Some(Arc::new(File(path.clone()))),
        #[cfg(feature = "entra")]
        Login::ManagedIdentity(client) => Some(Arc::new(crate::entra::Entra::managed(client.clone()))),
        #[cfg(feature = "entra")]
        Login::Default { client, application } => {
            Some(Arc::new(crate::entra::Entra::chain(client.clone(), application.clone())))
        }
        #[cfg(not(feature = "entra"))]
        Login::ManagedIdentity(_) | Login::Default { .. } => Some(Arc::new(Missing)),
    }
}

/// A file that somebody else keeps up to date.
struct File(PathBuf);

#[async_trait]
impl TokenSource for File {
    async fn token(&self) -> Result<AccessToken, Failure> {
        let unreadable = |error: std::io::Error| {
            let path = self.0.display();
            let why =
                format!("the access token file {path} cannot be read: {error}; look at access_token_file");
            Failure::aborted(Action::Fatal, "token", why)
        };
        let text = tokio::task::spawn_blocking({
            let path = self.0.clone();
            move || std::fs::read_to_string(path)
        });
        let text = text.await.map_err(std::io::Error::other).and_then(|text| text).map_err(unreadable)?;
        let text = text.trim().to_owned();
        if text.is_empty() {
            return Err(unreadable(std::io::Error::other("it is empty")));
        }
        Ok(AccessToken { text, expires: None })
    }
}

/// Stands for identities in a program that was built without them.
#[cfg(not(feature = "entra"))]
struct Missing;

#[cfg(not(feature = "entra"))]
#[async_trait]
impl TokenSource for Missing {
    async fn token(&self) -> Result<AccessToken, Failure> {
        let why = "this program was built without the sign-in of identities; use access_token_file";
        Err(Failure::aborted(Action::Fatal, "token", why))
    }
}

impl fmt::Debug for AccessToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AccessToken").field("expires", &self.expires).finish_non_exhaustive()
    }
}

impl fmt::Debug for Tokens {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tokens").field("source", &self.source.is_some()).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
