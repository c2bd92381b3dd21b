//! How to reach a server: an address, a connection string of ADO, or the variables of sqlcmd.

use std::{
    fmt,
    path::{Path, PathBuf},
    time::Duration,
};

use loadgen_core::Host;
use tiberius::{AuthMethod, Config, EncryptionLevel};

mod ado;
mod error;
mod login;
mod parts;
mod place;
mod secret;
mod url;

pub use error::SettingsError;
#[cfg(feature = "entra")]
pub(crate) use login::Application;
pub(crate) use login::Login;
pub(crate) use parts::Encrypt;
use parts::Parts;

/// Everything that a connection needs. Neither `Debug` nor [`MssqlSettings::describe`] shows the user or the password.
#[derive(Clone)]
pub struct MssqlSettings {
    host: Host,
    port: Option<u16>,
    instance: Option<String>,
    database: String,
    login: Login,
    encrypt: Encrypt,
    trust: bool,
    ca: Option<PathBuf>,
    certificate_host: Option<String>,
    application_name: String,
    connect_timeout: Option<Duration>,
    read_only: bool,
    all_addresses: bool,
}

/// Looks up a variable of the environment.
pub type Lookup<'a> = &'a dyn Fn(&str) -> Option<String>;

impl MssqlSettings {
    /// From an address or a connection string, and what it leaves out from the variables of the process.
    ///
    /// # Errors
    /// When the address or a variable cannot be read.
    pub fn from_url(url: &str) -> Result<Self, SettingsError> {
        Self::resolve(Some(url), &|name| std::env::var(name).ok())
    }

    /// From `DATABASE_URL`, else `SQLCMDSERVER` and the others of sqlcmd.
    ///
    /// # Errors
    /// When a variable cannot be read.
    pub fn from_environment() -> Result<Self, SettingsError> {
        Self::resolve(None, &|name| std::env::var(name).ok())
    }

    /// From an address or a connection string if there is one, else `DATABASE_URL` if that is one; what is left out comes from
    /// `SQLCMDSERVER`, `SQLCMDUSER`, `SQLCMDPASSWORD` and `SQLCMDDBNAME`, a token from `MSSQL_ACCESS_TOKEN`, the
    /// identity that signs in from `AZURE_CLIENT_ID`.
    ///
    /// The connection is in TLS, with a certificate that is verified, unless the address says otherwise.
    ///
    /// # Errors
    /// When the address or a variable cannot be read.
    pub fn resolve(url: Option<&str>, lookup: Lookup<'_>) -> Result<Self, SettingsError> {
        let given = |name: &str| lookup(name).filter(|value| !value.is_empty());
        let address =
            url.map(str::to_owned).or_else(|| given("DATABASE_URL").filter(|text| is_address(text)));
        let mut parts = match address.as_deref() {
            None => Parts::default(),
            Some(text) => match url::without_scheme(text) {
                Some(rest) => url::parse(rest)?,
                None if ado::is_one(text) => ado::parse(text)?,
                None => return Err(SettingsError::Scheme),
            },
        };
        if parts.host.is_none()
            && let Some(server) = given("SQLCMDSERVER")
        {
            place::read(&server, &mut parts)?;
        }
        if parts.trust == Some(true) && parts.ca.is_some() {
            return Err(SettingsError::TrustTwice);
        }
        let login = login::login(&mut parts, lookup)?;
        let database = parts.database.or_else(|| given("SQLCMDDBNAME"));
        let settings = MssqlSettings {
            host: parts.host.unwrap_or_else(|| Host::new("localhost")),
            port: parts.port,
            instance: parts.instance,
            database: database.unwrap_or_else(|| "master".to_owned()),
            login,
            encrypt: parts.encrypt.unwrap_or(Encrypt::All),
            trust: parts.trust.unwrap_or(false),
            ca: parts.ca,
            certificate_host: parts.certificate_host,
            application_name: parts.application_name.unwrap_or_else(|| "loadgen".to_owned()),
            connect_timeout: parts.connect_timeout,
            read_only: parts.read_only,
            all_addresses: parts.all_addresses,
        };
        settings.check_token()?;
        Ok(settings)
    }

    /// Refuses to show an access token to whoever is on the way to another machine.
    pub(crate) fn check_token(&self) -> Result<(), SettingsError> {
        let is_open = matches!(self.encrypt, Encrypt::Off | Encrypt::Login) && !self.host.is_local();
        if is_open && !matches!(self.login, Login::Sql { .. }) {
            Err(SettingsError::TokenInTheOpen)
        } else {
            Ok(())
        }
    }

    /// What the driver connects with. Deadlines are ours, so it has none.
    pub(crate) fn config(&self, token: Option<&str>) -> Config {
        let mut config = Config::new();
        // The driver puts host and port together with a colon.
        config.host(&self.host);
        let host = self.certificate_host.clone().unwrap_or_else(|| bare(&self.host));
        config.hostname_in_certificate(host);
        if let Some(port) = self.port {
            config.port(port);
        } else if let Some(instance) = &self.instance {
            config.instance_name(instance);
        }
        config.database(&self.database);
        config.application_name(&self.application_name);
        config.readonly(self.read_only);
        config.multi_subnet_failover(self.all_addresses);
        config.handshake_timeout(None);
        config.command_timeout(None);
        config.encryption(match self.encrypt {
            Encrypt::Strict => EncryptionLevel::Strict,
            Encrypt::All => EncryptionLevel::Required,
            Encrypt::Login => EncryptionLevel::Off,
            Encrypt::Off => EncryptionLevel::NotSupported,
        });
        match &self.ca {
            Some(ca) => config.trust_cert_ca(ca.display()),
            None if self.trust => config.trust_cert(),
            None => {}
        }
        config.authentication(match (&self.login, token) {
            (Login::Sql { user, password }, _) => AuthMethod::sql_server(user, password),
            (Login::Token(token), _) => AuthMethod::aad_token(token),
            (_, token) => AuthMethod::aad_token(token.unwrap_or_default()),
        });
        config
    }

    /// Where the server listens.
    pub fn host(&self) -> &Host {
        &self.host
    }

    /// The port: 1433 unless the address names another, or an instance of which the server says the port.
    pub fn port(&self) -> u16 {
        self.port.unwrap_or(1433)
    }

    /// The name of the instance, if its port has to be asked for.
    pub fn instance(&self) -> Option<&str> {
        self.instance.as_deref().filter(|_| self.port.is_none())
    }

    /// The database.
    pub fn database(&self) -> &str {
        &self.database
    }

    /// How long connecting may take, if the address says so.
    pub fn connect_timeout(&self) -> Option<Duration> {
        self.connect_timeout
    }

    /// What signs in.
    pub(crate) fn login(&self) -> &Login {
        &self.login
    }

    /// How much of the connection is in TLS.
    pub(crate) fn encrypt(&self) -> Encrypt {
        self.encrypt
    }

    /// The file of the authority that signed the server's certificate.
    pub(crate) fn ca(&self) -> Option<&Path> {
        self.ca.as_deref()
    }

    /// The same server and login, another database.
    #[must_use]
    pub fn with_database(mut self, database: &str) -> Self {
        database.clone_into(&mut self.database);
        self
    }

    /// The same settings, at another place.
    pub(crate) fn at(&self, host: &str, port: u16) -> Self {
        let instance = None;
        MssqlSettings { host: Host::new(host), port: Some(port), instance, ..self.clone() }
    }

    /// `mssql://host:port/database`, or `mssql://host\instance/database`.
    pub fn describe(&self) -> String {
        match self.instance() {
            Some(instance) => format!("mssql://{}\\{instance}/{}", self.host, self.database),
            None => format!("mssql://{}:{}/{}", self.host, self.port(), self.database),
        }
    }
}

/// Whether a text is an address of SQL Server: `mssql://`, `sqlserver://`, or a connection string of ADO.
pub fn is_address(text: &str) -> bool {
    url::without_scheme(text).is_some() || ado::is_one(text)
}

/// An address or connection string as it may be shown: `***` stands for its password, and for all of a text that cannot be taken
/// apart.
pub fn without_password(address: &str) -> String {
    secret::without_password(address)
}

fn bare(host: &Host) -> String {
    match host {
        Host::Name(name) => name.clone(),
        Host::Socket(directory) => directory.display().to_string(),
    }
}

impl fmt::Debug for MssqlSettings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("MssqlSettings").field(&self.describe()).finish()
    }
}

#[cfg(test)]
mod tests;
