//! How to reach a server: an address, `DATABASE_URL`, or libpq's own variables.

use std::{
    fmt,
    path::{Path, PathBuf},
    time::Duration,
};

use sqlx::{
    ConnectOptions,
    postgres::{PgConnectOptions, PgSslMode},
};

use loadgen_core::{Host, address::AddressError};

mod certificates;
mod parameters;
mod passfile;
mod url;

/// Everything that a connection needs. Neither `Debug` nor [`PgSettings::describe`] shows the user or the password.
#[derive(Clone)]
pub struct PgSettings {
    host: Host,
    port: u16,
    database: String,
    connect_timeout: Option<Duration>,
    /// The password file, where the password is not given otherwise.
    passfile: Option<Box<Path>>,
    /// What each file of TLS is for, and where it is.
    pub(crate) certificates: Vec<(&'static str, PathBuf)>,
    pub(crate) options: PgConnectOptions,
}

/// Why settings cannot be used. No part of a text that may hold a secret is quoted.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SettingsError {
    /// Not an address of PostgreSQL.
    #[error("the address of a PostgreSQL database begins with postgres:// or postgresql://")]
    Scheme,
    /// An address that cannot be read.
    #[error(transparent)]
    Address(#[from] AddressError),
    /// A parameter after the question mark that is not known.
    #[error("the address of the database has a parameter `{0}` that is not supported")]
    Parameter(String),
    /// A variable of the environment that makes no sense.
    #[error("the environment variable {0} cannot be read")]
    Variable(&'static str),
    /// Something else than settings in `options` or `PGOPTIONS`.
    #[error(
        "PGOPTIONS and the options of an address are settings: -c name=value or --name=value, with blanks between them"
    )]
    Options,
    /// Not one of libpq's six.
    #[error("sslmode is one of disable, allow, prefer, require, verify-ca, verify-full")]
    SslMode,
}

/// Looks up a variable of the environment.
pub type Lookup<'a> = &'a dyn Fn(&str) -> Option<String>;

impl PgSettings {
    /// From an address, and what it leaves out from the variables of the process.
    ///
    /// # Errors
    /// When the address or a variable cannot be read.
    pub fn from_url(url: &str) -> Result<Self, SettingsError> {
        Self::resolve(Some(url), &|name| std::env::var(name).ok())
    }

    /// From `DATABASE_URL`, else `PGHOST`, `PGPORT` and the others of libpq.
    ///
    /// # Errors
    /// When a variable cannot be read.
    pub fn from_environment() -> Result<Self, SettingsError> {
        Self::resolve(None, &|name| std::env::var(name).ok())
    }

    /// From an address if there is one, else `DATABASE_URL`; what is left out comes from libpq's variables, a missing
    /// or empty password from the password file, the rest from libpq's defaults.
    ///
    /// A host that is not this machine by its name is spoken to in TLS with a verified certificate and name unless
    /// `sslmode` says otherwise.
    ///
    /// # Errors
    /// When the address or a variable cannot be read.
    pub fn resolve(url: Option<&str>, lookup: Lookup<'_>) -> Result<Self, SettingsError> {
        let given = |name: &str| lookup(name).filter(|value| !value.is_empty());
        let address = url.map(str::to_owned).or_else(|| given("DATABASE_URL"));
        let parts = address.map(|address| url::parse(&address)).transpose()?.unwrap_or_default();
        let base = PgConnectOptions::new_without_pgpass();

        let port = match (parts.port, given("PGPORT")) {
            (Some(port), _) => port,
            (None, Some(text)) => text.parse().map_err(|_| SettingsError::Variable("PGPORT"))?,
            (None, None) => 5432,
        };
        let host = parts.host.or_else(|| given("PGHOST")).or_else(|| given("PGHOSTADDR"));
        let host = host.map_or_else(|| default_host(port), |host| Host::new(&host));
        let user = parts.user.or_else(|| given("PGUSER")).unwrap_or_else(|| base.get_username().to_owned());
        let database = parts.database.or_else(|| given("PGDATABASE")).unwrap_or_else(|| user.clone());
        let mode = ssl_mode(parts.sslmode.or_else(|| given("PGSSLMODE")), &host)?;
        let application = parts.application_name.or_else(|| given("PGAPPNAME"));
        let passfile = parts.passfile.or_else(|| given("PGPASSFILE")).map(PathBuf::from);
        let passfile = passfile.or_else(|| given("HOME").map(|home| Path::new(&home).join(".pgpass")));
        let password = parts.password.filter(|password| !password.is_empty()).or_else(|| given("PGPASSWORD"));
        let passfile = passfile.filter(|_| password.is_none()).map(PathBuf::into_boxed_path);

        let mut options = base
            .port(port)
            .username(&user)
            .database(&database)
            .ssl_mode(mode)
            .application_name(application.as_deref().unwrap_or("loadgen"))
            .statement_cache_capacity(STATEMENTS)
            .extra_float_digits(3)
            .disable_statement_logging();
        options = match &host {
            Host::Socket(directory) => options.socket(directory),
            Host::Name(name) => options.host(name),
        };
        // The driver has read variables of its own accord, which need not be those that were looked up.
        options = options.password(password.as_deref().unwrap_or_default());
        let certificates = certificates::named([parts.sslrootcert, parts.sslcert, parts.sslkey], &given);
        options = certificates::with(options, &certificates);
        options = parameters::with(options, parts.options.or_else(|| given("PGOPTIONS")))?;
        let connect_timeout = match (parts.connect_timeout, given("PGCONNECT_TIMEOUT")) {
            (Some(seconds), _) => Some(seconds),
            (None, Some(text)) => {
                Some(text.parse().map_err(|_| SettingsError::Variable("PGCONNECT_TIMEOUT"))?)
            }
            (None, None) => None,
        };
        let connect_timeout = connect_timeout.filter(|seconds| *seconds > 0).map(Duration::from_secs);
        let settings = PgSettings { host, port, database, connect_timeout, passfile, certificates, options };
        Ok(settings.with_filed_password())
    }

    /// The password that the password file has for this server, database and user, if that is where it comes from.
    fn with_filed_password(mut self) -> Self {
        if let Some(path) = &self.passfile {
            let (hosts, user) = (self.host.names(), self.options.get_username());
            let login = passfile::Login { hosts: &hosts, port: self.port, database: &self.database, user };
            let password = passfile::read(path, &login).unwrap_or_default();
            self.options = self.options.password(&password);
        }
        self
    }

    /// Where the server listens.
    pub fn host(&self) -> &Host {
        &self.host
    }

    /// The port, also of a socket.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// The database.
    pub fn database(&self) -> &str {
        &self.database
    }

    /// How long connecting may take, if the address or a variable says so.
    pub fn connect_timeout(&self) -> Option<Duration> {
        self.connect_timeout
    }

    /// The same server and user, another database: a password file may have another password for it.
    pub fn with_database(mut self, database: &str) -> Self {
        self.options = self.options.database(database);
        self.database = database.to_owned();
        self.with_filed_password()
    }

    /// `postgres://host:port/database`.
    pub fn describe(&self) -> String {
        format!("postgres://{}:{}/{}", self.host, self.port, self.database)
    }
}

impl fmt::Debug for PgSettings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("PgSettings").field(&self.describe()).finish()
    }
}

/// More than sessions have: nine for each table of traffic. The driver drops the oldest statement when its cache is full, and to make
/// it anew costs two round trips.
const STATEMENTS: usize = 20_000;

/// Where packages put the socket; libpq has one of them built in.
const SOCKET_DIRECTORIES: [&str; 2] = ["/var/run/postgresql", "/tmp"];

fn default_host(port: u16) -> Host {
    let is_there = |directory: &&&str| Path::new(directory).join(format!(".s.PGSQL.{port}")).exists();
    Host::new(SOCKET_DIRECTORIES.iter().find(is_there).copied().unwrap_or("localhost"))
}

fn ssl_mode(given: Option<String>, host: &Host) -> Result<PgSslMode, SettingsError> {
    match (given, host) {
        (_, Host::Socket(_)) => Ok(PgSslMode::Disable),
        (Some(mode), _) => mode.parse().map_err(|_| SettingsError::SslMode),
        (None, host) if host.is_local() => Ok(PgSslMode::Prefer),
        (None, _) => Ok(PgSslMode::VerifyFull),
    }
}

#[cfg(test)]
mod tests;
