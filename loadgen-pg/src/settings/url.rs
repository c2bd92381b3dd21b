//! `postgres://` addresses, taken apart without ever quoting them.

use percent_encoding::percent_decode_str;

use super::SettingsError;

/// The parts of an address that were given, decoded.
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
    let rest = rest.ok_or(SettingsError::Scheme)?;
    let (authority, tail) = rest.split_at(rest.find(['/', '?']).unwrap_or(rest.len()));
    let (login, place) = authority.rsplit_once('@').unwrap_or(("", authority));
    let (path, query) = tail.split_once('?').unwrap_or((tail, ""));
    let has_host = authority.contains('@') && !place.is_empty();
    if !authority.is_empty() && (path.contains('@') || !has_host && query.contains('@')) {
        // The password may hold a bare slash or question mark: what follows is part of a secret then, and may not be quoted.
        return Err(SettingsError::Unescaped);
    }
    let mut parts = Parts::default();
    let (user, password) = login.split_once(':').map_or((login, None), |(user, pass)| (user, Some(pass)));
    parts.user = given(user, "user")?;
    parts.password = password.map(|text| decode(text, "password")).transpose()?;
    read_place(place, &mut parts)?;
    parts.database = given(path.trim_start_matches('/'), "database")?;
    for pair in query.split('&').filter(|pair| !pair.is_empty()) {
        let (name, value) = pair.split_once('=').ok_or(SettingsError::Unreadable("query"))?;
        set(&mut parts, name, decode(value, "query")?)?;
    }
    Ok(parts)
}

fn read_place(place: &str, parts: &mut Parts) -> Result<(), SettingsError> {
    if place.contains(',') {
        return Err(SettingsError::SeveralHosts);
    }
    let host_end = place.rfind(']').map_or(0, |bracket| bracket + 1);
    let colon = place[host_end..].find(':').map(|at| host_end + at);
    let (host, port) = match colon {
        Some(at) => (&place[..at], &place[at + 1..]),
        None => (place, ""),
    };
    check_brackets(host)?;
    parts.host = given(host, "host")?;
    if !port.is_empty() {
        parts.port = Some(port.parse().map_err(|_| SettingsError::Unreadable("port"))?);
    }
    Ok(())
}

/// Brackets stand around a whole host, or not at all.
fn check_brackets(host: &str) -> Result<(), SettingsError> {
    let inner = host.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(host);
    if inner.contains(['[', ']']) { Err(SettingsError::Brackets) } else { Ok(()) }
}

fn set(parts: &mut Parts, name: &str, value: String) -> Result<(), SettingsError> {
    match name {
        "host" | "hostaddr" => {
            check_brackets(&value)?;
            parts.host = Some(value);
        }
        "port" => parts.port = Some(value.parse().map_err(|_| SettingsError::Unreadable("port"))?),
        "dbname" => parts.database = Some(value),
        "user" => parts.user = Some(value),
        "password" => parts.password = Some(value),
        "passfile" => parts.passfile = Some(value),
        "sslmode" => parts.sslmode = Some(value),
        "sslrootcert" => parts.sslrootcert = Some(value),
        "sslcert" => parts.sslcert = Some(value),
        "sslkey" => parts.sslkey = Some(value),
        "application_name" => parts.application_name = Some(value),
        "options" => parts.options = Some(value),
        "connect_timeout" => {
            parts.connect_timeout =
                Some(value.parse().map_err(|_| SettingsError::Unreadable("connect_timeout"))?);
        }
        _ => return Err(SettingsError::Parameter(name.to_owned())),
    }
    Ok(())
}

fn given(text: &str, what: &'static str) -> Result<Option<String>, SettingsError> {
    if text.is_empty() { Ok(None) } else { decode(text, what).map(Some) }
}

fn decode(text: &str, what: &'static str) -> Result<String, SettingsError> {
    let decoded = percent_decode_str(text).decode_utf8().map_err(|_| SettingsError::Unreadable(what))?;
    Ok(decoded.into_owned())
}
