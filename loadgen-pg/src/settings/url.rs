//! `postgres://` addresses.

use loadgen_core::address::{Address, AddressError, port, without_brackets};

use super::SettingsError;

/// What was given, decoded.
#[derive(Default)]
pub(super) struct Parts {
    pub(super) user: Option<String>,
    pub(super) password: Option<String>,
    pub(super) host: Option<String>,
    pub(super) port: Option<u16>,
    pub(super) database: Option<String>,
    pub(super) sslmode: Option<String>,
    pub(super) sslrootcert: Option<String>,
    pub(super) sslcert: Option<String>,
    pub(super) sslkey: Option<String>,
    pub(super) application_name: Option<String>,
    pub(super) options: Option<String>,
    pub(super) passfile: Option<String>,
    pub(super) connect_timeout: Option<u64>,
}

/// Reads `scheme://[user[:password]@][host[:port]][/database][?name=value&...]`.
pub(super) fn parse(url: &str) -> Result<Parts, SettingsError> {
    let rest = url.strip_prefix("postgres://").or_else(|| url.strip_prefix("postgresql://"));
    let mut address = Address::read(rest.ok_or(SettingsError::Scheme)?)?;
    let mut parts = Parts {
        user: address.user.take(),
        password: address.password.take(),
        host: address.host.take(),
        port: address.port,
        database: address.database.take(),
        ..Parts::default()
    };
    for (name, value) in std::mem::take(&mut address.parameters) {
        if !parts.set(&name, value)? {
            return Err(SettingsError::Parameter(address.shown(&name).to_owned()));
        }
    }
    Ok(parts)
}

impl Parts {
    /// Takes one parameter; whether there is such a one.
    fn set(&mut self, name: &str, value: String) -> Result<bool, SettingsError> {
        match name {
            "host" | "hostaddr" => {
                without_brackets(&value)?;
                self.host = Some(value);
            }
            "port" => self.port = Some(port(&value)?),
            "dbname" => self.database = Some(value),
            "user" => self.user = Some(value),
            "password" => self.password = Some(value),
            "passfile" => self.passfile = Some(value),
            "sslmode" => self.sslmode = Some(value),
            "sslrootcert" => self.sslrootcert = Some(value),
            "sslcert" => self.sslcert = Some(value),
            "sslkey" => self.sslkey = Some(value),
            "application_name" => self.application_name = Some(value),
            "options" => self.options = Some(value),
            "connect_timeout" => {
                let seconds = value.parse().map_err(|_| AddressError::Unreadable("connect_timeout"))?;
                self.connect_timeout = Some(seconds);
            }
            _ => return Ok(false),
        }
        Ok(true)
    }
}
