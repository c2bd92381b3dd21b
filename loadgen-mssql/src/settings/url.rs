//! `mssql://` addresses.

use loadgen_core::address::Address;

use super::{
    SettingsError,
    parts::{Parts, Spelling, like},
    place,
};

/// What an address begins with.
pub(super) const SCHEMES: [&str; 2] = ["mssql://", "sqlserver://"];

/// What follows the scheme, if it is one of ours.
pub(super) fn without_scheme(text: &str) -> Option<&str> {
    let rest = |scheme: &&str| {
        let head = text.get(..scheme.len())?;
        head.eq_ignore_ascii_case(scheme).then(|| &text[scheme.len()..])
    };
    SCHEMES.iter().find_map(rest)
}

/// Reads `scheme://[user[:password]@][host[\instance][:port]][/database][?name=value&...]`.
pub(super) fn parse(rest: &str) -> Result<Parts, SettingsError> {
    let mut address = Address::read(rest)?;
    let mut parts = Parts {
        user: address.user.take(),
        password: address.password.take(),
        port: address.port,
        database: address.database.take(),
        ..Parts::default()
    };
    if let Some(host) = address.host.take() {
        place::named(&host, &mut parts)?;
    }
    for (name, value) in std::mem::take(&mut address.parameters) {
        if !parts.set(&name, value)? {
            let shown = address.shown(&name).to_owned();
            return Err(SettingsError::Parameter(shown, like(&name, Spelling::Url)));
        }
    }
    Ok(parts)
}
