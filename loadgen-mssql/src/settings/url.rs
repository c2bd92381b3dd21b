//! `mssql://` addresses, taken apart without ever quoting them.

use percent_encoding::percent_decode_str;

use super::{
    SettingsError,
    parts::{Parts, Spelling, like, plain, port},
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
        if !parts.set(name, decode(value, "query")?)? {
            // What looks like one may be the rest of a password with a bare `&`, `?` or `@`.
            let is_shown = !query.contains('@') && !has_password(query);
            let shown = if is_shown { name } else { "..." };
            return Err(SettingsError::Parameter(shown.to_owned(), like(name, Spelling::Url)));
        }
    }
    Ok(parts)
}

fn has_password(query: &str) -> bool {
    let name = |pair: &str| plain(pair.split('=').next().unwrap_or_default());
    query.split('&').any(|pair| ["password", "pwd"].contains(&name(pair).as_str()))
}

fn read_place(place: &str, parts: &mut Parts) -> Result<(), SettingsError> {
    if place.is_empty() {
        return Ok(());
    }
    let host_end = place.rfind(']').map_or(0, |bracket| bracket + 1);
    let (host, number) = match place[host_end..].find(':') {
        Some(at) => (&place[..host_end + at], &place[host_end + at + 1..]),
        None => (place, ""),
    };
    if host.contains(',') {
        return Err(SettingsError::SeveralHosts);
    }
    if !number.is_empty() {
        parts.port = Some(port(number)?);
    }
    let host = decode(host, "host")?;
    let (host, instance) = host.split_once('\\').map_or((host.as_str(), ""), |(host, name)| (host, name));
    parts.instance = Some(instance).filter(|name| !place::is_unnamed(name)).map(str::to_owned);
    if !host.is_empty() {
        parts.host = Some(place::host_named(host)?);
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
