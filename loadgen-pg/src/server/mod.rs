//! A throw-away PostgreSQL server: there in a second, gone without a trace.
//!
//! For the demo, for our tests, and for yours. A test needs no container, no fixture and no clean-up:
//!
//! ```no_run
//! use loadgen_pg::server::Server;
//! use sqlx::{Connection, PgConnection};
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let server = Server::start().await?;
//! let url = server.create_database("shop").await?;
//! let mut connection = PgConnection::connect(&url).await?;
//! sqlx::raw_sql("CREATE TABLE orders (id bigint PRIMARY KEY)").execute(&mut connection).await?;
//! // ... what is to be tested; psql "$url" works as well ...
//! # Ok(())
//! # }
//! // The server and its directory are gone here, after a panic, and after a SIGKILL too.
//! ```
//!
//! # Which server
//!
//! The first of: the directory in `LOADGEN_PG_BIN`; an installed server, the newest version first; the `postgres` on
//! `PATH`; a copy that is [fetched] once through the `npm` client, announced, checked and kept in a cache
//! (`/var/cache/loadgen` for root, `~/.cache/loadgen` for others). Any version from 12 on will do.
//!
//! # What it is like
//!
//! It listens on a Unix socket in a directory of its own, and on TCP only if asked. The superuser is `postgres`, there is
//! no password, the encoding is UTF-8, the locale is C, so that order and case are the same on every machine, and the time
//! zone is UTC. `wal_level` is `logical`. `fsync` is off, see [`ServerBuilder::durable`]. Root can use it too: the server
//! then runs as `postgres` or `nobody`.
//!
//! # How it goes
//!
//! A small shell keeps the server and holds one end of a pipe. When the other end closes, be it that the [`Server`] was
//! dropped or that this process is no more, the shell ends the server and removes its directory. Only a kill of that
//! shell together with this process, or of the whole machine, leaves something: a directory named `loadgen-pg-*` below
//! the directory for temporary files.
//!
//! [fetched]: fetch

mod account;
mod address;
mod binaries;
mod blocking;
mod builder;
mod error;
mod fetch;
mod lifecycle;
mod package;
mod processes;
mod supervisor;

use std::{
    hash::{BuildHasher, Hasher, RandomState},
    path::{Path, PathBuf},
    time::Duration,
};

use nix::sys::signal::Signal;
use sqlx::{AssertSqlSafe, Connection, PgConnection};
use tokio::{sync::Mutex, time::timeout};

use self::{account::Account, address::Address, binaries::Binaries, supervisor::Supervisor};
pub use self::{builder::ServerBuilder, error::ServerError, fetch::fetch, lifecycle::Shutdown};

/// A PostgreSQL server of our own, which lives as long as this value.
///
/// Dropping it ends the server at once, with all connections, and waits for that: some 0.1 s. [`stop`](Server::stop)
/// says whether it went well.
#[derive(Debug)]
pub struct Server {
    supervisor: Supervisor,
    binaries: Binaries,
    socket: PathBuf,
    data: PathBuf,
    address: Address,
    command: String,
    deadline: Duration,
    /// One restart at a time.
    turn: Mutex<()>,
}

impl Server {
    /// Starts a server with the defaults of [`Server::builder`].
    ///
    /// # Errors
    ///
    /// Any [`ServerError`]; nothing is left behind then.
    pub async fn start() -> Result<Server, ServerError> {
        Server::builder().start().await
    }

    /// Begins to describe a server.
    pub fn builder() -> ServerBuilder {
        ServerBuilder::new()
    }

    /// The URL of the database `postgres`, for sqlx, `psql` and everything else that is built on libpq.
    pub fn url(&self) -> String {
        self.database_url("postgres")
    }

    /// The URL of the database `name`, which need not exist.
    pub fn database_url(&self, name: &str) -> String {
        self.address.socket_url(&self.socket, name)
    }

    /// The URL of the database `postgres` over TCP, if [`ServerBuilder::tcp`] was asked for.
    pub fn tcp_url(&self) -> Option<String> {
        self.address.tcp_url("postgres")
    }

    /// The port: of TCP, and in the name of the socket.
    pub fn port(&self) -> u16 {
        self.address.port
    }

    /// The directory of the socket, which is what libpq takes for a host.
    pub fn socket_dir(&self) -> &Path {
        &self.socket
    }

    /// The directory of `initdb` and `postgres`. An installed server has `psql` and `pg_dump` there as well.
    pub fn bin_dir(&self) -> &Path {
        &self.binaries.bin
    }

    /// The server's data directory. It belongs to the user that the server runs as.
    pub fn data_dir(&self) -> &Path {
        &self.data
    }

    /// The version of the server, as in `17.5`.
    pub fn version(&self) -> &str {
        &self.binaries.version
    }

    /// The last lines of the server's log.
    pub fn log_tail(&self) -> String {
        self.supervisor.log()
    }

    /// Creates a database, whatever it is called, and returns its URL.
    ///
    /// # Errors
    ///
    /// [`ServerError::Database`] if it exists, for instance; [`ServerError::Timeout`].
    pub async fn create_database(&self, name: &str) -> Result<String, ServerError> {
        let url = self.url();
        let statement = format!(r#"CREATE DATABASE "{}""#, name.replace('"', r#""""#));
        let create = async {
            let mut connection = PgConnection::connect(&url).await?;
            sqlx::raw_sql(AssertSqlSafe(statement)).execute(&mut connection).await?;
            connection.close().await
        };
        match timeout(self.deadline, create).await {
            Ok(created) => created.map_err(|source| ServerError::Database { name: name.into(), source })?,
            Err(_) => return Err(self.late("creating a database")),
        }
        Ok(self.database_url(name))
    }

    /// Stops all processes of the server where they are (SIGSTOP): connections stay open, and nothing answers.
    ///
    /// # Errors
    ///
    /// [`ServerError::NotRunning`].
    pub fn pause(&self) -> Result<(), ServerError> {
        self.signal(Signal::SIGSTOP)
    }

    /// Lets a paused server go on (SIGCONT).
    ///
    /// # Errors
    ///
    /// [`ServerError::NotRunning`].
    pub fn resume(&self) -> Result<(), ServerError> {
        self.signal(Signal::SIGCONT)
    }

    /// Ends the server and starts it again on the same data, at the same address. A paused server goes on first; one
    /// that has crashed is only started.
    ///
    /// # Errors
    ///
    /// [`ServerError::Timeout`], or [`ServerError::Ended`] when it does not come back.
    pub async fn restart(&self, shutdown: Shutdown) -> Result<(), ServerError> {
        let _turn = self.turn.lock().await;
        self.shut_down(shutdown).await?;
        self.launch(self.deadline).await
    }

    /// Ends the server in order and removes its directory.
    ///
    /// # Errors
    ///
    /// [`ServerError::Timeout`], after which the server is ended without order; [`ServerError::NotRemoved`].
    pub async fn stop(self) -> Result<(), ServerError> {
        let down = self.shut_down(Shutdown::Fast).await;
        self.supervisor.close().await?;
        down
    }

    fn new(supervisor: Supervisor, binaries: Binaries, deadline: Duration) -> Server {
        let (socket, data) = (supervisor.directory().join("socket"), supervisor.directory().join("data"));
        let address = Address { port: 0, tcp: false };
        let (command, turn) = (String::new(), Mutex::new(()));
        Server { supervisor, binaries, socket, data, address, command, deadline, turn }
    }

    fn listen_at(&mut self, address: Address, command: String) {
        self.address = address;
        self.command = command;
    }

    fn signal(&self, signal: Signal) -> Result<(), ServerError> {
        let postmaster = self.supervisor.running().ok_or(ServerError::NotRunning)?;
        processes::signal_all(postmaster, &self.data, signal).map_err(|_| ServerError::NotRunning)
    }

    fn late(&self, what: &'static str) -> ServerError {
        ServerError::Timeout { what, after: self.deadline, log: self.log_tail() }
    }
}

/// A name that no other directory has.
fn scratch_name() -> String {
    let number = RandomState::new().build_hasher().finish();
    format!("loadgen-pg-{:012x}", number & 0xffff_ffff_ffff)
}
