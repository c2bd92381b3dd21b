//! Why settings cannot be used.

use loadgen_core::address::AddressError;

/// Why settings cannot be used. No part of a text that may hold a secret is quoted.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SettingsError {
    /// Not an address of SQL Server.
    #[error(
        "the address of a SQL Server database begins with mssql:// or sqlserver://, or is a connection string with \
         Server="
    )]
    Scheme,
    /// An address that cannot be read.
    #[error(transparent)]
    Address(#[from] AddressError),
    /// A connection string that ends within a setting.
    #[error(
        "the connection string cannot be read to its end: settings are name=value with semicolons between them, and a value with a semicolon or a quote stands in quotes"
    )]
    Cut,
    /// A port as it stands in addresses.
    #[error(
        "the port of a server stands behind a comma in connection strings and SQLCMDSERVER: Server=tcp:host,1433"
    )]
    Comma,
    /// A token that anybody on the way could read.
    #[error("an access token goes to other machines in TLS alone: say encrypt=true, or strict")]
    TokenInTheOpen,
    /// A way to the server that is not TCP.
    #[error("the server is reached by TCP: give its host, and its port or instance")]
    Transport,
    /// A parameter after the question mark that is not known.
    #[error("the address of the database has a parameter `{0}` that is not supported{hint}", hint = hint(.1))]
    Parameter(String, Option<&'static str>),
    /// A setting of a connection string that is not known, by its place from 1, and one that is called much like it.
    #[error(
        "setting number {0} of the connection string is not supported{hint}; a value with a semicolon stands in quotes",
        hint = hint(.1)
    )]
    Setting(usize, Option<&'static str>),
    /// Not one of the ways to encrypt.
    #[error("encrypt is one of strict, true, login, off")]
    Encrypt,
    /// Not one of the ways to sign in.
    #[error("authentication is one of sql, token, managed_identity, default")]
    Authentication,
    /// Accounts of Windows.
    #[error(
        "accounts of Windows cannot sign in from here: give a user and a password, or authentication=managed_identity"
    )]
    Windows,
    /// Nobody to sign in as.
    #[error(
        "nothing to sign in with: give a user in the address or in SQLCMDUSER, or say authentication=managed_identity, \
         default or token"
    )]
    NoUser,
    /// No token to sign in with.
    #[error(
        "no access token to sign in with: name its file with access_token_file, or set MSSQL_ACCESS_TOKEN"
    )]
    NoToken,
    /// An authority for certificates that are not looked at.
    #[error(
        "ca and trust_server_certificate exclude each other: name the authority, or trust any certificate"
    )]
    TrustTwice,
}

fn hint(like: &Option<&str>) -> String {
    like.map_or_else(String::new, |like| format!(", did you mean `{like}`?"))
}
