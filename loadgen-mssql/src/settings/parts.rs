//! The settings of an address or a connection string, by whatever name they go.

use std::{path::PathBuf, time::Duration};

use loadgen_core::{
    Host,
    address::{AddressError, port},
};

use super::{SettingsError, place};

/// What was given, decoded.
#[derive(Default)]
pub(super) struct Parts {
    pub(super) host: Option<Host>,
    pub(super) port: Option<u16>,
    pub(super) instance: Option<String>,
    pub(super) database: Option<String>,
    pub(super) user: Option<String>,
    pub(super) password: Option<String>,
    pub(super) encrypt: Option<Encrypt>,
    pub(super) trust: Option<bool>,
    pub(super) ca: Option<PathBuf>,
    pub(super) certificate_host: Option<String>,
    pub(super) authentication: Option<Authentication>,
    pub(super) client_id: Option<String>,
    pub(super) access_token_file: Option<PathBuf>,
    pub(super) application_name: Option<String>,
    pub(super) connect_timeout: Option<Duration>,
    pub(super) read_only: bool,
    pub(super) all_addresses: bool,
}

/// How much of the connection is in TLS.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Encrypt {
    /// All of it from the first byte on, as TDS 8.0 has it.
    Strict,
    /// All of it but the greeting.
    All,
    /// The sign-in, where the server can.
    Login,
    /// Nothing, not even the password.
    Off,
}

/// Who signs in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Authentication {
    Sql,
    Token,
    ManagedIdentity,
    Default,
}

/// Settings of drivers that pool, retry or log, which say nothing about where and how.
const PASSED_OVER: [&str; 18] = [
    "persistsecurityinfo",
    "multipleactiveresultsets",
    "pooling",
    "minpoolsize",
    "maxpoolsize",
    "poolblockingperiod",
    "loadbalancetimeout",
    "connectionlifetime",
    "connectionreset",
    "connectretrycount",
    "connectretryinterval",
    "commandtimeout",
    "workstationid",
    "wsid",
    "packetsize",
    "enlist",
    "ipaddresspreference",
    "typesystemversion",
];

impl Parts {
    /// Takes one setting; whether there is such a one.
    pub(super) fn set(&mut self, name: &str, value: String) -> Result<bool, SettingsError> {
        let name = plain(name);
        if value.is_empty() || PASSED_OVER.contains(&name.as_str()) {
            return Ok(self.knows(&name));
        }
        match name.as_str() {
            "server" | "datasource" | "address" | "addr" | "networkaddress" | "host" => {
                place::read(&value, self)?;
            }
            "port" => self.port = Some(port(&value)?),
            "instance" | "instancename" => self.instance = Some(value),
            "database" | "initialcatalog" | "dbname" => self.database = Some(value),
            "userid" | "uid" | "user" | "username" => self.user = Some(value),
            "password" | "pwd" => self.password = Some(value),
            "encrypt" => self.encrypt = Some(encrypt(&value)?),
            "trustservercertificate" => self.trust = Some(yes(&value, "trust_server_certificate")?),
            "ca" | "cafile" => self.ca = Some(value.into()),
            "hostnameincertificate" => self.certificate_host = Some(value),
            "authentication" => self.authentication = Some(authentication(&value)?),
            "clientid" => self.client_id = Some(value),
            "accesstokenfile" => self.access_token_file = Some(value.into()),
            "applicationname" | "app" => self.application_name = Some(value),
            "connecttimeout" | "connectiontimeout" | "timeout" => {
                let seconds = value.parse().map_err(|_| AddressError::Unreadable("connect_timeout"))?;
                self.connect_timeout = Some(Duration::from_secs(seconds)).filter(|time| !time.is_zero());
            }
            "applicationintent" => self.read_only = plain(&value) == "readonly",
            "multisubnetfailover" => self.all_addresses = yes(&value, "multi_subnet_failover")?,
            "integratedsecurity" | "trustedconnection" => {
                if plain(&value) == "sspi" || yes(&value, "integrated_security")? {
                    return Err(SettingsError::Windows);
                }
            }
            _ => return Ok(false),
        }
        Ok(true)
    }

    fn knows(&self, name: &str) -> bool {
        PASSED_OVER.contains(&name) || Parts::default().set(name, "0".to_owned()) != Ok(false)
    }
}

/// Where a setting stands.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Spelling {
    Url,
    Ado,
}

/// Settings as people write them: in addresses, and in connection strings.
const USUAL: [(&str, &str); 13] = [
    ("encrypt", "Encrypt"),
    ("trust_server_certificate", "TrustServerCertificate"),
    ("ca", "CA"),
    ("hostname_in_certificate", "HostNameInCertificate"),
    ("authentication", "Authentication"),
    ("client_id", "Client Id"),
    ("access_token_file", "Access Token File"),
    ("connect_timeout", "Connect Timeout"),
    ("application_intent", "ApplicationIntent"),
    ("multi_subnet_failover", "MultiSubnetFailover"),
    ("database", "Database"),
    ("user", "User Id"),
    ("password", "Password"),
];

/// The setting that is called much like a name.
pub(super) fn like(name: &str, spelling: Spelling) -> Option<&'static str> {
    let name = plain(name);
    let near = |(_, ado): &&(&str, &str)| strsim::jaro_winkler(&plain(ado), &name) >= 0.88;
    USUAL.iter().find(near).map(|(url, ado)| if spelling == Spelling::Url { *url } else { *ado })
}

/// `Trust Server-Certificate` and `trust_server_certificate` are one name.
pub(super) fn plain(text: &str) -> String {
    let is_filler = |char: char| char.is_whitespace() || matches!(char, '_' | '-');
    text.chars().filter(|char| !is_filler(*char)).flat_map(char::to_lowercase).collect()
}

fn encrypt(text: &str) -> Result<Encrypt, SettingsError> {
    match plain(text).as_str() {
        "strict" => Ok(Encrypt::Strict),
        "true" | "yes" | "on" | "mandatory" | "required" => Ok(Encrypt::All),
        "false" | "no" | "optional" | "login" => Ok(Encrypt::Login),
        "off" | "disable" | "none" => Ok(Encrypt::Off),
        _ => Err(SettingsError::Encrypt),
    }
}

fn authentication(text: &str) -> Result<Authentication, SettingsError> {
    match plain(text).as_str() {
        "sql" | "sqlpassword" | "notspecified" => Ok(Authentication::Sql),
        "token" | "accesstoken" => Ok(Authentication::Token),
        "managedidentity" | "msi" | "activedirectorymanagedidentity" | "activedirectorymsi" => {
            Ok(Authentication::ManagedIdentity)
        }
        "default" | "activedirectorydefault" | "workloadidentity" | "activedirectoryworkloadidentity" => {
            Ok(Authentication::Default)
        }
        _ => Err(SettingsError::Authentication),
    }
}

fn yes(text: &str, name: &'static str) -> Result<bool, SettingsError> {
    match plain(text).as_str() {
        "true" | "yes" | "on" | "1" => Ok(true),
        "false" | "no" | "off" | "0" => Ok(false),
        _ => Err(AddressError::Unreadable(name).into()),
    }
}
