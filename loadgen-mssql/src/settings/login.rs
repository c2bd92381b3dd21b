//! Who signs in, and with what.

use std::{fmt, path::PathBuf};

use super::{
    Lookup, SettingsError,
    parts::{Authentication, Parts},
};

/// What a session signs in with.
#[derive(Clone)]
#[cfg_attr(not(feature = "entra"), expect(dead_code, reason = "client ids are for identities"))]
pub(crate) enum Login {
    /// A login of the server.
    Sql {
        /// Its name.
        user: String,
        /// Its password.
        password: String,
    },
    /// An access token that somebody else has got.
    Token(String),
    /// A file with such a token, read for each session.
    TokenFile(PathBuf),
    /// The identity of the machine or the container, by its client id unless it is the system's own.
    ManagedIdentity(Option<String>),
    /// Whatever credential the surroundings have, with the client id of an identity among them.
    Default {
        /// That client id.
        client: Option<String>,
        /// What the environment says of an application that signs in by itself.
        application: Option<Application>,
    },
}

/// An application of a tenant, which has a secret to sign in with.
#[derive(Clone)]
#[cfg_attr(not(feature = "entra"), expect(dead_code, reason = "it signs in to Entra"))]
pub(crate) struct Application {
    /// `AZURE_TENANT_ID`.
    pub(crate) tenant: String,
    /// `AZURE_CLIENT_SECRET`.
    pub(crate) secret: String,
}

/// Says who signs in: what the address asks for, else what it has the makings of.
pub(super) fn login(parts: &mut Parts, lookup: Lookup<'_>) -> Result<Login, SettingsError> {
    let given = |name: &str| lookup(name).filter(|value| !value.is_empty());
    let file = parts.access_token_file.take();
    let (user, password) = (parts.user.take(), parts.password.take());
    let wanted = parts.authentication.or(match (&file, &user) {
        (Some(_), _) => Some(Authentication::Token),
        (None, Some(_)) => Some(Authentication::Sql),
        (None, None) if given("SQLCMDUSER").is_some() => Some(Authentication::Sql),
        (None, None) if given("MSSQL_ACCESS_TOKEN").is_some() => Some(Authentication::Token),
        (None, None) => None,
    });
    let client =
        |named: Option<String>, user: Option<String>| named.or(user).or_else(|| given("AZURE_CLIENT_ID"));
    match wanted {
        Some(Authentication::Sql) => {
            let user = user.or_else(|| given("SQLCMDUSER")).ok_or(SettingsError::NoUser)?;
            let password = password.filter(|password| !password.is_empty());
            let password = password.or_else(|| given("SQLCMDPASSWORD")).unwrap_or_default();
            Ok(Login::Sql { user, password })
        }
        Some(Authentication::Token) => match (file, given("MSSQL_ACCESS_TOKEN")) {
            (Some(file), _) => Ok(Login::TokenFile(file)),
            (None, Some(token)) => Ok(Login::Token(token.trim().to_owned())),
            (None, None) => Err(SettingsError::NoToken),
        },
        Some(Authentication::ManagedIdentity) => {
            Ok(Login::ManagedIdentity(client(parts.client_id.take(), user)))
        }
        Some(Authentication::Default) => {
            let application = given("AZURE_TENANT_ID").zip(given("AZURE_CLIENT_SECRET"));
            let application = application.map(|(tenant, secret)| Application { tenant, secret });
            Ok(Login::Default { client: client(parts.client_id.take(), user), application })
        }
        None => Err(SettingsError::NoUser),
    }
}

impl fmt::Debug for Login {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Login::Sql { .. } => "Sql",
            Login::Token(_) => "Token",
            Login::TokenFile(_) => "TokenFile",
            Login::ManagedIdentity(_) => "ManagedIdentity",
            Login::Default { .. } => "Default",
        })
    }
}
